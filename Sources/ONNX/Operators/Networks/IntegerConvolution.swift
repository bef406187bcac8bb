/// Convolutions of numbers of 8 bits about their zero points, summed in 32 bits.
enum IntegerConvolution {
    static func convInteger(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let shapes = try ConvolutionShapes(
            call, image: try call.tensor(0).shape, filters: try call.tensor(1).shape)
        let image = try call.centred(0, zeroPoint: 2, axisFromEnd: 1)
        let filters = try filters(call, 1, zeroPoint: 3, shapes)
        return call.result(
            shapes.result, try Convolution.convolved(image, filters, nil, shapes, call))
    }

    static func qLinearConv(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let shapes = try ConvolutionShapes(
            call, image: try call.tensor(0).shape, filters: try call.tensor(3).shape)
        let image = try call.centred(0, zeroPoint: 2, axisFromEnd: 1)
        let filters = try filters(call, 3, zeroPoint: 5, shapes)
        var bias: [Int32]?
        if call.optionalValue(8) != nil {
            let values = try call.array(8, of: Int32.self)
            guard values.count == shapes.outputs else {
                throw call.failure(
                    "has \(values.count) offsets for \(shapes.outputs) filters", kind: .input)
            }
            bias = values
        }
        let sums = try Convolution.convolved(image, filters, bias, shapes, call)
        let imageScale: [Float] = try call.reals(1, count: 1, "scales")
        let filterScales: [Float] = try call.reals(4)
        let resultScale: [Float] = try call.reals(6, count: 1, "scales")
        guard filterScales.count == 1 || filterScales.count == shapes.outputs else {
            throw call.failure(
                "has \(filterScales.count) scales for \(shapes.outputs) filters", kind: .input)
        }
        guard resultScale[0] != 0 else {
            throw call.failure("divides by a scale of 0", kind: .input)
        }
        let factors = filterScales.map { imageScale[0] * $0 / resultScale[0] }
        var values: [Float] = []
        values.reserveCapacity(sums.count)
        let places = shapes.windows.placeCount
        for index in sums.indices {
            let factor = factors.count == 1 ? factors[0] : factors[index / places % shapes.outputs]
            values.append(Float(sums[index]) * factor)
        }
        return [.tensor(ONNXTensor(shapes.result, try call.quantized(values, zeroPoint: 7)))]
    }

    /// Filters less their zero points, of which there is one, or one for each filter.
    private static func filters(
        _ call: NodeCall, _ index: Int, zeroPoint: Int, _ shapes: ConvolutionShapes
    ) throws(ONNXError) -> [Int32] {
        guard let point = try call.optionalTensor(zeroPoint), point.count != 1 else {
            return try call.centred(index, zeroPoint: zeroPoint, axisFromEnd: 1)
        }
        var values = try call.bytes(index)
        let points = try call.bytes(zeroPoint)
        guard point.type == (try call.tensor(index).type), points.count == shapes.outputs else {
            throw call.failure(
                "has zero points of \(point.type.name) \(point.shape) for \(shapes.outputs) filters",
                kind: .input)
        }
        guard !values.isEmpty else { return values }
        let size = values.count / shapes.outputs
        for place in values.indices { values[place] -= points[place / size] }
        return values
    }
}
