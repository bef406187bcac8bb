import Evidence
import Tables

extension TrainingDataFacts {
    /// - Parameters:
    ///   - labels: The class of each row of the table; `nil` of a target that is a number.
    ///   - rows: Those that were learned from.
    init(
        _ table: Table, _ schema: Schema, _ target: TargetEncoder, classes labels: [Int32]?,
        rows: [Int], duplicates: PreparedData.DuplicateReport
    ) {
        var classes: [ClassCount] = []
        if let labels {
            var counts = [Int](repeating: 0, count: target.classes.count)
            for row in rows { counts[Int(labels[row])] += 1 }
            classes = zip(target.classes, counts).map { .init(name: $0, rows: $1) }
        }
        let names = schema.features.map(\.name)
        let missing = names.compactMap { table.column(named: $0) }
            .reduce(0) { sum, column in sum + rows.count { column.isMissing($0) } }
        self.init(
            rows: rows.count, features: names.count, classes: classes, missingCells: missing,
            repeatedRows: duplicates.repeated, conflictingRows: duplicates.conflicting)
    }
}

extension TargetEncoder {
    /// The class of each row of a table; `nil` of a target that is a number, and of a table without it.
    func classes(in table: Table) throws(TableError) -> [Int32]? {
        guard task != .regression, let column = table.column(named: column) else { return nil }
        return try labels(column, source: table.name, lines: table.lines)
    }
}
