import RealModule

/// Functions of whole lines of floats.
private enum LineFunction {
    case softmax, logSoftmax, hardmax

    /// Small floats are computed as float, and rounded at the end.
    func elements(of elements: Elements, _ layout: AxisLayout) -> Elements? {
        switch elements {
        case .float32(let values): .float32(lines(of: values, layout))
        case .float64(let values): .float64(lines(of: values, layout))
        case .float16(let values): .float16(lines(of: values.map(\.float), layout).map { Half($0) })
        case .bfloat16(let values):
            .bfloat16(lines(of: values.map(\.float), layout).map { BrainFloat($0) })
        default: nil
        }
    }

    private func lines<R: Real>(of values: [R], _ layout: AxisLayout) -> [R] {
        guard !values.isEmpty else { return [] }
        var result = values
        layout.forEachLine { start in
            let places = stride(
                from: start, to: start + layout.extent * layout.inner, by: layout.inner)
            var largest = values[start]
            var first = start
            for place in places
            where values[place] > largest || (values[place].isNaN && !largest.isNaN) {
                largest = values[place]
                first = place
            }
            switch self {
            case .hardmax:
                for place in places { result[place] = place == first ? 1 : 0 }
            case .softmax:
                var sum: R = 0
                for place in places {
                    let power = R.exp(values[place] - largest)
                    result[place] = power
                    sum += power
                }
                for place in places { result[place] /= sum }
            case .logSoftmax:
                var sum: R = 0
                for place in places { sum += R.exp(values[place] - largest) }
                let log = R.log(sum)
                for place in places { result[place] = values[place] - largest - log }
            }
        }
        return result
    }
}

enum Softmaxes {
    /// Before version 13 the axes from `axis` on are one line; from then on lines go along the axis.
    private static func apply(_ function: LineFunction, _ call: NodeCall) throws(ONNXError)
        -> [ONNXValue]
    {
        let tensor = try call.tensor(0)
        let isFlat = call.opset < 13
        let axis = try call.axis(
            try call.int("axis", default: isFlat ? 1 : -1), rank: tensor.rank)
        let layout =
            isFlat ? AxisLayout(tensor.shape, from: axis) : AxisLayout(tensor.shape, axis: axis)
        guard let elements = function.elements(of: tensor.elements, layout) else {
            throw call.failure("wants floats, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("Softmax") { call throws(ONNXError) in try apply(.softmax, call) },
        ONNXOperator("LogSoftmax") { call throws(ONNXError) in try apply(.logSoftmax, call) },
        ONNXOperator("Hardmax") { call throws(ONNXError) in try apply(.hardmax, call) },
    ]
}
