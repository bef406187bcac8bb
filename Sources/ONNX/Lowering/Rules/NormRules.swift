import GraphIR
import TensorCore

extension LoweringRules {
    /// What centres and scales.
    static let norms: [String: Tracer.Rule] = [
        "BatchNormalization": batchNorm, "InstanceNormalization": instanceNorm,
        "LayerNormalization": layerNorm, "GroupNormalization": groupNorm,
        "RMSNormalization": rootMeanSquareNorm,
    ]

    /// At inference, in the form that `Graph.foldingNorms` takes into the layer before.
    private static let batchNorm: Tracer.Rule = { tracer, call throws(ONNXError) in
        guard try !call.call.flag("training_mode"), !(1..<5).contains(where: { call.call.wants(output: $0) }) else {
            throw call.obstacle("takes statistics of its rows, as in training")
        }
        let x = try tracer.floats(call, 0)
        let epsilon = try call.call.float("epsilon", default: 1e-5)
        guard x.rank >= 2 else { throw call.obstacle("wants a channel axis") }
        let mean = try tracer.channels(call, 3, of: x, role: .state)
        let variance = try tracer.channels(call, 4, of: x, role: .state)
        let scale = try tracer.channels(call, 1, of: x, role: .norm)
        let shift = try tracer.channels(call, 2, of: x, role: .norm)
        let axes = Tracer.channelsLast(x.rank)
        let centered = tracer.builder.subtract(tracer.arranged(x, axes).value, mean)
        let deviation = tracer.builder.unary(.sqrt, tracer.builder.offset(variance, by: epsilon))
        let scaled = tracer.builder.multiply(centered, tracer.builder.divide(scale, deviation))
        return [.traced(Traced(tracer.builder.add(scaled, shift), axes: axes))]
    }

    private static let instanceNorm: Tracer.Rule = { tracer, call throws(ONNXError) in
        let given = try tracer.floats(call, 0)
        let epsilon = try call.call.float("epsilon", default: 1e-5)
        guard given.rank > 2 else { throw call.obstacle("wants axes beside rows and channels") }
        let x = tracer.arranged(given, Tracer.channelsLast(given.rank))
        let scale = try tracer.channels(call, 1, of: x, role: .norm)
        let shift = try tracer.channels(call, 2, of: x, role: .norm)
        let norm = try tracer.normalized(x, Array(2..<x.rank), epsilon: epsilon, call)
        let scaled = tracer.builder.multiply(norm.value, scale)
        return [.traced(Traced(tracer.builder.add(scaled, shift), axes: norm.axes))]
    }

    private static let groupNorm: Tracer.Rule = { tracer, call throws(ONNXError) in
        let given = try tracer.floats(call, 0)
        let epsilon = try call.call.float("epsilon", default: 1e-5)
        let groups = try call.call.int("num_groups")
        let shape = tracer.shape(given)
        guard given.rank > 2, let channels = shape[1].fixed, groups > 0, channels % groups == 0 else {
            throw call.obstacle("has no \(groups) equal groups of channels in \(shape)")
        }
        let apart = Shape([shape[0], .fixed(groups), .fixed(channels / groups)] + shape.extents[2...])
        let x = try tracer.reshaped(given, apart, call)
        let norm = try tracer.normalized(x, Array(2..<apart.rank), epsilon: epsilon, call)
        // Before version 21 each group has one scale.
        let counts = [call.call.opset < 21 ? groups : channels]
        guard tracer.shape(try call.input(1)).numbers == counts, tracer.shape(try call.input(2)).numbers == counts else {
            throw call.obstacle("has scales that are not those of its groups")
        }
        let width = call.call.opset < 21 ? 1 : channels / groups
        let wide = Shape(
            [.fixed(groups), .fixed(width)] + [Extent](repeating: 1, count: shape.rank - 2))
        var result = norm
        for (index, function) in [(1, Op.Binary.multiply), (2, .add)] {
            let factor = try tracer.reshaped(try tracer.floats(call, index, role: .norm), wide, call)
            result = try tracer.elementwise(call, [.traced(result), .traced(factor)]) {
                $0.binary(function, $1[0], $1[1])
            }
        }
        return [.traced(try tracer.reshaped(result, shape, call))]
    }

    private static let layerNorm: Tracer.Rule = { tracer, call throws(ONNXError) in
        guard !call.call.wants(output: 1), !call.call.wants(output: 2) else {
            throw call.obstacle("is asked for its means or deviations")
        }
        let x = try tracer.floats(call, 0)
        let first = try call.call.axis(try call.call.int("axis", default: -1), rank: x.rank)
        let epsilon = try call.call.float("epsilon", default: 1e-5)
        var result = try tracer.normalized(x, Array(first..<x.rank), epsilon: epsilon, call)
        for (index, function) in [(1, Op.Binary.multiply), (2, .add)] where call.has(index) {
            result = try tracer.elementwise(call, [.traced(result), try call.input(index)], role: .norm) {
                $0.binary(function, $1[0], $1[1])
            }
        }
        return [.traced(result)]
    }

    private static let rootMeanSquareNorm: Tracer.Rule = { tracer, call throws(ONNXError) in
        let x = try tracer.floats(call, 0)
        let first = try call.call.axis(try call.call.int("axis", default: -1), rank: x.rank)
        let epsilon = try call.call.float("epsilon", default: 1e-5)
        let mean = try tracer.reduced(x, Array(first..<x.rank), keeps: true, call) {
            $0.mean($0.unary(.square, $1), axes: $2)
        }
        let deviation = tracer.builder.unary(.sqrt, tracer.builder.offset(mean.value, by: epsilon))
        let norm = Traced(tracer.builder.divide(x.value, deviation), axes: x.axes)
        return [
            .traced(
                try tracer.elementwise(call, [.traced(norm), try call.input(1)], role: .norm) {
                    $0.multiply($1[0], $1[1])
                })
        ]
    }
}

extension Tracer {
    /// The channels, axis 1 of ONNX, last.
    static func channelsLast(_ rank: Int) -> [Int] { [0] + Array(2..<rank) + [1] }

    /// An input with a number a channel.
    mutating func channels(
        _ call: TracedCall, _ index: Int, of x: Traced, role: ParameterRole
    ) throws(ONNXError) -> Value {
        let count = shape(x)[1]
        guard shape(try call.input(index)) == [count] else {
            throw call.obstacle("has as input \(index + 1) \(shape(try call.input(index))), and \(count) channels")
        }
        if case .known(let known) = try call.input(index) {
            guard known.tensor.type == .float32 else {
                throw call.obstacle("has numbers of channels in \(known.tensor.type.name)")
            }
            return try parameter(known, role: role, axes: nil, call, keepsSingle: true).value
        }
        return try floats(call, index).value
    }
}
