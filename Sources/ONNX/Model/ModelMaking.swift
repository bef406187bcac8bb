/// Models made in the program, of which only what matters is told.

extension ONNXNode {
    package init(
        making outputs: [String], by operation: String, of inputs: [String],
        _ attributes: [String: ONNXAttribute] = [:]
    ) {
        self.init(
            name: "", operation: OperatorName(operation), inputs: inputs, outputs: outputs,
            attributes: attributes)
    }
}

extension ONNXGraph {
    /// A graph whose inputs and outputs are of any kind.
    package init(
        nodes: [ONNXNode], inputs: [String], outputs: [String],
        constants: [String: ONNXTensor] = [:]
    ) {
        self.init(
            name: "", nodes: nodes,
            inputs: inputs.map { ONNXPort(name: $0, kind: .unknown) },
            outputs: outputs.map { ONNXPort(name: $0, kind: .unknown) }, initializers: constants)
    }
}

extension ONNXModel {
    /// A model of the standard domain's operators.
    package init(of graph: ONNXGraph, opset: Int) {
        self.init(
            irVersion: 8, opsets: ["": opset], producer: "", graph: graph, functions: [:],
            metadata: [])
    }
}

extension ONNXFunction {
    /// One without attributes.
    package init(
        making outputs: [String], by name: OperatorName, of inputs: [String], nodes: [ONNXNode], opsets: [String: Int]
    ) {
        self.init(
            name: name, inputs: inputs, outputs: outputs, attributes: [], defaults: [:], nodes: nodes, opsets: opsets)
    }
}
