/// Where indices lie in the elements of a dense tensor; each is checked.
extension NodeCall {
    /// Places along an axis that are indices of an input, of which each may count from the end.
    func places(_ indices: [Int], in extent: Int) throws(ONNXError) -> [Int] {
        var places = indices
        for index in places.indices {
            places[index] = try place(places[index], in: extent)
        }
        return places
    }

    /// Offsets of `GatherElements` and `ScatterElements`: at each place of the indices, that place with its coordinate
    /// along an axis being the index.
    func offsets(
        of indices: [Int], _ shape: [Int], along axis: Int, in data: [Int]
    ) throws(ONNXError) -> [Int] {
        guard shape.count == data.count,
            data.indices.allSatisfy({ $0 == axis || shape[$0] <= data[$0] })
        else {
            throw failure("has indices of \(shape) for a tensor of \(data)", kind: .input)
        }
        let dense = Broadcasting.steps(of: data)
        var steps = dense
        steps[axis] = 0
        var offsets: [Int] = []
        offsets.reserveCapacity(indices.count)
        Broadcasting.forEachPlace(in: shape, steps: steps) { offsets.append($0) }
        for index in offsets.indices {
            offsets[index] += try place(indices[index], in: data[axis]) * dense[axis]
        }
        return offsets
    }

    /// Offsets of `GatherND` and `ScatterND`: of each tuple of indices, which names the first axes behind those of
    /// batches.
    ///
    /// - Parameter shape: Of the indices, of which the last axis holds the tuples.
    func offsets(
        ofTuples indices: [Int], _ shape: [Int], batches: Int = 0, in data: [Int]
    ) throws(ONNXError) -> (offsets: [Int], block: Int, inner: [Int]) {
        guard let length = shape.last, !data.isEmpty, (0..<shape.count).contains(batches),
            length > 0, length <= data.count - batches,
            shape[..<batches] == data[..<batches]
        else {
            throw failure("has indices of \(shape) for a tensor of \(data)", kind: .input)
        }
        let steps = Broadcasting.steps(of: data)
        let inner = Array(data[(batches + length)...])
        let area = data[batches...].reduce(1, *)
        let batchCount = shape[..<batches].reduce(1, *)
        let tuples = shape[batches..<shape.count - 1].reduce(1, *)
        var offsets: [Int] = []
        offsets.reserveCapacity(batchCount * tuples)
        for batch in 0..<batchCount {
            for tuple in 0..<tuples {
                var offset = batch * area
                let from = (batch * tuples + tuple) * length
                for axis in 0..<length {
                    let place = try place(indices[from + axis], in: data[batches + axis])
                    offset += place * steps[batches + axis]
                }
                offsets.append(offset)
            }
        }
        return (offsets, inner.reduce(1, *), inner)
    }
}
