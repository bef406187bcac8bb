package import Kernels

/// The rows of one table that a batch looked up, with their summed gradients.
package final class TouchedRows {
    package let width: Int
    /// `[values, width]`; only the touched rows mean anything.
    package let sums: Buffer
    /// In the order in which they were touched.
    package private(set) var touched: [Int32] = []
    private var isTouched: [Bool]

    /// - Parameters:
    ///   - values: Rows of the table.
    ///   - width: Words of a row.
    package init(values: Int, width: Int) {
        self.width = width
        sums = Buffer(count: values * width)
        isTouched = Array(repeating: false, count: values)
        touched.reserveCapacity(values)
    }

    /// Takes a row in, with a sum of zero, where it is not in yet.
    package func touch(_ row: Int) {
        guard !isTouched[row] else { return }
        isTouched[row] = true
        touched.append(Int32(row))
        sums.fill(row * width..<(row + 1) * width, with: 0)
    }

    /// Adds what a shard found at its first indices.
    ///
    /// - Parameter count: Indices; what stands behind them is of rows that the batch lacks.
    func add(_ lookup: ResultsLayout.SparseRows, from shard: Buffer, count: Int) {
        for position in 0..<count {
            let row = Int(shard.index(at: lookup.indices.offset + position))
            touch(row)
            sums.add(
                from: shard, at: lookup.rows.offset + position * width, to: row * width,
                count: width)
        }
    }

    /// Σ of the squares of all sums.
    package var squares: Double {
        touched.reduce(0) { $0 + sumOfSquares(sums, Int($1) * width..<(Int($1) + 1) * width) }
    }

    package func clear() {
        for row in touched { isTouched[Int(row)] = false }
        touched.removeAll(keepingCapacity: true)
    }
}
