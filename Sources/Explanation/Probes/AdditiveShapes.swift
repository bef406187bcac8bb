package import Evidence
import Figures
import Prediction
import Statistics

/// An additive model read whole: how much each column and pair moves the output, and the curves of the strongest.
package struct AdditiveShapes: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "additiveShapes", name: "The model's own functions", drawback: .opacity,
        needs: [.additiveModel], looksAt: [], metrics: [ShapeMetrics.importance])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    private static let shownTerms = 30
    private static let shownCurves = 8
    /// Classes in one drawing.
    private static let shownOutputs = 6

    package func measure(_ subject: Subject) throws -> Findings {
        guard let first = subject.shapes.first else { return Findings() }
        let terms = subject.shapes.terms
        let measurements = terms.map { term in
            Measurement(
                metric: ShapeMetrics.importance.id, drawback: .opacity,
                value: term.importance.value, interval: interval(term.importance, first),
                sample: .init(split: .training, rows: first.rows),
                group: "\(term.columns.count == 1 ? "column" : "pair") = \(term.name)",
                note: first.models > 1 ? nil : "one model, no interval (--folds 5 gives one)")
        }
        return Findings(
            measurements: measurements,
            figures: [importance(terms, subject.shapes)]
                + terms.filter { $0.columns.count == 1 }.prefix(Self.shownCurves)
                .enumerated().flatMap { figures($1, place: $0, subject.shapes) })
    }

    private func interval(
        _ value: ShapeFunctions.Value, _ shapes: ShapeFunctions
    ) -> Measurement.Interval? {
        guard let lower = value.lower, let upper = value.upper else { return nil }
        return .init(
            lower: max(0, lower), upper: upper, level: 0.95,
            method: "jackknife of \(shapes.models) parts", varied: "training rows and seeds")
    }

    private func importance(_ terms: [[ShapeFunctions].Term], _ outputs: [ShapeFunctions]) -> Figure
    {
        let rows = outputs[0].rows
        return Figure(
            id: "termImportance", title: "What each function adds",
            caption:
                "Mean absolute value over \(rows) training rows of each function whose sum is the "
                + "\(quantity(outputs))\(outputs.count > 1 ? ", over \(outputs.count) classes" : "")"
                + "\(intervalText(outputs[0])). A pair holds only what its columns do not tell alone.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Mean absolute value", unit: ""),
                    rows: terms.prefix(Self.shownTerms).map { term in
                        .init(
                            label: term.name, value: term.importance.value,
                            lower: term.importance.lower.map { max(0, $0) },
                            upper: term.importance.upper, count: rows)
                    })))
    }

    private func quantity(_ outputs: [ShapeFunctions]) -> String {
        outputs.count == 1
            ? outputs[0].quantity : "log-probability of a class above all classes' mean"
    }

    private func intervalText(_ shapes: ShapeFunctions) -> String {
        shapes.models > 1
            ? ", with 95 % intervals over \(shapes.models) trainings that each left another part of the rows out"
            : "; one model, so no interval"
    }

    /// A curve over the column's numbers, and dots for categories and missing cells; of several classes one each.
    private func figures(
        _ term: [ShapeFunctions].Term, place: Int, _ outputs: [ShapeFunctions]
    ) -> [Figure] {
        let functions = zip(outputs, term.functions).map { (name: $0.output, term: $1) }
            .sorted {
                ($1.term.importance.value, $0.name ?? "") < (
                    $0.term.importance.value, $1.name ?? ""
                )
            }
            .prefix(Self.shownOutputs)
        let caption =
            "What the column adds to the \(quantity(outputs)), beyond its mean\(intervalText(outputs[0])). "
            + (outputs.count > functions.count
                ? "Of \(outputs.count) classes the \(functions.count) that it moves most. " : "")
            + "What the model does, exactly; not what causes the outcome."
        let axis = Axis(quantity(outputs))
        var result: [Figure] = []
        let curves = functions.compactMap { name, term in curve(term, name: name ?? term.name) }
        if !curves.isEmpty {
            result.append(
                Figure(
                    id: "shape\(place)", title: "Function of \(term.name)", caption: caption,
                    plot: .lines(LineChart(x: Axis(term.name), y: axis, series: curves))))
        }
        let dots = functions.flatMap { name, term in
            let own = term.points.filter { $0.number == nil }
            return own.count > 1 || curves.isEmpty ? rows(own, of: name) : []
        }
        if !dots.isEmpty {
            // The largest where there is no room for all.
            let shown = dots.sorted { abs($0.value) > abs($1.value) }.prefix(Self.shownTerms)
            result.append(
                Figure(
                    id: "shape\(place)values", title: "Function of \(term.name)", caption: caption,
                    plot: .intervals(
                        IntervalChart(axis: axis, rows: shown.sorted { $0.value > $1.value }))))
        }
        return result
    }

    /// `nil` of fewer than two numbers.
    private func curve(_ term: ShapeFunctions.Term, name: String) -> LineChart.Series? {
        let numbers = term.points.filter { $0.number != nil }
        guard numbers.count > 1 else { return nil }
        let (lower, upper) = (
            numbers.compactMap(\.value.lower), numbers.compactMap(\.value.upper)
        )
        return .init(
            name: name, x: numbers.map { $0.number ?? 0 }, y: numbers.map(\.value.value),
            band: lower.count == numbers.count && upper.count == numbers.count
                ? .init(lower: lower, upper: upper, meaning: "95 % interval over trainings") : nil)
    }

    private func rows(
        _ points: [ShapeFunctions.Point], of output: String?
    ) -> [IntervalChart.Row] {
        points.map { point in
            let cell = point.text ?? "(missing)"
            return .init(
                label: output.map { "\(cell): \($0)" } ?? cell, value: point.value.value,
                lower: point.value.lower, upper: point.value.upper, count: point.rows)
        }
    }
}

/// Metrics of additive models: the definitions.
package enum ShapeMetrics {
    package static let importance = MetricDefinition(
        id: .termImportance, name: "Importance of a function",
        formula:
            "mean over training rows of |f(x)|, f centered and a pair purified; log-odds, or the "
            + "target's unit; of several classes the mean over them",
        direction: 0, drawback: .opacity,
        source:
            "Lengerich et al. 2020, arXiv:1911.04974; interval: delete-a-part jackknife, Shao & Wu "
            + "1989, DOI 10.1214/aos/1176347263")
}

// Their ids.
extension MetricID {
    package static let termImportance = MetricID("termImportance")
}
