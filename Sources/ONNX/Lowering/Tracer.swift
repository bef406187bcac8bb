import GraphIR
import TensorCore

/// A node while it is lowered: its attributes and what is known of its inputs.
struct TracedCall {
    let call: NodeCall
    /// `nil` for an optional input that is not given.
    let inputs: [Tracked?]

    var place: String { call.place }

    func obstacle(_ why: String) -> ONNXError { ONNXError(.unsupported, at: place, why) }

    func has(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

    func input(_ index: Int) throws(ONNXError) -> Tracked {
        guard index < inputs.count, let input = inputs[index] else {
            throw call.failure("misses its input \(index + 1)")
        }
        return input
    }

    /// A tensor that has to be the same at every run.
    func known(_ index: Int) throws(ONNXError) -> ONNXTensor {
        guard case .known(let known) = try input(index), known.stretched == nil else {
            throw obstacle("its input \(index + 1) is computed from rows")
        }
        return known.tensor
    }

    /// Whole numbers that have to be the same at every run.
    func integers(_ index: Int) throws(ONNXError) -> [Int] {
        let extents = try extents(index)
        var numbers: [Int] = []
        for extent in extents {
            guard let number = extent.fixed else {
                throw obstacle("its input \(index + 1) depends on the number of rows")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// Whole numbers, of which some may be multiples of the number of rows.
    func extents(_ index: Int) throws(ONNXError) -> [Extent] {
        switch try input(index) {
        case .extents(let extents): return extents.elements
        case .known(let known):
            guard known.stretched == nil, known.tensor.type.isInteger,
                let numbers = known.tensor.elements.numbers
            else { throw obstacle("its input \(index + 1) is not of whole numbers") }
            return Self.integers(numbers).map { .fixed($0) }
        case .traced: throw obstacle("its input \(index + 1) is computed from rows")
        }
    }

    static func integers(_ numbers: some NumberArray) -> [Int] { numbers.array.map { Int($0.integer) } }

    /// One number that has to be the same at every run; `nil` where it is not given.
    func number(_ index: Int) throws(ONNXError) -> Double? {
        guard has(index) else { return nil }
        let tensor = try known(index)
        guard tensor.count == 1, let numbers = tensor.elements.numbers else {
            throw obstacle("its input \(index + 1) is not one number")
        }
        return Self.first(numbers)
    }

    static func first(_ numbers: some NumberArray) -> Double { numbers.array.first?.double ?? 0 }
}

/// Builds the graph of the nodes that are walked.
struct Tracer {
    /// Makes the node's results of what is known of its inputs.
    typealias Rule = @Sendable (inout Tracer, TracedCall) throws(ONNXError) -> [Tracked]

    var builder = GraphBuilder()
    var inputs: [String: LoweredNetwork.Input] = [:]
    var parameters: [String: Parameter] = [:]
    let limits: ONNXLimits
    /// Of all that is computed at import.
    let meter: WorkMeter

    struct Parameter {
        var value: Value
        var lowered: LoweredNetwork.Parameter
    }

    /// - Parameter given: Elements of the model's own tensors.
    init(limits: ONNXLimits, given: Int) {
        self.limits = limits
        meter = WorkMeter(limits, weights: given)
    }

    // MARK: Shapes and orders

    /// The extents as ONNX has them.
    func shape(_ x: Traced) -> Shape {
        let own = builder.shape(x.value)
        var extents = [Extent](repeating: 1, count: x.rank)
        for (place, axis) in x.axes.enumerated() { extents[axis] = own[place] }
        return Shape(extents)
    }

    func shape(_ x: Tracked) -> Shape {
        switch x {
        case .known(let known): known.shape
        case .extents(let extents): extents.isScalar ? [] : [.fixed(extents.elements.count)]
        case .traced(let traced): shape(traced)
        }
    }

    /// Adds an operation that only moves elements to both forms of a value.
    mutating func moved(_ x: Traced, _ op: Op, axes: [Int]) -> Traced {
        var result = x
        result.value = builder.apply(op, [x.value])
        result.indices = x.indices.map { builder.apply(op, [$0]) }
        result.axes = axes
        return result
    }

    /// The value with its axes in an order.
    mutating func arranged(_ x: Traced, _ axes: [Int]) -> Traced {
        guard x.axes != axes else { return x }
        let own = builder.shape(x.value)
        var place = [Int](repeating: 0, count: x.rank)
        for (index, axis) in x.axes.enumerated() { place[axis] = index }
        let permutation = axes.map { place[$0] }
        let longer = permutation.filter { own[$0] != 1 }
        // Where only axes of one cell move, no number does.
        if longer == longer.sorted() {
            return moved(x, .reshape(Shape(permutation.map { own[$0] })), axes: axes)
        }
        return moved(x, .transpose(permutation), axes: axes)
    }

    /// The value in ONNX's order.
    mutating func ordered(_ x: Traced) -> Traced { arranged(x, Array(0..<x.rank)) }

    /// The value as `[rows, height, width, channels]`.
    mutating func image(_ x: Traced) -> Value { arranged(x, [0, 2, 3, 1]).value }

    static let imageAxes = [0, 3, 1, 2]

    /// The same elements in other extents.
    mutating func reshaped(_ x: Traced, _ shape: Shape, _ call: TracedCall) throws(ONNXError) -> Traced {
        let from = self.shape(x)
        guard from != shape else { return x }
        guard shape.extents.product == from.extents.product else {
            throw call.obstacle("cannot make \(shape) of \(from)")
        }
        if let kept = regrouped(x, from, shape) { return kept }
        return moved(ordered(x), .reshape(shape), axes: Array(0..<shape.rank))
    }

    /// The same elements in other extents without putting them in ONNX's order, where each run of axes that becomes another run lies
    /// together already.
    private mutating func regrouped(_ x: Traced, _ from: Shape, _ to: Shape) -> Traced? {
        guard !x.isOrdered else { return nil }
        // Pairs of runs of axes with the same elements.
        var groups: [(old: Range<Int>, new: Range<Int>)] = []
        var (i, j) = (0, 0)
        while i < from.rank || j < to.rank {
            var (a, b) = (i, j)
            var (old, new): (Extent, Extent) = (1, 1)
            if a < from.rank { (old, a) = (from[a], a + 1) }
            if b < to.rank { (new, b) = (to[b], b + 1) }
            while old != new {
                let (oldCount, newCount) = (old.count(rows: 1), new.count(rows: 1))
                if newCount < oldCount || (newCount == oldCount && !new.dependsOnRows), b < to.rank,
                    let next = new.times(to[b])
                {
                    (new, b) = (next, b + 1)
                } else if newCount >= oldCount, a < from.rank, let next = old.times(from[a]) {
                    (old, a) = (next, a + 1)
                } else {
                    return nil
                }
            }
            groups.append((i..<a, j..<b))
            (i, j) = (a, b)
        }
        // Axes of one cell lie anywhere.
        let longer = x.axes.filter { from[$0] != 1 }
        var order: [(place: Int, new: Range<Int>)] = []
        for group in groups {
            let run = group.old.filter { from[$0] != 1 }
            let places = run.compactMap { axis in longer.firstIndex(of: axis) }
            for (one, next) in zip(places, places.dropFirst()) where next != one + 1 { return nil }
            order.append((places.first ?? order.last?.place ?? -1, group.new))
        }
        let axes = order.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .flatMap { Array($0.element.new) }
        return moved(x, .reshape(Shape(axes.map { to[$0] })), axes: axes)
    }

    // MARK: Inputs

    /// A value of the model that is given at every run.
    mutating func input(_ name: String, _ type: ElementType, _ shape: Shape) throws(ONNXError) -> Traced {
        let place = "input '\(name)'"
        guard type == .float32 || type == .bool || type.isInteger else {
            throw ONNXError(.unsupported, at: place, "is of \(type.name), and graphs are of float32")
        }
        let first = builder.nodeCount
        var traced = Traced(
            builder.input(InputPort(name), shape), axes: Array(0..<shape.rank), type: type)
        var input = LoweredNetwork.Input(
            name: name, type: type, shape: shape, numbers: InputPort(name), tables: [])
        if type.isInteger {
            let port = InputPort(name + "#indices")
            traced.indices = builder.input(port, shape, dtype: .int32)
            traced.source = name
            traced.bound = Double(LoweredNetwork.Input.greatestWhole)
            input.indices = port
        }
        if let failure = builder.takeFailure(since: first) {
            throw ONNXError(.unsupported, at: place, failure.problem)
        }
        inputs[name] = input
        return traced
    }

    // MARK: Values of a type

    /// A value as floats, for an operator that computes with them.
    ///
    /// - Parameter role: Of the parameter that a known tensor becomes.
    mutating func floats(
        _ call: TracedCall, _ index: Int, role: ParameterRole = .weight
    ) throws(ONNXError) -> Traced {
        let traced = try traced(call, index, role: role)
        guard traced.type == .float32 else {
            throw call.obstacle("its input \(index + 1) is of \(traced.type.name), and graphs compute in float32")
        }
        return traced
    }

    /// A value of any type that a graph holds.
    mutating func traced(
        _ call: TracedCall, _ index: Int, role: ParameterRole = .weight
    ) throws(ONNXError) -> Traced {
        try traced(try call.input(index), call, index, role: role)
    }

    mutating func traced(
        _ input: Tracked, _ call: TracedCall, _ index: Int, role: ParameterRole = .weight
    ) throws(ONNXError) -> Traced {
        switch input {
        case .traced(let traced): return traced
        case .known(let known):
            var result = try parameter(known, role: role, axes: nil, call)
            if let shape = known.stretched {
                result = moved(ordered(result), .broadcast(shape), axes: Array(0..<shape.rank))
            }
            return result
        case .extents: throw call.obstacle("its input \(index + 1) depends on the number of rows")
        }
    }

    // MARK: Parameters

    /// A known tensor as a parameter, or as a number of the graph where it is one.
    ///
    /// - Parameter axes: The order in which a new parameter is kept; `nil` for ONNX's.
    mutating func parameter(
        _ known: Known, role: ParameterRole, axes: [Int]?, _ call: TracedCall, keepsSingle: Bool = false
    ) throws(ONNXError) -> Traced {
        let tensor = known.tensor
        guard let numbers = tensor.graphNumbers else {
            throw call.obstacle("'\(known.name)' is of \(tensor.type.name), and graphs are of float32")
        }
        guard tensor.count > 0 else { throw call.obstacle("'\(known.name)' is empty") }
        let identity = Array(0..<tensor.rank)
        let shape = Shape(tensor.shape.map { .fixed($0) })
        var bound = 0.0
        if tensor.type != .float32 { bound = numbers.reduce(0) { max($0, Double($1.magnitude)) } }
        var result: Traced
        if tensor.count == 1 && !keepsSingle {
            let number = builder.constant(numbers[0])
            result = Traced(
                tensor.rank == 0 ? number : builder.reshape(number, shape), axes: identity,
                type: tensor.type)
        } else {
            let view = known.view ?? identity
            if parameters[known.name] == nil {
                let axes = axes ?? identity
                let values = axes == identity ? numbers : permuted(numbers, tensor.shape, axes)
                let value = builder.parameter(
                    known.name, Shape(axes.map { .fixed(tensor.shape[$0]) }),
                    role: known.isLearned ? role : .state, initializer: .constant(0))
                parameters[known.name] = Parameter(
                    value: value,
                    lowered: .init(
                        name: known.name, isInitializer: known.isInitializer, axes: axes.map { view[$0] },
                        values: values))
            }
            guard let kept = parameters[known.name] else { throw call.obstacle("loses '\(known.name)'") }
            let places = kept.lowered.axes.compactMap { view.firstIndex(of: $0) }
            result = Traced(kept.value, axes: places, type: tensor.type)
        }
        result.bound = bound
        return result
    }

    private func permuted(_ numbers: [Float], _ shape: [Int], _ axes: [Int]) -> [Float] {
        let steps = Broadcasting.steps(of: shape)
        var result: [Float] = []
        result.reserveCapacity(numbers.count)
        Broadcasting.forEachPlace(in: axes.map { shape[$0] }, steps: axes.map { steps[$0] }) {
            result.append(numbers[$0])
        }
        return result
    }
}

extension ONNXTensor {
    /// The elements as a graph holds them; `nil` of types that lose something.
    var graphNumbers: [Float]? {
        switch elements {
        case .float32(let values): return values
        case .bool(let values): return values.map { $0 ? 1 : 0 }
        default:
            guard type.isInteger, let numbers = elements.numbers else { return nil }
            return Self.exactFloats(numbers)
        }
    }

    private static func exactFloats(_ numbers: some NumberArray) -> [Float]? {
        var floats: [Float] = []
        for number in numbers.array {
            guard number.double.magnitude <= 0x1p24 else { return nil }
            floats.append(Float(number.double))
        }
        return floats
    }
}
