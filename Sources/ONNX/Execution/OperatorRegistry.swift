/// An operator of ONNX: its name, the first version of its domain that is understood, and what it computes.
package struct ONNXOperator: Sendable {
    package typealias Evaluation = @Sendable (NodeCall) throws(ONNXError) -> [ONNXValue]

    package let name: OperatorName
    package let evaluate: Evaluation

    package init(_ name: String, _ evaluate: @escaping Evaluation) {
        self.init(OperatorName(name), evaluate)
    }

    package init(_ name: OperatorName, _ evaluate: @escaping Evaluation) {
        self.name = name
        self.evaluate = evaluate
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
