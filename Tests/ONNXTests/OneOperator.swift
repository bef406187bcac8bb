import ONNX
import Testing

/// One operator by itself, with what it is given.
struct OneOperator {
    var name: String
    var inputs: [ONNXValue?]
    var attributes: [String: ONNXAttribute] = [:]
    var opset = 21
    var outputs = 1
    var limits = ONNXLimits()

    init(
        _ name: String, _ inputs: [ONNXTensor?], _ attributes: [String: ONNXAttribute] = [:],
        opset: Int = 21, outputs: Int = 1
    ) {
        self.init(name, values: inputs.map { $0.map { .tensor($0) } }, attributes, opset: opset)
        self.outputs = outputs
    }

    init(
        _ name: String, values: [ONNXValue?], _ attributes: [String: ONNXAttribute] = [:],
        opset: Int = 21
    ) {
        self.name = name
        inputs = values
        self.attributes = attributes
        self.opset = opset
    }

    func values() throws -> [ONNXValue] {
        let operation = try #require(OperatorRegistry.standard[OperatorName(name)])
        let node = ONNXNode(
            making: (0..<outputs).map { "y\($0)" }, by: name, of: inputs.indices.map { "x\($0)" },
            attributes)
        return try operation.evaluate(
            NodeCall(node: node, opset: opset, inputs: inputs, limits: limits))
    }

    func tensor(_ index: Int = 0) throws -> ONNXTensor { try #require(try values()[index].tensor) }

    /// Expects an error of a kind that says a text, and no other end.
    func isRefused(
        as kind: ONNXError.Kind, saying text: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            let values = try values()
            Issue.record(
                "\(name) gives \(values.map(\.kind)) in place of an error",
                sourceLocation: sourceLocation)
        } catch let error as ONNXError {
            #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
            #expect(
                error.problem.contains(text), "\(error) does not say '\(text)'",
                sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }
}

/// Numbers 0, 1, 2 … of extents.
func counting(_ shape: Int...) -> ONNXTensor {
    ONNXTensor(shape, (0..<shape.reduce(1, *)).map { Float($0) })
}

func list(_ values: Int...) -> ONNXTensor { .vector(values.map { Int64($0) }) }

func floats(_ tensor: ONNXTensor) throws -> [Float] { try #require(Float.array(tensor.elements)) }

func integers(_ tensor: ONNXTensor) throws -> [Int64] { try #require(Int64.array(tensor.elements)) }
