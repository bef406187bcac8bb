/// An operator of ONNX: its name, and what it computes.
package struct ONNXOperator: Sendable {
    package typealias Evaluation = @Sendable (NodeCall) throws(ONNXError) -> [ONNXValue]
    /// Reads and checks a node's attributes, and returns what computes with them; the call that it is given has no
    /// inputs.
    package typealias Preparation = @Sendable (NodeCall) throws(ONNXError) -> Evaluation

    package let name: OperatorName
    /// Runs once for each node when a graph is compiled.
    package let prepare: Preparation

    /// One that reads its attributes at every call.
    package init(_ name: String, _ evaluate: @escaping Evaluation) {
        self.init(OperatorName(name), evaluate)
    }

    package init(_ name: OperatorName, _ evaluate: @escaping Evaluation) {
        self.init(name, preparing: { _ in evaluate })
    }

    /// One whose attributes take work that should not be done at every call, such as the nodes of trees.
    package init(_ name: OperatorName, preparing prepare: @escaping Preparation) {
        self.name = name
        self.prepare = prepare
    }

    /// Prepares a node and computes it, for one call.
    package func evaluate(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        try prepare(call)(call)
    }
}

/// The operators that are built here. What is not among them is an error before anything runs.
package struct OperatorRegistry: Sendable {
    private let operators: [OperatorName: ONNXOperator]

    package init(_ operators: [ONNXOperator]) {
        self.operators = Dictionary(operators.map { ($0.name, $0) }) { first, _ in
            preconditionFailure("the operator \(first.name) is there twice")
        }
    }

    package subscript(name: OperatorName) -> ONNXOperator? { operators[name] }

    package var names: [OperatorName] { operators.keys.sorted { "\($0)" < "\($1)" } }

    /// First and last version of each domain whose meaning the operators here follow.
    package static let opsets: [String: ClosedRange<Int>] = ["": 7...25, OperatorName.mlDomain: 1...5]

    package static let standard = OperatorRegistry(
        mathematics + logic + reductions + shapes + indexing + control + sequences + texts + products
            + networks + quantization + learning)
}
