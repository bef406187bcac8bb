import Evidence
import Fairness
import Figures
import Prediction
import Runs
import Statistics

/// What methods and trainings reach on the test rows: accuracy and gap of each, as figures and as a table.
struct MeasuredFrontier {
    var constraint: FairnessConstraint
    var rows: MitigationRows
    /// Of at least one method.
    var curves: [Curve]
    var trained: [Training]

    /// What a method reaches at each of `tolerances`.
    struct Curve {
        var name: String
        var points: [GapChange]
    }

    /// What a model that was trained against the gap reaches.
    struct Training {
        var name: String
        var point: GapChange
    }

    /// From equal rates to a gap that few would accept.
    static let tolerances = [0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2]

    /// All of it, as the run's report shows it from then on.
    var probe: MeasuredProbe {
        MeasuredProbe(
            id: id, drawback: .bias, measurements: [], figures: figures, groups: [table])
    }

    private var id: String { "frontier-\(constraint.rawValue)-\(rows.column)" }

    /// Any point knows what was before.
    private var asItIs: GapChange { curves[0].points[0] }

    /// Every point with the name that a row of figure or table has.
    private var points: [(label: String, point: GapChange)] {
        curves.flatMap { curve in
            zip(Self.tolerances, curve.points).map {
                (label: "\(curve.name), \(NumberText.plain($0))", point: $1)
            }
        } + trained.map { (label: $0.name, point: $0.point) }
    }
}

// MARK: - Figures

extension MeasuredFrontier {
    private var figures: [Figure] {
        let gap = constraint.gap.metric.name
        return [
            Figure(
                id: id, title: "Accuracy against gap over \(rows.column)",
                caption: caption
                    + " The number beside thresholds is the tolerance on the fitting rows.",
                plot: .intervals(dots(gap, before: asItIs.before) { $0.after })),
            Figure(
                id: id + "-price", title: "The accuracy of each, in the same order",
                caption: "On the same test rows.",
                plot: .intervals(
                    dots("Accuracy", before: asItIs.accuracyBefore) { $0.accuracyAfter })),
            Figure(
                id: id + "-accuracy", title: "Accuracy by tolerance, over \(rows.column)",
                caption: "On the same test rows.",
                plot: .lines(lines("Accuracy") { $0.accuracyAfter })),
            Figure(
                id: id + "-gap", title: "Gap by tolerance, over \(rows.column)",
                caption: "On the same test rows.", plot: .lines(lines(gap) { $0.after })),
        ]
    }

    private var caption: String {
        func shown(_ estimate: Estimate) -> String { estimate.shown ?? "undefined" }
        return
            "Thresholds by lot, one a group, and further methods, fitted on \(rows.fittingText), measured on \(rows.test.rows) test rows. The model as it is: gap "
            + "\(shown(asItIs.before)), accuracy \(shown(asItIs.accuracyBefore))."
            + (rows.pooling.text.map {
                " Groups with too few fitting rows are taken with others: \($0)."
            } ?? "")
    }

    /// One number of every point, a line a method, by tolerance.
    private func lines(_ title: String, _ pick: (GapChange) -> Estimate) -> LineChart {
        LineChart(
            x: Axis("Tolerance on the fitting rows", lower: 0), y: Axis(title),
            series: curves.map { curve in
                let values = curve.points.map(pick)
                return .init(
                    name: curve.name, x: Self.tolerances, y: values.map { $0.value ?? .nan },
                    band: .init(
                        lower: values.map { $0.lower ?? $0.value ?? .nan },
                        upper: values.map { $0.upper ?? $0.value ?? .nan },
                        meaning: "95 % interval over rows"))
            })
    }

    /// One number of every point whose gap is known, a row each, beside that of the model as it is.
    private func dots(
        _ title: String, before: Estimate, _ pick: (GapChange) -> Estimate
    ) -> IntervalChart {
        IntervalChart(
            axis: Axis(title),
            rows: points.filter { $0.point.after.value != nil }.map { label, point in
                let own = pick(point)
                return .init(
                    label: label, value: own.value ?? .nan, lower: own.lower, upper: own.upper,
                    count: own.count)
            }, reference: before.value.map { .init(value: $0, label: "the model as it is") })
    }
}

// MARK: - The numbers of the figures

extension MeasuredFrontier {
    private var table: GroupTable {
        GroupTable(
            column: "decisions against the \(constraint.text) gap over \(rows.column)",
            rows: [row("the model as it is", asItIs.before, asItIs.accuracyBefore)]
                + points.map { row($0.label, $0.point.after, $0.point.accuracyAfter) })
    }

    private func row(_ label: String, _ gap: Estimate, _ accuracy: Estimate) -> GroupRow {
        GroupRow(
            group: label, rows: rows.test.rows,
            measurements: [
                Measurement(constraint.gap.metric, gap, on: rows.test, group: label),
                Measurement(
                    QualityMetrics.accuracy, accuracy, on: rows.test, drawback: .bias,
                    group: label),
            ])
    }
}
