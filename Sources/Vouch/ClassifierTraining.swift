import GraphIR
import Kernels
import Platform
import TensorCore
import Training

extension Network {
    /// Trains a classifier that ends in a softmax of this network's numbers.
    ///
    /// Minimises the mean over rows of `−Σ target · log softmax(logits)`, where the target of a row is 1
    /// at its class, or as `TrainingOptions.labelSmoothing` spreads it.
    ///
    /// - Parameters:
    ///   - features: `[rows, input.count]`, one row after the other; images as `[height, width,
    ///     channels]`. Finite. Numbers of a size near 1 train best; nothing scales them.
    ///   - labels: The class of each row, from 0 to below the number that the last layer leaves.
    ///   - onEpoch: Called on this thread after each epoch.
    /// - Throws: where layers do not fit, rows, labels or options cannot be, or a number was not finite
    ///   before any weights were kept.
    /// - Complexity: Each thread and each shard hold the values of a shard's layers and their gradients;
    ///   the features are copied once.
    public func trainClassifier(
        features: [Float], labels: [Int], options: TrainingOptions = TrainingOptions(),
        onEpoch: (Epoch) -> Void = { _ in }
    ) throws(NetworkError) -> Classifier {
        let classes = try classCount()
        let rows = try checkedRows(features, labels: labels, classes: classes)
        return try train(rows: rows, options, onEpoch: onEpoch) {
            data(features, labels, rows: $0)
        }
    }

    /// Trains a classifier on rows that stay in their file: the same weights, bit for bit, as the same rows give in
    /// memory.
    ///
    /// In memory are 16 bytes a row (its label, its weight and its place in the epoch's order), 12 more with a
    /// `validationShare`, and what the training of a batch needs. An epoch reads the rows in an order that is drawn
    /// anew: a file that fits into the system's cache is read there, another one from its disk, a page a row.
    ///
    /// - Parameters:
    ///   - rows: Images as `[height, width, channels]`.
    ///   - onEpoch: Called on this thread after each epoch.
    /// - Throws: as `trainClassifier(features:labels:options:onEpoch:)`, and where the file cannot be read to its end.
    public func trainClassifier(
        rows file: RowFile, options: TrainingOptions = TrainingOptions(),
        onEpoch: (Epoch) -> Void = { _ in }
    ) throws(NetworkError) -> Classifier {
        try file.check(for: self, classes: try classCount())
        return try train(rows: file.rows, options, onEpoch: onEpoch) {
            $0.map(file.source.part) ?? file.source
        }
    }

    /// - Parameter source: Gives some of the rows, or all of them.
    private func train(
        rows: Int, _ options: TrainingOptions, onEpoch: (Epoch) -> Void,
        source: (_ rows: [Int]?) -> any RowSource
    ) throws(NetworkError) -> Classifier {
        try options.validate(rows: rows, input: input)
        let training = try trainingGraph(
            options.statistics, labelSmoothing: options.labelSmoothing)
        let inference = try inferenceGraph()
        let (learned, held) = split(rows: rows, options)
        let threads = options.threads ?? Machine.cores
        let augmentation = options.imageAugmentation(of: input)
        let trainer: Trainer
        do {
            trainer = try Trainer(
                training: training, inference: inference,
                data: source(learned), validation: held.map { source($0) }, lossOf: .crossEntropy,
                settings: options.trainingSettings, augmentation: augmentation.map { [$0] } ?? [],
                pool: WorkerPool(threads: threads))
        } catch {
            throw NetworkError(error)
        }
        let reason: StopReason
        do {
            reason = try trainer.run(onEvent: { event in
                if case .epoch(let record) = event { onEpoch(Epoch(record)) }
            })
        } catch {
            throw error.isOfRows
                ? NetworkError(
                    "training a classifier", at: "the rows", error.description,
                    nextStep: "Let nothing change the file while it is read, or write it again.")
                : NetworkError(
                    "training a classifier", at: "a step of the first epoch", error.description,
                    nextStep: "Lower options.learningRate, or set options.clipNorm.")
        }
        return try Classifier(
            network: self, history: trainer.history.map(Epoch.init), end: TrainingEnd(reason),
            parameters: trainer.modelWeights, threads: threads)
    }

    /// Rows to learn from and rows to validate on; `nil` for all and none.
    private func split(rows: Int, _ options: TrainingOptions) -> (learned: [Int]?, held: [Int]?) {
        let held = options.validationRows(of: rows)
        guard held > 0 else { return (nil, nil) }
        let order = CounterRandom(seed: options.seed, name: "validation").permutation(of: rows)
        return (order[held...].sorted(), order[..<held].sorted())
    }

    private func data(_ features: [Float], _ labels: [Int], rows: [Int]?) -> EncodedData {
        let width = input.count
        var chosen = features
        if let rows {
            chosen = []
            chosen.reserveCapacity(rows.count * width)
            for row in rows { chosen += features[row * width..<(row + 1) * width] }
        }
        let classes = (rows ?? Array(labels.indices)).map { Int32(labels[$0]) }
        return EncodedData(
            rows: classes.count, numeric: chosen, numericWidth: width, categories: [],
            categoryWidth: 0, labels: .classes(classes))
    }
}

/// One pass over the training rows.
public struct Epoch: Sendable, Hashable, Codable {
    /// From 1.
    public let number: Int
    /// The mean loss of its steps, with dropout, label smoothing and varied images.
    public let trainingLoss: Double
    /// The mean cross-entropy over the validation rows; `nil` without them.
    public let validationLoss: Double?
    /// Whether its weights were the best so far and kept.
    public let isBest: Bool

    init(_ record: EpochRecord) {
        number = record.epoch
        trainingLoss = record.trainingLoss
        validationLoss = record.validationLoss
        isBest = record.isBest
    }
}

/// Why a training ended.
public enum TrainingEnd: Sendable, Hashable, Codable {
    case allEpochs
    /// `patience` epochs brought no lower validation loss.
    case noLowerLoss
    /// A number was not finite: at which step, and what computed it. The weights are those kept before.
    /// A lower learning rate is the first thing to try.
    case notFinite(step: Int, node: String)

    init(_ reason: StopReason) {
        switch reason {
        case .converged: self = .noLowerLoss
        case .numericalFailure(let step, let node): self = .notFinite(step: step, node: node)
        // The trainings of tables alone are ended where they diverge.
        case .maximumEpochs, .maximumSteps, .budget, .interrupted, .diverged: self = .allEpochs
        }
    }
}
