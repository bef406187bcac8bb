private struct IsEqual<Element: ONNXElement>: Pairing {
    func value(of a: Element, _ b: Element) -> Bool { a == b }
}

/// Texts are compared by their bytes: Swift's own `==` takes texts as equal that are written with other scalars, such
/// as é as one or as two.
private struct IsSameText: Pairing {
    func value(of a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}

private struct IsLess<Number: ONNXNumber>: Pairing {
    func value(of a: Number, _ b: Number) -> Bool { a < b }
}

private struct IsLessOrEqual<Number: ONNXNumber>: Pairing {
    // False of NaN, which the `<=` of a type that has only `<` of its own is not.
    func value(of a: Number, _ b: Number) -> Bool { a < b || a == b }
}

private struct EqualityWork: ElementWork {
    let other: Elements
    let plan: BroadcastPlan

    func work<Element: ONNXElement>(_ elements: [Element]) -> Elements? {
        Element.array(other).map { .bool(plan.combine(IsEqual(), elements, $0)) }
    }
}

private struct OrderWork: NumberWork {
    let other: Elements
    let plan: BroadcastPlan
    let allowsEqual: Bool

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements? {
        guard let other = Number.array(other) else { return nil }
        return .bool(
            allowsEqual
                ? plan.combine(IsLessOrEqual(), numbers, other)
                : plan.combine(IsLess(), numbers, other))
    }
}

enum Comparisons {
    static func equal(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (a, b, plan) = try call.pair()
        if case .string(let one) = a.elements, case .string(let other) = b.elements {
            return call.result(plan.shape, plan.combine(IsSameText(), one, other))
        }
        guard let elements = a.elements.withElements(EqualityWork(other: b.elements, plan: plan))
        else {
            throw call.failure("cannot compare \(a.type.name) and \(b.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }

    /// - Parameter isSwapped: Whether the second operand is what has to be less.
    private static func order(
        _ call: NodeCall, isSwapped: Bool, allowsEqual: Bool
    ) throws(ONNXError) -> [ONNXValue] {
        let (first, second, _) = try call.pair()
        let (a, b) = isSwapped ? (second, first) : (first, second)
        let plan = try call.plan([a, b])
        let work = OrderWork(other: b.elements, plan: plan, allowsEqual: allowsEqual)
        guard let elements = a.elements.withNumbers(work) ?? nil else {
            throw call.failure("wants numbers, and gets \(a.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("Equal", equal),
        ONNXOperator("Less") { call throws(ONNXError) in
            try order(call, isSwapped: false, allowsEqual: false)
        },
        ONNXOperator("LessOrEqual") { call throws(ONNXError) in
            try order(call, isSwapped: false, allowsEqual: true)
        },
        ONNXOperator("Greater") { call throws(ONNXError) in
            try order(call, isSwapped: true, allowsEqual: false)
        },
        ONNXOperator("GreaterOrEqual") { call throws(ONNXError) in
            try order(call, isSwapped: true, allowsEqual: true)
        },
    ]
}
