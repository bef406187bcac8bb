import Foundation

/// Conversions between types of elements.
///
/// A float becomes a whole number by dropping its fraction. What ONNX leaves open is settled here: beyond the type's
/// ends it is the nearest end, and of NaN 0, where ONNX Runtime gives what the processor does. Whole numbers become
/// others modulo 2^bits.
private struct Conversion<Target: ONNXNumber>: NumberWork {
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        if let same = Target.array(Number.elements(numbers)) { return same.elements }
        // Through 64 bits whole numbers become floats with one rounding, but for those above 2^63.
        return Number.isFloat || (Target.isFloat && Number.elementType == .uint64)
            ? numbers.map { Target(converting: $0.double) }.elements
            : numbers.map { Target(wrapping: $0.integer) }.elements
    }
}

private struct Truths: NumberWork {
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        .bool(numbers.map { $0 != .zero })
    }
}

private struct NumberTexts: NumberWork {
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        let isDouble = Number.elementType == .float64
        return Number.isFloat
            ? .string(numbers.map { CastTexts.text($0.double, isDouble: isDouble) })
            : .string(numbers.map { "\($0)" })
    }
}

extension Elements {
    /// In another type; `nil` of texts, which need not be numbers.
    package func converted(to type: ElementType) -> Elements? {
        switch type {
        case .float32: converted(Float.self)
        case .float64: converted(Double.self)
        case .float16: converted(Half.self)
        case .bfloat16: converted(BrainFloat.self)
        case .int8: converted(Int8.self)
        case .int16: converted(Int16.self)
        case .int32: converted(Int32.self)
        case .int64: converted(Int64.self)
        case .uint8: converted(UInt8.self)
        case .uint16: converted(UInt16.self)
        case .uint32: converted(UInt32.self)
        case .uint64: converted(UInt64.self)
        case .bool: self.type == .bool ? self : withNumbers(Truths())
        case .string: texts
        }
    }

    private func converted<Target: ONNXNumber>(_: Target.Type) -> Elements? {
        if case .bool(let values) = self {
            return values.map { Target(wrapping: $0 ? 1 : 0) }.elements
        }
        return withNumbers(Conversion<Target>())
    }

    private var texts: Elements? {
        switch self {
        case .string: self
        case .bool(let values): .string(values.map { $0 ? "1" : "0" })
        default: withNumbers(NumberTexts())
        }
    }
}

enum CastTexts {
    /// A number with at most 8 digits, as `%.8g` of C writes it, of floats with as few as give it back: `1`, `0.5`,
    /// `1e+10`, `NaN`, `-INF`.
    ///
    /// ONNX Runtime writes 8 digits always (`0.73926359` where the float is that of `0.7392636`); ONNX's own tests want
    /// the fewest.
    static func text(_ value: Double, isDouble: Bool) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-INF" : "INF" }
        if let whole = Int32(exactly: value), whole.magnitude < 100_000_000, whole != 0 {
            return "\(whole)"
        }
        if !isDouble {
            for digits in 6...7 {
                let text = String(format: "%.\(digits)g", value)
                if Float(text) == Float(value) { return text }
            }
        }
        return String(format: "%.8g", value)
    }

    /// `nil` where the text is no number. Blanks around it are let be.
    static func float(_ text: String) -> Double? {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        switch trimmed.lowercased() {
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        case "nan": return .nan
        default: return Double(trimmed)
        }
    }

    /// A whole number, or a float cut to one.
    static func whole<Number: ONNXNumber & FixedWidthInteger>(_ text: String) -> Number? {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        if let number = Number(trimmed) { return number }
        if let number = Int64(trimmed) { return Number(wrapping: number) }
        return float(trimmed).map { Number(converting: $0) }
    }
}

enum Casts {
    static func cast(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let number = try call.int("to")
        guard let type = ElementType(rawValue: number) else {
            throw call.failure(
                "casts to \(ElementType.name(ofNumber: number)), which is not held here",
                kind: .unsupported)
        }
        return try cast(try call.tensor(0), to: type, call)
    }

    static func castLike(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        try cast(try call.tensor(0), to: try call.tensor(1).type, call)
    }

    private static func cast(
        _ tensor: ONNXTensor, to type: ElementType, _ call: NodeCall
    ) throws(ONNXError) -> [ONNXValue] {
        let elements: Elements
        if case .string(let texts) = tensor.elements {
            elements = try parse(texts, as: type, call)
        } else if let converted = tensor.elements.converted(to: type) {
            elements = converted
        } else {
            throw call.failure("cannot cast \(tensor.type.name) to \(type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }

    private static func parse(
        _ texts: [String], as type: ElementType, _ call: NodeCall
    ) throws(ONNXError) -> Elements {
        switch type {
        case .string: .string(texts)
        case .float64: .float64(try parse(texts, call, CastTexts.float))
        case .float32: .float32(try parse(texts, call) { CastTexts.float($0).map { Float($0) } })
        case .float16:
            .float16(try parse(texts, call) { CastTexts.float($0).map { Half(converting: $0) } })
        case .bfloat16:
            .bfloat16(
                try parse(texts, call) { CastTexts.float($0).map { BrainFloat(converting: $0) } })
        case .int8: .int8(try parse(texts, call, CastTexts.whole))
        case .int16: .int16(try parse(texts, call, CastTexts.whole))
        case .int32: .int32(try parse(texts, call, CastTexts.whole))
        case .int64: .int64(try parse(texts, call, CastTexts.whole))
        case .uint8: .uint8(try parse(texts, call, CastTexts.whole))
        case .uint16: .uint16(try parse(texts, call, CastTexts.whole))
        case .uint32: .uint32(try parse(texts, call, CastTexts.whole))
        case .uint64: .uint64(try parse(texts, call, CastTexts.whole))
        case .bool: .bool(try parse(texts, call) { CastTexts.float($0).map { $0 != 0 } })
        }
    }

    private static func parse<Element>(
        _ texts: [String], _ call: NodeCall, _ parse: (String) -> Element?
    ) throws(ONNXError) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(texts.count)
        for (index, text) in texts.enumerated() {
            guard let value = parse(text) else {
                throw call.failure(
                    "casts the text '\(text.prefix(40))' (element \(index)), which is no number",
                    kind: .input)
            }
            result.append(value)
        }
        return result
    }
}
