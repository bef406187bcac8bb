/// The line of a file on which each row of a table begins.
///
/// Lines are those an editor shows, so that blank lines and line breaks in quotes count. Only the
/// rows that do not begin on the line behind the row before are kept.
package struct RowLines: Sendable, Hashable {
    private struct Jump: Sendable, Hashable {
        var row: Int
        var line: Int
    }

    private var jumps: [Jump] = []
    private var expected = Jump(row: 0, line: 0)

    init() {}

    /// Notes the line of the next row.
    ///
    /// - Precondition: `row` is one more than the last.
    @inline(__always)
    mutating func append(row: Int, line: Int) {
        if row == 0 || line != expected.line { jumps.append(Jump(row: row, line: line)) }
        expected = Jump(row: row + 1, line: line + 1)
    }

    /// Notes all rows of a part of the file whose lines and rows are counted from these.
    mutating func append(_ part: RowLines, row: Int, line: Int) {
        for jump in part.jumps
        where row + jump.row == 0 || jump.row > 0
            || line + jump.line != expected.line
        {
            jumps.append(Jump(row: row + jump.row, line: line + jump.line))
        }
        guard !part.jumps.isEmpty else { return }
        expected = Jump(row: row + part.expected.row, line: line + part.expected.line)
    }

    /// The line of a row, from 1.
    ///
    /// - Complexity: O(log of the number of rows that do not follow on the line before).
    package subscript(row: Int) -> Int {
        precondition(row >= 0 && row < expected.row, "there is no such row")
        // The last jump at or before the row.
        var low = 0
        var high = jumps.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if jumps[middle].row <= row { low = middle } else { high = middle }
        }
        return jumps[low].line + row - jumps[low].row
    }

    func selecting(rows: [Int]) -> RowLines {
        var result = RowLines()
        for (row, old) in rows.enumerated() { result.append(row: row, line: self[old]) }
        return result
    }
}
