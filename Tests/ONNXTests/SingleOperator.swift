import ONNX
import XCTest

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
        let operation = try XCTUnwrap(
            OperatorRegistry.standard[node.operation], "no operator \(name)")
        var tensors: [ONNXTensor] = []
        for value in try operation.evaluate(call).prefix(outputs) {
            tensors.append(try XCTUnwrap(value.tensor))
        }
        return tensors
    }

    static func assertRefuses(
        _ name: String, _ inputs: [ONNXTensor?], _ texts: [String],
        limits: ONNXLimits = ONNXLimits(),
        file: StaticString = #filePath, line: UInt = #line
    ) {
        assertRefuses(name, inputs, [:], texts, limits: limits, file: file, line: line)
    }

    /// Asserts that an operator refuses its inputs with an error of which each text is a part.
    static func assertRefuses(
        _ name: String, _ inputs: [ONNXTensor?], _ attributes: [String: ONNXAttribute],
        _ texts: [String],
        limits: ONNXLimits = ONNXLimits(), file: StaticString = #filePath, line: UInt = #line
    ) {
        do {
            let results = try run(name, inputs, attributes, limits: limits)
            XCTFail("gave \(results)", file: file, line: line)
        } catch let error as ONNXError {
            for text in texts {
                XCTAssertTrue(
                    "\(error)".contains(text), "\(error) says nothing of '\(text)'", file: file,
                    line: line)
            }
        } catch {
            XCTFail("\(error)", file: file, line: line)
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
