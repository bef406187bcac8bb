import TensorCore

/// Why an operation does not fit its operands.
struct ShapeMismatch: Error {
    var problem: String
    init(_ problem: String) { self.problem = problem }
}

/// The shape and element type of an operation's result.
///
/// One rule a case; a rule throws what a person needs to mend the graph.
func inferShape(
    _ op: Op, _ operands: [Node]
) throws(ShapeMismatch) -> (shape: Shape, dtype: DType) {
    func expect(_ count: Int) throws(ShapeMismatch) {
        guard operands.count == count else {
            throw ShapeMismatch(
                "needs \(count) operands, has \(operands.count): \(operands.map(\.shape))")
        }
    }
    func expectFloat() throws(ShapeMismatch) {
        for (position, operand) in operands.enumerated() where operand.dtype != .float32 {
            throw ShapeMismatch(
                "operand \(position), \(operand.op) \(operand.shape), must be float32")
        }
    }
    func expectAxis(_ axis: Int, of shape: Shape) throws(ShapeMismatch) {
        guard shape.extents.indices.contains(axis) else {
            throw ShapeMismatch("axis \(axis) is not in \(shape)")
        }
    }
    func fixed(_ axis: Int, of shape: Shape) throws(ShapeMismatch) -> Int {
        guard case .fixed(let count) = shape[axis] else {
            throw ShapeMismatch("axis \(axis) of \(shape) is the batch's rows")
        }
        return count
    }

    switch op {
    case .input, .parameter:
        throw ShapeMismatch("declares its shape")
    case .constant:
        try expect(0)
        return (.scalar, .float32)
    case .dropoutMask(let shape, let rate, _):
        try expect(0)
        guard rate >= 0, rate < 1 else { throw ShapeMismatch("rate \(rate) is not in [0, 1)") }
        return (shape, .float32)
    case .unary:
        try expect(1)
        try expectFloat()
        return (operands[0].shape, .float32)
    case .binary, .select:
        try expect(op == .select ? 3 : 2)
        try expectFloat()
        var shape = operands[0].shape
        for operand in operands.dropFirst() {
            guard let wider = shape.broadcast(with: operand.shape) else {
                throw ShapeMismatch("\(shape) and \(operand.shape) do not broadcast")
            }
            shape = wider
        }
        return (shape, .float32)
    case .broadcast(let shape):
        try expect(1)
        try expectFloat()
        guard operands[0].shape.broadcast(with: shape) == shape else {
            throw ShapeMismatch("\(operands[0].shape) does not stretch to \(shape)")
        }
        return (shape, .float32)
    case .reduce(_, let axes):
        try expect(1)
        try expectFloat()
        var shape = operands[0].shape
        guard !axes.isEmpty, Set(axes).count == axes.count else {
            throw ShapeMismatch("needs distinct axes of \(shape), has \(axes)")
        }
        for axis in axes {
            try expectAxis(axis, of: shape)
            shape.extents[axis] = 1
        }
        return (shape, .float32)
    case .shardStatistic, .sumOverShards:
        try expect(1)
        try expectFloat()
        guard !operands[0].shape.dependsOnRows else {
            throw ShapeMismatch("\(operands[0].shape) has rows and is no statistic of them")
        }
        return (operands[0].shape, .float32)
    case .scaleGradient(let factor):
        try expect(1)
        try expectFloat()
        guard factor.isFinite else { throw ShapeMismatch("factor \(factor) is not finite") }
        return (operands[0].shape, .float32)
    case .matmul(let transposeA, let transposeB):
        try expect(2)
        try expectFloat()
        let a = operands[0].shape
        let b = operands[1].shape
        guard a.rank == b.rank, a.rank == 2 || a.rank == 3 else {
            throw ShapeMismatch("needs two matrices or two batches of them, has \(a) and \(b)")
        }
        let r = a.rank
        let (m, ka) = transposeA ? (a[r - 1], a[r - 2]) : (a[r - 2], a[r - 1])
        let (kb, n) = transposeB ? (b[r - 1], b[r - 2]) : (b[r - 2], b[r - 1])
        guard ka == kb else {
            throw ShapeMismatch("inner extents \(ka) and \(kb) of \(a) and \(b) differ")
        }
        guard r == 3 else { return ([m, n], .float32) }
        guard a[0] == b[0] || a[0] == 1 || b[0] == 1 else {
            throw ShapeMismatch("batches \(a[0]) and \(b[0]) differ")
        }
        return ([a[0] == 1 ? b[0] : a[0], m, n], .float32)
    case .int8Matmul:
        try expect(5)
        return (try inferInt8Product(operands), .float32)
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
        try expect(2)
        try expectFloat()
        return (try inferConvolution(op, operands[0].shape, operands[1].shape), .float32)
    case .maxPool, .averagePool, .averagePoolGradient:
        try expect(1)
        try expectFloat()
        return (try inferPooling(op, operands.map(\.shape)), .float32)
    case .maxPoolPick, .maxPoolSpread:
        try expect(2)
        try expectFloat()
        return (try inferPooling(op, operands.map(\.shape)), .float32)
    case .softmax, .logSoftmax:
        try expect(1)
        try expectFloat()
        guard operands[0].shape.rank > 0 else {
            throw ShapeMismatch("needs at least one axis, has \(operands[0].shape)")
        }
        _ = try fixed(operands[0].shape.rank - 1, of: operands[0].shape)
        return (operands[0].shape, .float32)
    case .reshape(let shape):
        try expect(1)
        let from = operands[0].shape
        guard shape.isWithinLimits, from.dependsOnRows == shape.dependsOnRows,
            from.count(rows: 1) == shape.count(rows: 1)
        else { throw ShapeMismatch("\(from) has not the elements of \(shape)") }
        guard from.countBeforeRows == shape.countBeforeRows else {
            throw ShapeMismatch("\(shape) would mix the rows of \(from)")
        }
        return (shape, operands[0].dtype)
    case .transpose(let permutation):
        try expect(1)
        let from = operands[0].shape
        guard permutation.sorted() == Array(0..<from.rank) else {
            throw ShapeMismatch("\(permutation) does not permute the axes of \(from)")
        }
        return (Shape(permutation.map { from[$0] }), operands[0].dtype)
    case .slice(let axis, let start, let end):
        try expect(1)
        var shape = operands[0].shape
        try expectAxis(axis, of: shape)
        let extent = try fixed(axis, of: shape)
        guard 0 <= start, start < end, end <= extent else {
            throw ShapeMismatch("\(start)..<\(end) is not in axis \(axis) of \(shape)")
        }
        shape.extents[axis] = .fixed(end - start)
        return (shape, operands[0].dtype)
    case .pad(let axis, let before, let after):
        try expect(1)
        try expectFloat()
        var shape = operands[0].shape
        try expectAxis(axis, of: shape)
        let extent = try fixed(axis, of: shape)
        let limit = 0...Shape.maximumExtent
        guard limit.contains(before), limit.contains(after) else {
            throw ShapeMismatch("padding \(shape) by \(before) and \(after) is impossible")
        }
        shape.extents[axis] = .fixed(extent + before + after)
        return (shape, .float32)
    case .concatenate(let axis):
        guard let first = operands.first else { throw ShapeMismatch("needs an operand") }
        var shape = first.shape
        try expectAxis(axis, of: shape)
        var total = 0
        for operand in operands {
            var other = operand.shape
            guard other.rank == shape.rank, operand.dtype == first.dtype else {
                throw ShapeMismatch("\(other) and \(shape) differ in rank or type")
            }
            total += try fixed(axis, of: other)
            other.extents[axis] = shape[axis]
            guard other == shape else {
                throw ShapeMismatch("\(operand.shape) and \(first.shape) differ off axis \(axis)")
            }
        }
        shape.extents[axis] = .fixed(total)
        return (shape, first.dtype)
    case .gather:
        try expect(2)
        guard operands[0].dtype == .float32, operands[1].dtype == .int32 else {
            throw ShapeMismatch(
                "needs a float32 table and int32 indices, has \(operands[0].dtype) "
                    + "\(operands[0].shape) and \(operands[1].dtype) \(operands[1].shape)")
        }
        guard operands[0].shape.rank == 2, !operands[0].shape.dependsOnRows else {
            throw ShapeMismatch("the table \(operands[0].shape) is not [values, width]")
        }
        return (Shape(operands[1].shape.extents + [operands[0].shape[1]]), .float32)
    case .scatterAdd(let values):
        try expect(2)
        guard operands[0].dtype == .int32, operands[1].dtype == .float32 else {
            throw ShapeMismatch(
                "needs int32 indices and float32 rows, has \(operands[0].dtype) "
                    + "\(operands[0].shape) and \(operands[1].dtype) \(operands[1].shape)")
        }
        let rows = operands[1].shape
        guard rows.rank == operands[0].shape.rank + 1,
            Array(rows.extents.dropLast()) == operands[0].shape.extents
        else {
            throw ShapeMismatch("indices \(operands[0].shape) do not fit rows \(rows)")
        }
        return ([.fixed(values), rows[rows.rank - 1]], .float32)
    case .oneHot(let classes):
        try expect(1)
        guard operands[0].dtype == .int32 else {
            throw ShapeMismatch("needs int32 indices, has float32 \(operands[0].shape)")
        }
        guard classes > 0 else { throw ShapeMismatch("needs at least one class") }
        return (Shape(operands[0].shape.extents + [.fixed(classes)]), .float32)
    }
}

/// Of what is multiplied, the weights, their scale, the bias and the range.
private func inferInt8Product(_ operands: [Node]) throws(ShapeMismatch) -> Shape {
    let (x, w) = (operands[0].shape, operands[1].shape)
    guard operands[1].dtype == .int8, [0, 2, 3, 4].allSatisfy({ operands[$0].dtype == .float32 })
    else {
        throw ShapeMismatch(
            "needs int8 weights and all else float32, has \(operands.map(\.dtype.rawValue))")
    }
    guard x.rank == 2, w.rank == 2, !w.dependsOnRows, x[1] == w[0] else {
        throw ShapeMismatch("needs [rows, inputs] and [inputs, outputs], has \(x) and \(w)")
    }
    guard operands[2].shape == [w[1]], operands[3].shape == [w[1]] else {
        throw ShapeMismatch(
            "scale \(operands[2].shape) and bias \(operands[3].shape) are not [\(w[1])]")
    }
    guard operands[4].shape == [2] else {
        throw ShapeMismatch("the range \(operands[4].shape) is not [2]")
    }
    // A sum is at most 255 · 63 · inputs, which an int32 must hold.
    guard w[0].count(rows: 0) <= 1 << 17 else {
        throw ShapeMismatch("\(w) has too many inputs for exact sums")
    }
    return [x[0], w[1]]
}

extension Shape {
    /// The largest extent: what an int32 index can count.
    static let maximumExtent = Int(Int32.max)
    /// The most axes, which the loops of `Kernels` are made for.
    package static let maximumRank = 6

    /// Whether no axis is empty, and the number of elements of one row is far from overflow.
    var isWithinLimits: Bool {
        var count = 1
        for extent in extents {
            let extent = extent.count(rows: 1)
            guard (1...Self.maximumExtent).contains(extent) else { return false }
            count *= extent
            guard count <= 1 << 31 else { return false }
        }
        return true
    }

    /// The number of elements that lie before a row's, or `nil` without rows.
    var countBeforeRows: Int? {
        rowAxis.map { extents[..<$0].reduce(1) { $0 * $1.count(rows: 1) } }
    }
}
