import RealModule

/// A function of two floats, computed as float or double.
protocol RealPairing: Sendable {
    func value<R: Real & BinaryFloatingPoint>(of a: R, _ b: R) -> R
}

/// A function of two numbers of any type.
protocol NumberPairing: Sendable {
    func value<Number: ONNXNumber>(of a: Number, _ b: Number) -> Number
}

/// A function of two whole numbers.
protocol WholePairing: Sendable {
    func value<Whole: FixedWidthInteger>(of a: Whole, _ b: Whole) -> Whole
}

struct OnReals<Rule: RealPairing, R: Real & BinaryFloatingPoint & ONNXElement>: Pairing {
    let rule: Rule
    func value(of a: R, _ b: R) -> R { rule.value(of: a, b) }
}

struct OnSmallFloats<Rule: RealPairing, Small: SmallFloat>: Pairing {
    let rule: Rule
    func value(of a: Small, _ b: Small) -> Small { Small(rule.value(of: a.float, b.float)) }
}

struct OnNumbers<Rule: NumberPairing, Number: ONNXNumber>: Pairing {
    let rule: Rule
    func value(of a: Number, _ b: Number) -> Number { rule.value(of: a, b) }
}

struct OnWholes<Rule: WholePairing, Whole: FixedWidthInteger & ONNXElement>: Pairing {
    let rule: Rule
    func value(of a: Whole, _ b: Whole) -> Whole { rule.value(of: a, b) }
}

private struct NumberPairingWork<Rule: NumberPairing>: NumberWork {
    let rule: Rule
    let other: Elements
    let plan: BroadcastPlan

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements? {
        guard let other = Number.array(other) else { return nil }
        return plan.combine(OnNumbers(rule: rule), numbers, other).elements
    }
}

extension Elements {
    /// `nil` where they are no floats, or of several types.
    func combined(_ rule: some RealPairing, _ other: Elements, _ plan: BroadcastPlan) -> Elements? {
        switch (self, other) {
        case (.float32(let a), .float32(let b)): .float32(plan.combine(OnReals(rule: rule), a, b))
        case (.float64(let a), .float64(let b)): .float64(plan.combine(OnReals(rule: rule), a, b))
        case (.float16(let a), .float16(let b)):
            .float16(plan.combine(OnSmallFloats(rule: rule), a, b))
        case (.bfloat16(let a), .bfloat16(let b)):
            .bfloat16(plan.combine(OnSmallFloats(rule: rule), a, b))
        default: nil
        }
    }

    /// `nil` where they are no numbers, or of several types.
    func combined(_ rule: some NumberPairing, _ other: Elements, _ plan: BroadcastPlan) -> Elements?
    {
        withNumbers(NumberPairingWork(rule: rule, other: other, plan: plan)) ?? nil
    }

    /// `nil` where they are no whole numbers, or of several types.
    func combined(_ rule: some WholePairing, _ other: Elements, _ plan: BroadcastPlan) -> Elements?
    {
        switch (self, other) {
        case (.int8(let a), .int8(let b)): .int8(plan.combine(OnWholes(rule: rule), a, b))
        case (.int16(let a), .int16(let b)): .int16(plan.combine(OnWholes(rule: rule), a, b))
        case (.int32(let a), .int32(let b)): .int32(plan.combine(OnWholes(rule: rule), a, b))
        case (.int64(let a), .int64(let b)): .int64(plan.combine(OnWholes(rule: rule), a, b))
        case (.uint8(let a), .uint8(let b)): .uint8(plan.combine(OnWholes(rule: rule), a, b))
        case (.uint16(let a), .uint16(let b)): .uint16(plan.combine(OnWholes(rule: rule), a, b))
        case (.uint32(let a), .uint32(let b)): .uint32(plan.combine(OnWholes(rule: rule), a, b))
        case (.uint64(let a), .uint64(let b)): .uint64(plan.combine(OnWholes(rule: rule), a, b))
        default: nil
        }
    }
}

extension NodeCall {
    func combine(_ rule: some NumberPairing) throws(ONNXError) -> [ONNXValue] {
        let (a, b, plan) = try pair()
        guard let elements = a.elements.combined(rule, b.elements, plan) else {
            throw failure("wants numbers, and gets \(a.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }

    func combine(_ rule: some WholePairing) throws(ONNXError) -> [ONNXValue] {
        let (a, b, plan) = try pair()
        guard let elements = a.elements.combined(rule, b.elements, plan) else {
            throw failure("wants whole numbers, and gets \(a.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }

    func combine(_ rule: some RealPairing) throws(ONNXError) -> [ONNXValue] {
        let (a, b, plan) = try pair()
        guard let elements = a.elements.combined(rule, b.elements, plan) else {
            throw failure("wants floats, and gets \(a.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }

    /// All inputs, of one type, by a function of two after another.
    func fold(_ rule: some NumberPairing) throws(ONNXError) -> ONNXTensor {
        let tensors = try tensors()
        guard var result = tensors.first else { throw failure("has no input") }
        guard result.elements.numbers != nil else {
            throw failure("wants numbers, and gets \(result.type.name)")
        }
        try checkOneType(tensors)
        for tensor in tensors.dropFirst() {
            let plan = try plan([result, tensor])
            guard let elements = result.elements.combined(rule, tensor.elements, plan) else {
                throw failure("wants numbers, and gets \(tensor.type.name)")
            }
            result = ONNXTensor(plan.shape, elements)
        }
        return result
    }
}

extension ONNXOperator {
    init(_ name: String, _ rule: some NumberPairing) {
        self.init(name) { call throws(ONNXError) in try call.combine(rule) }
    }

    init(_ name: String, _ rule: some WholePairing) {
        self.init(name) { call throws(ONNXError) in try call.combine(rule) }
    }

    init(folding name: String, _ rule: some NumberPairing) {
        self.init(name) { call throws(ONNXError) in [.tensor(try call.fold(rule))] }
    }
}
