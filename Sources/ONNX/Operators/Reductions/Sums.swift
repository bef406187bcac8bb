import RealModule

/// What is summed of each element.
private protocol Term {
    static func term<Number: ONNXNumber>(_ x: Number) -> Number
    static func term(ofDouble x: Double) -> Double
}

private enum Itself: Term {
    static func term<Number: ONNXNumber>(_ x: Number) -> Number { x }
    static func term(ofDouble x: Double) -> Double { x }
}

private enum Square: Term {
    static func term<Number: ONNXNumber>(_ x: Number) -> Number { x.multiplying(x) }
    static func term(ofDouble x: Double) -> Double { x * x }
}

private enum Magnitude: Term {
    static func term<Number: ONNXNumber>(_ x: Number) -> Number {
        x < .zero ? Number.zero.subtracting(x) : x
    }
    static func term(ofDouble x: Double) -> Double { x.magnitude }
}

/// Floats are summed as double.
private struct RealSum<Number: ONNXNumber, Summand: Term>: Fold {
    func folding(_ element: Number, into state: Double) -> Double {
        state + Summand.term(ofDouble: element.double)
    }
}

/// Whole numbers are summed modulo 2^bits.
private struct WholeSum<Number: ONNXNumber, Summand: Term>: Fold {
    func folding(_ element: Number, into state: Number) -> Number {
        state.adding(Summand.term(element))
    }
}

/// `log Σ exp x` on the way: the largest number so far, and the sum of powers of the differences to it.
private struct PowerSum {
    var largest = -Double.infinity
    var sum = 0.0

    var logarithm: Double { largest + Double.log(sum) }
}

private struct LogSumExp<Number: ONNXNumber>: Fold {
    func folding(_ element: Number, into state: PowerSum) -> PowerSum {
        let x = element.double
        // Told apart from what follows so that infinities are not subtracted from themselves.
        if x == state.largest { return PowerSum(largest: x, sum: state.sum + 1) }
        if x > state.largest {
            return PowerSum(largest: x, sum: state.sum * Double.exp(state.largest - x) + 1)
        }
        return PowerSum(largest: state.largest, sum: state.sum + Double.exp(x - state.largest))
    }
}

private enum SumKind {
    case sum, mean, squares, magnitudes, norm, logarithm

    func finish(_ sum: Double, _ count: Int) -> Double {
        switch self {
        case .sum, .squares, .magnitudes: sum
        case .mean: sum / Double(count)
        case .norm: sum.squareRoot()
        case .logarithm: Double.log(sum)
        }
    }

    func finish<Number: ONNXNumber>(whole sum: Number, _ count: Int) -> Number {
        switch self {
        case .sum, .squares, .magnitudes: sum
        case .mean: sum.dividing(Number(wrapping: Int64(count)))
        case .norm, .logarithm: Number(converting: finish(sum.double, count))
        }
    }
}

private struct SumWork<Summand: Term>: NumberWork {
    let kind: SumKind
    let layout: ReductionLayout

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        if Number.isFloat {
            layout.fold(RealSum<Number, Summand>(), numbers, from: 0)
                .map { Number(converting: kind.finish($0, layout.group)) }.elements
        } else {
            layout.fold(WholeSum<Number, Summand>(), numbers, from: .zero)
                .map { kind.finish(whole: $0, layout.group) }.elements
        }
    }
}

private struct LogSumExpWork: NumberWork {
    let layout: ReductionLayout

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        layout.fold(LogSumExp<Number>(), numbers, from: PowerSum())
            .map { Number(converting: $0.logarithm) }.elements
    }
}

enum Sums {
    private static func reduce<Work: NumberWork>(
        _ call: NodeCall, axesAreInputFrom version: Int = 18, _ work: (ReductionLayout) -> Work
    ) throws(ONNXError) -> [ONNXValue] where Work.Outcome == Elements {
        let (tensor, layout, shape) = try call.reduction(axesAreInputFrom: version)
        switch tensor.type {
        case .float32, .float64, .float16, .bfloat16, .int32, .int64, .uint32, .uint64: break
        default:
            throw call.failure(
                "sums floats and whole numbers of 32 and 64 bits, and gets \(tensor.type.name)")
        }
        guard let elements = tensor.elements.withNumbers(work(layout)) else {
            throw call.failure("wants numbers, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(shape, elements))]
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("ReduceSum") { call throws(ONNXError) in
            try reduce(call, axesAreInputFrom: 13) { SumWork<Itself>(kind: .sum, layout: $0) }
        },
        ONNXOperator("ReduceMean") { call throws(ONNXError) in
            try reduce(call) { SumWork<Itself>(kind: .mean, layout: $0) }
        },
        ONNXOperator("ReduceSumSquare") { call throws(ONNXError) in
            try reduce(call) { SumWork<Square>(kind: .squares, layout: $0) }
        },
        ONNXOperator("ReduceL1") { call throws(ONNXError) in
            try reduce(call) { SumWork<Magnitude>(kind: .magnitudes, layout: $0) }
        },
        ONNXOperator("ReduceL2") { call throws(ONNXError) in
            try reduce(call) { SumWork<Square>(kind: .norm, layout: $0) }
        },
        ONNXOperator("ReduceLogSum") { call throws(ONNXError) in
            try reduce(call) { SumWork<Itself>(kind: .logarithm, layout: $0) }
        },
        ONNXOperator("ReduceLogSumExp") { call throws(ONNXError) in
            try reduce(call) { LogSumExpWork(layout: $0) }
        },
    ]
}
