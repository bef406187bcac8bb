import CPURuntime
import GraphIR
import Kernels

/// Predicts a fixed number of rows at a time, for callers that ask often and want each answer soon.
///
/// Everything is made beforehand: a call allocates nothing on the heap, starts no thread and runs on the
/// caller's. The same row gives the same bits in every call. A predictor of another number of rows, and
/// `Classifier.probabilities(of:)`, may differ from it in the last bits, since a product of other extents
/// adds in another order.
///
/// To be used by one thread at a time; make one for each. They share the weights.
public final class Predictor {
    /// Rows of a call.
    public let rows: Int
    /// Numbers of a row.
    public let features: Int
    /// Probabilities of a row.
    public let classes: Int
    private let executor: Executor
    private let parameters: Buffer
    private let input: Region
    private let output: Region
    private let noResults = Buffer(count: 0)

    init(_ folded: FoldedGraph, rows: Int, features: Int, classes: Int) {
        self.rows = rows
        self.features = features
        self.classes = classes
        parameters = folded.parameters
        let plan = Plan(
            folded.graph, outputs: [.prediction], rows: rows, parameters: folded.layout)
        guard let input = plan.inputs[.numeric], let output = plan.outputs[.prediction],
            output.space == .arena
        else { preconditionFailure("the graph has no input and output in the arena") }
        self.input = input
        self.output = output
        executor = Executor(plan)
    }

    /// The probability of each class for each row.
    ///
    /// A number that is not finite is not looked for: it gives probabilities that are none.
    ///
    /// - Parameters:
    ///   - features: `[rows, features]`, one row after the other.
    ///   - probabilities: `[rows, classes]`, overwritten.
    /// - Throws: where one of them has another size.
    public func predict(
        _ features: Span<Float>, into probabilities: inout MutableSpan<Float>
    ) throws(NetworkError) {
        guard features.count == input.count, probabilities.count == output.count else {
            throw wrongSizes(features.count, probabilities.count)
        }
        executor.arena.copy(from: features, to: input.offset)
        executor.run(parameters: parameters, results: noResults)
        executor.arena.copy(output.range, to: &probabilities)
    }

    /// The probabilities in an array of their own, which is what this call allocates.
    ///
    /// - Throws: where the features are not `[rows, features]`.
    public func probabilities(of features: [Float]) throws(NetworkError) -> [Float] {
        var result = [Float](repeating: 0, count: rows * classes)
        var span = result.mutableSpan
        try predict(features.span, into: &span)
        return result
    }

    private func wrongSizes(_ features: Int, _ probabilities: Int) -> NetworkError {
        NetworkError(
            "predicting \(rows) rows", at: "the arguments",
            "\(features) features and \(probabilities) probabilities were given, where "
                + "\(input.count) and \(output.count) are needed",
            nextStep: "Make a predictor for as many rows as you have.")
    }
}
