/// Operators that make elements, or the same ones again.
enum Repeating {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Tile", tile), ONNXOperator("Expand", expand),
        ONNXOperator("ConstantOfShape", constantOfShape), ONNXOperator("Constant", constant),
        ONNXOperator("Range", range),
    ]

    static func tile(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let repeats = try call.list(1)
        guard repeats.count == data.rank else {
            throw call.failure("has \(repeats.count) repetitions for \(data.rank) axes")
        }
        var shape: [Int] = []
        for (extent, count) in zip(data.shape, repeats) {
            guard count >= 0 else { throw call.failure("is to repeat an axis \(count) times") }
            shape.append(try call.product(extent, count))
        }
        guard try call.count(of: shape) > 0 else {
            return call.result(
                ONNXTensor(shape, data.elements.rearranged(by: RepeatedElement(count: 0))))
        }
        let steps = Broadcasting.steps(of: data.shape)
        let view = StridedView(
            shape: zip(repeats, data.shape).flatMap { [$0, $1] }, steps: steps.flatMap { [0, $0] })
        return call.result(view.copy(of: data, as: shape))
    }

    static func expand(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let wanted = try call.list(1)
        _ = try call.count(of: wanted)
        let shape = try call.broadcast([data.shape, wanted])
        let view = StridedView(shape: shape, steps: Broadcasting.steps(of: data.shape, in: shape))
        return call.result(view.copy(of: data))
    }

    static func constantOfShape(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let shape = try call.list(0)
        let value = try call.optionalTensor(attribute: "value") ?? .scalar(Float(0))
        guard value.count == 1 else {
            throw call.failure("is to fill with \(value.count) elements, and takes one")
        }
        let count = try call.count(of: shape)
        return call.result(
            ONNXTensor(shape, value.elements.rearranged(by: RepeatedElement(count: count))))
    }

    static func constant(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        if let value = try call.optionalTensor(attribute: "value") { return call.result(value) }
        if let value = try call.optionalFloat("value_float") { return call.result(.scalar(value)) }
        if let values = try call.optionalFloats("value_floats") {
            return call.result(.vector(values))
        }
        if let value = try call.optionalInt("value_int") {
            return call.result(.scalar(Int64(value)))
        }
        if let values = try call.optionalInts("value_ints") {
            return call.result(.vector(values.map { Int64($0) }))
        }
        if let value = try call.optionalText("value_string") { return call.result(.scalar(value)) }
        if let values = try call.optionalTexts("value_strings") {
            return call.result(.vector(values))
        }
        throw call.failure("holds no value that is read here")
    }

    static func range(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        [.tensor(try range(try call.numbers(0), call))]
    }

    /// `start + i · step`, of whole numbers exactly; ONNX Runtime adds the step again and again.
    private static func range<Numbers: NumberArray>(
        _ starts: Numbers, _ call: NodeCall
    ) throws(ONNXError) -> ONNXTensor {
        typealias Element = Numbers.Element
        let limits = try call.array(1, of: Element.self)
        let steps = try call.array(2, of: Element.self)
        guard let start = starts.array.first, let limit = limits.first, let step = steps.first,
            starts.count == 1, limits.count == 1, steps.count == 1, Element.elementType != .uint64
        else {
            throw call.failure("wants one start, one limit and one step, which are no uint64")
        }
        guard step != .zero, !step.isNaN, !start.isNaN, !limit.isNaN else {
            throw call.failure(
                "is to go from \(start.double) to \(limit.double) by \(step.double)", kind: .input)
        }
        var count = 0
        if Element.isFloat {
            let steps = (limit.subtracting(start).double / step.double).rounded(.up)
            guard steps < Double(call.limits.tensorElements) else {
                throw call.failure("is to make \(steps) numbers", kind: .limit)
            }
            count = Int(max(steps, 0))
        } else if step > .zero ? start < limit : limit < start {
            let distance =
                (step > .zero ? limit.integer &- start.integer : start.integer &- limit.integer)
            let steps = (UInt64(bitPattern: distance) - 1) / UInt64(step.integer.magnitude)
            guard steps < UInt64(call.limits.tensorElements) else {
                throw call.failure("is to make \(steps) numbers", kind: .limit)
            }
            count = Int(steps) + 1
        }
        _ = try call.count(of: [count])
        let values = (0..<count).map {
            start.adding(Element(wrapping: Int64($0)).multiplying(step))
        }
        return .vector(values)
    }
}
