import RealModule

/// A function between the parts of a recurrent network.
struct RecurrentActivation {
    private enum Kind: String {
        case relu, tanh, sigmoid, affine, leakyrelu, thresholdedrelu, scaledtanh, hardsigmoid, elu,
            softsign
        case softplus
    }
    private let kind: Kind
    private var alpha: Double = 0
    private var beta: Double = 0

    /// Functions of all directions, which take their parameters from the two lists one after another.
    ///
    /// - Parameter defaults: Of one direction.
    static func all(
        _ call: NodeCall, defaults: [String], directions: Int
    ) throws(ONNXError) -> [RecurrentActivation] {
        var names = try call.texts("activations")
        if names.isEmpty { names = (0..<directions).flatMap { _ in defaults } }
        guard names.count == defaults.count * directions else {
            throw call.failure("has \(names.count) activations for \(directions) directions")
        }
        var alphas = try call.floats("activation_alpha")[...]
        var betas = try call.floats("activation_beta")[...]
        var result: [RecurrentActivation] = []
        for name in names {
            guard let kind = Kind(rawValue: name.lowercased()) else {
                throw call.failure("has an activation '\(name)'")
            }
            var activation = RecurrentActivation(kind: kind)
            let (alpha, beta) = activation.defaults
            if let alpha { activation.alpha = alphas.popFirst().map(Double.init) ?? alpha }
            if let beta { activation.beta = betas.popFirst().map(Double.init) ?? beta }
            result.append(activation)
        }
        return result
    }

    private init(kind: Kind) { self.kind = kind }

    /// `nil` for a parameter that the function has not.
    private var defaults: (alpha: Double?, beta: Double?) {
        switch kind {
        case .relu, .tanh, .sigmoid, .softsign, .softplus: (nil, nil)
        case .affine, .scaledtanh: (1, kind == .affine ? 0 : 1)
        case .leakyrelu: (0.01, nil)
        case .thresholdedrelu, .elu: (1, nil)
        case .hardsigmoid: (0.2, 0.5)
        }
    }

    func callAsFunction<Number: ONNXReal>(_ x: Number) -> Number {
        let a = Number(rounding: alpha)
        let b = Number(rounding: beta)
        switch kind {
        case .relu: return x > 0 ? x : 0
        case .tanh: return Number.tanh(x)
        case .sigmoid: return 1 / (1 + Number.exp(-x))
        case .affine: return a * x + b
        case .leakyrelu: return x >= 0 ? x : a * x
        case .thresholdedrelu: return x > a ? x : 0
        case .scaledtanh: return a * Number.tanh(b * x)
        case .hardsigmoid: return max(0, min(1, a * x + b))
        case .elu: return x >= 0 ? x : a * Number.expMinusOne(x)
        case .softsign: return x / (1 + x.magnitude)
        case .softplus:
            return x > 0
                ? x + Number.log(onePlus: Number.exp(-x)) : Number.log(onePlus: Number.exp(x))
        }
    }
}

/// The inputs of a recurrent operator, checked against one another.
struct RecurrentInputs<Number: ONNXReal> {
    let call: NodeCall
    let steps: Int
    let batch: Int
    let features: Int
    let hidden: Int
    /// Whether each direction goes backwards.
    let directions: [Bool]
    let gates: Int
    let clip: Number?
    /// Steps of each sequence.
    let lengths: [Int]
    /// `[steps, batch, features]`
    private let x: [Number]
    private let weights: [Number]
    private let recurrences: [Number]
    private let biases: [Number]?
    private let isBatchFirst: Bool

    init(_ call: NodeCall, gates: Int) throws(ONNXError) {
        self.call = call
        self.gates = gates
        isBatchFirst = call.opset >= 14 ? try call.flag("layout") : false
        let shape = try call.tensor(0).shape
        let weightShape = try call.tensor(1).shape
        let recurrenceShape = try call.tensor(2).shape
        guard shape.count == 3, weightShape.count == 3, recurrenceShape.count == 3 else {
            throw call.failure(
                "wants three axes each, and gets \(shape), \(weightShape) and \(recurrenceShape)",
                kind: .input)
        }
        steps = isBatchFirst ? shape[1] : shape[0]
        batch = isBatchFirst ? shape[0] : shape[1]
        features = shape[2]
        hidden = recurrenceShape[2]
        switch try call.text("direction", default: "forward") {
        case "forward": directions = [false]
        case "reverse": directions = [true]
        case "bidirectional": directions = [false, true]
        case let other: throw call.failure("has a direction '\(other)'")
        }
        let (rows, overflows) = hidden.multipliedReportingOverflow(by: gates)
        guard !overflows, weightShape == [directions.count, rows, features],
            recurrenceShape == [directions.count, rows, hidden], hidden > 0,
            try call.int("hidden_size", default: hidden) == hidden
        else {
            throw call.failure(
                "has weights of \(weightShape) and \(recurrenceShape) for \(features) features, "
                    + "\(directions.count) directions and a 'hidden_size' of "
                    + "\(try call.int("hidden_size", default: hidden))",
                kind: .input)
        }
        _ = try call.count(of: [steps, batch, rows])
        _ = try call.count(of: [steps, batch, directions.count, hidden])
        try call.check(products: [directions.count, steps, batch, rows, max(features + hidden, 1)])
        let values = try call.reals(0, as: Number.self)
        x = isBatchFirst ? Self.turned(values, batch, steps, features) : values
        weights = try call.reals(1)
        recurrences = try call.reals(2)
        biases =
            call.optionalValue(3) == nil
            ? nil : try call.reals(3, count: directions.count * 2 * rows, "offsets")
        _ = try call.count(of: [directions.count, batch, hidden])
        lengths = try call.optionalIntegers(4) ?? [Int](repeating: steps, count: batch)
        let last = steps
        guard lengths.count == batch, lengths.allSatisfy({ (0...last).contains($0) }) else {
            throw call.failure(
                "has lengths \(lengths.prefix(8)) for \(batch) sequences of \(steps) steps",
                kind: .input)
        }
        let limit = try call.float("clip", default: 0)
        clip = limit > 0 ? Number(rounding: Double(limit)) : nil
    }

    /// `[a, b, inner]` as `[b, a, inner]`.
    static func turned(_ values: [Number], _ a: Int, _ b: Int, _ inner: Int) -> [Number] {
        guard !values.isEmpty else { return values }
        var result: [Number] = []
        result.reserveCapacity(values.count)
        for second in 0..<b {
            for first in 0..<a {
                let start = (first * b + second) * inner
                result.append(contentsOf: values[start..<start + inner])
            }
        }
        return result
    }

    /// `[directions, batch, hidden]`, of 0 where it is not given.
    func initial(_ index: Int) throws(ONNXError) -> [Number] {
        let count = try call.count(of: [directions.count, batch, hidden])
        guard call.optionalValue(index) != nil else { return [Number](repeating: 0, count: count) }
        let values = try call.reals(index, count: count, "states", as: Number.self)
        return isBatchFirst ? Self.turned(values, batch, directions.count, hidden) : values
    }

    /// `X · Wᵀ` of all steps: `[steps · batch, gates · hidden]`.
    func inputProducts(_ direction: Int) -> [Number] {
        let rows = gates * hidden
        var result = [Number](repeating: 0, count: steps * batch * rows)
        guard !result.isEmpty, features > 0 else { return result }
        PackedColumns(
            weights, at: direction * rows * features, depth: features, columns: rows, rowStep: 1,
            columnStep: features
        ).multiply(x, at: 0, count: steps * batch, into: &result, at: 0, rowStep: rows)
        return result
    }

    /// The recurrence's matrix of `count` gates from the given one.
    func recurrence(_ direction: Int, gate: Int, count: Int) -> PackedColumns<Number> {
        PackedColumns(
            recurrences, at: (direction * gates + gate) * hidden * hidden, depth: hidden,
            columns: count * hidden, rowStep: 1, columnStep: hidden)
    }

    /// Offsets of the input's and of the recurrence's products, `[gates · hidden]` each.
    func bias(_ direction: Int) -> (input: [Number], recurrence: [Number]) {
        let rows = gates * hidden
        guard let biases else {
            let none = [Number](repeating: 0, count: rows)
            return (none, none)
        }
        let start = direction * 2 * rows
        return (Array(biases[start..<start + rows]), Array(biases[start + rows..<start + 2 * rows]))
    }

    @inline(__always)
    func clipped(_ value: Number) -> Number {
        guard let clip else { return value }
        return max(-clip, min(clip, value))
    }

    /// The results of a run as the operator's version and layout want them: all steps, and the last states.
    ///
    /// - Parameters:
    ///   - outputs: `[steps, directions, batch, hidden]`
    ///   - states: `[directions, batch, hidden]` each
    func results(_ outputs: [Number], _ states: [[Number]]) -> [ONNXValue] {
        guard isBatchFirst else {
            return call.result([steps, directions.count, batch, hidden], outputs)
                + states.flatMap { call.result([directions.count, batch, hidden], $0) }
        }
        var turned: [Number] = []
        turned.reserveCapacity(outputs.count)
        for item in 0..<(outputs.isEmpty ? 0 : batch) {
            for row in 0..<steps * directions.count {
                let start = (row * batch + item) * hidden
                turned.append(contentsOf: outputs[start..<start + hidden])
            }
        }
        return call.result([batch, steps, directions.count, hidden], turned)
            + states.flatMap {
                call.result(
                    [batch, directions.count, hidden],
                    Self.turned($0, directions.count, batch, hidden))
            }
    }
}
