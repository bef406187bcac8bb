/// Tensors put together along an axis, and cut along one.
enum Joining {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Concat", concat), ONNXOperator("Split", split),
    ]

    static func concat(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        call.result(try call.joined(try call.tensors(), axis: try call.int("axis")))
    }

    static func split(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let axis = try call.axis(try call.int("axis", default: 0), rank: data.rank)
        let extent = data.shape[axis]
        let parts: [Int]
        if let given = call.opset < 13 ? try call.optionalInts("split") : try call.optionalList(1) {
            parts = given
        } else {
            let count =
                call.opset < 18
                ? call.outputCount : try call.int("num_outputs", default: call.outputCount)
            guard count == call.outputCount, count > 0 else {
                throw call.failure("is to make \(count) parts, and names \(call.outputCount)")
            }
            let (whole, rest) = extent.quotientAndRemainder(dividingBy: count)
            guard rest == 0 || call.opset >= 18 else {
                throw call.failure("cannot cut \(extent) in \(count) equal parts", kind: .input)
            }
            let part = rest == 0 ? whole : whole + 1
            parts = [Int](repeating: part, count: count - 1) + [extent - part * (count - 1)]
        }
        guard parts.count >= call.outputCount else {
            throw call.failure("names \(call.outputCount) parts, and makes \(parts.count)")
        }
        return try call.cut(data, axis: axis, in: parts).map { .tensor($0) }
    }
}

extension NodeCall {
    /// Tensors of one type one after another along an axis that may count from the end.
    ///
    /// One of extents [0] is left out where the others have more axes: exporters made such for "nothing yet".
    func joined(_ tensors: [ONNXTensor], axis given: Int) throws(ONNXError) -> ONNXTensor {
        let most = tensors.map(\.rank).max() ?? 0
        let parts = tensors.filter { $0.shape != [0] || most == 1 }
        guard let first = parts.first else { throw failure("is given nothing to join") }
        let axis = try axis(given, rank: first.rank)
        var shape = first.shape
        shape[axis] = 0
        for part in parts {
            guard part.type == first.type else {
                throw failure("is to join \(first.type.name) and \(part.type.name)")
            }
            var others = part.shape
            guard others.count == shape.count else {
                throw failure("cannot join \(first.shape) and \(part.shape)", kind: .input)
            }
            others[axis] = shape[axis]
            guard others == shape else {
                throw failure(
                    "cannot join \(first.shape) and \(part.shape) along axis \(axis)", kind: .input)
            }
            shape[axis] = try sum(shape[axis], part.shape[axis])
        }
        let count = try count(of: shape)
        if parts.count == 1 { return first }
        guard count > 0 else {
            return ONNXTensor(shape, first.elements.rearranged(by: RepeatedElement(count: 0)))
        }
        let joined = JoinedView(
            parts: parts.map(\.elements),
            rows: parts.map { $0.shape[axis...].reduce(1, *) }, outer: shape[..<axis].reduce(1, *))
        return ONNXTensor(shape, first.elements.rearranged(by: joined))
    }

    /// Tensors of the same extents side by side along a new axis, which may count from the end of the result's.
    func stacked(_ tensors: [ONNXTensor], axis given: Int) throws(ONNXError) -> ONNXTensor {
        guard let first = tensors.first else { throw failure("is given nothing to join") }
        let axis = try axis(given, rank: first.rank + 1)
        var shape = first.shape
        for tensor in tensors where tensor.shape != shape || tensor.type != first.type {
            throw failure(
                "makes \(ONNXValue.tensor(first).kind) once and \(ONNXValue.tensor(tensor).kind) later",
                kind: .input)
        }
        shape.insert(1, at: axis)
        _ = try count(of: shape)
        return try joined(tensors.map { $0.reshaped(shape) }, axis: axis)
    }

    /// Parts of a tensor, `parts` long along an axis that is one of it.
    func cut(
        _ data: ONNXTensor, axis: Int, in parts: [Int]
    ) throws(ONNXError) -> [ONNXTensor] {
        var total = 0
        for part in parts {
            guard part >= 0 else { throw failure("is to make a part of \(part)") }
            total = try sum(total, part)
        }
        guard total == data.shape[axis] else {
            throw failure(
                "is to make parts of \(total) elements together from \(data.shape[axis])",
                kind: .input)
        }
        let steps = Broadcasting.steps(of: data.shape)
        var start = 0
        return parts.map { part in
            var shape = data.shape
            shape[axis] = part
            defer { start += part * steps[axis] }
            return StridedView(shape: shape, steps: steps, start: start).copy(of: data)
        }
    }
}
