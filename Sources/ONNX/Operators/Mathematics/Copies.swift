/// Operators that give back what they get, or something of its extents.
enum Copies {
    static func identity(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] { [try call.value(0)] }

    /// What it is when a model predicts: the input itself, with a mask that keeps all.
    ///
    /// Training with a ratio above 0 draws numbers, and is refused.
    static func dropout(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        if call.opset >= 12, let training = try call.optionalTensor(2) {
            guard case .bool(let flags) = training.elements, flags.count == 1 else {
                throw call.failure(
                    "wants one truth as input 3, and gets \(training.type.name) \(training.shape)")
            }
            let ratio = try call.optionalTensor(1)?.elements.doubles ?? [0.5]
            if flags[0], ratio != [0] {
                throw call.failure(
                    "drops at random, as in training", kind: .unsupported,
                    advice: "Export the model for inference")
            }
        }
        if call.opset < 7, try !call.flag("is_test") {
            throw call.failure(
                "drops at random, as in training", kind: .unsupported,
                advice: "Export the model for inference")
        }
        guard call.outputCount > 1 else { return [.tensor(tensor)] }
        let kept = Elements.bool([Bool](repeating: true, count: tensor.count))
        guard let mask = kept.converted(to: call.opset < 10 ? tensor.type : .bool) else {
            throw call.failure("wants floats, and gets \(tensor.type.name)")
        }
        return [.tensor(tensor), .tensor(ONNXTensor(tensor.shape, mask))]
    }

    static func eyeLike(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        guard tensor.rank == 2 else {
            throw call.failure("wants a matrix, and gets extents \(tensor.shape)")
        }
        let number = try call.int("dtype", default: tensor.type.rawValue)
        guard let type = ElementType(rawValue: number), type != .string else {
            throw call.failure(
                "makes \(ElementType.name(ofNumber: number)), which is not held here",
                kind: .unsupported)
        }
        let offset = try call.int("k", default: 0)
        let (rows, columns) = (tensor.shape[0], tensor.shape[1])
        var ones = [Bool](repeating: false, count: tensor.count)
        if offset > -rows, offset < columns {
            for row in max(0, -offset)..<max(0, -offset, min(rows, columns - offset)) {
                ones[row * columns + row + offset] = true
            }
        }
        guard let elements = Elements.bool(ones).converted(to: type) else {
            throw call.failure("cannot make \(type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }
}
