import ONNXProto

/// The type of the elements of an ONNX tensor, with the number that `TensorProto.DataType` gives it.
///
/// - Source: ONNX IR, "Tensor Element Types". Types of 8 bits and less for floats, of 4 and 2 bits, and complex numbers
///   are not held: a file with one is refused by name.
package enum ElementType: Int, Sendable, Hashable, CaseIterable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case string = 8
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// As ONNX writes it.
    package var name: String {
        switch self {
        case .float32: "float"
        case .uint8: "uint8"
        case .int8: "int8"
        case .uint16: "uint16"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .string: "string"
        case .bool: "bool"
        case .float16: "float16"
        case .float64: "double"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .bfloat16: "bfloat16"
        }
    }

    /// Of an element in `raw_data`; `nil` of texts, which are never there.
    package var bytes: Int? {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        case .string: nil
        }
    }

    package var isFloat: Bool {
        switch self {
        case .float32, .float64, .float16, .bfloat16: true
        default: false
        }
    }

    package var isInteger: Bool { !isFloat && self != .string && self != .bool }

    /// What a number of `TensorProto.DataType` that is not held is called.
    static func name(ofNumber number: Int) -> String {
        ElementType(rawValue: number)?.name
            ?? Onnx_TensorProto.DataType(rawValue: number).map { "\($0)" } ?? "type \(number)"
    }
}
