package import Evidence
import Figures
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
        needs: [.model],
        metrics: [ImportanceMetrics.importance, ImportanceMetrics.effectiveColumns])

    /// More rows make the intervals narrower, not the answer another one.
    private static let mostRows = 10_000
    private static let shuffles = 2
    private static let shownColumns = 20

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let model = subject.model else { return 0 }
        let share = min(1, Double(Self.mostRows) / Double(max(subject.test.rows, 1)))
        return model.secondsPerPrediction * share
            * Double(model.predictor.features.count * Self.shuffles + 1)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let model = subject.model else { return Findings() }
        let random = CounterRandom(seed: subject.seed, name: "permutation importance")
        var rows = Array(0..<subject.test.rows)
        if rows.count > Self.mostRows {
            rows = random.permutation(of: rows.count, step: .max).prefix(Self.mostRows).sorted()
        }
        let table = model.table.selecting(rows: rows)
        let test = subject.test.selecting(rows)
        let before = test.with(try model.predictor.predictions(for: table)).rowLosses
        let design = try test.design
        var found: [(column: String, estimate: Estimate)] = []
        for (index, column) in model.predictor.features.enumerated() {
            var rise = [Double](repeating: 0, count: rows.count)
            for shuffle in 0..<Self.shuffles {
                let step = UInt32(truncatingIfNeeded: index * Self.shuffles + shuffle)
                let order = random.permutation(of: rows.count, step: step)
                let shuffled = table.shuffling(column, order: order)
                let after = test.with(try model.predictor.predictions(for: shuffled)).rowLosses
                for row in rise.indices {
                    rise[row] += (after[row] - before[row]) / Double(Self.shuffles)
                }
            }
            found.append((column, design.mean(rise, scale: .plain)))
        }
        found.sort { ($1.estimate.value ?? 0, $0.column) < ($0.estimate.value ?? 0, $1.column) }
        let measurements = found.map { column, estimate in
            var measured = Measurement(
                ImportanceMetrics.importance, estimate, on: test,
                group: "column = \(column)")
            measured.unit = test.lossUnit
            return measured
        }
        return Findings(
            measurements: measurements
                + [effectiveColumns(found.map(\.estimate), split: test.split)],
            figures: [figure(found, rows: rows.count, test)])
    }

    private func effectiveColumns(_ found: [Estimate], split: String) -> Measurement {
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
        _ found: [(column: String, estimate: Estimate)], rows: Int, _ test: LabelledPredictions
    ) -> Figure {
        Figure(
            id: "importance", title: "Permutation importance",
            caption: "Rise of the mean loss when a column is shuffled among \(rows) \(test.split) "
                + "rows, with 95 % intervals over rows. What the model uses, not what causes the "
                + "outcome; columns that tell the same share their importance.",
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
        id: "permutationImportance", name: "Permutation importance",
        formula: "mean rise of the loss (nats, or the target's unit squared) when the column is "
            + "shuffled among test rows",
        direction: 0, drawback: .opacity,
        source: "Breiman 2001, DOI 10.1023/A:1010933404324; Fisher et al. 2019, arXiv:1801.01489")
    package static let effectiveColumns = MetricDefinition(
        id: "effectiveColumns", name: "Columns that the model leans on",
        formula: "(Σ importance)² / Σ importance² over columns, negative ones as 0",
        direction: -1, drawback: .opacity,
        source:
            "inverse participation ratio, as Kish's effective size, DOI 10.1002/bimj.19680100122")
}

extension Table {
    /// With one column's cells in another order.
    fileprivate func shuffling(_ name: String, order: [Int]) -> Table {
        Table(
            name: self.name, rowCount: rowCount,
            columns: columns.map { $0.name == name ? $0.selecting(rows: order) : $0 },
            lines: lines)
    }
}
