import GraphIR
import TensorCore

extension Tracer {
    /// What a node makes of values that need no row, or of extents; `nil` where it has to be traced.
    mutating func knownResults(
        _ call: TracedCall, _ registry: OperatorRegistry
    ) throws(ONNXError) -> [Tracked]? {
        let name = call.call.node.operation
        if name.domain.isEmpty {
            if let results = try alias(call, name.name) { return results }
            if let results = try extentResults(call, name.name) { return results }
        }
        var inputs: [ONNXValue?] = []
        var stretched: [Shape]? = nil
        var isLearned = false
        for input in call.inputs {
            switch input {
            case nil: inputs.append(nil)
            case .known(let known):
                inputs.append(.tensor(known.tensor))
                if known.stretched != nil { stretched = [] }
                isLearned = isLearned || known.isLearned
            default: return nil
            }
        }
        guard let operation = registry[name], !Self.isRandom(name.name), call.call.node.attributes.values.allSatisfy({ $0.graphs.isEmpty })
        else { return nil }
        if stretched != nil {
            guard name.domain.isEmpty, Self.stretching.contains(name.name) else { return nil }
            stretched = call.inputs.compactMap { $0 }.map { shape($0) }
        }
        let values = try operation.evaluate(
            NodeCall(node: call.call.node, opset: call.call.opset, inputs: inputs, limits: limits, meter: meter))
        let tensors = values.compactMap(\.tensor)
        // Who asks holds the results.
        guard tensors.count == values.count else {
            for value in values { try meter.spend(value.weight, at: call.place) }
            return nil
        }
        var results: [Tracked] = []
        for (index, tensor) in tensors.enumerated() {
            let output = index < call.call.node.outputs.count ? call.call.node.outputs[index] : ""
            var known = Known(
                tensor: tensor, name: output, isInitializer: false, isLearned: isLearned && tensor.type == .float32)
            if let stretched {
                let shape = try broadcast(stretched, call)
                if shape.dependsOnRows { known.stretched = shape }
            }
            results.append(.known(known))
        }
        return results
    }

    private static func isRandom(_ name: String) -> Bool {
        name.hasPrefix("Random") || name == "Bernoulli" || name == "Multinomial"
    }

    /// Operators of elements, so that what is stretched over the rows may be computed once.
    private static let stretching: Set<String> = [
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual",
        "And", "Or", "Not", "Where", "Cast", "Min", "Max",
    ]

    /// What leaves an initializer as it is, or only turns it, so that it keeps its name.
    private mutating func alias(_ call: TracedCall, _ name: String) throws(ONNXError) -> [Tracked]? {
        guard case .known(var known)? = call.inputs.first, known.stretched == nil, known.isInitializer else {
            return nil
        }
        switch name {
        case "Identity": return [.known(known)]
        case "Transpose" where known.isLearned && known.tensor.count > 1:
            let rank = known.tensor.rank
            let order = try call.call.axes(
                try call.call.ints("perm", default: Array((0..<rank).reversed())), rank: rank)
            guard order.count == rank else { throw call.call.failure("has a perm of \(order)") }
            let view = known.view ?? Array(0..<rank)
            known.view = order.map { view[$0] }
            known.tensor = known.tensor.transposed(order)
            return [.known(known)]
        case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
            guard known.isLearned, known.tensor.count > 1, let rule = LoweringRules.all[name] else { return nil }
            var call = call
            let whole = try parameter(known, role: .weight, axes: nil, call)
            call = TracedCall(call: call.call, inputs: [.traced(whole)] + call.inputs.dropFirst())
            return try rule(&self, call)
        default: return nil
        }
    }

    // MARK: Parts of shapes

    /// Extents in which the rows are a symbol, where a node reads or makes some.
    private func extentResults(_ call: TracedCall, _ name: String) throws(ONNXError) -> [Tracked]? {
        switch name {
        case "Shape":
            let shape = shape(try call.input(0))
            let rank = shape.rank
            func bound(_ name: String, _ value: Int) throws(ONNXError) -> Int {
                let given = try call.call.int(name, default: value)
                return min(max(given < 0 ? given + rank : given, 0), rank)
            }
            let start = try bound("start", 0)
            let end = max(start, try bound("end", rank))
            return [extents(Array(shape.extents[start..<end]), isScalar: false, call)]
        case "Size":
            guard let size = shape(try call.input(0)).extents.product else {
                throw call.obstacle("cannot count its elements")
            }
            return [extents([size], isScalar: true, call)]
        default: break
        }
        let readsExtents = call.inputs.contains { if case .extents? = $0 { true } else { false } }
        guard readsExtents else { return nil }
        for case .traced? in call.inputs { return nil }
        switch name {
        case "Identity", "Cast":
            if name == "Cast" {
                guard let type = ElementType(rawValue: try call.call.int("to")), type.isInteger else {
                    throw call.obstacle("makes floats of a number of rows")
                }
            }
            return [try call.input(0)]
        case "Gather":
            let own = try call.extents(0)
            guard case .known(let places) = try call.input(1) else { throw call.obstacle("looks up by a number of rows") }
            var picked: [Extent] = []
            for place in try call.integers(1) {
                let index = place < 0 ? place + own.count : place
                guard own.indices.contains(index) else { throw call.call.failure("looks up \(place) of \(own.count)") }
                picked.append(own[index])
            }
            guard places.tensor.rank < 2 else { throw call.obstacle("makes a table of extents") }
            return [extents(picked, isScalar: places.tensor.rank == 0, call)]
        case "Slice": return [extents(try sliced(call), isScalar: false, call)]
        case "Concat":
            var all: [Extent] = []
            for index in call.inputs.indices { all += try call.extents(index) }
            return [extents(all, isScalar: false, call)]
        case "Unsqueeze", "Squeeze", "Reshape":
            let own = try call.extents(0)
            guard own.count == 1 || name == "Reshape" else { throw call.obstacle("makes a table of extents") }
            let isScalar = name == "Squeeze"
            if name == "Reshape" {
                let target = try call.integers(1)
                guard target == [-1] || target == [own.count] else { throw call.obstacle("makes a table of extents") }
            }
            return [extents(own, isScalar: isScalar, call)]
        case "Add", "Sub", "Mul", "Div": return [try arithmetic(call, name)]
        case "Equal":
            return [try choice(call) { a, b in
                if a == b { return true }
                // A number of rows is none of those that stand for something else.
                guard !a.dependsOnRows || (b.fixed ?? 1) <= 0, !b.dependsOnRows || (a.fixed ?? 1) <= 0 else { return nil }
                return false
            }]
        case "Where":
            guard case .known(let condition) = try call.input(0), case .bool(let truths) = condition.tensor.elements
            else { throw call.obstacle("chooses by a number of rows") }
            let (a, b) = (try call.extents(1), try call.extents(2))
            let count = max(truths.count, a.count, b.count)
            guard [truths.count, a.count, b.count].allSatisfy({ $0 == 1 || $0 == count }) else {
                throw call.obstacle("stretches extents")
            }
            let chosen = (0..<count).map { index in
                truths[truths.count == 1 ? 0 : index] ? a[a.count == 1 ? 0 : index] : b[b.count == 1 ? 0 : index]
            }
            return [extents(chosen, isScalar: false, call)]
        case "ReduceProd":
            guard let product = try call.extents(0).product else { throw call.obstacle("cannot count its extents") }
            return [extents([product], isScalar: !(try call.call.flag("keepdims", default: true)), call)]
        default: return nil
        }
    }

    /// Extents, as a tensor where none depends on the rows.
    private func extents(_ elements: [Extent], isScalar: Bool, _ call: TracedCall) -> Tracked {
        let numbers = elements.compactMap { $0.fixed }
        guard numbers.count == elements.count else {
            return .extents(KnownExtents(elements: elements, isScalar: isScalar))
        }
        let tensor = ONNXTensor(isScalar ? [] : [numbers.count], numbers.map { Int64($0) })
        return .known(
            Known(
                tensor: tensor, name: call.call.node.outputs.first ?? "", isInitializer: false, isLearned: false))
    }

    private func sliced(_ call: TracedCall) throws(ONNXError) -> [Extent] {
        let own = try call.extents(0)
        let isOld = call.call.opset < 10
        let starts = isOld ? try call.call.ints("starts", default: []) : try call.integers(1)
        let ends = isOld ? try call.call.ints("ends", default: []) : try call.integers(2)
        let steps = !isOld && call.has(4) ? try call.integers(4) : [1]
        guard starts.count == 1, ends.count == 1, steps == [1] else { throw call.obstacle("cuts extents in steps") }
        func place(_ index: Int) -> Int { min(max(index < 0 ? index + own.count : index, 0), own.count) }
        let start = place(starts[0])
        return Array(own[start..<max(start, place(ends[0]))])
    }

    private func arithmetic(_ call: TracedCall, _ name: String) throws(ONNXError) -> Tracked {
        let (a, b) = (try call.extents(0), try call.extents(1))
        let count = max(a.count, b.count)
        guard a.count == 1 || a.count == count, b.count == 1 || b.count == count else {
            throw call.obstacle("stretches extents")
        }
        var results: [Extent] = []
        for index in 0..<count {
            let (x, y) = (a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
            let result: Extent? =
                switch name {
                case "Mul": x.times(y)
                case "Div": x.divided(by: y)
                default: sum(x, y, isDifference: name == "Sub")
                }
            guard let result else { throw call.obstacle("computes \(name) of \(x) and \(y)") }
            results.append(result)
        }
        let isScalar = [try call.input(0), try call.input(1)].allSatisfy { shape($0).rank == 0 }
        return extents(results, isScalar: isScalar, call)
    }

    private func sum(_ x: Extent, _ y: Extent, isDifference: Bool) -> Extent? {
        if y == 0 { return x }
        guard x.dependsOnRows == y.dependsOnRows else { return nil }
        let (own, other) = (x.count(rows: 1), y.count(rows: 1))
        let (sum, overflows) =
            isDifference
            ? own.subtractingReportingOverflow(other) : own.addingReportingOverflow(other)
        guard !overflows else { return nil }
        if x.dependsOnRows { return sum > 0 ? .rowParts(sum) : sum == 0 ? 0 : nil }
        return .fixed(sum)
    }

    private func choice(
        _ call: TracedCall, _ compare: (Extent, Extent) -> Bool?
    ) throws(ONNXError) -> Tracked {
        let (a, b) = (try call.extents(0), try call.extents(1))
        let count = max(a.count, b.count)
        guard a.count == 1 || a.count == count, b.count == 1 || b.count == count else {
            throw call.obstacle("stretches extents")
        }
        var truths: [Bool] = []
        for index in 0..<count {
            guard let truth = compare(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index]) else {
                throw call.obstacle("compares a number of rows with a number")
            }
            truths.append(truth)
        }
        let rank = max(shape(try call.input(0)).rank, shape(try call.input(1)).rank)
        return .known(
            Known(
                tensor: ONNXTensor(rank == 0 ? [] : [truths.count], truths),
                name: call.call.node.outputs.first ?? "", isInitializer: false, isLearned: false))
    }
}
