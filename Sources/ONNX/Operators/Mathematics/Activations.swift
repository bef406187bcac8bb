import RealModule

struct Rectifier: NumberMap {
    func value<Number: ONNXNumber>(of x: Number) -> Number { x < .zero ? .zero : x }
}

/// `x`, or `slope · x` where it is negative.
struct LeakyRectifier: RealMap {
    let slope: Float
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R { x < 0 ? R(slope) * x : x }
}

struct ThresholdedRectifier: RealMap {
    let threshold: Float
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R { x > R(threshold) ? x : 0 }
}

/// `scale · x`, or `scale · alpha · (exp(x / width) − 1)` where it is not above 0: Elu, Selu and Celu.
struct ExponentialLinear: RealMap {
    var alpha: Float
    var scale: Float = 1
    var width: Float = 1

    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R {
        x > 0 ? R(scale) * x : R(scale) * R(alpha) * R.expMinusOne(x / R(width))
    }
}

/// `slope · x + offset`, within 0 and 1.
struct HardSigmoid: RealMap {
    let slope: Float
    let offset: Float

    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R {
        let line = R(slope) * x + R(offset)
        return line < 0 ? 0 : line > 1 ? 1 : line
    }
}

/// `x` times `x / 6 + 1 / 2` within 0 and 1.
struct HardSwish: RealMap {
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R {
        x * HardSigmoid(slope: 1 / 6, offset: 0.5).value(of: x)
    }
}

struct Swish: RealMap {
    let alpha: Float
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R {
        x * ElementaryFunction.sigmoid(R(alpha) * x)
    }
}

/// Towards 0 by `bias`, and 0 where the magnitude is at most `threshold`; of whole numbers cut.
struct Shrinking: NumberMap {
    let threshold: Double
    let bias: Double

    func value<Number: ONNXNumber>(of x: Number) -> Number {
        let double = x.double
        if double < -threshold { return Number(converting: double + bias) }
        return double > threshold ? Number(converting: double - bias) : .zero
    }
}

/// `x`, or `slope · x` where it is negative.
private struct SlopedRectifier: NumberPairing {
    func value<Number: ONNXNumber>(of x: Number, _ slope: Number) -> Number {
        x < .zero ? slope.multiplying(x) : x
    }
}

enum Activations {
    static func gelu(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        switch try call.text("approximate", default: "none") {
        case "none": return try call.map(ElementaryFunction.gelu)
        case "tanh": return try call.map(ElementaryFunction.geluByTanh)
        case let other:
            throw call.failure(
                "has the approximation '\(other)', which is neither 'none' nor 'tanh'")
        }
    }

    /// Before version 7 slopes of one axis are of the channels, which are the second axis.
    static func slopedRectifier(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let x = try call.tensor(0)
        var slope = try call.tensor(1)
        try call.checkOneType([x, slope])
        if call.opset < 7, x.rank > 2, slope.shape == [x.shape[1]] {
            slope = slope.reshaped(slope.shape + [Int](repeating: 1, count: x.rank - 2))
        }
        guard Broadcasting.shape(x.shape, slope.shape) == x.shape else {
            throw call.failure(
                "cannot stretch slopes of \(slope.shape) to \(x.shape)", kind: .input)
        }
        let plan = BroadcastPlan([x.shape, slope.shape], to: x.shape)
        guard let elements = x.elements.combined(SlopedRectifier(), slope.elements, plan) else {
            throw call.failure("wants numbers, and gets \(x.type.name)")
        }
        return [.tensor(ONNXTensor(x.shape, elements))]
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("Relu", Rectifier()),
        ONNXOperator("LeakyRelu") { call throws(ONNXError) in
            try call.map(LeakyRectifier(slope: try call.float("alpha", default: 0.01)))
        },
        ONNXOperator("PRelu", slopedRectifier),
        ONNXOperator("ThresholdedRelu") { call throws(ONNXError) in
            try call.map(ThresholdedRectifier(threshold: try call.float("alpha", default: 1)))
        },
        ONNXOperator("Elu") { call throws(ONNXError) in
            try call.map(ExponentialLinear(alpha: try call.float("alpha", default: 1)))
        },
        ONNXOperator("Selu") { call throws(ONNXError) in
            let alpha = try call.float("alpha", default: 1.673_263_2)
            let scale = try call.float("gamma", default: 1.050_701)
            return try call.map(ExponentialLinear(alpha: alpha, scale: scale))
        },
        ONNXOperator("Celu") { call throws(ONNXError) in
            let alpha = try call.float("alpha", default: 1)
            return try call.map(ExponentialLinear(alpha: alpha, width: alpha))
        },
        ONNXOperator("HardSigmoid") { call throws(ONNXError) in
            let slope = try call.float("alpha", default: 0.2)
            return try call.map(
                HardSigmoid(slope: slope, offset: try call.float("beta", default: 0.5)))
        },
        ONNXOperator("HardSwish", HardSwish()),
        ONNXOperator("Swish") { call throws(ONNXError) in
            try call.map(Swish(alpha: try call.float("alpha", default: 1)))
        },
        ONNXOperator("Shrink") { call throws(ONNXError) in
            let threshold = try call.float("lambd", default: 0.5)
            let bias = try call.float("bias", default: 0)
            return try call.map(Shrinking(threshold: Double(threshold), bias: Double(bias)))
        },
        ONNXOperator("Gelu", gelu),
        ONNXOperator("Sigmoid", ElementaryFunction.sigmoid),
        ONNXOperator("Softplus", ElementaryFunction.softplus),
        ONNXOperator("Softsign", ElementaryFunction.softsign),
        ONNXOperator("Mish", ElementaryFunction.mish),
        ONNXOperator("Tanh", ElementaryFunction.tanh),
    ]
}
