extension Column {
    /// A cell as text; `nil` where missing. As the file has it where it was kept; else whole numbers have no point, and dates
    /// are ISO 8601.
    package func text(_ row: Int) -> String? {
        if let spelling {
            let code = spelling.codes[row]
            return code < 0 ? nil : spelling.values[Int(code)]
        }
        return switch cells {
        case .categories(let codes, let values): codes[row] < 0 ? nil : values[Int(codes[row])]
        case .numbers(let numbers): numbers[row].isNaN ? nil : numberText(numbers[row])
        case .dates(let seconds, let hasTime):
            seconds[row].isNaN ? nil : dateText(seconds[row], hasTime: hasTime)
        }
    }
}

/// The shortest text that reads back as the same number; `12`, not `12.0`.
package func numberText(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 0x1p53 { return String(Int(number)) }
    return number.description
}

private func dateText(_ seconds: Double, hasTime: Bool) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(abs(number))
        return (number < 0 ? "-" : "")
            + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let days = (seconds / 86_400).rounded(.down)
    let date = CivilDate(daysSince1970: Int(days))
    let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    guard hasTime else { return day }
    let rest = seconds - days * 86_400
    let whole = Int(rest)
    var text = "\(day)T\(padded(whole / 3600, 2)):\(padded(whole / 60 % 60, 2))"
    text += ":\(padded(whole % 60, 2))"
    let fraction = rest - Double(whole)
    if fraction > 0 { text += numberText((fraction * 1e6).rounded() / 1e6).dropFirst() }
    return text
}

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
