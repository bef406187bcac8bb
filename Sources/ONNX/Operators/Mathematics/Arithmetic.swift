import RealModule

struct Addition: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a.adding(b) }
}

struct Subtraction: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a.subtracting(b) }
}

struct Multiplication: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a.multiplying(b) }
}

struct Division: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a.dividing(b) }
}

/// The larger of two; NaN where one is.
struct Larger: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a > b || a.isNaN ? a : b }
}

/// The smaller of two; NaN where one is.
struct Smaller: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a < b || a.isNaN ? a : b }
}

/// What is left of a division, with the sign of the divisor; 0 of a division by 0.
struct FloorRemainder: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole {
        guard b != 0 else { return 0 }
        let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
        return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
    }
}

/// What is left of a division, with the sign of the dividend; 0 of a division by 0.
struct TruncatedRemainder: WholePairing {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole {
        b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
    }
}

/// What is left of a division, with the sign of the dividend.
struct RealRemainder: RealPairing {
    func value<R: Real & BinaryFloatingPoint>(of a: R, _ b: R) -> R {
        a.truncatingRemainder(dividingBy: b)
    }
}

enum Arithmetic {
    static func remainder(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let truncated = try call.flag("fmod")
        let (a, b, plan) = try call.pair()
        let elements =
            if !truncated {
                a.elements.combined(FloorRemainder(), b.elements, plan)
            } else if a.type.isFloat {
                a.elements.combined(RealRemainder(), b.elements, plan)
            } else {
                a.elements.combined(TruncatedRemainder(), b.elements, plan)
            }
        guard let elements else {
            throw call.failure(
                a.type.isFloat
                    ? "wants 'fmod' of 1 for floats" : "wants numbers, and gets \(a.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }

    static func mean(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let sum = try call.fold(Addition())
        guard let elements = sum.elements.mapped(Quotient(divisor: Int64(call.inputs.count))) else {
            throw call.failure("wants numbers, and gets \(sum.type.name)")
        }
        return [.tensor(ONNXTensor(sum.shape, elements))]
    }

    private struct Quotient: NumberMap {
        let divisor: Int64
        func value<Number: ONNXNumber>(of x: Number) -> Number {
            x.dividing(Number(wrapping: divisor))
        }
    }
}

/// A number, or the bound where it is below it; NaN stays, and a bound that is NaN is none.
private struct LowerBound: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a < b ? b : a }
}

/// A number, or the bound where it is above it; NaN stays, and a bound that is NaN is none.
private struct UpperBound: NumberPairing {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number { a > b ? b : a }
}

/// Bounds by attributes, before version 11.
private struct Clipping: NumberMap {
    let low: Float
    let high: Float

    func value<Number: ONNXNumber>(of x: Number) -> Number {
        let raised = x.double < low.double ? Number(converting: low.double) : x
        return raised.double > high.double ? Number(converting: high.double) : raised
    }
}

extension Arithmetic {
    /// Where the lower bound is above the upper one, the upper one stands.
    static func clip(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        guard call.opset >= 11 else {
            let low = try call.float("min", default: -.infinity)
            return try call.map(Clipping(low: low, high: try call.float("max", default: .infinity)))
        }
        let tensor = try call.tensor(0)
        var elements = tensor.elements
        guard elements.numbers != nil else {
            throw call.failure("wants numbers, and gets \(tensor.type.name)")
        }
        for index in 1...2 {
            guard let bound = try call.optionalTensor(index) else { continue }
            try call.checkOneType([tensor, bound])
            guard bound.count == 1 else {
                throw call.failure(
                    "wants one number as input \(index + 1), and gets extents \(bound.shape)")
            }
            let plan = BroadcastPlan([tensor.shape, []], to: tensor.shape)
            let bounded =
                index == 1
                ? elements.combined(LowerBound(), bound.elements, plan)
                : elements.combined(UpperBound(), bound.elements, plan)
            elements = bounded ?? elements
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }
}
