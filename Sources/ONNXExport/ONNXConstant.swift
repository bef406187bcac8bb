import Foundation
import ONNXProto

/// The types of elements that files of ours hold, by their numbers in the format.
package enum ONNXElementType: Int32, Sendable, Hashable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case string = 8
    case bool = 9
    case float64 = 11

    /// As ONNX Runtime writes it.
    package var title: String {
        switch self {
        case .float32: "float"
        case .float64: "double"
        default: "\(self)"
        }
    }
}

/// The elements of a constant, row-major.
package enum ONNXConstant: Sendable, Hashable {
    case float32([Float])
    case float64([Double])
    case int8([Int8])
    case int32([Int32])
    case int64([Int64])
    case string([String])

    var count: Int {
        switch self {
        case .float32(let all): all.count
        case .float64(let all): all.count
        case .int8(let all): all.count
        case .int32(let all): all.count
        case .int64(let all): all.count
        case .string(let all): all.count
        }
    }

    /// What it takes in a file, about.
    var bytes: Int {
        switch self {
        case .int8: count
        case .float32, .int32: 4 * count
        case .float64, .int64: 8 * count
        case .string(let all): all.reduce(0) { $0 + $1.utf8.count + 8 }
        }
    }

    func tensor(_ name: String, shape: [Int]) -> Onnx_TensorProto {
        var tensor = Onnx_TensorProto()
        tensor.name = name
        tensor.dims = shape.map { Int64($0) }
        let type: ONNXElementType
        switch self {
        case .float32(let all): (type, tensor.floatData) = (.float32, all)
        case .float64(let all): (type, tensor.doubleData) = (.float64, all)
        case .int8(let all):
            type = .int8
            // A whole number of the format takes up to ten bytes where it is negative.
            tensor.rawData = Data(all.map { UInt8(bitPattern: $0) })
        case .int32(let all): (type, tensor.int32Data) = (.int32, all)
        case .int64(let all): (type, tensor.int64Data) = (.int64, all)
        case .string(let all):
            type = .string
            tensor.stringData = all.map { Data($0.utf8) }
        }
        tensor.dataType = type.rawValue
        return tensor
    }
}

/// What a node is told beside its inputs.
package enum ONNXNodeAttribute: Sendable {
    case int(Int)
    case ints([Int])
    case string(String)
    case strings([String])

    func proto(_ name: String) -> Onnx_AttributeProto {
        var attribute = Onnx_AttributeProto()
        attribute.name = name
        switch self {
        case .int(let value):
            attribute.type = .int
            attribute.i = Int64(value)
        case .ints(let values):
            attribute.type = .ints
            attribute.ints = values.map { Int64($0) }
        case .string(let value):
            attribute.type = .string
            attribute.s = Data(value.utf8)
        case .strings(let values):
            attribute.type = .strings
            attribute.strings = values.map { Data($0.utf8) }
        }
        return attribute
    }
}
