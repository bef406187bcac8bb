import Explanation
import GraphIR
import Platform
import RunStore
import Training

/// What went wrong with a network or a classifier: what was being done, where, why, and what to do.
public struct NetworkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done, such as `building the network`.
    public let operation: String
    /// Where, such as `layer 3`, `row 17` or a path.
    public let place: String
    public let problem: String
    public let nextStep: String

    init(_ operation: String, at place: String, _ problem: String, nextStep: String) {
        self.operation = operation
        self.place = place
        self.problem = problem
        self.nextStep = nextStep
    }

    public var description: String { "While \(operation): \(place): \(problem). \(nextStep)" }
}

extension NetworkError {
    init(_ error: GraphError) {
        self.init(
            Network.building, at: error.node, error.problem,
            nextStep: "Change that layer, or the one before it.")
    }

    init(_ error: AttributionError) {
        self.init(
            error.operation, at: "the network", error.problem, nextStep: error.nextStep + ".")
    }

    init(_ error: PlatformError) {
        self.init(
            error.operation, at: error.path, error.reason, nextStep: error.nextStep)
    }

    init(_ error: RunStoreError) {
        self.init(
            "reading a classifier", at: error.file, error.problem, nextStep: error.nextStep)
    }
}
