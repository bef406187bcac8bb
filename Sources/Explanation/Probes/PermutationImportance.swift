package import Evidence
import Figures
import Models
import Prediction
import Statistics
import Tables
import TensorCore

/// How much worse predictions become when one column is shuffled among the test rows.
///
/// `importance(f) = mean over rows of (loss with f shuffled − loss)`, the mean over shuffles taken
/// first, row by row. It speaks of what the model uses, not of what causes the outcome; columns that
/// tell the same share their importance.
///
/// - Source: Breiman 2001, DOI 10.1023/A:1010933404324; Fisher et al. 2019, arXiv:1801.01489.
package struct PermutationImportance: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "permutationImportance", name: "Permutation importance", drawback: .opacity,
        needs: [.model], looksAt: [.test],
        metrics: [ImportanceMetrics.importance, ImportanceMetrics.effectiveColumns])

    /// More rows make the intervals narrower, not the answer another one.
    private static let mostRows = 10_000
    private static let leastRows = 500
    private static let mostShuffles = 2
    /// Of the probes' budget.
    private static let share = 0.15
    private static let shownColumns = 20

    /// How much is looked at: as many rows and shuffles as the budget allows, then fewer rows, then one shuffle,
    /// then some of the columns.
    private struct Plan {
        var rows: Int
        var shuffles: Int
        var columns: Int
        var seconds: Double
    }

    private func plan(_ subject: Subject, _ model: TestedModel) -> Plan {
        let all = min(subject.test.rows, Self.mostRows)
        let columns = model.predictor.features.count
        let each = model.secondsPerPrediction / Double(max(subject.test.rows, 1))
        func plan(_ rows: Int, _ shuffles: Int, _ columns: Int) -> Plan {
            Plan(
                rows: rows, shuffles: shuffles, columns: columns,
                seconds: each * Double(rows) * Double(columns * shuffles + 1))
        }
        let whole = plan(all, Self.mostShuffles, columns)
        guard let total = subject.allowance.total, let left = subject.allowance.left else {
            return whole
        }
        let allowed = max(0.9 * ProbeSchedule.negligibleSeconds, min(left, Self.share * total))
        guard whole.seconds > allowed else { return whole }
        let least = min(all, Self.leastRows)
        for shuffles in (1...Self.mostShuffles).reversed() {
            let rows = Int(allowed / (each * Double(columns * shuffles + 1)))
            if rows >= least { return plan(min(rows, all), shuffles, columns) }
        }
        let some = Int((allowed / (each * Double(least)) - 1).rounded(.down))
        return plan(least, 1, min(columns, max(1, some)))
    }

    package func expectedSeconds(_ subject: Subject) -> Double {
        subject.model.map { plan(subject, $0).seconds } ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let model = subject.model else { return Findings() }
        let plan = plan(subject, model)
        let random = CounterRandom(seed: subject.seed, name: "permutation importance")
        var rows = Array(0..<subject.test.rows)
        if rows.count > plan.rows {
            rows = random.permutation(of: rows.count, step: .max).prefix(plan.rows).sorted()
        }
        let features = model.predictor.features
        var places = Array(features.indices)
        if places.count > plan.columns {
            places = random.permutation(of: places.count, step: .max - 1).prefix(plan.columns)
                .sorted()
        }
        let table = model.table.selecting(rows: rows)
        let test = subject.test.selecting(rows)
        let before = test.with(try model.predictor.predictions(for: table)).rowLosses
        let design = try test.design
        let rises = try places.flatMap { place in
            (0..<plan.shuffles).map { shuffle -> Shuffle in
                let step = UInt32(truncatingIfNeeded: place * Self.mostShuffles + shuffle)
                return Shuffle(
                    place: place, order: random.permutation(of: rows.count, step: step))
            }
        }.losses(model.predictor, table, test)
        var found = places.enumerated().map { number, place in
            var rise = [Double](repeating: 0, count: rows.count)
            for after in rises[number * plan.shuffles..<(number + 1) * plan.shuffles] {
                for row in rise.indices {
                    rise[row] += (after[row] - before[row]) / Double(plan.shuffles)
                }
            }
            return (column: features[place], estimate: design.mean(rise, scale: .plain))
        }
        found.sort { ($1.estimate.value ?? 0, $0.column) < ($0.estimate.value ?? 0, $1.column) }
        let said = sampled(plan, of: subject.test.rows, features.count)
        let measurements = found.map { column, estimate in
            var measured = Measurement(
                ImportanceMetrics.importance, estimate, on: test,
                group: "column = \(column)")
            measured.unit = test.lossUnit
            measured.note = [measured.note, said].compactMap { $0 }.joined(separator: "; ")
            if measured.note?.isEmpty ?? false { measured.note = nil }
            return measured
        }
        var columns = effectiveColumns(found.map(\.estimate), split: test.split)
        if let said { columns.note = [columns.note, said].compactMap { $0 }.joined(separator: "; ") }
        return Findings(
            measurements: measurements + [columns],
            figures: [figure(found, rows: rows.count, test, said)])
    }

    /// What was left out for the budget; `nil` where nothing was.
    private func sampled(_ plan: Plan, of rows: Int, _ columns: Int) -> String? {
        var parts: [String] = []
        if plan.columns < columns {
            parts.append("\(plan.columns) of \(columns) columns, drawn at random")
        }
        if plan.rows < min(rows, Self.mostRows) { parts.append("\(plan.rows) of \(rows) rows") }
        if plan.shuffles < Self.mostShuffles { parts.append("shuffled once") }
        guard !parts.isEmpty else { return nil }
        return "a sample for the budget (--probe-budget): \(parts.joined(separator: ", "))"
    }

    private func effectiveColumns(_ found: [Estimate], split: RowSplit) -> Measurement {
        let rises = found.map { max($0.value ?? 0, 0) }
        let sum = rises.reduce(0, +)
        let squares = rises.reduce(0) { $0 + $1 * $1 }
        return Measurement(
            metric: ImportanceMetrics.effectiveColumns.id, drawback: .opacity,
            value: squares > 0 ? sum * sum / squares : nil,
            sample: .init(split: split, rows: found.first?.count ?? 0),
            note: squares > 0
                ? "of \(found.count) columns; computed from point estimates, no interval"
                : "no column's shuffling raised the loss")
    }

    private func figure(
        _ found: [(column: String, estimate: Estimate)], rows: Int, _ test: LabelledPredictions,
        _ said: String?
    ) -> Figure {
        Figure(
            id: "importance", title: "Permutation importance",
            caption: "Rise of the mean loss when a column is shuffled among \(rows) \(test.split) "
                + "rows, with 95 % intervals over rows. What the model uses, not what causes the "
                + "outcome; columns that tell the same share their importance."
                + (said.map { " This is \($0)." } ?? ""),
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Rise of the loss", unit: test.lossUnit),
                    rows: found.prefix(Self.shownColumns).compactMap { column, estimate in
                        estimate.value.map {
                            .init(
                                label: column, value: $0, lower: estimate.lower,
                                upper: estimate.upper, count: estimate.count)
                        }
                    })))
    }
}

/// Metrics of importance: the definitions.
package enum ImportanceMetrics {
    package static let importance = MetricDefinition(
        id: .permutationImportance, name: "Permutation importance",
        formula: "mean rise of the loss (nats, or the target's unit squared) when the column is "
            + "shuffled among test rows",
        direction: 0, drawback: .opacity,
        source: "Breiman 2001, DOI 10.1023/A:1010933404324; Fisher et al. 2019, arXiv:1801.01489")
    package static let effectiveColumns = MetricDefinition(
        id: .effectiveColumns, name: "Columns that the model leans on",
        formula: "(Σ importance)² / Σ importance² over columns, negative ones as 0",
        direction: -1, drawback: .opacity,
        source:
            "inverse participation ratio, as Kish's effective size, DOI 10.1002/bimj.19680100122")
}

/// One column's cells in another order.
private struct Shuffle {
    /// Of the column among the predictor's features.
    var place: Int
    var order: [Int]
}

extension [Shuffle] {
    /// Cells that are put together at once.
    private static let mostCells = 5_000_000

    /// The losses of the rows after each shuffle; the table is encoded once for many of them.
    fileprivate func losses(
        _ predictor: any Predictor, _ table: Table, _ test: LabelledPredictions
    ) throws -> [[Double]] {
        let rows = table.rowCount
        let features = predictor.features.count
        let asTheyAre = Swift.Array(0..<rows)
        let chunk = Swift.max(1, Self.mostCells / Swift.max(1, rows * features))
        return try stride(from: 0, to: count, by: chunk).flatMap { start in
            let own = self[start..<Swift.min(start + chunk, count)]
            let sources = (0..<features).map { place in
                own.flatMap { $0.place == place ? $0.order : asTheyAre }
            }
            let all = try predictor.predictions(mixing: table, sources: sources)
            let size = rows * all.width
            return own.indices.map { index in
                let from = (index - start) * size
                return test.with(
                    Predictions(
                        rows: rows, classes: all.classes,
                        values: Swift.Array(all.values[from..<from + size]))
                ).rowLosses
            }
        }
    }
}

// Their ids.
extension MetricID {
    package static let permutationImportance = MetricID("permutationImportance")
    package static let effectiveColumns = MetricID("effectiveColumns")
}
