import ONNX
import Testing

/// Runs one operator of the standard registry, without a file around it.
enum SingleOperator {
    static func run(
        _ name: String, _ inputs: [ONNXTensor?], _ attributes: [String: ONNXAttribute] = [:],
        opset: Int = 21, outputs: Int = 1, limits: ONNXLimits = ONNXLimits()
    ) throws -> [ONNXTensor] {
        let node = ONNXNode(
            name: "n", operation: OperatorName(name), inputs: inputs.indices.map { "i\($0)" },
            outputs: (0..<outputs).map { "o\($0)" }, attributes: attributes)
        let call = NodeCall(
            node: node, opset: opset, inputs: inputs.map { $0.map(ONNXValue.tensor) },
            limits: limits)
        let operation = try #require(
            OperatorRegistry.standard[node.operation], "no operator \(name)")
        var tensors: [ONNXTensor] = []
        for value in try operation.evaluate(call).prefix(outputs) {
            tensors.append(try #require(value.tensor))
        }
        return tensors
    }

    static func assertRefuses(
        _ name: String, _ inputs: [ONNXTensor?], _ texts: [String],
        limits: ONNXLimits = ONNXLimits(),
        place: SourceLocation = #_sourceLocation
    ) {
        assertRefuses(name, inputs, [:], texts, limits: limits, place: place)
    }

    /// Asserts that an operator refuses its inputs with an error of which each text is a part.
    static func assertRefuses(
        _ name: String, _ inputs: [ONNXTensor?], _ attributes: [String: ONNXAttribute],
        _ texts: [String],
        limits: ONNXLimits = ONNXLimits(), place: SourceLocation = #_sourceLocation
    ) {
        do {
            let results = try run(name, inputs, attributes, limits: limits)
            Issue.record("gave \(results)", sourceLocation: place)
        } catch let error as ONNXError {
            for text in texts {
                #expect(
                    "\(error)".contains(text), "\(error) says nothing of '\(text)'",
                    sourceLocation: place)
            }
        } catch {
            Issue.record("\(error)", sourceLocation: place)
        }
    }
}

extension ONNXTensor {
    /// Floats that count up from a number.
    static func counting(_ shape: [Int], from first: Float = 0) -> ONNXTensor {
        ONNXTensor(shape, (0..<shape.reduce(1, *)).map { first + Float($0) })
    }

    static func filled(_ shape: [Int], _ value: Float) -> ONNXTensor {
        ONNXTensor(shape, [Float](repeating: value, count: shape.reduce(1, *)))
    }
}
