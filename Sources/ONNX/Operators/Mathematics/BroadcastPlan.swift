/// How operands that are stretched to one another are walked together, row by row.
///
/// Axes along which every operand goes on evenly, or every stretched one stands still, are made one, so that rows are
/// as long as they can be: a bias of `[channels, 1, 1]` is one number for each row of `height · width`.
struct BroadcastPlan {
    /// Of the result.
    let shape: [Int]
    let count: Int
    /// Elements of a row.
    let width: Int
    /// By operand, 1 where it goes on along a row and 0 where it stands still.
    let rowSteps: [Int]
    /// Extents of the axes over rows, and by operand how far apart their places lie.
    private let outer: [Int]
    private let outerSteps: [[Int]]

    /// - Precondition: `shape` is what `shapes` broadcast to, and its elements were counted.
    init(_ shapes: [[Int]], to shape: [Int]) {
        self.shape = shape
        count = shape.reduce(1, *)
        let steps = shapes.map { Broadcasting.steps(of: $0, in: shape) }
        var extents: [Int] = []
        var merged = [[Int]](repeating: [], count: shapes.count)
        for axis in shape.indices where shape[axis] != 1 {
            let joins =
                !extents.isEmpty
                && shapes.indices.allSatisfy {
                    merged[$0][extents.count - 1] == steps[$0][axis] * shape[axis]
                }
            if joins {
                extents[extents.count - 1] *= shape[axis]
                for operand in shapes.indices {
                    merged[operand][extents.count - 1] = steps[operand][axis]
                }
            } else {
                extents.append(shape[axis])
                for operand in shapes.indices { merged[operand].append(steps[operand][axis]) }
            }
        }
        width = extents.last ?? 1
        rowSteps = merged.map { $0.last ?? 0 }
        outer = Array(extents.dropLast())
        outerSteps = merged.map { Array($0.dropLast()) }
    }

    /// Where each operand stands at the start of a row.
    struct Cursor {
        fileprivate(set) var offsets: [Int]
        private var place: [Int]
        private let extents: [Int]
        private let steps: [[Int]]

        fileprivate init(extents: [Int], steps: [[Int]]) {
            offsets = [Int](repeating: 0, count: steps.count)
            place = [Int](repeating: 0, count: extents.count)
            self.extents = extents
            self.steps = steps
        }

        /// To the next row; after the last one to the first.
        mutating func advance() {
            var axis = extents.count - 1
            while axis >= 0 {
                place[axis] += 1
                let ends = place[axis] == extents[axis]
                for operand in offsets.indices {
                    offsets[operand] += steps[operand][axis]
                    if ends { offsets[operand] -= steps[operand][axis] * extents[axis] }
                }
                guard ends else { return }
                place[axis] = 0
                axis -= 1
            }
        }
    }

    var cursor: Cursor { Cursor(extents: outer, steps: outerSteps) }
}

/// A function of two elements of one type.
protocol Pairing {
    associatedtype Operand: ONNXElement
    associatedtype Outcome: ONNXElement
    func value(of a: Operand, _ b: Operand) -> Outcome
}

extension BroadcastPlan {
    /// A function of each pair of elements of two operands.
    func combine<Pair: Pairing>(
        _ pair: Pair, _ a: [Pair.Operand], _ b: [Pair.Operand]
    ) -> [Pair.Outcome] {
        guard count > 0 else { return [] }
        var result = [Pair.Outcome](repeating: .zero, count: count)
        var cursor = cursor
        for row in stride(from: 0, to: count, by: width) {
            let left = cursor.offsets[0]
            let right = cursor.offsets[1]
            if rowSteps[0] == 0 {
                let one = a[left]
                for index in 0..<width {
                    result[row + index] = pair.value(of: one, b[right + index])
                }
            } else if rowSteps[1] == 0 {
                let one = b[right]
                for index in 0..<width {
                    result[row + index] = pair.value(of: a[left + index], one)
                }
            } else {
                for index in 0..<width {
                    result[row + index] = pair.value(of: a[left + index], b[right + index])
                }
            }
            cursor.advance()
        }
        return result
    }
}

extension NodeCall {
    func plan(_ tensors: [ONNXTensor]) throws(ONNXError) -> BroadcastPlan {
        let shapes = tensors.map(\.shape)
        return BroadcastPlan(shapes, to: try broadcast(shapes))
    }

    /// - Throws: where operands are of several types.
    func checkOneType(_ tensors: [ONNXTensor]) throws(ONNXError) {
        for tensor in tensors where tensor.type != tensors[0].type {
            throw failure(
                "wants operands of one type, and gets \(tensors[0].type.name) and \(tensor.type.name)"
            )
        }
    }

    /// The second operand of an operator of two.
    ///
    /// Before version 7 it is stretched only where `broadcast` says so, and `axis` is where its first axis lies in the
    /// first operand.
    func secondOperand() throws(ONNXError) -> ONNXTensor {
        let b = try tensor(1)
        guard opset < 7 else { return b }
        let a = try tensor(0)
        guard try flag("broadcast") else {
            guard a.shape == b.shape else {
                throw failure(
                    "wants operands of one shape, and gets \(a.shape) and \(b.shape)", kind: .input)
            }
            return b
        }
        guard let given = try optionalInt("axis"), b.rank > 0 else { return b }
        let axis = try axis(given, rank: a.rank)
        guard axis + b.rank <= a.rank else {
            throw failure("cannot lay \(b.shape) at axis \(axis) of \(a.shape)", kind: .input)
        }
        return b.reshaped(b.shape + [Int](repeating: 1, count: a.rank - axis - b.rank))
    }

    /// The two inputs of an operator that wants them of one type, and how they are walked.
    func pair() throws(ONNXError) -> (a: ONNXTensor, b: ONNXTensor, plan: BroadcastPlan) {
        let a = try tensor(0)
        let b = try secondOperand()
        try checkOneType([a, b])
        return (a, b, try plan([a, b]))
    }
}
