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
        opset: Int = 21, outputs: Int = 1, limits: ONNXLimits = ONNXLimits()
    ) {
        self.init(name, values: inputs.map { $0.map { .tensor($0) } }, attributes, opset: opset)
        self.outputs = outputs
        self.limits = limits
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
        let operation = try #require(
            OperatorRegistry.standard[OperatorName(name)], "no operator \(name)")
        let node = ONNXNode(
            making: (0..<outputs).map { "y\($0)" }, by: name,
            of: inputs.enumerated().map { $1 == nil ? "" : "x\($0)" }, attributes)
        return try operation.evaluate(
            NodeCall(node: node, opset: opset, inputs: inputs, limits: limits))
    }

    /// As many as there are names for.
    func tensors() throws -> [ONNXTensor] {
        var tensors: [ONNXTensor] = []
        for value in try values().prefix(outputs) { tensors.append(try #require(value.tensor)) }
        return tensors
    }

    func tensor(_ index: Int = 0) throws -> ONNXTensor { try #require(try values()[index].tensor) }

    /// What the operator says where it fails; `nil` where it does not.
    func problem() throws -> String? {
        do {
            _ = try values()
            return nil
        } catch let error as ONNXError {
            return error.problem
        }
    }
}

// MARK: - Refusals

extension OneOperator {
    /// Expects an error of a kind that says a text, and no other end.
    func isRefused(
        as kind: ONNXError.Kind, saying text: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let error = refusal(sourceLocation) else { return }
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect(
            error.problem.contains(text), "\(error) does not say '\(text)'",
            sourceLocation: sourceLocation)
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
        guard let error = OneOperator(name, inputs, attributes, limits: limits).refusal(place) else { return }
        for text in texts {
            #expect(
                "\(error)".contains(text), "\(error) says nothing of '\(text)'", sourceLocation: place)
        }
    }

    /// The error that the operator ends with; any other end is an issue.
    private func refusal(_ place: SourceLocation) -> ONNXError? {
        do {
            let values = try values()
            Issue.record("\(name) gives \(values.map(\.kind)) in place of an error", sourceLocation: place)
        } catch let error as ONNXError {
            return error
        } catch {
            Issue.record("\(error)", sourceLocation: place)
        }
        return nil
    }
}

extension ONNXTensor {
    /// Bits of floats, so that NaN equals itself and 0 is not −0.
    var bits: [UInt32]? { Float.array(elements)?.map(\.bitPattern) }

    /// Floats that count up from a number.
    static func counting(_ shape: [Int], from first: Float = 0) -> ONNXTensor {
        ONNXTensor(shape, (0..<shape.reduce(1, *)).map { first + Float($0) })
    }

    static func filled(_ shape: [Int], _ value: Float) -> ONNXTensor {
        ONNXTensor(shape, [Float](repeating: value, count: shape.reduce(1, *)))
    }
}

/// Numbers 0, 1, 2 … of extents.
func counting(_ shape: Int...) -> ONNXTensor {
    .counting(shape)
}

func list(_ values: Int...) -> ONNXTensor { .vector(values.map { Int64($0) }) }

func floats(_ tensor: ONNXTensor) throws -> [Float] { try #require(Float.array(tensor.elements)) }

func integers(_ tensor: ONNXTensor) throws -> [Int64] { try #require(Int64.array(tensor.elements)) }
