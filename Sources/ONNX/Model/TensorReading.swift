package import Foundation
import ONNXProto
import SwiftProtobuf

extension ONNXReader {
    /// Reads a file of one serialized tensor, as the test data of ONNX is.
    package static func readTensor(
        _ bytes: Data, source: String, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) -> ONNXTensor {
        let proto: Onnx_TensorProto
        do {
            proto = try Onnx_TensorProto(serializedBytes: bytes)
        } catch {
            throw ONNXError(.malformed, at: source, "is no tensor (\(error))")
        }
        var reader = ONNXReader(limits: limits, source: source)
        return try reader.tensor(proto, at: source)
    }

    mutating func tensor(_ proto: Onnx_TensorProto, at place: String) throws(ONNXError) -> ONNXTensor {
        guard let type = ElementType(rawValue: Int(proto.dataType)) else {
            throw ONNXError(
                .unsupported, at: place,
                "is of \(ElementType.name(ofNumber: Int(proto.dataType))), which is not held here",
                advice: "Export the model in 32-bit floats")
        }
        guard !proto.hasSegment else {
            throw ONNXError(.unsupported, at: place, "is stored in segments, which are not read")
        }
        var shape: [Int] = []
        for extent in proto.dims { shape.append(Int(extent)) }
        let count = try limits.count(of: shape, at: place)
        if proto.dataLocation == .external {
            let bytes = try external.bytes(
                proto.externalData, length: count * (type.bytes ?? 0), limits, at: place)
            return try Self.decoded(bytes, type, shape, count, at: place)
        }
        if proto.hasRawData {
            return try Self.decoded(proto.rawData, type, shape, count, at: place)
        }
        let elements = Self.listed(proto, type)
        guard elements.count == count else {
            throw ONNXError(
                .malformed, at: place,
                "has \(elements.count) elements where its extents \(shape) say \(count)")
        }
        return ONNXTensor(shape, elements)
    }

    /// Elements of the lists that a tensor has where it has no raw bytes.
    private static func listed(_ proto: Onnx_TensorProto, _ type: ElementType) -> Elements {
        switch type {
        case .float32: .float32(proto.floatData)
        case .float64: .float64(proto.doubleData)
        case .int64: .int64(proto.int64Data)
        case .int32: .int32(proto.int32Data)
        case .int16: .int16(proto.int32Data.map { Int16(truncatingIfNeeded: $0) })
        case .int8: .int8(proto.int32Data.map { Int8(truncatingIfNeeded: $0) })
        case .uint16: .uint16(proto.int32Data.map { UInt16(truncatingIfNeeded: $0) })
        case .uint8: .uint8(proto.int32Data.map { UInt8(truncatingIfNeeded: $0) })
        case .bool: .bool(proto.int32Data.map { $0 != 0 })
        case .float16: .float16(proto.int32Data.map { Half(bits: UInt16(truncatingIfNeeded: $0)) })
        case .bfloat16:
            .bfloat16(proto.int32Data.map { BrainFloat(bits: UInt16(truncatingIfNeeded: $0)) })
        case .uint32: .uint32(proto.uint64Data.map { UInt32(truncatingIfNeeded: $0) })
        case .uint64: .uint64(proto.uint64Data)
        case .string: .string(proto.stringData.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    private static func decoded(
        _ bytes: Data, _ type: ElementType, _ shape: [Int], _ count: Int, at place: String
    ) throws(ONNXError) -> ONNXTensor {
        guard let size = type.bytes else {
            throw ONNXError(.malformed, at: place, "has texts as raw bytes")
        }
        guard bytes.count == count * size else {
            throw ONNXError(
                .malformed, at: place,
                "has \(bytes.count) bytes where \(count) elements of \(type.name) take \(count * size)")
        }
        let raw = bytes.span
        let elements: Elements =
            switch type {
            case .float32: .float32(read(raw) { Float(bitPattern: $0) })
            case .float64: .float64(read(raw) { Double(bitPattern: $0) })
            case .float16: .float16(read(raw) { Half(bits: $0) })
            case .bfloat16: .bfloat16(read(raw) { BrainFloat(bits: $0) })
            case .int8: .int8(read(raw) { Int8(bitPattern: $0) })
            case .int16: .int16(read(raw) { Int16(bitPattern: $0) })
            case .int32: .int32(read(raw) { Int32(bitPattern: $0) })
            case .int64: .int64(read(raw) { Int64(bitPattern: $0) })
            case .uint8: .uint8([UInt8](bytes))
            case .uint16: .uint16(read(raw) { $0 })
            case .uint32: .uint32(read(raw) { $0 })
            case .uint64: .uint64(read(raw) { $0 })
            case .bool: .bool(read(raw) { (byte: UInt8) in byte != 0 })
            case .string: .string([])
            }
        return ONNXTensor(shape, elements)
    }

    /// Elements of raw bytes, the low byte of each first. The loop is one load a word once it is optimised.
    private static func read<Word: FixedWidthInteger & UnsignedInteger, Element: ONNXElement>(
        _ bytes: Span<UInt8>, _ element: (Word) -> Element
    ) -> [Element] {
        let size = Word.bitWidth / 8
        var result = [Element](repeating: Element.zero, count: bytes.count / size)
        var elements = result.mutableSpan
        for place in elements.indices {
            var word: Word = 0
            for byte in 0..<size {
                word |= Word(truncatingIfNeeded: bytes[place * size + byte]) << Word(truncatingIfNeeded: 8 * byte)
            }
            elements[place] = element(word)
        }
        return result
    }
}

extension ONNXReader {
    /// Reads a file of one serialized value of a kind, as the test data of ONNX is.
    package static func readValue(
        _ bytes: Data, as kind: ONNXPort.Kind, source: String, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) -> ONNXValue {
        do {
            switch kind {
            case .sequence:
                return try value(try Onnx_SequenceProto(serializedBytes: bytes), source, limits)
            case .optional:
                return try value(try Onnx_OptionalProto(serializedBytes: bytes), source, limits)
            case .map:
                return .map(try entries(try Onnx_MapProto(serializedBytes: bytes), source, limits))
            case .tensor, .unknown:
                return .tensor(try readTensor(bytes, source: source, limits: limits))
            }
        } catch let error as ONNXError {
            throw error
        } catch {
            throw ONNXError(.malformed, at: source, "is no value of that kind (\(error))")
        }
    }

    private static func value(
        _ proto: Onnx_SequenceProto, _ source: String, _ limits: ONNXLimits
    ) throws(ONNXError) -> ONNXValue {
        var reader = ONNXReader(limits: limits, source: source)
        var values: [ONNXValue] = []
        for tensor in proto.tensorValues { values.append(.tensor(try reader.tensor(tensor, at: source))) }
        for sequence in proto.sequenceValues { values.append(try value(sequence, source, limits)) }
        for map in proto.mapValues { values.append(.map(try entries(map, source, limits))) }
        return .sequence(values)
    }

    private static func entries(
        _ proto: Onnx_MapProto, _ source: String, _ limits: ONNXLimits
    ) throws(ONNXError) -> [ONNXMapEntry] {
        let keys: [ONNXMapEntry.Key] =
            proto.stringKeys.map { .text(String(decoding: $0, as: UTF8.self)) } + proto.keys.map { .number($0) }
        let values = proto.values.tensorValues
        guard keys.count == values.count else {
            throw ONNXError(
                .malformed, at: source, "has a map of \(keys.count) keys and \(values.count) tensors")
        }
        var reader = ONNXReader(limits: limits, source: source)
        var entries: [ONNXMapEntry] = []
        for (key, value) in zip(keys, values) {
            entries.append(ONNXMapEntry(key: key, value: try reader.tensor(value, at: source)))
        }
        return entries
    }

    private static func value(
        _ proto: Onnx_OptionalProto, _ source: String, _ limits: ONNXLimits
    ) throws(ONNXError) -> ONNXValue {
        var reader = ONNXReader(limits: limits, source: source)
        if proto.hasTensorValue { return .tensor(try reader.tensor(proto.tensorValue, at: source)) }
        if proto.hasSequenceValue { return try value(proto.sequenceValue, source, limits) }
        return .none
    }
}
