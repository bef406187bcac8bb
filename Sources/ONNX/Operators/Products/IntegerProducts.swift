/// Products of numbers of 8 bits about their zero points, summed in 32 bits.
enum IntegerProducts {
    static func matMulInteger(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let a = try call.centred(0, zeroPoint: 2, axisFromEnd: 2)
        let b = try call.centred(1, zeroPoint: 3, axisFromEnd: 1)
        let (shape, values) = try MatrixProduct.product(
            a, try call.tensor(0).shape, b, try call.tensor(1).shape, call)
        return call.result(shape, values)
    }

    static func qLinearMatMul(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let a = try call.centred(0, zeroPoint: 2, axisFromEnd: 2)
        let b = try call.centred(3, zeroPoint: 5, axisFromEnd: 1)
        let (shape, sums) = try MatrixProduct.product(
            a, try call.tensor(0).shape, b, try call.tensor(3).shape, call)
        let aScales = try scales(call, 1, axisFromEnd: 2, shape)
        let bScales = try scales(call, 4, axisFromEnd: 1, shape)
        let scales: [Float] = try call.reals(6)
        guard scales.count == 1, let scale = scales.first, scale != 0 else {
            throw call.failure(
                "wants one scale of its result other than 0, and gets \(scales.prefix(4))",
                kind: .input)
        }
        var values: [Float] = []
        values.reserveCapacity(sums.count)
        for index in sums.indices {
            values.append(Float(sums[index]) * (aScales[index] * bScales[index] / scale))
        }
        return [.tensor(ONNXTensor(shape, try call.quantized(values, zeroPoint: 7)))]
    }

    /// Scales of one number, of each row or of each column, stretched over a result.
    private static func scales(
        _ call: NodeCall, _ index: Int, axisFromEnd: Int, _ shape: [Int]
    ) throws(ONNXError) -> [Float] {
        let tensor = try call.tensor(index)
        let values: [Float] = try call.reals(index)
        let count = try call.count(of: shape)
        guard count > 0 else { return [] }
        if values.count == 1 { return [Float](repeating: values[0], count: count) }
        let own = tensor.rank == 1 && axisFromEnd == 2 ? tensor.shape + [1] : tensor.shape
        guard Broadcasting.shape(own, shape) == shape else {
            throw call.failure("cannot stretch scales of \(tensor.shape) to \(shape)", kind: .input)
        }
        return Broadcasting.stretched(values, own, to: shape)
    }
}

extension NodeCall {
    /// Numbers of 8 bits less their zero point, which is one number, or one for each place of an axis that is counted
    /// from the end.
    func centred(_ index: Int, zeroPoint: Int, axisFromEnd: Int) throws(ONNXError) -> [Int32] {
        let tensor = try tensor(index)
        var values = try bytes(index)
        guard let point = try optionalTensor(zeroPoint) else { return values }
        guard point.type == tensor.type else {
            throw failure(
                "wants \(tensor.type.name) as input \(zeroPoint + 1), and gets \(point.type.name)")
        }
        let points = try bytes(zeroPoint)
        guard !values.isEmpty else { return values }
        if points.count == 1 {
            if points[0] != 0 { for index in values.indices { values[index] -= points[0] } }
            return values
        }
        let own = point.rank == 1 && axisFromEnd == 2 ? point.shape + [1] : point.shape
        guard Broadcasting.shape(own, tensor.shape) == tensor.shape else {
            throw failure(
                "cannot stretch zero points of \(point.shape) to \(tensor.shape)", kind: .input)
        }
        for (index, point) in Broadcasting.stretched(points, own, to: tensor.shape).enumerated() {
            values[index] -= point
        }
        return values
    }

    /// Whole numbers of 8 bits.
    func bytes(_ index: Int) throws(ONNXError) -> [Int32] {
        let tensor = try tensor(index)
        switch tensor.elements {
        case .int8(let values): return values.map(Int32.init)
        case .uint8(let values): return values.map(Int32.init)
        default:
            throw failure("wants int8 or uint8 as input \(index + 1), and gets \(tensor.type.name)")
        }
    }

    /// Numbers that are scaled already, rounded half to even and moved by the zero point, whose type the result takes.
    func quantized(_ values: [Float], zeroPoint index: Int) throws(ONNXError) -> Elements {
        let point = try tensor(index)
        guard point.count == 1 else {
            throw failure(
                "wants one zero point as input \(index + 1), and gets \(point.shape)", kind: .input)
        }
        switch point.elements {
        case .int8(let points): return .int8(Quantization.rounded(values, about: points[0]))
        case .uint8(let points): return .uint8(Quantization.rounded(values, about: points[0]))
        default:
            throw failure("wants int8 or uint8 as input \(index + 1), and gets \(point.type.name)")
        }
    }
}
