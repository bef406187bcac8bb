/// What each type of elements is in `Elements`.

extension Bool: ONNXElement {
    package static var elementType: ElementType { .bool }
    package static func elements(_ array: [Bool]) -> Elements { .bool(array) }
    package static func array(_ elements: Elements) -> [Bool]? {
        if case .bool(let values) = elements { values } else { nil }
    }
    package static var zero: Bool { false }
}

extension String: ONNXElement {
    package static var elementType: ElementType { .string }
    package static func elements(_ array: [String]) -> Elements { .string(array) }
    package static func array(_ elements: Elements) -> [String]? {
        if case .string(let values) = elements { values } else { nil }
    }
    package static var zero: String { "" }
}

extension Float: ONNXElement {
    package static var elementType: ElementType { .float32 }
    package static func elements(_ array: [Float]) -> Elements { .float32(array) }
    package static func array(_ elements: Elements) -> [Float]? {
        if case .float32(let values) = elements { values } else { nil }
    }
}

extension Double: ONNXElement {
    package static var elementType: ElementType { .float64 }
    package static func elements(_ array: [Double]) -> Elements { .float64(array) }
    package static func array(_ elements: Elements) -> [Double]? {
        if case .float64(let values) = elements { values } else { nil }
    }
}

extension Half: ONNXElement {
    package static var elementType: ElementType { .float16 }
    package static func elements(_ array: [Half]) -> Elements { .float16(array) }
    package static func array(_ elements: Elements) -> [Half]? {
        if case .float16(let values) = elements { values } else { nil }
    }
    package static var zero: Half { Half(0) }
}

extension BrainFloat: ONNXElement {
    package static var elementType: ElementType { .bfloat16 }
    package static func elements(_ array: [BrainFloat]) -> Elements { .bfloat16(array) }
    package static func array(_ elements: Elements) -> [BrainFloat]? {
        if case .bfloat16(let values) = elements { values } else { nil }
    }
    package static var zero: BrainFloat { BrainFloat(0) }
}

extension Int8: ONNXElement {
    package static var elementType: ElementType { .int8 }
    package static func elements(_ array: [Int8]) -> Elements { .int8(array) }
    package static func array(_ elements: Elements) -> [Int8]? {
        if case .int8(let values) = elements { values } else { nil }
    }
}

extension Int16: ONNXElement {
    package static var elementType: ElementType { .int16 }
    package static func elements(_ array: [Int16]) -> Elements { .int16(array) }
    package static func array(_ elements: Elements) -> [Int16]? {
        if case .int16(let values) = elements { values } else { nil }
    }
}

extension Int32: ONNXElement {
    package static var elementType: ElementType { .int32 }
    package static func elements(_ array: [Int32]) -> Elements { .int32(array) }
    package static func array(_ elements: Elements) -> [Int32]? {
        if case .int32(let values) = elements { values } else { nil }
    }
}

extension Int64: ONNXElement {
    package static var elementType: ElementType { .int64 }
    package static func elements(_ array: [Int64]) -> Elements { .int64(array) }
    package static func array(_ elements: Elements) -> [Int64]? {
        if case .int64(let values) = elements { values } else { nil }
    }
}

extension UInt8: ONNXElement {
    package static var elementType: ElementType { .uint8 }
    package static func elements(_ array: [UInt8]) -> Elements { .uint8(array) }
    package static func array(_ elements: Elements) -> [UInt8]? {
        if case .uint8(let values) = elements { values } else { nil }
    }
}

extension UInt16: ONNXElement {
    package static var elementType: ElementType { .uint16 }
    package static func elements(_ array: [UInt16]) -> Elements { .uint16(array) }
    package static func array(_ elements: Elements) -> [UInt16]? {
        if case .uint16(let values) = elements { values } else { nil }
    }
}

extension UInt32: ONNXElement {
    package static var elementType: ElementType { .uint32 }
    package static func elements(_ array: [UInt32]) -> Elements { .uint32(array) }
    package static func array(_ elements: Elements) -> [UInt32]? {
        if case .uint32(let values) = elements { values } else { nil }
    }
}

extension UInt64: ONNXElement {
    package static var elementType: ElementType { .uint64 }
    package static func elements(_ array: [UInt64]) -> Elements { .uint64(array) }
    package static func array(_ elements: Elements) -> [UInt64]? {
        if case .uint64(let values) = elements { values } else { nil }
    }
}
