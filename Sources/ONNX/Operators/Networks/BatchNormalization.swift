/// `BatchNormalization`: `(x − mean) / sqrt(variance + epsilon) · scale + offset` for each channel.
///
/// Versions 7 and 9 in training, which they tell by five outputs, are refused.
enum BatchNormalization: RealOperator {
    static func input(givingTypeOfOutput index: Int) -> Int? { index == 0 ? 0 : 3 }

    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        var values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        guard let batch = shape.first else {
            throw call.failure("wants a batch, and gets a number", kind: .input)
        }
        let isEachElement = call.opset < 9 ? try !call.flag("spatial", default: true) : false
        let ownExtents = isEachElement ? Array(shape.dropFirst()) : [shape.count > 1 ? shape[1] : 1]
        let channels = try call.count(of: ownExtents)
        let what = "parameters for \(channels) channels"
        let scale: [Number] = try call.reals(1, count: channels, what)
        let offset: [Number] = try call.reals(2, count: channels, what)
        var mean: [Number] = try call.reals(3, count: channels, what)
        var variance: [Number] = try call.reals(4, count: channels, what)
        let epsilon = Double(try call.float("epsilon", default: 1e-5))
        let size = values.isEmpty ? 0 : values.count / (batch * channels)
        var more: [ONNXValue] = []
        if call.opset >= 14, try call.flag("training_mode") {
            guard !values.isEmpty else {
                throw call.failure("cannot learn from \(shape)", kind: .input)
            }
            let momentum = Double(try call.float("momentum", default: 0.9))
            for channel in 0..<channels {
                let moments = Moments(
                    values, runs: batch, of: size, from: channel * size, step: channels * size)
                let blend = { (old: Number, new: Double) in
                    Number(rounding: old.double * momentum + new * (1 - momentum))
                }
                let running = (
                    blend(mean[channel], moments.mean), blend(variance[channel], moments.variance)
                )
                factor(
                    &values, runs: batch, of: size, from: channel * size, step: channels * size,
                    mean: moments.mean, variance: moments.variance + epsilon, scale[channel],
                    offset[channel])
                (mean[channel], variance[channel]) = running
            }
            more = call.result([channels], mean) + call.result([channels], variance)
        } else if !values.isEmpty {
            for channel in 0..<channels {
                factor(
                    &values, runs: batch, of: size, from: channel * size, step: channels * size,
                    mean: mean[channel].double, variance: variance[channel].double + epsilon,
                    scale[channel],
                    offset[channel])
            }
        }
        return call.result(shape, values) + more
    }

    /// Makes the runs of a channel `x · a + b`.
    private static func factor<Number: ONNXReal>(
        _ values: inout [Number], runs: Int, of size: Int, from start: Int, step: Int, mean: Double,
        variance: Double, _ scale: Number, _ offset: Number
    ) {
        let a = scale.double / variance.squareRoot()
        let slope = Number(rounding: a)
        let shift = Number(rounding: offset.double - mean * a)
        for run in 0..<runs {
            for index in start + run * step..<start + run * step + size {
                values[index] = values[index] * slope + shift
            }
        }
    }
}

/// Mean and population variance, summed in doubles.
struct Moments {
    var mean = 0.0
    var variance = 0.0

    /// Of runs of elements that start `step` apart.
    init<Number: ONNXReal>(
        _ values: [Number], runs: Int = 1, of size: Int, from start: Int, step: Int = 0
    ) {
        let count = Double(runs * size)
        for run in 0..<runs {
            for index in start + run * step..<start + run * step + size {
                mean += values[index].double
            }
        }
        mean /= count
        for run in 0..<runs {
            for index in start + run * step..<start + run * step + size {
                let difference = values[index].double - mean
                variance += difference * difference
            }
        }
        variance /= count
    }
}
