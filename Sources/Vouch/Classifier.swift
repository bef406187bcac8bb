import CPURuntime
import GraphIR
import Kernels
import Platform
import Statistics
import Synchronization
import Training

/// A network with the weights that a training gave it.
///
/// Its norms are folded into the weights before them once, when it is made; the results differ from the
/// unfolded network's by rounding only.
public struct Classifier: Sendable {
    public let network: Network
    /// The epochs of its training.
    public let history: [Epoch]
    public let trainingEnd: TrainingEnd
    /// The classes that it tells apart, numbered from 0.
    public let classes: Int
    /// As trained, laid out as `layout`.
    let parameters: Buffer
    let layout: ParameterLayout
    let folded: FoldedGraph
    let threads: Int
    private let inference: SharedInference

    init(
        network: Network, history: [Epoch], end: TrainingEnd, parameters: Buffer, threads: Int
    ) throws(NetworkError) {
        self.network = network
        self.history = history
        self.trainingEnd = end
        self.parameters = parameters
        self.threads = threads
        classes = try network.classCount()
        let graph = try network.inferenceGraph()
        layout = ParameterLayout(graph)
        do {
            folded = try graph.foldingNorms(parameters: parameters, layout: layout)
        } catch {
            throw NetworkError(error)
        }
        inference = SharedInference(folded, threads: threads)
    }

    /// The probability of each class: the softmax of the network's numbers.
    ///
    /// Rows are computed 256 at a time, side by side on the threads of the training (or of
    /// `init(contentsOf:threads:)`). The same call gives the same bits whatever the number of threads; a
    /// row's last bits may differ with how many rows are given, since a product of other extents adds
    /// in another order.
    ///
    /// - Parameter features: `[rows, network.input.count]`, as for `trainClassifier`.
    /// - Returns: `[rows, classes]`, one row after the other.
    /// - Throws: where the features are no whole number of rows, or not finite.
    public func probabilities(of features: [Float]) throws(NetworkError) -> [Float] {
        let rows = try network.checkedRows(features)
        guard rows > 0 else { return [] }
        return inference.values(
            of: EncodedData(
                rows: rows, numeric: features, numericWidth: network.input.count, categories: [],
                categoryWidth: 0, labels: .none))
    }

    /// The most probable class of each row; of equal ones the first.
    ///
    /// - Throws: as `probabilities(of:)`.
    public func predictedClasses(of features: [Float]) throws(NetworkError) -> [Int] {
        mostProbable(try probabilities(of: features))
    }

    /// - Parameter all: `[rows, classes]`
    private func mostProbable(_ all: [Float]) -> [Int] {
        stride(from: 0, to: all.count, by: classes).map { start in
            var best = start
            for index in start..<start + classes where all[index] > all[best] { best = index }
            return best - start
        }
    }

    /// The share of rows whose most probable class is the right one.
    ///
    /// - Parameters:
    ///   - features: As for `trainClassifier`; at least one row.
    ///   - labels: The class of each row.
    /// - Throws: where rows or labels cannot be.
    public func accuracy(features: [Float], labels: [Int]) throws(NetworkError) -> Accuracy {
        let rows = try network.checkedRows(features, labels: labels, classes: classes)
        let predicted = try predictedClasses(of: features)
        let correct = zip(predicted, labels).count { $0 == $1 }
        return Accuracy(correct: correct, rows: rows)
    }

    /// The share of a file's rows whose most probable class is the right one; weights do not count. The rows are read
    /// 65,536 at a time.
    ///
    /// - Throws: where the rows do not fit the network, or the file cannot be read to its end.
    public func accuracy(on file: RowFile) throws(NetworkError) -> Accuracy {
        try file.check(for: network, classes: classes)
        var correct = 0
        for begin in stride(from: 0, to: file.rows, by: 65_536) {
            let part = file.source.part(Array(begin..<min(begin + 65_536, file.rows)))
            let predicted = mostProbable(inference.values(of: part))
            do { try part.check() } catch {
                throw NetworkError(
                    "predicting rows", at: "the rows", error.description,
                    nextStep: "Let nothing change the file while it is read, or write it again.")
            }
            for (row, label) in predicted.enumerated()
            where Int(part.labels.index(at: row)) == label { correct += 1 }
        }
        return Accuracy(correct: correct, rows: file.rows)
    }

    /// A predictor for so many rows at a time, with memory of its own.
    ///
    /// - Throws: where `rows` is not from 1 to 65,536.
    public func makePredictor(rows: Int) throws(NetworkError) -> Predictor {
        guard (1...65_536).contains(rows) else {
            throw NetworkError(
                "making a predictor", at: "rows", "\(rows) rows at a time cannot be",
                nextStep: "Give a number from 1 to 65536.")
        }
        return Predictor(
            folded, rows: rows, features: network.input.count, classes: classes)
    }
}

/// How often a classifier was right, with its uncertainty.
public struct Accuracy: Sendable, Hashable {
    public let correct: Int
    public let rows: Int
    /// `correct / rows`.
    public let share: Double
    /// The lower end of the 95 % interval for other rows from the same source, drawn independently.
    ///
    /// Source: Clopper & Pearson 1934, DOI 10.1093/biomet/26.4.404, where hits or misses are fewer than 50;
    /// Wilson 1927, DOI 10.1080/01621459.1927.10502953, from there on.
    public let lower: Double
    /// The upper end of that interval.
    public let upper: Double

    /// - Precondition: `0 ≤ correct ≤ rows`, `rows > 0`.
    init(correct: Int, rows: Int) {
        self.correct = correct
        self.rows = rows
        share = Double(correct) / Double(rows)
        let estimate = shareEstimate(correct, of: rows)
        (lower, upper) = (estimate.lower ?? 0, estimate.upper ?? 1)
    }
}

extension Network {
    /// The number of rows.
    ///
    /// - Throws: where the features are no whole number of rows, or one is not finite.
    func checkedRows(_ features: [Float]) throws(NetworkError) -> Int {
        try checkSizes()
        let width = input.count
        guard features.count.isMultiple(of: width) else {
            throw NetworkError(
                "reading features", at: "the array",
                "its \(features.count) numbers are no whole number of rows of \(width) (\(input))",
                nextStep: "Give the numbers of each row, one row after the other.")
        }
        if let index = features.firstIndex(where: { !$0.isFinite }) {
            throw NetworkError(
                "reading features", at: "row \(index / width)",
                "number \(index % width) is \(features[index])",
                nextStep: "Leave the row out, or put a number in place.")
        }
        return features.count / width
    }

    private func checkSizes() throws(NetworkError) { try LayerPlace().checkSize(input) }

    /// The number of rows, at least one, each with a class.
    func checkedRows(
        _ features: [Float], labels: [Int], classes: Int
    ) throws(NetworkError) -> Int {
        let rows = try checkedRows(features)
        guard rows > 0, labels.count == rows else {
            throw NetworkError(
                "reading labels", at: "the array",
                "there are \(labels.count) labels and \(rows) rows",
                nextStep: "Give at least one row, and a label for each.")
        }
        if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
            throw NetworkError(
                "reading labels", at: "row \(row)",
                "its class is \(labels[row]), and the network ends with \(classes) classes",
                nextStep:
                    "Number classes from 0, or end the network with .linear(\(labels[row] + 1)) "
                    + "or more.")
        }
        return rows
    }
}

/// Inference over many rows for callers on several threads, who take turns.
private final class SharedInference: Sendable {
    private let folded: FoldedGraph
    private let threads: Int
    /// Made at the first use.
    private let evaluator = Mutex<NetworkEvaluator?>(nil)

    init(_ folded: FoldedGraph, threads: Int) {
        self.folded = folded
        self.threads = threads
    }

    func values(of data: any RowSource) -> [Float] {
        evaluator.withLock { evaluator in
            let ready =
                evaluator
                ?? NetworkEvaluator(
                    folded.graph, output: .prediction, layout: folded.layout,
                    pool: WorkerPool(threads: threads))
            evaluator = ready
            return ready.values(of: data, weights: folded.parameters)
        }
    }
}
