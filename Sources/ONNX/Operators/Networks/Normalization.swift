import RealModule

enum InstanceNormalization: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let shape = try call.tensor(0).shape
        guard shape.count >= 2 else {
            throw call.failure("wants channels, and gets \(shape)", kind: .input)
        }
        let channels = shape[1]
        let scale: [Number] = try call.reals(1, count: channels, "scales for \(channels) channels")
        let offset: [Number] = try call.reals(
            2, count: channels, "offsets for \(channels) channels")
        return try GroupNormalization.normalized(
            call, shape, groups: channels, scale: scale, offset: offset, try call.reals(0))
    }
}

/// `GroupNormalization`: scale and offset are of groups up to version 18, and of channels from version 21 on.
enum GroupNormalization: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let shape = try call.tensor(0).shape
        guard shape.count >= 2 else {
            throw call.failure("wants channels, and gets \(shape)", kind: .input)
        }
        let groups = try call.int("num_groups")
        let channels = shape[1]
        guard groups > 0, channels % groups == 0 else {
            throw call.failure("has \(groups) groups of \(channels) channels")
        }
        let count = call.opset < 21 ? groups : channels
        let scale: [Number] = try call.reals(
            1, count: count, "scales for \(count) channels or groups")
        let offset: [Number] = try call.reals(
            2, count: count, "offsets for \(count) channels or groups")
        return try normalized(
            call, shape, groups: groups, scale: scale, offset: offset, try call.reals(0))
    }

    /// Normalises groups of channels; scales are of groups or of channels.
    static func normalized<Number: ONNXReal>(
        _ call: NodeCall, _ shape: [Int], groups: Int, scale: [Number], offset: [Number],
        _ input: [Number]
    ) throws(ONNXError) -> [ONNXValue] {
        guard !input.isEmpty else { return call.result(shape, input) }
        var values = input
        let epsilon = Double(try call.float("epsilon", default: 1e-5))
        let size = values.count / (shape[0] * groups)
        // Elements that share a scale.
        let run = size / (scale.count / groups)
        for start in stride(from: 0, to: values.count, by: size) {
            let moments = Moments(values, of: size, from: start)
            let inverse = 1 / (moments.variance + epsilon).squareRoot()
            for first in stride(from: start, to: start + size, by: run) {
                let place = first / run % scale.count
                let a = scale[place].double * inverse
                let slope = Number(rounding: a)
                let shift = Number(rounding: offset[place].double - moments.mean * a)
                for index in first..<first + run { values[index] = values[index] * slope + shift }
            }
        }
        return call.result(shape, values)
    }
}

/// The axes from one on, over which `LayerNormalization` and `RMSNormalization` go, with the parameters stretched to
/// them.
private struct TrailingAxes<Number: ONNXReal> {
    let shape: [Int]
    let axis: Int
    let size: Int
    let scale: [Number]
    let offset: [Number]?

    init(_ call: NodeCall, offset hasOffset: Bool) throws(ONNXError) {
        shape = try call.tensor(0).shape
        axis = try call.axis(try call.int("axis", default: -1), rank: shape.count)
        let own = Array(shape[axis...])
        let size = try call.count(of: own)
        self.size = size
        func parameter(_ index: Int) throws(ONNXError) -> [Number] {
            let values = try call.reals(index, as: Number.self)
            let given = try call.tensor(index).shape
            guard Broadcasting.shape(given, own) == own else {
                throw call.failure("cannot stretch parameters of \(given) to \(own)", kind: .input)
            }
            return size == 0 ? [] : Broadcasting.stretched(values, given, to: own)
        }
        scale = try parameter(1)
        offset = hasOffset && call.optionalValue(2) != nil ? try parameter(2) : nil
    }
}

/// `LayerNormalization`; mean and inverse deviation are floats, as `stash_type` 1 has it.
enum LayerNormalization: RealOperator {
    static func input(givingTypeOfOutput index: Int) -> Int? { index == 0 ? 0 : nil }

    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let axes = try TrailingAxes<Number>(call, offset: true)
        var values = try call.reals(0, as: Number.self)
        let epsilon = Double(try call.float("epsilon", default: 1e-5))
        let outer = Array(axes.shape[..<axes.axis])
        let rows = try call.count(of: outer)
        var means: [Float] = []
        var inverses: [Float] = []
        for row in 0..<(axes.size == 0 ? 0 : rows) {
            let start = row * axes.size
            let moments = Moments(values, of: axes.size, from: start)
            let inverse = 1 / (moments.variance + epsilon).squareRoot()
            let mean = Number(rounding: moments.mean)
            let factor = Number(rounding: inverse)
            for index in 0..<axes.size {
                values[start + index] = (values[start + index] - mean) * factor * axes.scale[index]
            }
            if let offset = axes.offset {
                for index in 0..<axes.size { values[start + index] += offset[index] }
            }
            means.append(Float(moments.mean))
            inverses.append(Float(inverse))
        }
        if axes.size == 0 {
            means = [Float](repeating: .nan, count: rows)
            inverses = means
        }
        let reduced = outer + [Int](repeating: 1, count: axes.shape.count - axes.axis)
        return call.result(axes.shape, values) + call.result(reduced, means)
            + call.result(reduced, inverses)
    }
}

/// `x / sqrt(mean(x²) + epsilon) · scale`
enum RMSNormalization: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let axes = try TrailingAxes<Number>(call, offset: false)
        var values = try call.reals(0, as: Number.self)
        let epsilon = Double(try call.float("epsilon", default: 1e-5))
        guard axes.size > 0 else { return call.result(axes.shape, values) }
        for start in stride(from: 0, to: values.count, by: axes.size) {
            var sum = 0.0
            for index in start..<start + axes.size {
                sum += values[index].double * values[index].double
            }
            let factor = Number(rounding: 1 / (sum / Double(axes.size) + epsilon).squareRoot())
            for index in 0..<axes.size { values[start + index] *= factor * axes.scale[index] }
        }
        return call.result(axes.shape, values)
    }
}

/// `LRN`: `x / (bias + alpha / size · Σ x²)^beta`, summed over `size` neighbouring channels.
enum LocalResponseNormalization: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let size = try call.int("size")
        guard shape.count >= 2, size >= 1 else {
            throw call.failure("cannot sum over \(size) channels of \(shape)", kind: .input)
        }
        guard !values.isEmpty else { return call.result(shape, values) }
        let alpha = Number(try call.float("alpha", default: 1e-4)) / Number(size)
        let beta = Number(try call.float("beta", default: 0.75))
        let bias = Number(try call.float("bias", default: 1))
        let channels = shape[1]
        let plane = values.count / (shape[0] * channels)
        let before = min((size - 1) / 2, channels)
        let after = min(size / 2, channels)
        try call.check(products: [values.count, min(size, channels)])
        var result: [Number] = []
        result.reserveCapacity(values.count)
        var sums = [Number](repeating: 0, count: plane)
        for batch in 0..<shape[0] {
            let start = batch * channels * plane
            for channel in 0..<channels {
                for index in sums.indices { sums[index] = 0 }
                for other in max(0, channel - before)...min(channels - 1, channel + after) {
                    for index in sums.indices {
                        let value = values[start + other * plane + index]
                        sums[index] += value * value
                    }
                }
                for index in sums.indices {
                    result.append(
                        values[start + channel * plane + index]
                            / Number.pow(bias + alpha * sums[index], beta))
                }
            }
        }
        return call.result(shape, result)
    }
}

/// `(x − mean) / (sqrt(variance) + 1e-9)` over axes.
enum MeanVarianceNormalization: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        guard !values.isEmpty else { return call.result(shape, values) }
        let axes = try call.axes(try call.ints("axes", default: [0, 2, 3]), rank: shape.count)
        var kept = shape
        for axis in axes { kept[axis] = 1 }
        let steps = Broadcasting.steps(of: kept, in: shape)
        let count = kept.reduce(1, *)
        let size = Double(values.count / count)
        var means = [Double](repeating: 0, count: count)
        var deviations = means
        var index = 0
        Broadcasting.forEachPlace(in: shape, steps: steps) {
            means[$0] += values[index].double / size
            index += 1
        }
        index = 0
        Broadcasting.forEachPlace(in: shape, steps: steps) {
            let difference = values[index].double - means[$0]
            deviations[$0] += difference * difference / size
            index += 1
        }
        var result: [Number] = []
        result.reserveCapacity(values.count)
        Broadcasting.forEachPlace(in: shape, steps: steps) {
            let difference = values[result.count].double - means[$0]
            result.append(Number(rounding: difference / (deviations[$0].squareRoot() + 1e-9)))
        }
        return call.result(shape, result)
    }
}

/// `LpNormalization`: `x / ‖x‖` along an axis; where the norm is 0, the elements stay 0, as ONNX Runtime has it.
enum LpNormalization: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        var values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let axis = try call.axis(try call.int("axis", default: -1), rank: shape.count)
        let norm = try LpNorm(call)
        guard !values.isEmpty else { return call.result(shape, values) }
        let extent = shape[axis]
        let inner = shape[(axis + 1)...].reduce(1, *)
        for outer in stride(from: 0, to: values.count, by: extent * inner) {
            for start in outer..<outer + inner {
                let line = stride(from: start, to: start + extent * inner, by: inner)
                var sum: Number = 0
                for index in line { sum += norm.power(values[index]) }
                let length = norm.root(sum)
                if length != 0 { for index in line { values[index] /= length } }
            }
        }
        return call.result(shape, values)
    }
}
