/// Writes tables as RFC 4180.
package enum CSVWriter {
    package static func bytes(_ table: Table) -> [UInt8] {
        var result: [UInt8] = []
        append(table.columns.map(\.name), to: &result)
        for row in 0..<table.rowCount {
            append(table.columns.map { $0.text(row) ?? "" }, to: &result)
        }
        return result
    }

    /// Appends one line; cells are quoted where they must be.
    package static func append(_ cells: [String], to bytes: inout [UInt8]) {
        for (position, cell) in cells.enumerated() {
            if position > 0 { bytes.append(Byte.comma) }
            append(cell, isAlone: cells.count == 1, to: &bytes)
        }
        bytes.append(Byte.newline)
    }

    /// Appends one cell, in quotes where it must be.
    ///
    /// - Parameter isAlone: Whether its line has no other: then an empty one needs quotes, too.
    package static func append(_ cell: String, isAlone: Bool, to bytes: inout [UInt8]) {
        let text = cell.utf8
        let needsQuotes =
            text.contains {
                $0 == Byte.comma || $0 == Byte.quote || $0 == Byte.newline
                    || $0 == Byte.carriageReturn
            } || text.first == Byte.space || text.last == Byte.space || (isAlone && text.isEmpty)
        guard needsQuotes else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(Byte.quote)
        for byte in text {
            if byte == Byte.quote { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(Byte.quote)
    }
}
