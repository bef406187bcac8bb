/// Operators that take elements at indices.
enum Gathering {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Gather", gather), ONNXOperator("GatherElements", gatherElements),
        ONNXOperator("GatherND", gatherTuples), ONNXOperator("Compress", compress),
    ]

    /// Of texts, ONNX Runtime 1.32 takes only the first behind each index and leaves the others empty; here all are
    /// taken.
    static func gather(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let axis = try call.axis(try call.int("axis", default: 0), rank: data.rank)
        let indices = try call.tensor(1).shape
        let shape = Array(data.shape[..<axis]) + indices + Array(data.shape[(axis + 1)...])
        _ = try call.count(of: shape)
        let taken = try call.places(try call.integers(1), in: data.shape[axis])
        var places = [[Int]?](repeating: nil, count: data.rank)
        places[axis] = taken
        return call.result(
            GridView(source: data.shape, places: places).copy(of: data).reshaped(shape))
    }

    static func gatherElements(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let shape = try call.tensor(1).shape
        let axis = try call.axis(try call.int("axis", default: 0), rank: data.rank)
        let offsets = try call.offsets(
            of: try call.integers(1), shape, along: axis, in: data.shape)
        return call.result(
            ONNXTensor(
                shape, data.elements.rearranged(by: BlockView(offsets: offsets, block: 1))))
    }

    static func gatherTuples(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let indices = try call.tensor(1).shape
        let (offsets, block, inner) = try call.offsets(
            ofTuples: try call.integers(1), indices,
            batches: try call.int("batch_dims", default: 0),
            in: data.shape)
        let shape = indices.dropLast() + inner
        guard try call.count(of: shape) > 0 else {
            return call.result(
                ONNXTensor(shape, data.elements.rearranged(by: RepeatedElement(count: 0))))
        }
        return call.result(
            ONNXTensor(
                shape, data.elements.rearranged(by: BlockView(offsets: offsets, block: block))))
    }

    /// Truths beyond the extent are left out, as ONNX Runtime does.
    static func compress(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var data = try call.tensor(0)
        let condition = try call.array(1, of: Bool.self)
        var axis = 0
        if let given = try call.optionalInt("axis") {
            axis = try call.axis(given, rank: data.rank)
        } else {
            data = data.reshaped([data.count])
        }
        var places = [[Int]?](repeating: nil, count: data.rank)
        places[axis] = zip(0..<data.shape[axis], condition).filter(\.1).map(\.0)
        return call.result(GridView(source: data.shape, places: places).copy(of: data))
    }
}
