package import GraphIR

/// Why a method of attribution cannot do what it was asked: what was being done, the problem, and what to do.
package struct AttributionError: Error, Sendable, Hashable, CustomStringConvertible {
    package var operation: String
    package var problem: String
    package var nextStep: String

    package init(_ operation: String, _ problem: String, _ nextStep: String) {
        self.operation = operation
        self.problem = problem
        self.nextStep = nextStep
    }

    package init(_ error: GraphError) {
        self.init(
            "building the graph of an attribution", "\(error.node): \(error.problem)",
            "Use a method that needs no gradient, such as Shapley values")
    }

    package var description: String { "While \(operation): \(problem). \(nextStep)." }
}
