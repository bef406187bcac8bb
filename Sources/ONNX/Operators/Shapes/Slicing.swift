/// Operators that take a part of a tensor, or put it in a larger one.
enum Slicing {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Slice", slice), ONNXOperator("CenterCropPad", centerCropPad),
    ]

    /// Ends are attributes before version 10, inputs from it on.
    ///
    /// An end of 2^31 − 1 or 2^63 − 1 is the last place in the direction of the step, as ONNX Runtime has it; by the
    /// letter of ONNX nothing would be left where the step is negative.
    static func slice(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let starts: [Int]
        let ends: [Int]
        let axes: [Int]?
        var steps: [Int]?
        if call.opset < 10 {
            guard let from = try call.optionalInts("starts"), let to = try call.optionalInts("ends")
            else { throw call.failure("misses its starts or ends") }
            (starts, ends) = (from, to)
            axes = try call.optionalInts("axes")
        } else {
            (starts, ends) = (try call.list(1), try call.list(2))
            axes = try call.optionalList(3)
            steps = try call.optionalList(4)
        }
        let count = starts.count
        guard ends.count == count, (axes?.count ?? count) == count,
            (steps?.count ?? count) == count,
            count <= data.rank
        else {
            throw call.failure("has starts, ends, axes and steps that do not go together")
        }
        let places = try call.axes(axes ?? Array(0..<count), rank: data.rank)
        let dense = Broadcasting.steps(of: data.shape)
        var view = StridedView(shape: data.shape, steps: dense)
        for (index, axis) in places.enumerated() {
            let range = try Range(
                call, from: starts[index], to: ends[index], by: steps?[index] ?? 1,
                of: data.shape[axis])
            view.shape[axis] = range.count
            view.start += range.start * dense[axis]
            // One place is a step from nothing, and its step may be too large to be multiplied.
            view.steps[axis] = range.count > 1 ? range.step * dense[axis] : 0
        }
        return call.result(view.copy(of: data))
    }

    /// Places along an axis, `step` apart.
    private struct Range {
        var start: Int
        var count: Int
        var step: Int

        init(
            _ call: NodeCall, from: Int, to: Int, by step: Int, of extent: Int
        ) throws(ONNXError) {
            guard step != 0 else { throw call.failure("has a step of 0") }
            let last = step > 0 ? extent : extent - 1
            let first = step > 0 ? 0 : -1
            start = min(max(from < 0 ? from + extent : from, 0), last)
            let isOpen = to == .max || to == Int(Int32.max)
            let end = isOpen && step < 0 ? first : min(max(to < 0 ? to + extent : to, first), last)
            let distance = step > 0 ? end - start : start - end
            count = distance > 0 ? Int((distance - 1).magnitude / step.magnitude) + 1 : 0
            start = count == 0 ? 0 : start
            self.step = step
        }
    }

    static func centerCropPad(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let wanted = try call.list(1)
        let axes = try call.axes(
            try call.ints("axes", default: Array(data.shape.indices)), rank: data.rank)
        guard wanted.count == axes.count else {
            throw call.failure("gets \(wanted.count) extents for \(axes.count) axes")
        }
        var shape = data.shape
        for (axis, extent) in zip(axes, wanted) { shape[axis] = extent }
        guard try call.count(of: shape) > 0 else {
            return call.result(
                ONNXTensor(shape, data.elements.rearranged(by: RepeatedElement(count: 0))))
        }
        let places = zip(data.shape, shape).map { from, to -> [Int]? in
            if from == to { return nil }
            if to < from { return Array((from - to) / 2..<(from - to) / 2 + to) }
            let before = (to - from) / 2
            return (0..<to).map { (before..<before + from).contains($0) ? $0 - before : -1 }
        }
        return call.result(GridView(source: data.shape, places: places).copy(of: data))
    }
}
