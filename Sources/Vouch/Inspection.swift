import Platform
import Reporting
import Tables

/// A table's columns as training would see them.
package struct Inspection: Encodable {
    let file: String
    let rows: Int
    let columns: [Entry]
    let warnings: [String]

    struct Entry: Encodable {
        let role: String
        let profile: ColumnProfile
    }

    /// The inspection for machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// The inspection as an aligned table.
    package var text: String {
        var rows = [["column", "kind", "role", "missing", "distinct", "values"]]
        for entry in columns {
            let profile = entry.profile
            rows.append(
                [
                    profile.name, profile.kind.rawValue, entry.role, "\(profile.missing)",
                    "\(profile.distinct)", valuesText(profile),
                ].map(printable))
        }
        var text = "\(printable(file)): \(self.rows) rows, \(columns.count) columns\n\n"
        text += alignedTable(rows, rightAligned: [3, 4])
        if !warnings.isEmpty { text += "\n" }
        for warning in warnings { text += "! \(printable(warning))\n" }
        return text
    }

    private func valuesText(_ profile: ColumnProfile) -> String {
        if let minimum = profile.minimum, let median = profile.median,
            let maximum = profile.maximum
        {
            let texts = [minimum, median, maximum].map { number in
                profile.kind == .date
                    ? String(Clock.text(unixSeconds: number).prefix(10)) : numberText(number)
            }
            return "\(texts[0]) … \(texts[1]) … \(texts[2])"
        }
        let shown = profile.top.map { "\($0.value) (\($0.count))" }.joined(separator: ", ")
        return shown + (profile.distinct > profile.top.count ? ", …" : "")
    }
}

/// Reads a table and says what each column is; nothing is written.
package func inspectTable(
    _ path: String, columns: TrainConfiguration.ColumnRoles,
    reading: TrainConfiguration.ReadingOptions
) throws -> Inspection {
    let options = try schemaOptions(columns)
    let table = try CSVReader.read(
        path: path,
        options: try csvOptions(reading, threads: Machine.cores).naming(columns, options))
    let (schema, warnings) = try Schema.infer(table, options)
    return Inspection(
        file: path, rows: table.rowCount,
        columns: zip(schema.columns, table.columns).map { entry, column in
            .init(role: entry.roleText, profile: ColumnProfile(column))
        },
        warnings: warnings.map(\.description))
}

/// Rows of cells in columns two spaces apart.
func alignedTable(_ rows: [[String]], rightAligned: Set<Int>) -> String {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in
        rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
        let line = row.enumerated().map { column, cell in
            let space = String(repeating: " ", count: widths[column] - cell.count)
            return rightAligned.contains(column) ? space + cell : cell + space
        }.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
}

/// A text from data that cannot move the cursor or break a line, cut to 60 characters.
private func printable(_ text: String) -> String {
    let shown = visible(text)
    return shown.count > 60 ? shown.prefix(59) + "…" : shown
}
