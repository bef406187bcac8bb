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
            let needsQuotes =
                cell.utf8.contains {
                    $0 == Byte.comma || $0 == Byte.quote || $0 == Byte.newline
                        || $0 == Byte.carriageReturn
                } || cell.utf8.first == Byte.space || cell.utf8.last == Byte.space
                || (cells.count == 1 && cell.isEmpty)
            guard needsQuotes else {
                bytes += Array(cell.utf8)
                continue
            }
            bytes.append(Byte.quote)
            for byte in cell.utf8 {
                if byte == Byte.quote { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(Byte.quote)
        }
        bytes.append(Byte.newline)
    }
}
