package import Evidence
import Figures
import Models
import Prediction
import Statistics
import Tables
import TensorCore

/// What the model does over all rows: the effect of its strongest columns, which columns work together, and how far a
/// small tree says the same.
package struct GlobalEffects: Probe {
    private let together: [[String]]

    /// - Parameter together: Columns whose importance is that of shuffling them together.
    package init(together: [[String]] = []) { self.together = together }

    package let description = ProbeDescription(
        id: "globalEffects", name: "Effects of columns over all rows", drawback: .opacity,
        needs: [.model, .trainingTables], looksAt: [.test],
        metrics: [
            GlobalMetrics.conditional, GlobalMetrics.grouped, GlobalMetrics.span,
            GlobalMetrics.interaction, GlobalMetrics.fidelity,
        ])

    private static let mostRows = 1000
    private static let treeRows = 20_000
    private static let shuffledRows = 5000
    private static let shownColumns = 8
    private static let lines = 12
    private static let samples = 8
    private static let sampleRows = 40
    private static let depth = 4

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let model = subject.model else { return 0 }
        let each = model.secondsPerPrediction / Double(max(subject.test.rows, 1))
        let columns = Double(model.predictor.features.count)
        let pairs = Double(Self.shownColumns * (Self.shownColumns + 1) / 2)
        return each
            * (columns * 60 * Double(Self.mostRows) + Double(Self.treeRows)
                + pairs * Double(Self.samples * Self.sampleRows * Self.sampleRows))
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let tested = subject.model, let tables = subject.tables else { return Findings() }
        let random = CounterRandom(seed: subject.seed, name: "global effects")
        func drawn(_ count: Int, step: UInt32) -> Table {
            let order = random.permutation(of: tables.training.rowCount, step: step)
            return tables.training.selecting(rows: order.prefix(count).sorted())
        }
        let rows = drawn(Self.mostRows, step: 0)
        let model = AttributedModel(
            predictor: tested.predictor, background: rows,
            output: { $0.values[($1 + 1) * $0.width - 1] })
        let curves = try model.columns.map { column in
            (
                partial: try EffectCurve.partialDependence(
                    column, in: model, rows: rows, lines: Self.lines),
                local: try EffectCurve.accumulated(column, in: model, rows: rows)
            )
        }
        .filter { $0.partial.points.count > 1 }
        .sorted { ($1.partial.span, $0.partial.column) < ($0.partial.span, $1.partial.column) }
        let strongest = curves.prefix(Self.shownColumns).map(\.partial.column)
        let shuffled = random.permutation(of: rows.rowCount, step: 1)
        let samples = (0..<Self.samples).map { place in
            Array(shuffled.dropFirst(place * Self.sampleRows).prefix(Self.sampleRows))
        }.filter { $0.count > 4 }
        let interactions =
            samples.count > 1
            ? try Interaction.measured(strongest, in: model, rows: rows, samples: samples) : []
        let (tree, fidelity) = try surrogate(
            model, drawn(Self.treeRows, step: 2), tested.table)
        let quantity =
            subject.test.predictions.classes.last.map { "probability of \($0)" }
            ?? "prediction"
        let importances = try importances(tested, subject, random)
        return Findings(
            measurements: importances
                + curves.map { curve in
                    Measurement(
                        metric: GlobalMetrics.span.id, drawback: .opacity,
                        value: curve.partial.span,
                        sample: .init(split: .training, rows: rows.rowCount),
                        group: "column = \(curve.partial.column)",
                        note: "the span of a curve with intervals of its own")
                }
                + interactions.map { pair in
                    Measurement(
                        GlobalMetrics.interaction, pair.strength,
                        group: "\(pair.first) × \(pair.second)",
                        split: .training, rows: Self.sampleRows)
                } + [fidelity],
            figures: curves.prefix(Self.shownColumns).enumerated().flatMap {
                figures($1.partial, $1.local, place: $0, quantity)
            } + [treeFigure(tree, quantity)])
    }

    /// Of each column among rows that are alike, and of columns together.
    private func importances(
        _ tested: TestedModel, _ subject: Subject, _ random: CounterRandom
    ) throws -> [Measurement] {
        let chosen = random.permutation(of: subject.test.rows, step: 3)
            .prefix(Self.shuffledRows).sorted()
        let test = subject.test.selecting(chosen)
        let shuffled = try ShuffledImportance(
            tested.predictor, rows: tested.table.selecting(rows: chosen), test: test,
            seed: subject.seed)
        for name in together.joined() where !tested.predictor.features.contains(name) {
            throw StatisticsError(
                "--together names \"\(name)\", which the model does not use; its columns are "
                    + tested.predictor.features.joined(separator: ", "))
        }
        var found = try tested.predictor.features.map { column in
            Measurement(
                GlobalMetrics.conditional, try shuffled.conditional(column), on: test,
                group: "column = \(column)")
        }
        found.sort { ($1.value ?? 0, $0.group ?? "") < ($0.value ?? 0, $1.group ?? "") }
        found += try together.map { columns in
            Measurement(
                GlobalMetrics.grouped, try shuffled.marginal(columns), on: test,
                group: "columns = \(columns.joined(separator: ", "))")
        }
        for place in found.indices { found[place].unit = test.lossUnit }
        return found
    }

    // MARK: - The tree

    private func surrogate(
        _ model: AttributedModel, _ rows: Table, _ test: Table
    ) throws -> (SurrogateTree, Measurement) {
        let tree = SurrogateTree(
            rows, columns: model.columns, outputs: try model.values(of: rows), depth: Self.depth)
        let sample = try RegressionSample(
            targets: try model.values(of: test), predictions: tree.values(of: test))
        var measured = Measurement(
            GlobalMetrics.fidelity, sample.rSquared(), group: "a tree of depth \(Self.depth)",
            split: .test, rows: test.rowCount)
        measured.note = "a tree that is read in the model's place is right as far as this is near 1"
        return (tree, measured)
    }

    private func treeFigure(_ tree: SurrogateTree, _ quantity: String) -> Figure {
        Figure(
            id: "surrogateTree", title: "A small tree that imitates the model",
            caption:
                "Each bar is a leaf: its conditions and its mean \(quantity) over training rows. "
                + "An imitation, as faithful as the measurement beside it says.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis(quantity),
                    rows: tree.rules.sorted { $0.value > $1.value }.map { rule in
                        .init(
                            label: rule.conditions.joined(separator: ", "), value: rule.value,
                            lower: nil, upper: nil, count: rule.rows)
                    })))
    }

    // MARK: - Curves

    private func figures(
        _ partial: EffectCurve, _ local: EffectCurve, place: Int, _ quantity: String
    ) -> [Figure] {
        let name = partial.column
        guard partial.points[0].number != nil else {
            return [
                Figure(
                    id: "effect\(place)", title: "Effect of \(name)",
                    caption:
                        "Partial dependence: the mean \(quantity) with the column at each value, less its mean; 95 % "
                        + "intervals over rows. What the model does, not what causes the outcome.",
                    plot: .intervals(
                        IntervalChart(
                            axis: Axis(quantity),
                            rows: partial.points.map {
                                .init(
                                    label: $0.text ?? "", value: $0.value, lower: $0.lower,
                                    upper: $0.upper, count: Self.mostRows)
                            })))
            ]
        }
        func line(_ curve: EffectCurve, _ name: String) -> LineChart.Series {
            let (lower, upper) = (
                curve.points.compactMap(\.lower), curve.points.compactMap(\.upper)
            )
            // Where a point has no interval, the line has no band.
            let isWhole = lower.count == curve.points.count && upper.count == curve.points.count
            return .init(
                name: name, x: curve.points.compactMap(\.number), y: curve.points.map(\.value),
                band: isWhole
                    ? .init(lower: lower, upper: upper, meaning: "95 % interval over rows") : nil)
        }
        return [
            Figure(
                id: "effect\(place)", title: "Effect of \(name)",
                caption:
                    "Accumulated local effects and partial dependence of the \(quantity), centered, with 95 % intervals "
                    + "over rows. Where the two differ, columns go together and partial dependence asks about rows "
                    + "that hardly exist. What the model does, not what causes the outcome.",
                plot: .lines(
                    LineChart(
                        x: Axis(name), y: Axis(quantity),
                        series: (local.points.count > 1
                            ? [line(local, "accumulated local effect")] : [])
                            + [line(partial, "partial dependence")]))),
            Figure(
                id: "lines\(place)", title: "Effect of \(name) in single rows",
                caption:
                    "The same for \(partial.points[0].lines.count) rows, each less its own mean: where the lines are "
                    + "not parallel, the effect depends on other columns.",
                plot: .lines(
                    LineChart(
                        x: Axis(name), y: Axis(quantity),
                        series: partial.points[0].lines.indices.map { row in
                            .init(
                                name: "row \(row + 1)", x: partial.points.compactMap(\.number),
                                y: partial.points.map { $0.lines[row] })
                        }))),
        ]
    }
}

extension EffectCurve {
    /// The largest value less the smallest.
    var span: Double {
        let values = points.map(\.value)
        return (values.max() ?? 0) - (values.min() ?? 0)
    }
}

/// Metrics of effects over all rows: the definitions.
package enum GlobalMetrics {
    package static let conditional = MetricDefinition(
        id: .conditionalImportance, name: "Importance among like rows",
        formula:
            "mean rise of the loss when the column is shuffled among test rows in the same leaf of a tree that "
            + "tells the column from the others",
        direction: 0, drawback: .opacity, source: "Molnar et al. 2020, arXiv:2006.04628")
    package static let grouped = MetricDefinition(
        id: .groupedImportance, name: "Importance of columns together",
        formula: "mean rise of the loss when the columns are shuffled together among test rows",
        direction: 0, drawback: .opacity, source: "Au et al. 2022, arXiv:2104.11688")
    package static let span = MetricDefinition(
        id: .effectSpan, name: "Span of a column's effect",
        formula: "largest − smallest of the column's partial dependence", direction: 0,
        drawback: .opacity, source: "Friedman 2001, DOI 10.1214/aos/1013203451")
    package static let interaction = MetricDefinition(
        id: .interactionStrength, name: "Interaction of two columns",
        formula: "Σ (PD_jk − PD_j − PD_k)² / Σ PD_jk²; chance makes it positive", direction: 0,
        drawback: .opacity, source: "Friedman & Popescu 2008, DOI 10.1214/07-AOAS148")
    package static let fidelity = MetricDefinition(
        id: .surrogateFidelity, name: "Fidelity of a small tree",
        formula: "R² of the tree's values for the model's outputs on test rows", direction: 1,
        drawback: .opacity, source: "Craven & Shavlik 1996, NIPS 8")
}

// Their ids.
extension MetricID {
    package static let conditionalImportance = MetricID("conditionalImportance")
    package static let groupedImportance = MetricID("groupedImportance")
    package static let effectSpan = MetricID("effectSpan")
    package static let interactionStrength = MetricID("interactionStrength")
    package static let surrogateFidelity = MetricID("surrogateFidelity")
}
