/// Whole rows of a file, as their bytes stand.
package struct RowBlock: Sendable {
    package let bytes: [UInt8]
    /// Rows of the file before it.
    package let firstRow: Int
    /// The line on which it begins, from 1.
    let firstLine: Int
}

/// Cuts bytes that arrive piece by piece into blocks of equally many rows.
///
/// A newline in quotes ends no row, and blank lines are no rows. Lines without a quote are passed eight bytes at a
/// time; only those with one are scanned cell by cell.
///
/// - Complexity: O(bytes); what is not cut yet is in memory.
package struct RowCutter {
    private let delimiter: UInt8
    private var bytes: [UInt8]
    /// Stands behind the whole rows that were found.
    private var scanner: CSVScanner
    private var rows = 0
    private var firstRow = 0
    private var firstLine: Int

    /// - Parameters:
    ///   - bytes: Begin where a row may begin.
    ///   - firstLine: The line on which they begin, from 1.
    package init(_ bytes: [UInt8], firstLine: Int, delimiter: UInt8) {
        self.bytes = bytes
        self.firstLine = firstLine
        self.delimiter = delimiter
        scanner = CSVScanner(delimiter: delimiter, position: 0)
    }

    package mutating func append(_ more: [UInt8]) { bytes += more }

    /// The next rows.
    ///
    /// - Parameters:
    ///   - wanted: How many; only the last block has fewer, and one with a row that cannot be read, which
    ///     holds all that is there.
    ///   - isLast: Whether no bytes follow.
    /// - Returns: `nil` where more bytes are needed, or with the last ones where no row is left.
    package mutating func next(rows wanted: Int, isLast: Bool) -> RowBlock? {
        let isBroken = scan(wanted, isLast: isLast)
        guard isBroken || rows == wanted || (isLast && rows > 0) else { return nil }
        let end = isBroken ? bytes.count : scanner.position
        let block = RowBlock(
            bytes: Array(bytes[..<end]), firstRow: firstRow, firstLine: firstLine)
        bytes.removeFirst(end)
        firstRow += rows
        firstLine += scanner.line
        rows = 0
        scanner = CSVScanner(delimiter: delimiter, position: 0)
        return block
    }

    /// Goes past rows until there are as many as wanted, or the bytes end.
    ///
    /// - Returns: Whether the next row cannot be read.
    private mutating func scan(_ wanted: Int, isLast: Bool) -> Bool {
        let own = bytes
        let span = own.span
        while rows < wanted, scanner.position < span.count {
            let stop = CSVScanner.endOfText(span, scanner.position, Byte.quote)
            if stop == span.count, !isLast { return false }
            guard stop < span.count, span[stop] == Byte.quote else {
                if scanner.findsRow(span, before: min(stop + 1, span.count)) {
                    scanner.passRow(endingAt: stop, of: span.count)
                    rows += 1
                }
                continue
            }
            var next = scanner
            do throws(CSVProblem) {
                try next.passRow(span)
            } catch {
                if case .unclosedQuote = error.kind, !isLast { return false }
                return true
            }
            // A row that reaches the end of the bytes may go on.
            guard isLast || span[next.position - 1] == Byte.newline else { return false }
            scanner = next
            rows += 1
        }
        return false
    }
}
