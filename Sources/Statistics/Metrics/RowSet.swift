/// Some of a table's rows, a bit each.
package struct RowSet: Sendable, Hashable {
    package private(set) var words: [UInt64]

    init(words: [UInt64]) { self.words = words }

    package init(_ isMember: [Bool]) {
        words = [UInt64](repeating: 0, count: (isMember.count + 63) / 64)
        for (row, isIn) in isMember.enumerated() where isIn {
            words[row / 64] |= 1 << UInt64(row % 64)
        }
    }

    /// The rows in all of some sets, one at least.
    package init(_ sets: [RowSet]) {
        self = sets.dropFirst().reduce(sets[0]) { $0.intersection($1) }
    }

    package var count: Int { words.reduce(0) { $0 &+ $1.nonzeroBitCount } }

    package func intersection(_ other: RowSet) -> RowSet {
        var result = words
        for index in result.indices { result[index] &= other.words[index] }
        return RowSet(words: result)
    }

    /// How many rows are in this and in another.
    package func count(with other: RowSet) -> Int {
        var count = 0
        for index in words.indices { count &+= (words[index] & other.words[index]).nonzeroBitCount }
        return count
    }

    /// The sum of a number over the rows in this and in another, and their count.
    ///
    /// - Parameter values: One a row.
    package func sum(
        of values: [Double], with other: RowSet
    ) -> (sum: Double, count: Int) {
        var sum = 0.0
        var count = 0
        for index in words.indices {
            var left = words[index] & other.words[index]
            while left != 0 {
                sum += values[index &* 64 &+ left.trailingZeroBitCount]
                left &= left &- 1
                count &+= 1
            }
        }
        return (sum, count)
    }
}
