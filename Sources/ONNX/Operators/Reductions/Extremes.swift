private struct Rule<Pair: NumberPairing, Number: ONNXNumber>: Fold {
    let pair: Pair
    func folding(_ element: Number, into state: Number) -> Number { pair.value(of: state, element) }
}

/// What a fold without elements gives.
private enum Start {
    case one, lowest, highest

    func value<Number: ONNXNumber>() -> Number {
        switch self {
        case .one: Number(wrapping: 1)
        case .lowest: .lowest
        case .highest: .highest
        }
    }
}

private struct FoldWork<Pair: NumberPairing>: NumberWork {
    let pair: Pair
    let start: Start
    let layout: ReductionLayout

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        layout.fold(Rule(pair: pair), numbers, from: start.value()).elements
    }
}

/// Reductions that stay within a type. Extremes are NaN where an element is, as in NumPy and ONNX's reference; ONNX
/// Runtime passes over it.
enum Extremes {
    private static func reduce(
        _ call: NodeCall, _ pair: some NumberPairing, from start: Start
    ) throws(ONNXError) -> [ONNXValue] {
        let (tensor, layout, shape) = try call.reduction(axesAreInputFrom: 18)
        let work = FoldWork(pair: pair, start: start, layout: layout)
        if tensor.type == .bool, call.opset >= 20, start != .one {
            // As 0 and 1: the largest of none is false, as 0 is the lowest, and the smallest of none true.
            let numbers = tensor.elements.converted(to: .uint8)
            if let truths = numbers?.withNumbers(work)?.converted(to: .bool) {
                return [.tensor(ONNXTensor(shape, truths))]
            }
        }
        guard let elements = tensor.elements.withNumbers(work) else {
            throw call.failure("wants numbers, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(shape, elements))]
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("ReduceMax") { call throws(ONNXError) in
            try reduce(call, Larger(), from: .lowest)
        },
        ONNXOperator("ReduceMin") { call throws(ONNXError) in
            try reduce(call, Smaller(), from: .highest)
        },
        ONNXOperator("ReduceProd") { call throws(ONNXError) in
            try reduce(call, Multiplication(), from: .one)
        },
    ]
}
