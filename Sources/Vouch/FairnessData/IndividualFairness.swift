import Evidence
import Fairness
import Figures
import Kernels
import Platform
import Prediction
package import Reporting
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
    let model = try StoredModel.open(path)
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
    func decided(_ table: Table) throws -> [Bool] {
        try model.predict(table, pool: run.pool).positiveScores.map { $0 >= stored.threshold }
    }
    let decisions = try decided(table)
    let features = run.prepared.schema.features.map(\.name)
    onEvent(.stage("Looking for the nearest of \(table.rowCount) rows"))
    let matrix = DistanceMatrix(table, features: features)
    let score = try Consistency(features: matrix.values, width: matrix.width)
        .score(decisions.map { $0 ? 1 : 0 }, neighbors: neighbors)
    let readGroups = model.encoder.repair?.protectedColumns ?? []
    var rows: [[TableDocument.Cell]] = []
    var notes: [String] = []
    for name in run.prepared.schema.protected {
        guard let column = table.column(named: name) else { continue }
        guard features.contains(name) || readGroups.contains(name) else {
            notes.append(
                "\(name) is no feature of the model, so that no decision can change with it alone.")
            continue
        }
        guard let own = column.categories else {
            notes.append("\(name) is a number; only categories are changed.")
            continue
        }
        for (code, value) in own.values.enumerated() where own.codes.contains(Int32(code)) {
            onEvent(.stage("Predicting as if \(name) were \(value)"))
            let all = Column(
                name: name,
                cells: .categories(
                    codes: own.codes.map { $0 < 0 ? $0 : Int32(code) }, values: own.values))
            let changed = Table(
                name: table.name, rowCount: table.rowCount,
                columns: table.columns.map { $0.name == name ? all : $0 }, lines: table.lines)
            let after = try decided(changed)
            let others = own.codes.indices.filter {
                own.codes[$0] >= 0 && own.codes[$0] != Int32(code)
            }
            func share(_ holds: (Int) -> Bool) -> TableDocument.Cell {
                let estimate = shareEstimate(others.count(where: holds), of: others.count)
                return estimate.value.map {
                    .number($0, lower: estimate.lower, upper: estimate.upper)
                } ?? .text("–")
            }
            rows.append([
                .text(name), .text(value), .count(others.count),
                share { decisions[$0] != after[$0] }, share { !decisions[$0] && after[$0] },
                share { decisions[$0] && !after[$0] },
            ])
        }
    }
    let consistency = TableDocument.Table(
        title: "Are rows that are alike decided alike?",
        columns: ["Neighbors", "Consistency", "Rows asked about"],
        rows: [
            [
                .count(neighbors),
                score.value.map { .number($0, lower: score.lower, upper: score.upper) }
                    ?? .text(score.note ?? "–"), .count(score.count),
            ]
        ],
        notes: [
            "1 − the mean difference of a row's decision from the mean of its nearest rows, itself among them. "
                + "Nearness: numbers by their standard deviations, a category that differs counts as two of them."
        ])
    let flips = TableDocument.Table(
        title: "Do decisions change with the protected column alone?",
        columns: [
            "Column", "Set to", "Rows of other values", "Decided otherwise", "0 → 1", "1 → 0",
        ],
        rows: rows, notes: notes)
    return TableDocument(
        title: "Decisions of \(path), row by row",
        facts: [
            .init("Rows", "\(table.rowCount) test rows"),
            .init("Intervals", "95 %, over rows"),
            .init("Made by", arguments.map(shellQuoted).joined(separator: " ")),
        ], tables: [consistency, flips],
        statements: [
            "A model that does not see a column may still follow it through others: vouch fairness data says "
                + "which predict it.",
            "Whether rows are alike in what matters is not in the numbers.",
        ], blanks: [])
}

/// Columns as numbers whose differences are distances.
private struct DistanceMatrix {
    var values: [Float]
    var width: Int

    /// Numbers in standard deviations, missing ones at the mean; of each category one number for each of its values, so that two that
    /// differ are 2 apart, squared.
    init(_ table: Table, features: [String]) {
        var columns: [[Float]] = []
        for column in features.compactMap({ table.column(named: $0) }) {
            if let numbers = column.measures {
                let known = numbers.filter { !$0.isNaN }
                let mean = known.reduce(0, +) / Double(max(known.count, 1))
                let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                let deviation = (variance / Double(max(known.count - 1, 1))).squareRoot()
                columns.append(
                    numbers.map {
                        $0.isNaN || deviation == 0 ? 0 : Float(($0 - mean) / deviation)
                    })
            } else {
                let own = column.coded
                // Of very many values all but the first hundred are one.
                let kept = min(own.values.count, 100)
                for value in 0..<kept {
                    columns.append(own.codes.map { Int($0) == value ? 1 : 0 })
                }
            }
        }
        width = max(columns.count, 1)
        values = columns.isEmpty ? Array(repeating: 0, count: table.rowCount) : []
        guard !columns.isEmpty else { return }
        values.reserveCapacity(table.rowCount * width)
        for row in 0..<table.rowCount { for column in columns { values.append(column[row]) } }
    }
}
