/// The elements of a tensor, row-major, by their type.
package enum Elements: Sendable, Hashable {
    case float32([Float])
    case float64([Double])
    case float16([Half])
    case bfloat16([BrainFloat])
    case int8([Int8])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])
    case uint8([UInt8])
    case uint16([UInt16])
    case uint32([UInt32])
    case uint64([UInt64])
    case bool([Bool])
    case string([String])

    /// The array itself, for a generic function that takes `some ElementArray`.
    package var array: any ElementArray {
        switch self {
        case .float32(let values): values
        case .float64(let values): values
        case .float16(let values): values
        case .bfloat16(let values): values
        case .int8(let values): values
        case .int16(let values): values
        case .int32(let values): values
        case .int64(let values): values
        case .uint8(let values): values
        case .uint16(let values): values
        case .uint32(let values): values
        case .uint64(let values): values
        case .bool(let values): values
        case .string(let values): values
        }
    }

    /// The array itself, for a generic function that takes `some NumberArray`; `nil` of truths and texts.
    package var numbers: (any NumberArray)? { array as? any NumberArray }

    package var count: Int { array.count }
    package var type: ElementType { array.elementType }
}

/// A type of elements.
package protocol ONNXElement: Hashable, Sendable {
    static var elementType: ElementType { get }
    static func elements(_ array: [Self]) -> Elements
    /// `nil` where the elements are of another type.
    static func array(_ elements: Elements) -> [Self]?
    /// What memory that nothing was written to holds: 0, false or the empty text.
    static var zero: Self { get }
}

/// A type of numbers, with arithmetic as ONNX has it: of whole numbers modulo 2^bits, of small floats rounded after
/// each step.
package protocol ONNXNumber: ONNXElement, Comparable {
    /// The nearest number towards 0 that the type holds, rounded where it is of floats; of NaN, 0 where the type has
    /// none.
    ///
    /// It carries a name because the standard library's `Int8.init(_: Double)`, which traps beyond the type's ends,
    /// would else be what the requirement stands for.
    init(converting double: Double)
    /// The number modulo 2^bits; rounded where the type is of floats.
    init(wrapping integer: Int64)
    /// Of 64-bit whole numbers, the nearest.
    var double: Double { get }
    /// Modulo 2^64; a float is cut to a whole number, NaN is 0.
    var integer: Int64 { get }
    static var isFloat: Bool { get }
    /// −∞ of floats.
    static var lowest: Self { get }
    /// ∞ of floats.
    static var highest: Self { get }
    func adding(_ other: Self) -> Self
    func subtracting(_ other: Self) -> Self
    func multiplying(_ other: Self) -> Self
    /// Of whole numbers cut towards 0; their division by 0 is 0, which nobody defines.
    func dividing(_ other: Self) -> Self
    var isNaN: Bool { get }
}

extension ONNXNumber {
    /// `init(converting:)`, for generic code.
    package init(_ double: Double) { self.init(converting: double) }
}

/// Elements of one type, which a generic function opens.
package protocol ElementArray: Sendable {
    associatedtype Element: ONNXElement
    var array: [Element] { get }
}

extension ElementArray {
    package var elementType: ElementType { Element.elementType }
    package var count: Int { array.count }
}

/// Numbers of one type, which a generic function opens.
package protocol NumberArray: ElementArray where Element: ONNXNumber {}

extension Array: ElementArray where Element: ONNXElement {
    package var array: [Element] { self }
}
extension Array: NumberArray where Element: ONNXNumber {}

extension Array where Element: ONNXElement {
    package var elements: Elements { Element.elements(self) }
}
