/// One number for each image of a batch.
private func pooledWhole<Number: ONNXReal>(
    _ call: NodeCall, _ pool: (ArraySlice<Number>) -> Number
) throws(ONNXError) -> [ONNXValue] {
    let values = try call.reals(0, as: Number.self)
    let shape = try call.tensor(0).shape
    guard shape.count >= 2 else {
        throw call.failure("cannot pool \(shape): it has no channels", kind: .input)
    }
    let result = Array(shape[..<2]) + [Int](repeating: 1, count: shape.count - 2)
    let count = try call.count(of: result)
    guard count > 0 else { return call.result(result, [Number]()) }
    guard !values.isEmpty else {
        throw call.failure("cannot pool images of \(shape)", kind: .input)
    }
    let size = values.count / count
    return call.result(result, (0..<count).map { pool(values[$0 * size..<($0 + 1) * size]) })
}

enum GlobalAveragePool: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        try pooledWhole(call) { (values: ArraySlice<Number>) in
            var sum: Number = 0
            for value in values { sum += value }
            return sum / Number(values.count)
        }
    }
}

enum GlobalMaxPool: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        try pooledWhole(call) { (values: ArraySlice<Number>) in
            var best = -Number.infinity
            for value in values where value > best { best = value }
            return best
        }
    }
}

enum GlobalLpPool: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let norm = try LpNorm(call)
        return try pooledWhole(call) { (values: ArraySlice<Number>) in
            var sum: Number = 0
            for value in values { sum += norm.power(value) }
            return norm.root(sum)
        }
    }
}

/// `MaxUnpool`: elements put back to where `MaxPool` found them.
///
/// Offsets count in the image whose extents follow from the attributes, also where another shape is asked for, as the
/// ONNX reference has it; ONNX Runtime counts them in the shape that is asked for.
enum MaxUnpool: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let offsets = try call.integers(1)
        guard let kernel = try call.optionalInts("kernel_shape"), shape.count == kernel.count + 2
        else {
            throw call.failure("has no 'kernel_shape' for an image of \(shape)")
        }
        guard try call.tensor(1).shape == shape else {
            throw call.failure(
                "has offsets of \(try call.tensor(1).shape) for \(shape)", kind: .input)
        }
        let attributes = try WindowAttributes(call, kernel: kernel)
        let windows = try attributes.transposedWindows(
            from: Array(shape[2...]), image: nil,
            outputPadding: [Int](repeating: 0, count: kernel.count))
        let own = Array(shape[..<2]) + windows.axes.suffix(windows.rank).map(\.extent)
        var result = [Number](repeating: 0, count: try call.count(of: own))
        for (value, offset) in zip(values, offsets) {
            guard result.indices.contains(offset) else {
                throw call.failure("has an offset of \(offset) in an image of \(own)", kind: .input)
            }
            result[offset] = value
        }
        guard let asked = try call.optionalIntegers(2), asked != own else {
            return call.result(own, result)
        }
        guard asked.count == own.count, zip(asked, own).allSatisfy({ $0 >= $1 }) else {
            throw call.failure("cannot put an image of \(own) into \(asked)", kind: .input)
        }
        var larger = [Number](repeating: 0, count: try call.count(of: asked))
        guard !result.isEmpty else { return call.result(asked, larger) }
        var index = 0
        Broadcasting.forEachPlace(in: own, steps: Broadcasting.steps(of: asked)) {
            larger[$0] = result[index]
            index += 1
        }
        return call.result(asked, larger)
    }
}
