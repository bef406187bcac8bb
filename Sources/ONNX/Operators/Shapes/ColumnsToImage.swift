/// `Col2Im`: blocks of an image that may lie over one another, added up where they lie.
enum ColumnsToImage {
    static let operators: [ONNXOperator] = [ONNXOperator("Col2Im", columnsToImage)]

    static func columnsToImage(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        let image = try call.list(1)
        let block = try call.list(2)
        let rank = image.count
        let dilations = try call.ints("dilations", default: [Int](repeating: 1, count: rank))
        let strides = try call.ints("strides", default: [Int](repeating: 1, count: rank))
        let pads = try call.ints("pads", default: [Int](repeating: 0, count: 2 * rank))
        guard data.rank == 3, rank > 0, block.count == rank, dilations.count == rank,
            strides.count == rank, pads.count == 2 * rank
        else {
            throw call.failure("has an image, blocks, strides or paddings that do not go together")
        }
        guard (block + dilations + strides).allSatisfy({ $0 > 0 }), pads.allSatisfy({ $0 >= 0 })
        else {
            throw call.failure("has blocks, dilations, strides or paddings that are too small")
        }
        _ = try call.count(of: image)
        let size = try call.count(of: block)
        guard data.shape[1] % size == 0 else {
            throw call.failure(
                "cannot cut \(data.shape[1]) channels in blocks of \(block)", kind: .input)
        }
        let shape = [data.shape[0], data.shape[1] / size] + image
        _ = try call.count(of: shape)
        var blocks: [Int] = []
        for axis in 0..<rank {
            let reach = try call.sum(try call.product(dilations[axis], block[axis] - 1), 1)
            let padded = try call.sum(try call.sum(image[axis], pads[axis]), pads[axis + rank])
            blocks.append(padded < reach ? 0 : (padded - reach) / strides[axis] + 1)
        }
        guard try call.count(of: blocks) == data.shape[2] else {
            throw call.failure(
                "has \(data.shape[2]) blocks where the image takes \(blocks)", kind: .input)
        }
        guard data.elements.numbers != nil else {
            throw call.failure("wants numbers, and gets \(data.type.name)")
        }
        guard data.count > 0 else {
            return call.result(
                ONNXTensor(
                    shape,
                    data.elements.rearranged(by: RepeatedElement(count: try call.count(of: shape))))
            )
        }
        // Along each axis: where an element of a block lies, by its place in the block and the block's own.
        var places: [[[Int]]] = []
        for axis in 0..<rank {
            places.append(
                (0..<block[axis]).map { inside in
                    (0..<blocks[axis]).map {
                        let place = $0 * strides[axis] + inside * dilations[axis] - pads[axis]
                        return place >= 0 && place < image[axis] ? place : -1
                    }
                })
        }
        let folding = Folding(
            planes: shape[0] * shape[1], image: image, block: block, blocks: blocks, places: places)
        guard let elements = data.elements.rearranged(by: folding) else {
            throw call.failure("wants numbers, and gets \(data.type.name)")
        }
        return call.result(ONNXTensor(shape, elements))
    }

    private struct Folding: NumberRearrangement {
        let planes: Int
        let image: [Int]
        let block: [Int]
        let blocks: [Int]
        let places: [[[Int]]]

        func elements<Element: ONNXNumber>(of array: [Element]) -> [Element] {
            let area = image.reduce(1, *)
            var result = [Element](repeating: .zero, count: planes * area)
            guard area > 0 else { return result }
            let targets = self.targets
            for plane in 0..<planes {
                let from = plane * targets.count
                for (index, target) in targets.enumerated() where target >= 0 {
                    let place = plane * area + target
                    result[place] = result[place].adding(array[from + index])
                }
            }
            return result
        }

        /// Where each element of a plane lies in the image; −1 in a padding.
        private var targets: [Int] {
            let steps = Broadcasting.steps(of: image)
            // The places in the block are the outer axes, the places of the blocks the inner ones.
            var inside = [[Int]](repeating: [], count: 1)
            for extent in block {
                inside = inside.flatMap { head in (0..<extent).map { head + [$0] } }
            }
            return inside.flatMap { inside in
                var offsets = [0]
                for axis in image.indices {
                    let list = places[axis][inside[axis]]
                    offsets = offsets.flatMap { offset in
                        list.map { offset < 0 || $0 < 0 ? -1 : offset + $0 * steps[axis] }
                    }
                }
                return offsets
            }
        }
    }
}
