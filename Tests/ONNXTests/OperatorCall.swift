import ONNX

/// One operator, called as a node of a model calls it.
struct OperatorCall {
    var name: String
    var inputs: [ONNXTensor?]
    var attributes: [String: ONNXAttribute] = [:]
    var opset = 21
    var outputs = 1

    init(
        _ name: String, _ inputs: [ONNXTensor?], _ attributes: [String: ONNXAttribute] = [:],
        opset: Int = 21, outputs: Int = 1
    ) {
        self.name = name
        self.inputs = inputs
        self.attributes = attributes
        self.opset = opset
        self.outputs = outputs
    }

    struct Unknown: Error {}

    func results() throws -> [ONNXTensor] {
        guard let operation = OperatorRegistry.standard[OperatorName(name)] else { throw Unknown() }
        let node = ONNXNode(
            name: "node", operation: OperatorName(name),
            inputs: inputs.map { $0 == nil ? "" : "x" },
            outputs: (0..<outputs).map { "y\($0)" }, attributes: attributes)
        let call = NodeCall(
            node: node, opset: opset, inputs: inputs.map { $0.map { .tensor($0) } })
        return try operation.evaluate(call).compactMap(\.tensor)
    }

    func result() throws -> ONNXTensor {
        guard let result = try results().first else { throw Unknown() }
        return result
    }

    /// What the operator says where it fails; `nil` where it does not.
    func problem() throws -> String? {
        do {
            _ = try results()
            return nil
        } catch let error as ONNXError {
            return error.problem
        }
    }
}

extension ONNXTensor {
    /// Bits of floats, so that NaN equals itself and 0 is not −0.
    var bits: [UInt32]? { Float.array(elements)?.map(\.bitPattern) }
}
