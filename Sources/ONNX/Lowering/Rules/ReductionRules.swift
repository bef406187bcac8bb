import GraphIR
import TensorCore

extension LoweringRules {
    /// What is summed up along axes, and shares along one.
    static let reductions: [String: Tracer.Rule] = [
        "ReduceSum": reduce { $0.sum($1, axes: $2) },
        "ReduceMean": reduce { $0.mean($1, axes: $2) },
        "ReduceMax": reduce { $0.apply(.reduce(.max, axes: $2), [$1]) },
        "ReduceMin": reduce { b, x, axes in
            let greatest = b.apply(.reduce(.max, axes: axes), [b.unary(.negate, x)])
            return b.unary(.negate, greatest)
        },
        "ReduceSumSquare": reduce { $0.sum($0.unary(.square, $1), axes: $2) },
        "ReduceL1": reduce { $0.sum($0.unary(.abs, $1), axes: $2) },
        "ReduceL2": reduce { b, x, axes in
            let squares = b.sum(b.unary(.square, x), axes: axes)
            return b.unary(.sqrt, squares)
        },
        "Softmax": softmax(.softmax), "LogSoftmax": softmax(.logSoftmax),
    ]

    private static func reduce(
        _ build: @escaping @Sendable (inout GraphBuilder, Value, [Int]) -> Value
    ) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in
            let x = try tracer.floats(call, 0)
            var axes = try call.call.optionalInts("axes")
            if axes == nil, call.has(1) { axes = try call.integers(1) }
            let keeps = try call.call.flag("keepdims", default: true)
            if (axes ?? []).isEmpty {
                if try call.call.flag("noop_with_empty_axes") { throw call.obstacle("reduces along no axis") }
                axes = Array(0..<x.rank)
            }
            let named = try call.call.axes(axes ?? [], rank: x.rank)
            if named.isEmpty { throw call.obstacle("reduces a value without axes") }
            return [.traced(try tracer.reduced(x, named, keeps: keeps, call, build))]
        }
    }

    /// Before version 13 the axes from the given one on are one.
    private static func softmax(_ op: Op) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in
            let x = try tracer.floats(call, 0)
            let isOld = call.call.opset < 13
            let axis = try call.call.axis(try call.call.int("axis", default: isOld ? 1 : -1), rank: x.rank)
            let shape = tracer.shape(x)
            let last = x.rank - 1
            if isOld && axis != last {
                guard let rows = shape.extents[..<axis].product, let width = shape.extents[axis...].product else {
                    throw call.obstacle("takes shares over several rows")
                }
                let flat = try tracer.reshaped(x, [rows, width], call)
                let shares = tracer.builder.apply(op, [tracer.ordered(flat).value])
                return [.traced(try tracer.reshaped(Traced(shares, axes: [0, 1]), shape, call))]
            }
            guard !shape[axis].dependsOnRows else { throw call.obstacle("takes shares over several rows") }
            let axes = x.axes.last == axis ? x.axes : x.axes.filter { $0 != axis } + [axis]
            return [.traced(Traced(tracer.builder.apply(op, [tracer.arranged(x, axes).value]), axes: axes))]
        }
    }
}

extension Tracer {
    /// A value reduced along axes of the model's tensor.
    mutating func reduced(
        _ x: Traced, _ axes: [Int], keeps: Bool, _ call: TracedCall,
        _ build: (inout GraphBuilder, Value, [Int]) -> Value
    ) throws(ONNXError) -> Traced {
        let shape = self.shape(x)
        guard !axes.contains(where: { shape[$0].dependsOnRows }) else {
            throw call.obstacle("reduces over the rows of the batch, which are told apart in a graph")
        }
        let places = x.axes.indices.filter { axes.contains(x.axes[$0]) }
        let result = Traced(build(&builder, x.value, places), axes: x.axes)
        if keeps { return result }
        let kept = (0..<x.rank).filter { !axes.contains($0) }
        return try reshaped(result, Shape(kept.map { shape[$0] }), call)
    }

    /// `(x − mean) / √(variance + epsilon)` along axes, the variance being that of all numbers there.
    mutating func normalized(_ x: Traced, _ axes: [Int], epsilon: Float, _ call: TracedCall) throws(ONNXError) -> Traced {
        let shape = self.shape(x)
        guard !axes.contains(where: { shape[$0].dependsOnRows }) else {
            throw call.obstacle("normalises over the rows of the batch")
        }
        let places = x.axes.indices.filter { axes.contains(x.axes[$0]) }
        let centered = builder.subtract(x.value, builder.mean(x.value, axes: places))
        let variance = builder.mean(builder.unary(.square, centered), axes: places)
        let deviation = builder.unary(.sqrt, builder.offset(variance, by: epsilon))
        return Traced(builder.divide(centered, deviation), axes: x.axes)
    }
}
