import Tables

extension ColumnEncoder {
    /// What the caller of a file hands over for a cell of the column: the file itself reads no text of numbers or dates.
    func handover(_ format: CellFormat?) -> String {
        switch self {
        case is CategoryEncoder:
            return "The cell's text as a CSV file has it, without spaces around it; \"\" and the words for missing are "
                + "a missing cell, any other text that training never saw is unknown"
        case is DateEncoder:
            return "Seconds since 1970-01-01 00:00 UTC, a day alone as its midnight; NaN is a missing cell. Texts of "
                + "dates are not read in the file" + (format?.date.map { ": training read them \($0.handover)" } ?? "")
        default:
            let written = format?.number.map(\.handover) ?? ""
            return "A number; NaN is a missing cell"
                + (written.isEmpty ? "" : ". Training read its texts so: \(written)") + odd(format)
        }
    }

    private func odd(_ format: CellFormat?) -> String {
        guard let texts = format?.missing, !texts.isEmpty else { return "" }
        return ". These texts were missing cells: " + texts.map { "\"\($0)\"" }.joined(separator: ", ")
    }
}

extension DateOrder {
    fileprivate var handover: String {
        switch self {
        case .yearFirst: "year first"
        case .dayFirst: "day first"
        case .monthFirst: "month first"
        }
    }
}

extension NumberFormat {
    /// Empty for digits with a point.
    fileprivate var handover: String {
        var parts: [String] = []
        if decimal == .comma { parts.append("3,14 is 3.14") }
        if let thousands { parts.append("a \(thousands.rawValue) stands between thousands") }
        if isPercent { parts.append("80% is 0.8") }
        if let currency { parts.append("\"\(currency)\" is left out") }
        return parts.joined(separator: ", ")
    }
}
