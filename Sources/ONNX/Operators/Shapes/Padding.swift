/// `Pad`: extents made longer by a constant or by the tensor's own elements, or shorter where a padding is negative.
enum Padding {
    static let operators: [ONNXOperator] = [ONNXOperator("Pad", pad)]

    /// Paddings are an attribute before version 11, an input from it on. What is negative is cut off before anything is
    /// added.
    ///
    /// A reflection goes on as far as it is asked for, also beyond the extent.
    static func pad(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let mode = try call.text("mode", default: "constant")
        let all = Array(data.shape.indices)
        let pads: [Int]
        let axes: [Int]
        var filling: Elements?
        if call.opset < 11 {
            guard let given = try call.optionalInts("pads") else {
                throw call.failure("misses 'pads'")
            }
            (pads, axes) = (given, all)
            filling = try constant(Double(try call.float("value", default: 0)), as: data.elements)
        } else {
            pads = try call.list(1)
            axes = try call.axes(
                call.opset < 18 ? all : try call.optionalList(3) ?? all, rank: data.rank)
            if let value = try call.optionalTensor(2), value.count > 0 {
                guard value.count == 1, value.type == data.type else {
                    throw call.failure(
                        "is to fill \(data.type.name) with \(ONNXValue.tensor(value).kind)")
                }
                filling = value.elements
            }
        }
        guard pads.count == 2 * axes.count else {
            throw call.failure("has \(pads.count) paddings for \(axes.count) axes")
        }
        var shape = data.shape
        for (index, axis) in axes.enumerated() {
            shape[axis] = try call.sum(
                try call.sum(shape[axis], pads[index]), pads[index + axes.count])
        }
        let count = try call.count(of: shape)
        var places = [[Int]?](repeating: nil, count: data.rank)
        for (index, axis) in axes.enumerated() {
            let (before, after) = (pads[index], pads[index + axes.count])
            guard before != 0 || after != 0 else { continue }
            // Where the result has an element each of these is below its limit, so that the list can be made.
            places[axis] = try list(
                call, mode, data.shape[axis], before, after, length: count == 0 ? 0 : shape[axis])
        }
        guard count > 0 else {
            return call.result(
                ONNXTensor(shape, data.elements.rearranged(by: RepeatedElement(count: 0))))
        }
        return call.result(
            GridView(source: data.shape, places: places, filling: filling).copy(of: data))
    }

    private static func constant(
        _ value: Double, as elements: Elements
    ) throws(ONNXError) -> Elements? {
        struct Constant: NumberRearrangement {
            let value: Double
            func elements<Element: ONNXNumber>(of _: [Element]) -> [Element] { [Element(value)] }
        }
        return elements.rearranged(by: Constant(value: value))
    }

    /// The places along an axis that a padded one shows.
    private static func list(
        _ call: NodeCall, _ mode: String, _ extent: Int, _ before: Int, _ after: Int, length: Int
    ) throws(ONNXError) -> [Int] {
        // What is left of the axis where something is cut off.
        let first = before < 0 ? try call.sum(0, before == .min ? .max : -before) : 0
        let kept = try call.sum(
            try call.sum(extent, before == .min ? -.max : min(before, 0)), min(after, 0))
        guard kept >= 0 else {
            throw call.failure(
                "is to cut \(before) and \(after) off \(extent) elements", kind: .input)
        }
        let start = max(before, 0)
        if mode == "constant" {
            return (0..<length).map {
                let place = $0 - start
                return place >= 0 && place < kept ? first + place : -1
            }
        }
        guard kept > 0 || length == 0 else {
            throw call.failure("has no elements to fill with", kind: .input)
        }
        switch mode {
        case "edge": return (0..<length).map { first + min(max($0 - start, 0), kept - 1) }
        case "wrap":
            return (0..<length).map {
                let place = ($0 - start) % kept
                return first + (place < 0 ? place + kept : place)
            }
        case "reflect":
            let period = max(2 * (kept - 1), 1)
            return (0..<length).map {
                let place = abs($0 - start) % period
                return first + min(place, period - place) % kept
            }
        default:
            throw call.failure(
                "has the mode '\(mode)', which is not built here", kind: .unsupported)
        }
    }
}
