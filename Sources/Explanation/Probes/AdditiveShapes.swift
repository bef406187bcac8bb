package import Evidence
import Figures
import Statistics

/// An additive model read whole: how much each column and pair moves the output, and the curves of the strongest.
package struct AdditiveShapes: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "additiveShapes", name: "The model's own functions", drawback: .opacity,
        needs: [.additiveModel], metrics: [ShapeMetrics.importance])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    private static let shownTerms = 30
    private static let shownCurves = 8

    package func measure(_ subject: Subject) throws -> Findings {
        guard let shapes = subject.shapes else { return Findings() }
        let measurements = shapes.terms.map { term in
            Measurement(
                metric: ShapeMetrics.importance.id, drawback: .opacity,
                value: term.importance.value,
                interval: interval(term.importance, shapes),
                sample: .init(split: "train", rows: shapes.rows),
                group: "\(term.columns.count == 1 ? "column" : "pair") = \(term.name)",
                note: shapes.models > 1 ? nil : "one model, no interval (--folds 5 gives one)")
        }
        return Findings(
            measurements: measurements,
            figures: [importance(shapes)]
                + shapes.terms.filter { !$0.points.isEmpty }.prefix(Self.shownCurves)
                .enumerated().flatMap { figures($1, place: $0, shapes) })
    }

    private func interval(
        _ value: ShapeFunctions.Value, _ shapes: ShapeFunctions
    ) -> Measurement.Interval? {
        guard let lower = value.lower, let upper = value.upper else { return nil }
        return .init(
            lower: max(0, lower), upper: upper, level: 0.95,
            method: "jackknife of \(shapes.models) parts", varied: "training rows and seeds")
    }

    private func importance(_ shapes: ShapeFunctions) -> Figure {
        Figure(
            id: "termImportance", title: "What each function adds",
            caption:
                "Mean absolute value over \(shapes.rows) training rows of each function whose sum is the "
                + "\(shapes.quantity)\(intervalText(shapes)). A pair holds only what its columns do not tell alone.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Mean absolute value", unit: ""),
                    rows: shapes.terms.prefix(Self.shownTerms).map { term in
                        .init(
                            label: term.name, value: term.importance.value,
                            lower: term.importance.lower.map { max(0, $0) },
                            upper: term.importance.upper, count: shapes.rows)
                    })))
    }

    private func intervalText(_ shapes: ShapeFunctions) -> String {
        shapes.models > 1
            ? ", with 95 % intervals over \(shapes.models) trainings that each left another part of the rows out"
            : "; one model, so no interval"
    }

    /// A curve over the column's numbers, and dots for categories and missing cells.
    private func figures(
        _ term: ShapeFunctions.Term, place: Int, _ shapes: ShapeFunctions
    ) -> [Figure] {
        var result: [Figure] = []
        let caption =
            "What the column adds to the \(shapes.quantity), beyond its mean\(intervalText(shapes)). "
            + "What the model does, exactly; not what causes the outcome."
        let numbers = term.points.filter { $0.number != nil }
        if numbers.count > 1 {
            let bounds = numbers.compactMap { point in
                point.value.lower.flatMap { lower in
                    point.value.upper.map { (lower: lower, upper: $0) }
                }
            }
            result.append(
                Figure(
                    id: "shape\(place)", title: "Function of \(term.name)", caption: caption,
                    plot: .lines(
                        LineChart(
                            x: Axis(term.name), y: Axis(shapes.quantity),
                            series: [
                                .init(
                                    name: term.name, x: numbers.map { $0.number ?? 0 },
                                    y: numbers.map(\.value.value),
                                    band: bounds.count == numbers.count
                                        ? .init(
                                            lower: bounds.map(\.lower), upper: bounds.map(\.upper),
                                            meaning: "95 % interval over trainings") : nil)
                            ]))))
        }
        let dots = term.points.filter { $0.number == nil }
        if dots.count > 1 || (numbers.count <= 1 && !dots.isEmpty) {
            result.append(
                Figure(
                    id: "shape\(place)values", title: "Function of \(term.name)", caption: caption,
                    plot: .intervals(
                        IntervalChart(
                            axis: Axis(shapes.quantity),
                            rows: dots.sorted { $0.value.value > $1.value.value }
                                .prefix(Self.shownTerms).map { point in
                                    .init(
                                        label: point.text ?? "(missing)", value: point.value.value,
                                        lower: point.value.lower, upper: point.value.upper,
                                        count: point.rows)
                                }))))
        }
        return result
    }
}

/// Metrics of additive models: the definitions.
package enum ShapeMetrics {
    package static let importance = MetricDefinition(
        id: "termImportance", name: "Importance of a function",
        formula:
            "mean over training rows of |f(x)|, f centered and a pair purified; log-odds, or the "
            + "target's unit",
        direction: 0, drawback: .opacity,
        source:
            "Lengerich et al. 2020, arXiv:1911.04974; interval: delete-a-part jackknife, Shao & Wu "
            + "1989, DOI 10.1214/aos/1176347263")
}
