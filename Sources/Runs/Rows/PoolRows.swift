package import Evidence
import Models
import Platform
import Prediction
import RunStore
package import Tables

/// Rows without labels, beside a run's table.
package struct PoolRows: Sendable {
    package let file: String
    package let sha256: String
    /// The rows that are learned from, with the columns of the run's table but for its target.
    package let table: Table
    /// What is known of them so far.
    package var facts: UnlabelledFacts

    /// At most so many rows are learned from, spread evenly over the file: what more of them would tell costs more than
    /// it brings.
    package static let mostRows = 2000

    /// - Parameters:
    ///   - bytes: Of the file.
    ///   - reading: As the run's table was read, keeping the texts of its schema.
    ///   - prepared: The run's rows.
    /// - Throws: where the file holds the target, or not the columns of the run's table.
    init(
        _ file: String, _ bytes: [UInt8], reading: CSVOptions, beside prepared: PreparedData
    ) throws {
        self.file = file
        sha256 = ContentHash.sha256(bytes)
        let all = try CSVReader.read(bytes: bytes, name: file, options: reading)
        let schema = prepared.schema
        try Self.check(all, target: prepared.target.column, schema)
        let used = Self.usedColumns(of: schema)
        // Says which column is of another kind.
        let known = Table(
            name: prepared.table.name, rowCount: prepared.table.rowCount,
            columns: used.compactMap { prepared.table.column(named: $0) })
        _ = try known.selecting(rows: []).appending(all, columns: used)
        let chosen = evenlySpread(Self.mostRows, of: all.rowCount)
        let own = Table(
            name: all.name, rowCount: all.rowCount,
            columns: used.compactMap { all.column(named: $0) })
        table = own.selecting(rows: chosen)
        let features = schema.features.map(\.name)
        let hasOwnTests = prepared.split.test.isEmpty
        facts = UnlabelledFacts(
            rows: all.rowCount, learned: chosen.count,
            testCopies: own.rowsOccurring(
                in: hasOwnTests
                    ? prepared.testTable
                    : prepared.testTable.selecting(rows: prepared.split.test), columns: features
            ).count,
            labelledCopies: own.rowsOccurring(
                in: prepared.table.selecting(rows: prepared.knownRows), columns: features
            ).count)
    }

    /// Those that say something of a row, or how it counts; not the target, nor what names rows or was left out.
    static func usedColumns(of schema: Schema) -> [String] {
        schema.columns.filter {
            switch $0.role {
            case .feature, .protected, .weight, .group: true
            case .target, .time, .id, .ignored: $0.isProtected
            }
        }.map(\.name)
    }

    private static func check(_ pool: Table, target: String, _ schema: Schema) throws(TableError) {
        func fail(_ column: String?, _ problem: String, _ advice: String) -> TableError {
            TableError(
                action: "reading rows without labels of", source: pool.name, column: column,
                problem: problem, advice: advice)
        }
        func listed(_ names: [String]) -> String {
            names.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ")
        }
        guard pool.rowCount > 0 else {
            throw fail(nil, "it has no rows", "Give a file with rows, or leave --unlabelled out")
        }
        if pool.column(named: target) != nil {
            throw fail(
                target, "it is the target, which rows without labels do not have",
                "Put rows whose answers are known into the data, where they teach more, and leave the column out here")
        }
        let names = Set(pool.columns.map(\.name))
        let absent = usedColumns(of: schema).filter { !names.contains($0) }
        guard absent.isEmpty else {
            throw fail(
                nil,
                "columns of the data are not there: " + listed(absent),
                "Add them; cells may be empty")
        }
        let known = Set(schema.columns.map(\.name))
        let odd = pool.columns.map(\.name).filter { !known.contains($0) }
        guard odd.isEmpty else {
            throw fail(
                nil,
                "it has columns that the data do not have: " + listed(odd),
                "Give rows of the same table, or take these columns out")
        }
    }

    /// Rows of it that are also labelled somewhere; empty for none.
    var warnings: [String] {
        let rows = "of \(facts.rows) rows of \(file)"
        var found: [String] = []
        if facts.testCopies > 0 {
            found.append(
                "\(facts.testCopies) \(rows) have the features of a test row; their answers are not known to the "
                    + "training, but the test rows are no longer rows that it never saw")
        }
        if facts.labelledCopies > 0 {
            found.append("\(facts.labelledCopies) \(rows) have the features of a labelled row")
        }
        if facts.learned < facts.rows {
            found.append(
                "\(facts.learned) \(rows), evenly spread, are learned from; more would take longer and bring little")
        }
        return found
    }
}
