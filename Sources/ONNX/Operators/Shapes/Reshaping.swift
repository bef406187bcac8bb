/// Operators that change extents and leave the elements as they lie.
enum Reshaping {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Reshape", reshape), ONNXOperator("Flatten", flatten),
        ONNXOperator("Squeeze", squeeze), ONNXOperator("Unsqueeze", unsqueeze),
        ONNXOperator("Shape", shape), ONNXOperator("Size", size),
    ]

    static func reshape(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let wanted = try call.list(1)
        let keepsZero = call.opset >= 14 ? try call.flag("allowzero") : false
        guard !(keepsZero && wanted.contains(0) && wanted.contains(-1)) else {
            throw call.failure("is asked for extents \(wanted), in which −1 can be anything")
        }
        var shape = wanted
        var open: Int?
        for (axis, extent) in wanted.enumerated() {
            switch extent {
            case 0 where !keepsZero:
                guard axis < data.rank else {
                    throw call.failure("is to keep axis \(axis) of a tensor with \(data.rank)")
                }
                shape[axis] = data.shape[axis]
            case -1:
                guard open == nil else { throw call.failure("has two open extents in \(wanted)") }
                open = axis
                shape[axis] = 1
            default: break
            }
        }
        let count = try call.count(of: shape)
        if let open {
            guard count > 0, data.count % count == 0 else {
                throw call.failure(
                    "cannot bring \(data.shape) to \(wanted): \(data.count) elements do not divide",
                    kind: .input)
            }
            shape[open] = data.count / count
        } else if count != data.count {
            throw call.failure(
                "cannot bring \(data.shape) to \(wanted): \(data.count) elements are not \(count)",
                kind: .input)
        }
        return call.result(data.reshaped(shape))
    }

    static func flatten(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let given = try call.int("axis", default: 1)
        let axis = given < 0 ? given + data.rank : given
        guard (0...data.rank).contains(axis) else {
            throw call.failure("asks for axis \(given) of a tensor with \(data.rank)")
        }
        return call.result(
            data.reshaped([data.shape[..<axis].reduce(1, *), data.shape[axis...].reduce(1, *)]))
    }

    /// Axes are an attribute before version 13, an input from it on.
    private static func axes(_ call: NodeCall) throws(ONNXError) -> [Int]? {
        call.opset < 13 ? try call.optionalInts("axes") : try call.optionalList(1)
    }

    static func squeeze(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        guard let given = try axes(call) else {
            return call.result(data.reshaped(data.shape.filter { $0 != 1 }))
        }
        let axes = Set(try call.axes(given, rank: data.rank))
        for axis in axes where data.shape[axis] != 1 {
            throw call.failure("cannot leave out axis \(axis) of \(data.shape)", kind: .input)
        }
        return call.result(
            data.reshaped(data.shape.indices.filter { !axes.contains($0) }.map { data.shape[$0] }))
    }

    static func unsqueeze(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        guard let given = try axes(call) else { throw call.failure("misses its axes") }
        let rank = data.rank + given.count
        guard rank <= call.limits.axes else {
            throw call.failure("makes a tensor of \(rank) axes", kind: .limit)
        }
        let axes = Set(try call.axes(given, rank: rank))
        var extents = data.shape.makeIterator()
        let shape = (0..<rank).map { axes.contains($0) ? 1 : extents.next() ?? 1 }
        return call.result(data.reshaped(shape))
    }

    static func shape(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let shape = try call.tensor(0).shape
        func clamped(_ axis: Int) -> Int {
            min(max(axis < 0 ? axis + shape.count : axis, 0), shape.count)
        }
        let later = call.opset >= 15
        let start = clamped(later ? try call.int("start", default: 0) : 0)
        let end = clamped(later ? try call.int("end", default: shape.count) : shape.count)
        return call.result(.vector(start < end ? shape[start..<end].map { Int64($0) } : []))
    }

    static func size(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        call.result(.scalar(Int64(try call.tensor(0).count)))
    }
}
