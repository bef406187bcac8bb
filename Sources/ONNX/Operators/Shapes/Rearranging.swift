/// Operators that bring elements into another order.
enum Rearranging {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Transpose", transpose), ONNXOperator("DepthToSpace", depthToSpace),
        ONNXOperator("SpaceToDepth", spaceToDepth),
        ONNXOperator("ReverseSequence", reverseSequence),
        ONNXOperator("Trilu", triangle),
    ]

    static func transpose(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let given = try call.ints("perm", default: data.shape.indices.reversed())
        guard given.count == data.rank else {
            throw call.failure("has an order of \(given.count) axes for a tensor with \(data.rank)")
        }
        return call.result(data.transposed(try call.axes(given, rank: data.rank)))
    }

    /// Extents of an image tensor and the side of the blocks.
    private static func image(
        _ call: NodeCall
    ) throws(ONNXError) -> (data: ONNXTensor, side: Int, area: Int) {
        let data = try call.tensor(0)
        let side = try call.int("blocksize")
        guard data.rank == 4, side > 0 else {
            throw call.failure(
                "wants four axes and blocks above 0, and gets \(data.shape) and \(side)")
        }
        return (data, side, try call.product(side, side))
    }

    static func depthToSpace(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (data, side, area) = try image(call)
        let (batch, depth, rows, columns) = (
            data.shape[0], data.shape[1], data.shape[2], data.shape[3]
        )
        guard depth % area == 0 else {
            throw call.failure(
                "cannot cut \(depth) channels in blocks of \(side) · \(side)", kind: .input)
        }
        let kept = depth / area
        let shape = [batch, kept, try call.product(rows, side), try call.product(columns, side)]
        _ = try call.count(of: shape)
        let mode = try call.text("mode", default: "DCR")
        let split: [Int]
        let order: [Int]
        switch mode {
        case "DCR":
            (split, order) = ([batch, side, side, kept, rows, columns], [0, 3, 4, 1, 5, 2])
        case "CRD":
            (split, order) = ([batch, kept, side, side, rows, columns], [0, 1, 4, 2, 5, 3])
        default: throw call.failure("has the mode '\(mode)', which is neither DCR nor CRD")
        }
        _ = try call.count(of: split)
        return call.result(data.reshaped(split).transposed(order).reshaped(shape))
    }

    static func spaceToDepth(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (data, side, area) = try image(call)
        let (batch, depth, rows, columns) = (
            data.shape[0], data.shape[1], data.shape[2], data.shape[3]
        )
        guard rows % side == 0, columns % side == 0 else {
            throw call.failure(
                "cannot cut \(data.shape) in blocks of \(side) · \(side)", kind: .input)
        }
        let shape = [batch, try call.product(depth, area), rows / side, columns / side]
        _ = try call.count(of: shape)
        let split = [batch, depth, rows / side, side, columns / side, side]
        _ = try call.count(of: split)
        return call.result(data.reshaped(split).transposed([0, 3, 5, 1, 2, 4]).reshaped(shape))
    }

    static func reverseSequence(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let batch = try call.int("batch_axis", default: 1)
        let time = try call.int("time_axis", default: 0)
        guard data.rank >= 2, [batch, time] == [0, 1] || [batch, time] == [1, 0] else {
            throw call.failure(
                "wants two axes or more, one of batches and one of time, and gets \(data.shape)")
        }
        let lengths = try call.list(1)
        let extent = data.shape[time]
        guard lengths.count == data.shape[batch] else {
            throw call.failure(
                "gets \(lengths.count) lengths for \(data.shape[batch]) sequences", kind: .input)
        }
        for length in lengths where !(0...extent).contains(length) {
            throw call.failure("is to reverse \(length) of \(extent) elements", kind: .input)
        }
        let block = data.shape[2...].reduce(1, *)
        guard data.count > 0 else { return call.result(data) }
        var offsets: [Int] = []
        offsets.reserveCapacity(data.shape[0] * data.shape[1])
        for row in 0..<data.shape[0] {
            for column in 0..<data.shape[1] {
                let length = lengths[batch == 0 ? row : column]
                let step = batch == 0 ? column : row
                let from = step < length ? length - 1 - step : step
                offsets.append(
                    (batch == 0 ? row * extent + from : from * data.shape[1] + column) * block)
            }
        }
        return call.result(
            ONNXTensor(
                data.shape, data.elements.rearranged(by: BlockView(offsets: offsets, block: block)))
        )
    }

    static func triangle(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        guard data.rank >= 2 else {
            throw call.failure("wants a matrix, and gets \(data.shape)", kind: .input)
        }
        let rows = data.shape[data.rank - 2]
        let columns = data.shape[data.rank - 1]
        let given = try call.optionalInteger(1) ?? 0
        let triangle = Triangle(
            rows: rows, columns: columns, diagonal: min(max(given, -rows), columns),
            isUpper: try call.flag("upper", default: true))
        return call.result(ONNXTensor(data.shape, data.elements.rearranged(by: triangle)))
    }

    /// Matrices of which what lies on one side of a diagonal is 0.
    private struct Triangle: Rearrangement {
        let rows: Int
        let columns: Int
        let diagonal: Int
        let isUpper: Bool

        func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
            guard !array.isEmpty else { return [] }
            var result: [Element] = []
            result.reserveCapacity(array.count)
            for start in stride(from: 0, to: array.count, by: columns) {
                let row = start / columns % rows
                // Kept are columns from the diagonal on, or up to and with it.
                let edge = min(max(row + diagonal + (isUpper ? 0 : 1), 0), columns)
                if isUpper {
                    result.append(contentsOf: repeatElement(.zero, count: edge))
                    result.append(contentsOf: array[start + edge..<start + columns])
                } else {
                    result.append(contentsOf: array[start..<start + edge])
                    result.append(contentsOf: repeatElement(.zero, count: columns - edge))
                }
            }
            return result
        }
    }
}

extension ONNXTensor {
    /// - Precondition: `order` names each axis once.
    package func transposed(_ order: [Int]) -> ONNXTensor {
        let steps = Broadcasting.steps(of: shape)
        return StridedView(shape: order.map { shape[$0] }, steps: order.map { steps[$0] }).copy(
            of: self)
    }
}
