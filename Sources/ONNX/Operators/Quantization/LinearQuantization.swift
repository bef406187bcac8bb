/// `QuantizeLinear` and `DequantizeLinear`, with one scale, a scale for each place of an axis, or for each block of it.
///
/// Floats of 8 bits, and anything of 4 and 2 bits, are refused.
enum LinearQuantization {
    static func quantize(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let shape = try call.tensor(0).shape
        let values: [Float]
        if case .int32(let whole) = try call.tensor(0).elements {
            values = whole.map(Float.init)
        } else {
            values = try call.reals(0)
        }
        let scales: [Float] = try call.reals(1)
        let scaleShape = try call.tensor(1).shape
        let layout = try ScaleLayout(call, shape, scales: scaleShape, scaleCount: scales.count)
        if let bad = scales.first(where: { !($0.magnitude > 0) }) {
            throw call.failure("divides by a scale of \(bad)", kind: .input)
        }
        let point = try call.optionalTensor(2)
        if let point, point.count != scales.count {
            throw call.failure(
                "has scales of \(scaleShape) and zero points of \(point.shape)", kind: .input)
        }
        let type = try outputType(call, point)
        func quantized<Number: FixedWidthInteger & ONNXElement>(
            _: Number.Type
        ) throws(ONNXError) -> [ONNXValue] {
            var zeros = [Float](repeating: 0, count: scales.count)
            if point != nil { zeros = try call.array(2, of: Number.self).map { Float($0) } }
            var result: [Number] = []
            result.reserveCapacity(values.count)
            for index in values.indices {
                let place = layout.scale(of: index)
                result.append(
                    Quantization.rounded(values[index] / scales[place], about: zeros[place]))
            }
            return call.result(shape, result)
        }
        switch type {
        case .int8: return try quantized(Int8.self)
        case .uint8: return try quantized(UInt8.self)
        case .int16: return try quantized(Int16.self)
        case .uint16: return try quantized(UInt16.self)
        default:
            throw call.failure(
                "quantizes to \(type.name), which is not built here", kind: .unsupported)
        }
    }

    private static func outputType(
        _ call: NodeCall, _ point: ONNXTensor?
    ) throws(ONNXError) -> ElementType {
        let number = try call.int("output_dtype", default: 0)
        guard number != 0 else { return point?.type ?? .uint8 }
        guard let type = ElementType(rawValue: number) else {
            throw call.failure(
                "quantizes to \(ElementType.name(ofNumber: number)), which is not built here",
                kind: .unsupported)
        }
        if let point, point.type != type {
            throw call.failure("quantizes to \(type.name) about zero points of \(point.type.name)")
        }
        return type
    }

    static func dequantize(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let shape = try call.tensor(0).shape
        let values = try wholes(call, 0)
        let scale = try call.tensor(1)
        let scales: [Float] = try call.reals(1)
        let layout = try ScaleLayout(call, shape, scales: scale.shape, scaleCount: scales.count)
        var zeros = [Int32](repeating: 0, count: scales.count)
        if let point = try call.optionalTensor(2) {
            guard point.count == scales.count else {
                throw call.failure(
                    "has scales of \(scale.shape) and zero points of \(point.shape)", kind: .input)
            }
            guard point.type == (try call.tensor(0).type) else {
                throw call.failure(
                    "wants \(try call.tensor(0).type.name) as input 3, and gets \(point.type.name)")
            }
            zeros = try wholes(call, 2)
        }
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for index in values.indices {
            let place = layout.scale(of: index)
            result.append(Float(Int64(values[index]) - Int64(zeros[place])) * scales[place])
        }
        let number = try call.int("output_dtype", default: 0)
        guard let type = number == 0 ? scale.type : ElementType(rawValue: number), type.isFloat
        else {
            throw call.failure(
                "dequantizes to \(ElementType.name(ofNumber: number)), which is not built here",
                kind: .unsupported)
        }
        return [ONNXValue.tensor(ONNXTensor(shape, result)).rounded(to: type)]
    }

    private static func wholes(_ call: NodeCall, _ index: Int) throws(ONNXError) -> [Int32] {
        let tensor = try call.tensor(index)
        switch tensor.elements {
        case .int8(let values): return values.map(Int32.init)
        case .uint8(let values): return values.map(Int32.init)
        case .int16(let values): return values.map(Int32.init)
        case .uint16(let values): return values.map(Int32.init)
        case .int32(let values): return values
        default:
            throw call.failure(
                "dequantizes \(tensor.type.name), which is not built here", kind: .unsupported)
        }
    }
}
