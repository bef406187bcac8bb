import RealModule

/// The negative logarithm of what each target was given, weighted, and summed or averaged.
private func loss<Number: ONNXReal>(
    _ logarithms: [Number], _ shape: [Int], _ call: NodeCall
) throws(ONNXError) -> [ONNXValue] {
    guard shape.count >= 2 else {
        throw call.failure("wants classes, and gets \(shape)", kind: .input)
    }
    let classes = shape[1]
    let targetShape = [shape[0]] + shape[2...]
    guard try call.tensor(1).shape == targetShape else {
        throw call.failure(
            "wants targets of \(targetShape), and gets \(try call.tensor(1).shape)", kind: .input)
    }
    let targets = try call.integers(1)
    var weights: [Number]?
    if call.optionalValue(2) != nil {
        weights = try call.reals(2, count: classes, "weights of \(classes) classes")
    }
    let ignored = try call.optionalInt("ignore_index")
    let size = targets.isEmpty ? 1 : targets.count / shape[0]
    var losses: [Number] = []
    losses.reserveCapacity(targets.count)
    var sum = 0.0
    var weightSum = 0.0
    for (place, target) in targets.enumerated() {
        if target == ignored {
            losses.append(0)
            continue
        }
        guard (0..<classes).contains(target) else {
            throw call.failure("has a target of \(target) among \(classes) classes", kind: .input)
        }
        let weight = weights?[target] ?? 1
        let value = -logarithms[(place / size * classes + target) * size + place % size] * weight
        losses.append(value)
        sum += value.double
        weightSum += weight.double
    }
    switch try call.text("reduction", default: "mean") {
    case "none": return call.result(targetShape, losses)
    case "sum": return call.result([], [Number(rounding: sum)])
    case "mean": return call.result([], [Number(rounding: sum / weightSum)])
    case let other: throw call.failure("has a 'reduction' of '\(other)'")
    }
}

enum NegativeLogLikelihoodLoss: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        try loss(try call.reals(0, as: Number.self), try call.tensor(0).shape, call)
    }
}

enum SoftmaxCrossEntropyLoss: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        var values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        guard shape.count >= 2 else {
            throw call.failure("wants classes, and gets \(shape)", kind: .input)
        }
        if !values.isEmpty {
            let classes = shape[1]
            let size = values.count / (shape[0] * classes)
            for row in 0..<shape[0] * size {
                let start = row / size * classes * size + row % size
                let line = stride(from: start, to: start + classes * size, by: size)
                var highest = -Number.infinity
                for index in line { highest = max(highest, values[index]) }
                var sum: Number = 0
                for index in line { sum += Number.exp(values[index] - highest) }
                let logarithm = Number.log(sum)
                for index in line { values[index] = values[index] - highest - logarithm }
            }
        }
        return try loss(values, shape, call) + call.result(shape, values)
    }
}
