/// Where the largest or smallest number of each line stands. NaN is beyond every number, as in NumPy and ONNX's
/// reference; ONNX Runtime passes over it.
private struct ExtremePlace: NumberWork {
    let layout: AxisLayout
    let takesLargest: Bool
    let takesLast: Bool

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> [Int64] {
        var places: [Int64] = []
        places.reserveCapacity(layout.outer * layout.inner)
        layout.forEachLine { start in
            var best = numbers[start]
            var place = 0
            for index in 1..<max(layout.extent, 1) {
                let next = numbers[start + index * layout.inner]
                let isBetter = takesLargest ? next > best : next < best
                if isBetter || (takesLast && next == best)
                    || (next.isNaN && (takesLast || !best.isNaN))
                {
                    best = next
                    place = index
                }
            }
            places.append(Int64(place))
        }
        return places
    }
}

enum Arguments {
    private static func place(_ call: NodeCall, takesLargest: Bool) throws(ONNXError) -> [ONNXValue]
    {
        let tensor = try call.tensor(0)
        let axis = try call.axis(try call.int("axis", default: 0), rank: tensor.rank)
        var shape = tensor.shape
        if try call.flag("keepdims", default: true) {
            shape[axis] = 1
        } else {
            shape.remove(at: axis)
        }
        guard try call.count(of: shape) > 0 else { return call.result(shape, [Int64]()) }
        guard tensor.shape[axis] > 0 else {
            throw call.failure("asks for a place along axis \(axis), which is empty", kind: .input)
        }
        let work = ExtremePlace(
            layout: AxisLayout(tensor.shape, axis: axis), takesLargest: takesLargest,
            takesLast: call.opset >= 12 ? try call.flag("select_last_index") : false)
        guard let places = tensor.elements.withNumbers(work) else {
            throw call.failure("wants numbers, and gets \(tensor.type.name)")
        }
        return call.result(shape, places)
    }

    static let operators: [ONNXOperator] = [
        ONNXOperator("ArgMax") { call throws(ONNXError) in try place(call, takesLargest: true) },
        ONNXOperator("ArgMin") { call throws(ONNXError) in try place(call, takesLargest: false) },
        ONNXOperator("TopK", topK),
    ]
}

/// The first numbers of each line in order. NaN is above every number.
private struct Ranking: NumberWork {
    let layout: AxisLayout
    let count: Int
    let takesLargest: Bool

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> (Elements, [Int64]) {
        let total = layout.outer * count * layout.inner
        var values = [Number](repeating: .zero, count: total)
        var places = [Int64](repeating: 0, count: total)
        for first in 0..<layout.outer {
            for second in 0..<layout.inner {
                let start = first * layout.extent * layout.inner + second
                let line = (0..<layout.extent).map { numbers[start + $0 * layout.inner] }
                let order = line.indices.sorted { one, other in
                    let isBefore =
                        takesLargest
                        ? Self.isBelow(line[other], line[one])
                        : Self.isBelow(line[one], line[other])
                    let isAfter =
                        takesLargest
                        ? Self.isBelow(line[one], line[other])
                        : Self.isBelow(line[other], line[one])
                    return isBefore || (!isAfter && one < other)
                }
                for index in 0..<count {
                    let target = (first * count + index) * layout.inner + second
                    values[target] = line[order[index]]
                    places[target] = Int64(order[index])
                }
            }
        }
        return (values.elements, places)
    }

    /// A strict order of all numbers.
    private static func isBelow<Number: ONNXNumber>(_ a: Number, _ b: Number) -> Bool {
        a < b || (b.isNaN && !a.isNaN)
    }
}

extension Arguments {
    /// Always sorted, also where `sorted` is 0 and any order would do.
    private static func topK(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let axis = try call.axis(try call.int("axis", default: -1), rank: tensor.rank)
        let count: Int
        if call.opset < 10 {
            count = try call.int("k")
        } else {
            let counts = try call.integers(1)
            guard counts.count == 1 else {
                throw call.failure("wants one number K, and gets \(counts.count)")
            }
            count = counts[0]
        }
        guard (0...tensor.shape[axis]).contains(count) else {
            throw call.failure("wants the first \(count) of \(tensor.shape[axis])", kind: .input)
        }
        var shape = tensor.shape
        shape[axis] = count
        guard try call.count(of: shape) > 0 else {
            guard let none = tensor.elements.withNumbers(NoNumbers()) else {
                throw call.failure("wants numbers, and gets \(tensor.type.name)")
            }
            return [.tensor(ONNXTensor(shape, none)), .tensor(ONNXTensor(shape, [Int64]()))]
        }
        let work = Ranking(
            layout: AxisLayout(tensor.shape, axis: axis), count: count,
            takesLargest: call.opset >= 11 ? try call.flag("largest", default: true) : true)
        guard let (values, places) = tensor.elements.withNumbers(work) else {
            throw call.failure("wants numbers, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(shape, values)), .tensor(ONNXTensor(shape, places))]
    }

    private struct NoNumbers: NumberWork {
        func work<Number: ONNXNumber>(_: [Number]) -> Elements { [Number]().elements }
    }
}
