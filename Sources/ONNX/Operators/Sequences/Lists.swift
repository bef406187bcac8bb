/// Operators on sequences of tensors.
enum Lists {
    static let operators: [ONNXOperator] = [
        ONNXOperator("SequenceEmpty") { _ throws(ONNXError) in [.sequence([])] },
        ONNXOperator("SequenceConstruct", construct), ONNXOperator("SequenceInsert", insert),
        ONNXOperator("SequenceErase", erase), ONNXOperator("SequenceAt", at),
        ONNXOperator("SequenceLength", length), ONNXOperator("SplitToSequence", split),
        ONNXOperator("ConcatFromSequence", concat), ONNXOperator("SequenceMap", map),
    ]

    static func construct(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensors = try call.tensors()
        guard !tensors.isEmpty else { throw call.failure("is given no tensor") }
        for tensor in tensors { try check(call, tensor, beside: tensors[0]) }
        return [.sequence(tensors.map { .tensor($0) })]
    }

    private static func check(
        _ call: NodeCall, _ tensor: ONNXTensor, beside other: ONNXTensor?
    ) throws(ONNXError) {
        guard let other, other.type != tensor.type else { return }
        throw call.failure("is to hold \(tensor.type.name) beside \(other.type.name)")
    }

    static func insert(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var values = try call.sequence(0)
        let tensor = try call.tensor(1)
        try check(call, tensor, beside: values.first?.tensor)
        let given = try call.optionalInteger(2) ?? values.count
        let place = given < 0 ? given + values.count : given
        guard (0...values.count).contains(place) else {
            throw call.failure("is to insert at \(given) of \(values.count)", kind: .input)
        }
        values.insert(.tensor(tensor), at: place)
        return [.sequence(values)]
    }

    static func erase(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var values = try call.sequence(0)
        values.remove(at: try call.place(try call.optionalInteger(1) ?? -1, in: values.count))
        return [.sequence(values)]
    }

    static func at(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let values = try call.sequence(0)
        return [values[try call.place(try call.integer(1), in: values.count)]]
    }

    static func length(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        call.result(.scalar(Int64(try call.sequence(0).count)))
    }

    static func split(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let axis = try call.axis(try call.int("axis", default: 0), rank: data.rank)
        let extent = data.shape[axis]
        var parts: [Int]
        var dropsAxis = false
        if let given = try call.optionalTensor(1), given.rank == 1 {
            parts = try call.list(1)
        } else {
            let part = try call.optionalInteger(1) ?? 1
            guard part > 0 else { throw call.failure("is to make parts of \(part)") }
            let (whole, rest) = extent.quotientAndRemainder(dividingBy: part)
            guard whole < call.limits.sequenceValues else {
                throw call.failure(
                    "makes more than \(call.limits.sequenceValues) parts", kind: .limit)
            }
            parts = [Int](repeating: part, count: whole) + (rest > 0 ? [rest] : [])
            let keepsAxis = try call.flag("keepdims", default: true)
            dropsAxis = call.optionalValue(1) == nil && !keepsAxis
        }
        guard parts.count <= call.limits.sequenceValues else {
            throw call.failure("makes more than \(call.limits.sequenceValues) parts", kind: .limit)
        }
        var tensors = try call.cut(data, axis: axis, in: parts)
        if dropsAxis {
            var shape = data.shape
            shape.remove(at: axis)
            tensors = tensors.map { $0.reshaped(shape) }
        }
        return [.sequence(tensors.map { .tensor($0) })]
    }

    static func concat(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var tensors: [ONNXTensor] = []
        for value in try call.sequence(0) {
            guard let tensor = value.tensor else {
                throw call.failure("joins tensors, and gets \(value.kind)")
            }
            tensors.append(tensor)
        }
        let axis = try call.int("axis")
        return call.result(
            try call.flag("new_axis")
                ? try call.stacked(tensors, axis: axis) : try call.joined(tensors, axis: axis))
    }

    static func map(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let count = try call.sequence(0).count
        var inputs: [ONNXValue] = []
        for index in call.inputs.indices { inputs.append(try call.value(index)) }
        for input in inputs {
            if let values = input.sequence, values.count != count {
                throw call.failure(
                    "goes through \(count) values of one sequence and \(values.count) of another",
                    kind: .input)
            }
        }
        let outputs = try call.body().outputs.count
        var results = [[ONNXValue]](repeating: [], count: outputs)
        var weight = 0
        for place in 0..<count {
            let values = try call.run(graph: "body", inputs.map { $0.sequence?[place] ?? $0 })
            for (index, value) in values.enumerated() where index < outputs {
                weight += value.weight + 1
                results[index].append(value)
            }
            guard weight <= call.limits.heldElements else {
                throw call.failure(
                    "makes more than \(call.limits.heldElements) elements held at once",
                    kind: .limit)
            }
        }
        return results.map { .sequence($0) }
    }
}

extension NodeCall {
    func sequence(_ index: Int) throws(ONNXError) -> [ONNXValue] {
        let value = try value(index)
        guard let values = value.sequence else {
            throw failure("wants a sequence as input \(index + 1), and gets \(value.kind)")
        }
        return values
    }
}
