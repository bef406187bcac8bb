import RealModule

/// Functions without attributes that cost more than telling them apart.
enum ElementaryFunction: RealMap {
    case exp, log, erf
    case sin, cos, tan, asin, acos, atan
    case sinh, cosh, tanh, asinh, acosh, atanh
    case sigmoid, softplus, softsign, mish
    case gelu, geluByTanh

    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R {
        switch self {
        case .exp: R.exp(x)
        case .log: R.log(x)
        case .erf: R.erf(x)
        case .sin: R.sin(x)
        case .cos: R.cos(x)
        case .tan: R.tan(x)
        case .asin: R.asin(x)
        case .acos: R.acos(x)
        case .atan: R.atan(x)
        case .sinh: R.sinh(x)
        case .cosh: R.cosh(x)
        case .tanh: R.tanh(x)
        case .asinh: R.asinh(x)
        case .acosh: R.acosh(x)
        case .atanh: R.atanh(x)
        case .sigmoid: Self.sigmoid(x)
        case .softplus: Self.softplus(x)
        case .softsign: x / (1 + x.magnitude)
        case .mish: x * R.tanh(Self.softplus(x))
        case .gelu: Self.gelu(x)
        case .geluByTanh: Self.geluByTanh(x)
        }
    }

    /// `1 / (1 + exp(−x))`, by `exp(−|x|)`, which does not overflow.
    static func sigmoid<R: Real>(_ x: R) -> R {
        let power = R.exp(-x.magnitude)
        return (x < 0 ? power : 1) / (1 + power)
    }

    /// `x / 2 · (1 + erf(x / √2))`, by `erfc`, which keeps its digits where `erf` is near −1.
    private static func gelu<R: Real>(_ x: R) -> R {
        x < 0 ? x / 2 * R.erfc(-x * R.sqrt(1 / 2)) : x / 2 * (1 + R.erf(x * R.sqrt(1 / 2)))
    }

    /// `x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 · x³)))`, by `(1 + tanh u) / 2 = sigmoid(2 u)` for the same reason.
    private static func geluByTanh<R: Real & BinaryFloatingPoint>(_ x: R) -> R {
        x * sigmoid(R.sqrt(8 / R.pi) * (x + R(0.044715) * x * x * x))
    }

    /// `log(1 + exp(x))`, by `exp(−|x|)`, which does not overflow.
    static func softplus<R: Real>(_ x: R) -> R {
        (x < 0 ? 0 : x) + R.log(onePlus: R.exp(-x.magnitude))
    }
}

struct SquareRoot: RealMap {
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R { x.squareRoot() }
}

struct Reciprocal: RealMap {
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R { 1 / x }
}

struct Rounding: RealMap {
    let rule: FloatingPointRoundingRule
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R { x.rounded(rule) }
}

struct Negation: NumberMap {
    // A product, so that the negative of 0 is −0 as in IEEE 754.
    func value<Number: ONNXNumber>(of x: Number) -> Number { x.multiplying(Number(wrapping: -1)) }
}

/// Of the smallest whole number of a type, itself.
struct AbsoluteValue: NumberMap {
    func value<Number: ONNXNumber>(of x: Number) -> Number {
        // The sum makes 0 of −0.
        x < .zero ? Number.zero.subtracting(x) : x.adding(.zero)
    }
}

/// −1, 0 or 1; NaN of NaN.
struct Signum: NumberMap {
    func value<Number: ONNXNumber>(of x: Number) -> Number {
        x > .zero ? Number(wrapping: 1) : x < .zero ? Number(wrapping: -1) : x
    }
}
