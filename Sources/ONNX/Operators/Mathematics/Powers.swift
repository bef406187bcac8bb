import RealModule

/// A power as C has it: of a negative base where the exponent is whole, and 1 where the exponent is 0.
///
/// RealModule's own is of positive bases.
struct RealPower: RealPairing {
    func value<R: Real & BinaryFloatingPoint>(of base: R, _ exponent: R) -> R {
        if exponent == 2 { return base * base }
        if exponent == 0 { return 1 }
        guard base < 0 else { return R.pow(base, exponent) }
        guard exponent == exponent.rounded(.towardZero) || base.isInfinite else { return .nan }
        let magnitude = R.pow(-base, exponent)
        return exponent.truncatingRemainder(dividingBy: 2).magnitude == 1 ? -magnitude : magnitude
    }
}

/// A power modulo 2^64; where the exponent is negative cut to a whole number, 0 of the base 0.
private struct WholePower: Pairing {
    func value(of base: Int64, _ exponent: Int64) -> Int64 {
        guard exponent >= 0 else {
            switch base {
            case 1: return 1
            case -1: return exponent & 1 == 0 ? 1 : -1
            default: return 0
            }
        }
        var result: Int64 = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result &* square }
            square = square &* square
            rest >>= 1
        }
        return result
    }
}

private struct AsIntegers: NumberWork {
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> [Int64] { numbers.map(\.integer) }
}

private struct AsDoubles: NumberWork {
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> [Double] { numbers.map(\.double) }
}

extension Elements {
    /// As 64-bit whole numbers, modulo 2^64 and cut; `nil` of truths and texts.
    var integers: [Int64]? { withNumbers(AsIntegers()) }

    /// `nil` of truths and texts.
    var doubles: [Double]? { withNumbers(AsDoubles()) }
}

extension Arithmetic {
    /// Base and exponent may be of two types; the result is of the base's. Whole numbers to whole powers are exact
    /// modulo 2^bits.
    static func power(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let base = try call.tensor(0)
        let exponent = try call.secondOperand()
        let plan = try call.plan([base, exponent])
        let elements: Elements?
        if base.type == exponent.type, base.type.isFloat {
            elements = base.elements.combined(RealPower(), exponent.elements, plan)
        } else if base.type.isInteger, exponent.type.isInteger {
            elements = Elements.both(base.elements.integers, exponent.elements.integers) {
                Elements.int64(plan.combine(WholePower(), $0, $1)).converted(to: base.type)
            }
        } else {
            elements = Elements.both(base.elements.doubles, exponent.elements.doubles) {
                Elements.float64(plan.combine(OnReals(rule: RealPower()), $0, $1))
                    .converted(to: base.type)
            }
        }
        guard let elements else {
            throw call.failure(
                "wants numbers, and gets \(base.type.name) and \(exponent.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }
}

extension Elements {
    fileprivate static func both<Number>(
        _ a: [Number]?, _ b: [Number]?, _ combine: ([Number], [Number]) -> Elements?
    ) -> Elements? {
        guard let a, let b else { return nil }
        return combine(a, b)
    }
}
