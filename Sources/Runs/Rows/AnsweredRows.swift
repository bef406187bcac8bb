import Platform
import Prediction
import RunStore
import Tables

/// Rows that were labelled after a run's own: a file of their own, whose rows are learned from.
///
/// The run's rows are split as if there were no others, so that validation and test rows are those of the run before.
struct AnsweredRows {
    private let table: Table
    private let schema: Schema
    let sha256: String

    var rows: Int { table.rowCount }

    /// - Parameter reading: How the run's own file is read; this one is written by us, with commas and in UTF-8.
    init(
        _ path: String, schema: Schema, _ reading: CSVOptions, _ onEvent: (RunEvent) -> Void
    ) throws {
        onEvent(.stage("Reading \(path)"))
        var options = reading.keepingTexts(of: schema)
        options.delimiter = UInt8(ascii: ",")
        options.encoding = .utf8
        let bytes = try CSVReader.bytes(path: path)
        table = try CSVReader.read(bytes: bytes, name: path, options: options)
        sha256 = ContentHash.sha256(bytes)
        self.schema = schema
    }

    /// The run's rows, then these. A column that the model does not look at may be missing here; its cells are empty.
    func behind(_ first: Table) throws(TableError) -> Table {
        let optional: Set<ColumnRole> = [.id, .ignored, .protected, .group, .time]
        var padded = table.columns
        for entry in schema.columns where table.column(named: entry.name) == nil {
            guard optional.contains(entry.role), let column = first.column(named: entry.name)
            else { continue }
            padded.append(column.emptied(rows: table.rowCount))
        }
        let other = Table(name: table.name, rowCount: table.rowCount, columns: padded)
        return try first.appending(other, columns: first.columns.map(\.name))
    }

    /// The split of the rows before the last `count`, and these last ones among those that train.
    static func split(
        _ table: Table, answered count: Int, hasTestFile: Bool, _ schema: Schema,
        _ configuration: TrainConfiguration
    ) throws -> Split {
        let before = table.rowCount - count
        let first = table.selecting(rows: Array(0..<before))
        guard let target = first.column(named: configuration.columns.target),
            let all = table.column(named: configuration.columns.target)
        else {
            throw VouchError("there is no column \"\(configuration.columns.target)\"")
        }
        let answers = try KnownAnswers(target, of: first, configuration, classesOf: nil)
        let copies = RowCopies(
            first, features: schema.features.map(\.name), target: target.name,
            labels: answers.classes, rows: answers.rows)
        var split = try SplitMaker(
            configuration, table: first, schema: schema, strata: answers.strata,
            duplicates: copies.together
        ).split(rows: answers.rows, hasTestFile: hasTestFile)
        split.train += (before..<table.rowCount).filter { !all.isMissing($0) }
        return split
    }
}
