/// Operators that turn indices into marks, and marks into indices.
enum Marking {
    static let operators: [ONNXOperator] = [
        ONNXOperator("OneHot", oneHot), ONNXOperator("NonZero", nonZero),
    ]

    /// Indices beyond the classes have no mark.
    static func oneHot(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let indices = whole(try call.numbers(0))
        let depths = whole(try call.numbers(1))
        let values = try call.tensor(2)
        guard depths.count == 1, depths[0] > 0 else {
            throw call.failure("is to make \(depths) classes", kind: .input)
        }
        guard values.count == 2 else {
            throw call.failure("wants the values off and on, and gets \(values.count)")
        }
        let depth = depths[0]
        var shape = try call.tensor(0).shape
        let axis = try call.axis(try call.int("axis", default: -1), rank: shape.count + 1)
        let inner = shape[axis...].reduce(1, *)
        shape.insert(depth, at: axis)
        let count = try call.count(of: shape)
        var places: [Int] = []
        places.reserveCapacity(indices.count)
        for (place, index) in indices.enumerated() {
            let mark = index < 0 ? index + depth : index
            guard mark >= 0 && mark < depth else { continue }
            places.append((place / inner * depth + mark) * inner + place % inner)
        }
        let marks = Marks(count: count, places: places)
        return call.result(ONNXTensor(shape, values.elements.rearranged(by: marks)))
    }

    /// The first of two elements everywhere but at some places, which have the second.
    private struct Marks: Rearrangement {
        let count: Int
        let places: [Int]

        func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
            var result = [Element](repeating: array[0], count: count)
            for place in places { result[place] = array[1] }
            return result
        }
    }

    private static func whole(_ numbers: some NumberArray) -> [Int] {
        numbers.array.map { Int($0.integer) }
    }

    /// Of a tensor without axes, the rows are none from version 13 on and one before, as NumPy had it; ONNX Runtime has
    /// one.
    static func nonZero(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let places = places(data.elements.array)
        let rank = data.rank == 0 && call.opset < 13 ? 1 : data.rank
        let steps = data.rank == 0 ? [1] : Broadcasting.steps(of: data.shape)
        let extents = data.rank == 0 ? [1] : data.shape
        let count = try call.count(of: [rank, places.count])
        var result: [Int64] = []
        result.reserveCapacity(count)
        for axis in 0..<rank {
            for place in places { result.append(Int64(place / steps[axis] % extents[axis])) }
        }
        return call.result([rank, places.count], result)
    }

    private static func places<Values: ElementArray>(_ values: Values) -> [Int] {
        let zero = Values.Element.zero
        return values.array.indices.filter { values.array[$0] != zero }
    }
}
