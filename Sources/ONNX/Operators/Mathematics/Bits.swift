private struct BitAnd: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole { a & b }
}

private struct BitOr: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole { a | b }
}

private struct BitXor: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole { a ^ b }
}

/// A shift by the type's bits or more leaves nothing.
private struct LeftShift: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole { a << b }
}

private struct RightShift: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole { a >> b }
}

enum Bits {
    private static func shift(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        switch try call.text("direction", default: "") {
        case "LEFT": return try call.combine(LeftShift())
        case "RIGHT": return try call.combine(RightShift())
        case let other: throw call.failure("shifts '\(other)', which is neither 'LEFT' nor 'RIGHT'")
        }
    }

    private static func not(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let elements: Elements
        switch tensor.elements {
        case .int8(let values): elements = .int8(values.map(~))
        case .int16(let values): elements = .int16(values.map(~))
        case .int32(let values): elements = .int32(values.map(~))
        case .int64(let values): elements = .int64(values.map(~))
        case .uint8(let values): elements = .uint8(values.map(~))
        case .uint16(let values): elements = .uint16(values.map(~))
        case .uint32(let values): elements = .uint32(values.map(~))
        case .uint64(let values): elements = .uint64(values.map(~))
        default: throw call.failure("wants whole numbers, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("BitShift", shift),
        ONNXOperator("BitwiseAnd", BitAnd()),
        ONNXOperator("BitwiseOr", BitOr()),
        ONNXOperator("BitwiseXor", BitXor()),
        ONNXOperator("BitwiseNot", not),
    ]
}
