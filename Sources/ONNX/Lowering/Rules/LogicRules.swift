import GraphIR
import TensorCore

extension LoweringRules {
    /// Truths, which are 0 or 1 in a graph.
    static let logic: [String: Tracer.Rule] = [
        "Equal": comparison { $0.binary(.equal, $1, $2) },
        "Greater": comparison { $0.binary(.greater, $1, $2) },
        "Less": comparison { $0.less($1, $2) },
        "GreaterOrEqual": comparison { $0.greaterOrEqual($1, $2) },
        "LessOrEqual": comparison { $0.lessOrEqual($1, $2) },
        "And": connective { $0.multiply($1, $2) },
        "Or": connective { $0.binary(.maximum, $1, $2) },
        "Xor": connective { $0.notEqual($1, $2) },
        "Not": { tracer, call throws(ONNXError) in
            var result = tracer.unary(try tracer.traced(call, 0)) { b, x in b.subtract(b.constant(1), x) }
            result.type = .bool
            return [.traced(result)]
        },
        "IsNaN": { tracer, call throws(ONNXError) in
            var result = tracer.unary(try tracer.floats(call, 0)) { b, x in b.notEqual(x, x) }
            result.type = .bool
            return [.traced(result)]
        },
        "Where": { tracer, call throws(ONNXError) in
            let operands = [try call.input(0), try call.input(1), try call.input(2)]
            var type: ElementType = .float32
            var bound = 0.0
            for index in 1...2 {
                let traced = try tracer.traced(call, index, role: .state)
                (type, bound) = (traced.type, max(bound, traced.bound))
            }
            var result = try tracer.elementwise(call, operands, role: .state, type: type) {
                $0.select($1[0], $1[1], $1[2])
            }
            result.bound = bound
            return [.traced(result)]
        },
        "Cast": cast,
        "CastLike": { tracer, call throws(ONNXError) in
            guard case .known(let like) = try call.input(1) else {
                let like = try tracer.traced(call, 1)
                return [.traced(try tracer.cast(call, to: like.type))]
            }
            return [.traced(try tracer.cast(call, to: like.tensor.type))]
        },
    ]

    private static let cast: Tracer.Rule = { tracer, call throws(ONNXError) in
        guard let type = ElementType(rawValue: try call.call.int("to")) else {
            throw call.obstacle("casts to a type that is not held here")
        }
        return [.traced(try tracer.cast(call, to: type))]
    }

    private static func comparison(
        _ build: @escaping @Sendable (inout GraphBuilder, Value, Value) -> Value
    ) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in
            for index in 0...1 where try tracer.traced(call, index, role: .state).type == .float64 {
                throw call.obstacle("compares 64-bit floats")
            }
            let operands = [try call.input(0), try call.input(1)]
            return [
                .traced(
                    try tracer.elementwise(call, operands, role: .state, type: .bool) { build(&$0, $1[0], $1[1]) })
            ]
        }
    }

    private static func connective(
        _ build: @escaping @Sendable (inout GraphBuilder, Value, Value) -> Value
    ) -> Tracer.Rule { comparison(build) }
}

extension Tracer {
    /// A value as another type: truths and whole numbers become floats and the other way, but floats are never cut.
    mutating func cast(_ call: TracedCall, to type: ElementType) throws(ONNXError) -> Traced {
        var x = try traced(call, 0)
        if x.type == type { return x }
        switch (x.type, type) {
        case (_, .bool):
            let zero = builder.constant(0)
            var result = unary(x) { b, x in b.notEqual(x, zero) }
            result.type = .bool
            return result
        case (.bool, .float32): (x.type, x.indices) = (.float32, nil)
        case (.bool, _) where type.isInteger: (x.type, x.bound) = (type, 1)
        case (_, .float32) where x.type.isInteger: (x.type, x.indices, x.source) = (.float32, nil, nil)
        case (_, .int64) where x.type.isInteger, (_, .int32) where x.type.isInteger: x.type = type
        default:
            throw call.obstacle("casts \(x.type.name) to \(type.name), which a graph of float32 has not")
        }
        return x
    }
}
