import Documents
import Evidence
import Fairness
import Figures
import Kernels
import Models
import Platform
import Prediction
package import Reporting
package import Runs
import Statistics
import Tables

/// Whether rows that are alike are decided alike, and whether decisions change with the protected column alone.
///
/// - Source: flips: Black et al. 2020, DOI 10.1145/3351095.3372845, in their plain form: one column is changed, and what would
///   follow from it in the world is not.
package func individualFairness(
    run path: String, neighbors: Int = 5, threads: Int? = nil, arguments: [String] = [],
    onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> TableDocument {
    guard (2...1000).contains(neighbors) else {
        throw VouchError("--neighbors is \(neighbors); it must be from 2 to 1000")
    }
    let run = try FinishedRun(path, threads: try checkedThreads(threads), onEvent: onEvent)
    let model = try ModelBundle(run: path)
    var door = HeldOutRows(of: path, for: "vouch fairness individual")
    let stored = try door.open(.test)
    guard stored.predictions.classes.count == 2 else {
        throw VouchError(
            "\(path) does not decide between two classes; alike and flipped are of decisions")
    }
    let known = try LabelledPredictions.knownRows(
        run.prepared.testTable,
        rows: run.configuration.test != nil ? nil : run.prepared.split.test,
        target: run.prepared.target)
    let table = run.prepared.testTable.selecting(rows: known)
    let rows = IndividualDecisions(
        run: run, model: model, threshold: stored.threshold, table: table)
    let decisions = try rows.decided(table)
    let tables = [
        try rows.consistency(of: decisions, neighbors: neighbors, onEvent: onEvent),
        try rows.flips(from: decisions, onEvent: onEvent),
    ]
    return TableDocument(
        title: "Decisions of \(path), row by row",
        facts: [
            .init("Rows", "\(table.rowCount) test rows"),
            .init("Intervals", "95 %, over rows"),
            .init("Made by", arguments.map(shellQuoted).joined(separator: " ")),
        ], tables: tables,
        statements: [
            "A model that does not see a column may still follow it through others: vouch fairness data says "
                + "which predict it.",
            "Whether rows are alike in what matters is not in the numbers.",
        ], blanks: [])
}

/// Rows of a run as they stand and as they might be, and how its model decides them.
private struct IndividualDecisions {
    let run: FinishedRun
    let model: ModelBundle
    /// From which score on a row is decided 1.
    let threshold: Double
    /// The rows with answers.
    let table: Table

    private var features: [String] { run.prepared.schema.features.map(\.name) }

    func decided(_ table: Table) throws -> [Bool] {
        try model.predict(table, pool: run.pool).positiveScores.map { $0 >= threshold }
    }

    /// How near a row's decision is to those of the rows that are most like it.
    func consistency(
        of decisions: [Bool], neighbors: Int, onEvent: (RunEvent) -> Void
    ) throws -> TableDocument.Table {
        onEvent(.stage("Looking for the nearest of \(table.rowCount) rows"))
        let matrix = DistanceMatrix(table, features: features)
        let score = try Consistency(features: matrix.values, width: matrix.width)
            .score(decisions.map { $0 ? 1 : 0 }, neighbors: neighbors)
        return TableDocument.Table(
            title: "Are rows that are alike decided alike?",
            columns: ["Neighbors", "Consistency", "Rows asked about"],
            rows: [[.count(neighbors), cell(score, without: score.note), .count(score.count)]],
            notes: [
                "1 − the mean difference of a row's decision from the mean of its nearest rows, itself among them. "
                    + "Nearness: numbers by their standard deviations, a category that differs counts as two of them."
            ])
    }

    /// How many rows are decided otherwise as a protected column alone takes each of its values.
    func flips(
        from decisions: [Bool], onEvent: (RunEvent) -> Void
    ) throws -> TableDocument.Table {
        let known = features + (model.encoder.repair?.protectedColumns ?? [])
        var rows: [[TableDocument.Cell]] = []
        var notes: [String] = []
        for name in run.prepared.schema.protected {
            guard let column = table.column(named: name) else { continue }
            guard known.contains(name) else {
                notes.append(
                    "\(name) is no feature of the model, so that no decision can change with it alone."
                )
                continue
            }
            guard let own = column.categories else {
                notes.append("\(name) is a number; only categories are changed.")
                continue
            }
            for (code, value) in own.values.enumerated() where own.codes.contains(Int32(code)) {
                onEvent(.stage("Predicting as if \(name) were \(value)"))
                let after = try decided(
                    table.setting(name, to: Int32(code), of: own))
                let others = own.codes.indices.filter {
                    own.codes[$0] >= 0 && own.codes[$0] != Int32(code)
                }
                func share(_ holds: (Int) -> Bool) -> TableDocument.Cell {
                    cell(shareEstimate(others.count(where: holds), of: others.count))
                }
                rows.append([
                    .text(name), .text(value), .count(others.count),
                    share { decisions[$0] != after[$0] }, share { !decisions[$0] && after[$0] },
                    share { decisions[$0] && !after[$0] },
                ])
            }
        }
        return TableDocument.Table(
            title: "Do decisions change with the protected column alone?",
            columns: [
                "Column", "Set to", "Rows of other values", "Decided otherwise", "0 → 1", "1 → 0",
            ],
            rows: rows, notes: notes)
    }

    private func cell(_ estimate: Estimate, without note: String? = nil) -> TableDocument.Cell {
        estimate.value.map { .number($0, lower: estimate.lower, upper: estimate.upper) }
            ?? .text(note ?? "–")
    }
}

extension Table {
    /// With one value in every row of a column of categories; missing cells stay missing.
    fileprivate func setting(
        _ name: String, to code: Int32, of own: Column.Spelling
    ) -> Table {
        let changed = Column(
            name: name,
            cells: .categories(
                codes: own.codes.map { $0 < 0 ? $0 : code }, values: own.values))
        return Table(
            name: self.name, rowCount: rowCount,
            columns: columns.map { $0.name == name ? changed : $0 }, lines: lines)
    }
}
