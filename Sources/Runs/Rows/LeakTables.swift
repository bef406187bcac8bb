package import Evidence
package import Tables

extension PreparedData {
    /// All rows that train or validate; none that was planted.
    package var knownRows: [Int] {
        let planted = canaries?.planted ?? .max..<Int.max
        return (split.train + split.validation).filter { !planted.contains($0) }.sorted()
    }

    /// What leaks are looked for in, by `vouch inspect` and by a run's report alike: the rows that train
    /// or validate, and those that measure.
    ///
    /// - Parameter hasTestFile: Whether they stand in a file of their own.
    package func leakTables(hasTestFile: Bool) -> TrainingTables {
        TrainingTables(
            training: table.selecting(rows: knownRows),
            test: hasTestFile ? testTable : testTable.selecting(rows: split.test),
            schema: schema, target: target)
    }
}

/// What leaks are looked for in before anything is trained: the tables of the run that the same
/// configuration would make.
///
/// - Returns: The tables, and why such a run would stop; then all rows are looked at, with no test rows
///   but those of a file.
/// - Throws: where the target cannot be read.
package func leakTables(
    _ table: Table, testTable: Table?, schema: Schema, _ configuration: TrainConfiguration
) throws -> (tables: TrainingTables, refusal: String?) {
    do {
        let prepared = try PreparedData.prepare(
            table, beside: TableCompanions(schema: schema, testTable: testTable), configuration,
            onEvent: { _ in })
        return (prepared.leakTables(hasTestFile: testTable != nil), nil)
    } catch let error as any PlainError {
        guard let target = table.column(named: configuration.columns.target) else { throw error }
        let encoder = try TargetEncoder(
            target, source: table.name, rows: Array(0..<table.rowCount),
            task: configuration.columns.task.flatMap { .init(rawValue: $0.rawValue) },
            positive: configuration.columns.positive)
        return (
            TrainingTables(training: table, test: testTable, schema: schema, target: encoder),
            error.description
        )
    }
}
