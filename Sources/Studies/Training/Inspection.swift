import Documents
import Evidence
import Foundation
import Generalization
import Platform
import Reporting
package import Runs
import Statistics
import Tables

/// A table's columns as training would see them.
package struct Inspection: Encodable {
    let file: String
    let rows: Int
    let columns: [Entry]
    let warnings: [String]
    /// What was done with the file as a whole, such as a row index left out.
    let remarks: [String]
    /// Suspected leaks; `nil` where no target was named, so that none was looked for.
    let leaks: [Leak]?

    /// A suspected leak.
    struct Leak: Encodable {
        let kind: LeakageKind
        let columns: [String]
        let rows: Int?
        let effect: Double?
        let lower: Double?
        let upper: Double?
        let evidence: String
    }

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
        var text = "\(printable(file)): \(self.rows) rows, \(columns.count) columns"
        for remark in remarks { text += "; \(visible(remark))" }
        text += "\n\n"
        text += alignedTable(rows, rightAligned: [3, 4])
        if !warnings.isEmpty { text += "\n" }
        for warning in warnings { text += "! \(visible(warning))\n" }
        return text + leakText
    }

    private var leakText: String {
        guard let leaks else { return "" }
        guard !leaks.isEmpty else {
            return "\nNo leak is suspected. Looked for: \(LeakageSuite.scope).\n"
        }
        return "\n\(leaks.count) suspected \(leaks.count == 1 ? "leak" : "leaks"):\n"
            + leaks.map { leak in
                let evidence = visible(leak.evidence)
                return "! \(leak.kind.title): \(evidence)\(evidence.hasSuffix("?") ? "" : ".")\n"
            }.joined()
    }

    private func valuesText(_ profile: ColumnProfile) -> String {
        if let minimum = profile.minimum, let median = profile.median,
            let maximum = profile.maximum
        {
            // A median between two cells has digits of neither: of a dozen the rest is the sum's error.
            let middle = Double(String(format: "%.12g", median)) ?? median
            let texts = [minimum, middle, maximum].map { number in
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
///
/// Leaks are looked for in the tables of the run that `vouch train` would make of the same files, under
/// the same seed, so that both say the same.
///
/// - Parameter test: A file of test rows; without it the rows are those that a run would hold back.
package func inspectTable(
    _ path: String, test: String? = nil, columns: TrainConfiguration.ColumnRoles,
    reading: TrainConfiguration.ReadingOptions
) throws -> Inspection {
    let options = try schemaOptions(columns)
    let reading = try csvOptions(reading, threads: Machine.cores).naming(columns, options)
    let table = try CSVReader.read(path: path, options: reading)
    let (schema, warnings) = try Schema.infer(table, options)
    var said = warnings.map(\.description)
    var leaks: [Inspection.Leak]?
    if table.column(named: columns.target) != nil {
        let tested = try test.map {
            try CSVReader.read(path: $0, options: reading.keepingTexts(of: schema))
        }
        var configuration = TrainConfiguration(data: path, output: "")
        configuration.columns = columns
        configuration.test = test
        let (tables, refusal) = try leakTables(
            table, testTable: tested, schema: schema, configuration)
        if let refusal { said.append("training would stop here: \(refusal)") }
        leaks = try LeakageSuite(tables, seed: configuration.learning.seed)
            .findings().map { finding in
                .init(
                    kind: finding.kind, columns: finding.columns, rows: finding.rows,
                    effect: finding.effect.value, lower: finding.effect.lower,
                    upper: finding.effect.upper, evidence: finding.evidence)
            }
    }
    return Inspection(
        file: path, rows: table.rowCount,
        columns: zip(schema.columns, table.columns).map { entry, column in
            .init(role: entry.roleText, profile: ColumnProfile(column))
        },
        warnings: said, remarks: table.remarks, leaks: leaks)
}

/// A text from data that cannot move the cursor or break a line, cut to 60 characters.
private func printable(_ text: String) -> String {
    let shown = visible(text)
    return shown.count > 60 ? shown.prefix(59) + "…" : shown
}
