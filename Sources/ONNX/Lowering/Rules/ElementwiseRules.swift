import GraphIR
import TensorCore

extension LoweringRules {
    /// Functions of elements.
    static let elementwise: [String: Tracer.Rule] = [
        "Add": binary(.add), "Sub": binary(.subtract), "Mul": binary(.multiply, role: .norm),
        "Div": binary(.divide, role: .norm),
        "Neg": unary(.negate), "Abs": unary(.abs), "Sqrt": unary(.sqrt), "Exp": unary(.exp),
        "Log": unary(.log), "Reciprocal": unary(.reciprocal), "Relu": unary(.relu),
        "Sigmoid": unary(.sigmoid), "Tanh": unary(.tanh), "Softplus": unary(.softplus),
        "Erf": unary(.erf), "Sin": unary(.sin), "Cos": unary(.cos), "Sign": unary(.sign),
        "Sum": { tracer, call throws(ONNXError) in try tracer.folded(call, .add) },
        "Min": { tracer, call throws(ONNXError) in try tracer.folded(call, .minimum) },
        "Max": { tracer, call throws(ONNXError) in try tracer.folded(call, .maximum) },
        "Mean": { tracer, call throws(ONNXError) in
            let sum = try tracer.folded(call, .add)
            guard case .traced(let traced) = sum[0] else { return sum }
            let share = 1 / Float(call.inputs.count)
            return [.traced(tracer.unary(traced) { $0.scale($1, by: share) })]
        },
        "Pow": power, "Clip": clip, "Gelu": gelu, "PRelu": slopedRelu,
        "LeakyRelu": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 0.01)
            return try tracer.unary(call) { b, x in
                b.select(b.unary(.step, x), x, b.scale(x, by: alpha))
            }
        },
        "Elu": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 1)
            return try tracer.unary(call) { b, x in b.exponentialUnit(x, alpha: alpha, scale: 1) }
        },
        "Selu": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 1.673_263_2)
            let gamma = try call.call.float("gamma", default: 1.050_701)
            return try tracer.unary(call) { b, x in b.exponentialUnit(x, alpha: alpha, scale: gamma) }
        },
        "Celu": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 1)
            return try tracer.unary(call) { b, x in
                let low = b.scale(b.exponentialLess(b.scale(x, by: 1 / alpha)), by: alpha)
                return b.select(b.unary(.step, x), x, low)
            }
        },
        "ThresholdedRelu": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 1)
            return try tracer.unary(call) { b, x in
                let threshold = b.constant(alpha)
                return b.select(b.binary(.greater, x, threshold), x, b.constant(0))
            }
        },
        "HardSigmoid": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 0.2)
            let beta = try call.call.float("beta", default: 0.5)
            return try tracer.unary(call) { b, x in b.hardSigmoid(x, alpha, beta) }
        },
        "HardSwish": { tracer, call throws(ONNXError) in
            try tracer.unary(call) { b, x in b.multiply(x, b.hardSigmoid(x, 1 / 6, 0.5)) }
        },
        "Swish": { tracer, call throws(ONNXError) in
            let alpha = try call.call.float("alpha", default: 1)
            return try tracer.unary(call) { b, x in
                alpha == 1 ? b.unary(.silu, x) : b.multiply(x, b.unary(.sigmoid, b.scale(x, by: alpha)))
            }
        },
        "Mish": { tracer, call throws(ONNXError) in
            try tracer.unary(call) { b, x in b.multiply(x, b.unary(.tanh, b.unary(.softplus, x))) }
        },
        "Softsign": { tracer, call throws(ONNXError) in
            try tracer.unary(call) { b, x in b.divide(x, b.offset(b.unary(.abs, x), by: 1)) }
        },
    ]

    private static func unary(_ function: Op.Unary) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in try tracer.unary(call) { $0.unary(function, $1) } }
    }

    private static func binary(_ function: Op.Binary, role: ParameterRole = .bias) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in
            let type = try tracer.arithmeticType(call)
            let operands = [try call.input(0), try call.input(1)]
            var result = try tracer.elementwise(call, operands, role: role, type: type) {
                $0.binary(function, $1[0], $1[1])
            }
            if type.isInteger { result.bound = try tracer.bound(of: function, operands, call) }
            return [.traced(result)]
        }
    }

    /// Powers with an exponent that is known; one that is no whole number nor a half is refused, as the exponential of a logarithm
    /// has no negative bases.
    private static let power: Tracer.Rule = { tracer, call throws(ONNXError) in
        if case .known(let known) = try call.input(0), known.tensor.count == 1, case .traced = try call.input(1) {
            guard let base = try call.number(0), base > 0 else {
                throw call.obstacle("raises a number that is not positive to what is computed from rows")
            }
            let exponent = try tracer.floats(call, 1)
            let shape = try tracer.broadcast([known.shape, tracer.shape(exponent)], call)
            guard shape.rank == exponent.rank else { throw call.obstacle("stretches its exponent") }
            let factor = Float(ONNXLogarithm.natural(base))
            return [.traced(tracer.unary(exponent) { $0.unary(.exp, $0.scale($1, by: factor)) })]
        }
        guard let exponent = try call.number(1) else { throw call.obstacle("has no exponent") }
        let x = try tracer.floats(call, 0)
        guard tracer.shape(try call.input(1)).rank <= x.rank else { throw call.obstacle("stretches its base") }
        let whole = exponent.magnitude.rounded(.down)
        guard whole <= 64, exponent.magnitude - whole == 0 || exponent.magnitude == 0.5 else {
            throw call.obstacle(
                "raises to \(exponent), which is built for whole numbers up to 64 and a half, as it would need positive bases")
        }
        let result = tracer.unary(x) { b, x in
            var power: Value
            switch exponent.magnitude {
            case 0: return b.broadcast(b.constant(1), b.shape(x))
            case 0.5: power = b.unary(.sqrt, x)
            case 2: power = b.unary(.square, x)
            default:
                // By squares, from the highest bit of the exponent down.
                power = x
                let bits = Int(whole)
                let highest = Int.bitWidth - 1 - bits.leadingZeroBitCount
                for bit in (0..<highest).reversed() {
                    power = b.unary(.square, power)
                    if bits >> bit & 1 == 1 { power = b.multiply(power, x) }
                }
            }
            return exponent < 0 ? b.unary(.reciprocal, power) : power
        }
        return [.traced(result)]
    }

    private static let clip: Tracer.Rule = { tracer, call throws(ONNXError) in
        var x = try tracer.floats(call, 0)
        // The lower bound comes first: where the bounds cross, the upper one holds.
        for (index, name, function) in [(1, "min", Op.Binary.maximum), (2, "max", .minimum)] {
            let bound: Double?
            if call.call.opset < 11 {
                bound = try call.call.optionalFloat(name).map(Double.init)
            } else if call.has(index), case .traced(let computed) = try call.input(index) {
                guard tracer.shape(computed).extents.allSatisfy({ $0 == 1 }) else {
                    throw call.obstacle("has a bound of several numbers")
                }
                x = try tracer.elementwise(call, [.traced(x), .traced(computed)]) {
                    $0.binary(function, $1[0], $1[1])
                }
                continue
            } else {
                bound = try call.number(index)
            }
            guard let bound, bound != (function == .maximum ? -.infinity : .infinity) else { continue }
            x = tracer.unary(x) { b, x in
                bound == 0 && function == .maximum
                    ? b.unary(.relu, x) : b.binary(function, x, b.constant(Float(bound)))
            }
        }
        return [.traced(x)]
    }

    private static let gelu: Tracer.Rule = { tracer, call throws(ONNXError) in
        let isTanh = try call.call.text("approximate", default: "none") == "tanh"
        return try tracer.unary(call) { b, x in
            guard isTanh else { return b.unary(.gelu, x) }
            let cubic = b.scale(b.multiply(b.unary(.square, x), x), by: 0.044_715)
            let inner = b.scale(b.add(x, cubic), by: 0.797_884_56)
            return b.multiply(b.scale(x, by: 0.5), b.offset(b.unary(.tanh, inner), by: 1))
        }
    }

    private static let slopedRelu: Tracer.Rule = { tracer, call throws(ONNXError) in
        let operands = [try call.input(0), try call.input(1)]
        guard try tracer.floats(call, 0).rank >= tracer.shape(operands[1]).rank else {
            throw call.obstacle("stretches its input to its slopes")
        }
        let result = try tracer.elementwise(call, operands, role: .weight) { b, x in
            b.select(b.unary(.step, x[0]), x[0], b.multiply(x[0], x[1]))
        }
        return [.traced(result)]
    }
}

extension Tracer {
    fileprivate mutating func unary(
        _ call: TracedCall, _ build: (inout GraphBuilder, Value) -> Value
    ) throws(ONNXError) -> [Tracked] {
        [.traced(unary(try floats(call, 0), build))]
    }

    fileprivate mutating func folded(_ call: TracedCall, _ function: Op.Binary) throws(ONNXError) -> [Tracked] {
        guard try arithmeticType(call) == .float32 else { throw call.obstacle("computes with whole numbers") }
        guard call.inputs.count > 1 else { return [.traced(try floats(call, 0))] }
        var result = try call.input(0)
        for index in call.inputs.indices.dropFirst() {
            result = .traced(
                try elementwise(call, [result, try call.input(index)]) { $0.binary(function, $1[0], $1[1]) })
        }
        return [result]
    }

    /// The type that all operands of a node have.
    func arithmeticType(_ call: TracedCall) throws(ONNXError) -> ElementType {
        var type: ElementType?
        for index in call.inputs.indices {
            let own: ElementType
            switch try call.input(index) {
            case .known(let known): own = known.tensor.type
            case .traced(let traced): own = traced.type
            case .extents: own = .int64
            }
            guard type == nil || type == own else { throw call.obstacle("has operands of several types") }
            type = own
        }
        guard let type, type == .float32 || type.isInteger else {
            throw call.obstacle("computes with \(type?.name ?? "nothing"), and graphs compute in float32")
        }
        return type
    }

    /// A bound of what whole numbers become, which floats have to hold exactly.
    fileprivate func bound(
        of function: Op.Binary, _ operands: [Tracked], _ call: TracedCall
    ) throws(ONNXError) -> Double {
        var bounds: [Double] = []
        for operand in operands {
            switch operand {
            case .traced(let traced): bounds.append(traced.bound)
            case .known(let known):
                bounds.append(known.tensor.graphNumbers?.reduce(0) { max($0, Double($1.magnitude)) } ?? .infinity)
            case .extents: bounds.append(.infinity)
            }
        }
        let bound: Double =
            switch function {
            case .add, .subtract: bounds[0] + bounds[1]
            case .multiply: bounds[0] * bounds[1]
            default: .infinity
            }
        guard bound <= 0x1p24 else {
            throw call.obstacle("computes with whole numbers that floats might not hold")
        }
        return bound
    }
}

extension GraphBuilder {
    fileprivate mutating func hardSigmoid(_ x: Value, _ alpha: Float, _ beta: Float) -> Value {
        let line = offset(scale(x, by: alpha), by: beta)
        let positive = binary(.maximum, line, constant(0))
        return binary(.minimum, positive, constant(1))
    }

    /// `exp(x) − 1` of negative numbers, else 0: so that the branch that is not taken has a finite gradient.
    fileprivate mutating func exponentialLess(_ x: Value) -> Value {
        let low = binary(.minimum, x, constant(0))
        return offset(unary(.exp, low), by: -1)
    }

    fileprivate mutating func exponentialUnit(_ x: Value, alpha: Float, scale factor: Float) -> Value {
        let low = scale(exponentialLess(x), by: alpha)
        let unit = select(unary(.step, x), x, low)
        return factor == 1 ? unit : scale(unit, by: factor)
    }
}
