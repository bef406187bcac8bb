/// Operators that put elements at indices.
enum Scattering {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Scatter", scatterElements), ONNXOperator("ScatterElements", scatterElements),
        ONNXOperator("ScatterND", scatterTuples),
    ]

    static func scatterElements(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let shape = try call.tensor(1).shape
        guard try call.tensor(2).shape == shape else {
            throw call.failure(
                "has \(shape) indices for updates of \(try call.tensor(2).shape)", kind: .input)
        }
        let axis = try call.axis(try call.int("axis", default: 0), rank: data.rank)
        let offsets = try call.offsets(
            of: try call.integers(1), shape, along: axis, in: data.shape)
        return try scatter(call, offsets, block: 1)
    }

    static func scatterTuples(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let indices = try call.tensor(1).shape
        let (offsets, block, inner) = try call.offsets(
            ofTuples: try call.integers(1), indices, in: data.shape)
        guard try call.tensor(2).shape == indices.dropLast() + inner else {
            throw call.failure(
                "has updates of \(try call.tensor(2).shape) for indices of \(indices) and a tensor of \(data.shape)",
                kind: .input)
        }
        return try scatter(call, offsets, block: block)
    }

    private static func scatter(
        _ call: NodeCall, _ offsets: [Int], block: Int
    ) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let updates = try call.tensor(2).elements
        guard updates.type == data.type else {
            throw call.failure("is to put \(updates.type.name) in \(data.type.name)")
        }
        let name = try call.text("reduction", default: "none")
        if name == "none" {
            let placed = Placed(updates: updates, offsets: offsets, block: block)
            return call.result(ONNXTensor(data.shape, data.elements.rearranged(by: placed)))
        }
        guard let reduction = Reduction(rawValue: name) else {
            throw call.failure(
                "has the reduction '\(name)', which is not built here", kind: .unsupported)
        }
        let combined = Combined(
            updates: updates, offsets: offsets, block: block, reduction: reduction)
        guard let elements = data.elements.rearranged(by: combined) else {
            throw call.failure(
                "is to combine \(data.type.name), which is not built here", kind: .unsupported)
        }
        return call.result(ONNXTensor(data.shape, elements))
    }

    private enum Reduction: String { case add, mul, min, max }

    /// Later updates of one place stand.
    private struct Placed: Rearrangement {
        let updates: Elements
        let offsets: [Int]
        let block: Int

        func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
            var result = array
            let updates = Element.array(updates) ?? []
            for (index, offset) in offsets.enumerated() {
                for inside in 0..<block {
                    result[offset + inside] = updates[index * block + inside]
                }
            }
            return result
        }
    }

    private struct Combined: NumberRearrangement {
        let updates: Elements
        let offsets: [Int]
        let block: Int
        let reduction: Reduction

        func elements<Element: ONNXNumber>(of array: [Element]) -> [Element] {
            var result = array
            let updates = Element.array(updates) ?? []
            for (index, offset) in offsets.enumerated() {
                for inside in 0..<block {
                    let place = offset + inside
                    let update = updates[index * block + inside]
                    switch reduction {
                    case .add: result[place] = result[place].adding(update)
                    case .mul: result[place] = result[place].multiplying(update)
                    case .min: if update < result[place] { result[place] = update }
                    case .max: if update > result[place] { result[place] = update }
                    }
                }
            }
            return result
        }
    }
}
