/// NumPy's broadcasting: extents are aligned at their last axes, and an extent of 1 stretches.
package enum Broadcasting {
    /// `nil` where they do not fit.
    package static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
        let rank = max(a.count, b.count)
        var result = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let left = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
            let right = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
            guard left == right || left == 1 || right == 1 else { return nil }
            result[axis] = left == 1 ? right : left
        }
        return result
    }

    /// The elements of a tensor stretched to extents that its own broadcast to.
    package static func stretched<Element>(
        _ elements: [Element], _ from: [Int], to shape: [Int]
    ) -> [Element] {
        if from == shape { return elements }
        let count = shape.reduce(1, *)
        if elements.count == 1 { return [Element](repeating: elements[0], count: count) }
        var result: [Element] = []
        result.reserveCapacity(count)
        forEachPlace(in: shape, steps: steps(of: from, in: shape)) { result.append(elements[$0]) }
        return result
    }

    /// Of each axis of `shape`, how far an element of the next place lies in a tensor of extents `from` that is
    /// stretched to it.
    package static func steps(of from: [Int], in shape: [Int]) -> [Int] {
        var steps = [Int](repeating: 0, count: shape.count)
        var step = 1
        for axis in from.indices.reversed() {
            steps[axis + shape.count - from.count] = from[axis] == 1 ? 0 : step
            step *= from[axis]
        }
        return steps
    }

    /// Calls `body` with the offset of each place of a shape, in row-major order, where axes lie `steps` apart.
    package static func forEachPlace(
        in shape: [Int], steps: [Int], from start: Int = 0, _ body: (Int) -> Void
    ) {
        guard !shape.contains(0) else { return }
        guard let inner = shape.last else { return body(start) }
        let innerStep = steps[shape.count - 1]
        var rows = RowOffsets(shape, steps: steps, from: start)
        repeat {
            for index in 0..<inner { body(rows.offset + index * innerStep) }
        } while rows.advance()
    }

    /// Row-major steps of a dense tensor.
    package static func steps(of shape: [Int]) -> [Int] {
        var steps = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.reversed().dropFirst() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
        return steps
    }
}

/// Where the rows of a tensor begin, in row-major order: a row is what lies along the last axis.
struct RowOffsets {
    /// Of the row that is reached.
    private(set) var offset: Int
    private let shape: [Int]
    private let steps: [Int]
    private var place: [Int]

    /// - Parameter steps: How far apart neighbours along each axis lie.
    init(_ shape: [Int], steps: [Int], from start: Int = 0) {
        self.shape = shape
        self.steps = steps
        offset = start
        place = [Int](repeating: 0, count: shape.count)
    }

    /// Goes to the next row, and behind the last one to the first again.
    ///
    /// - Returns: Whether there was another row.
    @discardableResult mutating func advance() -> Bool {
        var axis = shape.count - 2
        while axis >= 0 {
            place[axis] += 1
            offset += steps[axis]
            if place[axis] < shape[axis] { return true }
            offset -= place[axis] * steps[axis]
            place[axis] = 0
            axis -= 1
        }
        return false
    }
}

extension NodeCall {
    /// The extents of a result of operands that are stretched to one another.
    package func broadcast(_ shapes: [[Int]]) throws(ONNXError) -> [Int] {
        var result: [Int] = []
        for shape in shapes {
            guard let next = Broadcasting.shape(result, shape) else {
                throw failure("cannot stretch operands of \(shapes) to one another", kind: .input)
            }
            result = next
        }
        _ = try count(of: result)
        return result
    }
}
