private protocol TruthPairing: Sendable {
    func value(of a: Bool, _ b: Bool) -> Bool
}

private struct OnTruths<Rule: TruthPairing>: Pairing {
    let rule: Rule
    func value(of a: Bool, _ b: Bool) -> Bool { rule.value(of: a, b) }
}

private struct Conjunction: TruthPairing {
    func value(of a: Bool, _ b: Bool) -> Bool { a && b }
}

private struct Disjunction: TruthPairing {
    func value(of a: Bool, _ b: Bool) -> Bool { a || b }
}

private struct Difference: TruthPairing {
    func value(of a: Bool, _ b: Bool) -> Bool { a != b }
}

private struct IsNaN: NumberWork {
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> [Bool]? {
        Number.isFloat ? numbers.map(\.isNaN) : nil
    }
}

private struct IsInfinite: NumberWork {
    let detectsNegative: Bool
    let detectsPositive: Bool

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> [Bool]? {
        guard Number.isFloat else { return nil }
        return numbers.map {
            ($0 == .lowest && detectsNegative) || ($0 == .highest && detectsPositive)
        }
    }
}

/// Operators that take or give truths.
enum Truth {
    private static func combine(
        _ rule: some TruthPairing, _ call: NodeCall
    ) throws(ONNXError) -> [ONNXValue] {
        let a: [Bool] = try call.array(0)
        let b: [Bool] = try call.array(1)
        let plan = try call.plan([try call.tensor(0), try call.secondOperand()])
        return call.result(plan.shape, plan.combine(OnTruths(rule: rule), a, b))
    }

    private static func test<Work: NumberWork>(
        _ work: Work, _ call: NodeCall
    ) throws(ONNXError) -> [ONNXValue] where Work.Outcome == [Bool]? {
        let tensor = try call.tensor(0)
        guard let truths = tensor.elements.withNumbers(work) ?? nil else {
            throw call.failure("wants floats, and gets \(tensor.type.name)")
        }
        return call.result(tensor.shape, truths)
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("And") { call throws(ONNXError) in try combine(Conjunction(), call) },
        ONNXOperator("Or") { call throws(ONNXError) in try combine(Disjunction(), call) },
        ONNXOperator("Xor") { call throws(ONNXError) in try combine(Difference(), call) },
        ONNXOperator("Not") { call throws(ONNXError) in
            let truths: [Bool] = try call.array(0)
            return call.result(try call.tensor(0).shape, truths.map { !$0 })
        },
        ONNXOperator("IsNaN") { call throws(ONNXError) in try test(IsNaN(), call) },
        ONNXOperator("IsInf") { call throws(ONNXError) in
            let negative = try call.flag("detect_negative", default: true)
            let positive = try call.flag("detect_positive", default: true)
            return try test(IsInfinite(detectsNegative: negative, detectsPositive: positive), call)
        },
    ]
}
