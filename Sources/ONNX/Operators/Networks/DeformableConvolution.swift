/// `DeformConv` over images of two axes: each tap is moved by an offset of its own, and reads between four neighbours,
/// of which those beyond the image are 0.
enum DeformableConvolution: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let image = try call.reals(0, as: Number.self)
        let filters = try call.reals(1, as: Number.self)
        let offsets = try call.reals(2, as: Number.self)
        let shape = try call.tensor(0).shape
        let shapes = try ConvolutionShapes(call, image: shape, filters: try call.tensor(1).shape)
        let windows = shapes.windows
        guard windows.rank == 2 else {
            throw call.failure(
                "has images of \(windows.rank) axes, of which 2 are built here", kind: .unsupported)
        }
        let count = try call.count(of: shapes.result)
        let parts = try call.int("offset_group", default: 1)
        guard parts >= 1, shapes.inputs % parts == 0 else {
            throw call.failure("has \(parts) groups of offsets for \(shapes.inputs) channels")
        }
        guard count > 0, shapes.inputs > 0 else {
            return call.result(shapes.result, [Number](repeating: 0, count: count))
        }
        let taps = windows.kernelCount
        let places = windows.placeCount
        let expected = [shapes.batch, parts * taps * 2] + windows.places
        guard try call.tensor(2).shape == expected else {
            throw call.failure(
                "wants offsets of \(expected), and gets \(try call.tensor(2).shape)", kind: .input)
        }
        var mask: [Number]?
        if call.optionalValue(4) != nil {
            mask = try call.reals(4, count: shapes.batch * parts * taps * places, "factors of taps")
        }
        let bias: [Number] =
            call.optionalValue(3) == nil
            ? [Number](repeating: 0, count: shapes.outputs)
            : try call.reals(3, count: shapes.outputs, "offsets")
        let depth = shapes.groupInputs * taps
        let rows = shapes.outputs / shapes.groups
        try call.check(products: [count, depth])
        let samples = AxisSamples(mode: .linear, padding: .zeros, alignsCorners: true)
        let (height, width) = (windows.axes[1], windows.axes[2])
        var columns = [Number](
            repeating: 0, count: try call.count(of: [shapes.inputs, taps, places]))
        var result = [Number](repeating: 0, count: count)
        var indices = [0, 0, 0, 0]
        var weights = [0.0, 0, 0, 0]
        let channels = shapes.inputs / parts
        for batch in 0..<shapes.batch {
            for part in 0..<parts {
                for tap in 0..<taps {
                    let set = (batch * parts + part) * taps + tap
                    for place in 0..<places {
                        let top: Int = place / width.places * height.stride - height.before
                        let left: Int = place % width.places * width.stride - width.before
                        let y: Int = top + tap / width.kernel * height.dilation
                        let x: Int = left + tap % width.kernel * width.dilation
                        let moved = { (position: Int, value: Number) -> Double in
                            let sum = Double(position) + value.double
                            return sum == sum ? max(-0x1p40, min(0x1p40, sum)) : -2
                        }
                        samples.sample(
                            moved(y, offsets[2 * set * places + place]), extent: height.extent,
                            &indices,
                            &weights, at: 0)
                        samples.sample(
                            moved(x, offsets[(2 * set + 1) * places + place]), extent: width.extent,
                            &indices,
                            &weights, at: 2)
                        let factor = mask?[set * places + place] ?? 1
                        for channel in part * channels..<(part + 1) * channels {
                            let start = (batch * shapes.inputs + channel) * windows.imageCount
                            var sum: Number = 0
                            for vertical in 0..<2 {
                                for horizontal in 2..<4 {
                                    let weight = weights[vertical] * weights[horizontal]
                                    if weight == 0 { continue }
                                    sum +=
                                        Number(rounding: weight)
                                        * image[
                                            start + indices[vertical] * width.extent
                                                + indices[horizontal]]
                                }
                            }
                            columns[(channel * taps + tap) * places + place] = sum * factor
                        }
                    }
                }
            }
            for group in 0..<shapes.groups {
                MatrixProduct.multiply(
                    filters, at: group * rows * depth, rows: rows, columns,
                    at: group * depth * places,
                    bStep: places, depth: depth, columns: places, into: &result,
                    at: (batch * shapes.outputs + group * rows) * places, resultStep: places)
            }
        }
        for index in result.indices { result[index] += bias[index / places % shapes.outputs] }
        return call.result(shapes.result, result)
    }
}
