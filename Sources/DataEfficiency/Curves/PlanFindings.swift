package import Evidence
package import Figures

extension GoalPlan {
    private static let level = 0.9
    private static let method = "average of learning curves, widened as back-tested"
    private static let varied = "rows, seeds and the curve's form"

    /// What the goal takes, as a measurement: without an interval where that is open.
    package func needed(_ sample: Measurement.Sample, note: String = "") -> Measurement {
        var measured = Measurement(
            metric: LabelMetrics.needed.id, drawback: .dataHunger, value: nil,
            unit: LabelMetrics.needed.unit, sample: sample, group: goalText)
        if case .needed(let rows, let least, let most) = answer {
            measured.value = Double(rows)
            measured.interval = most.map {
                .init(
                    lower: Double(least), upper: Double($0), level: Self.level,
                    method: Self.method, varied: Self.varied)
            }
        }
        measured.verdict = verdict
        let start = "\(plan.rows) rows are learned from now"
        measured.note = [start, reason, note].filter { !$0.isEmpty }.joined(separator: "; ")
        return measured
    }

    /// What so many rows would give; none without a curve.
    package func foretold(atRows rows: Int, _ sample: Measurement.Sample) -> Measurement? {
        plan.forecast(atRows: rows).map { forecast in
            let (value, lower, upper) = values(forecast)
            return Measurement(
                metric: LabelMetrics.foretold.id, drawback: .dataHunger, value: value,
                unit: metric.definition.unit,
                interval: .init(
                    lower: lower, upper: upper, level: Self.level, method: Self.method,
                    varied: Self.varied),
                sample: sample, group: "\(metric.definition.name) at \(rows) rows",
                note: plan.calibrationText)
        }
    }

    /// Such as "ROC AUC of 0.93".
    package var goalText: String {
        let name = metric.definition.name
        switch goal {
        case .half: return "half of the remaining error (\(name))"
        case .value(let value): return "\(name) of \(NumberText.plain(value))"
        }
    }

    /// The curve with its fan and the goal's line.
    package func figure(sampleText: String) -> Figure {
        var lines = [
            LineChart.Series(
                name: "trained", x: plan.points.sizes.map { Double($0.rows) },
                y: plan.points.sizes.map { metric.value(ofError: $0.typical) })
        ]
        let fan = plan.fan
        if !fan.isEmpty {
            let values = fan.map(self.values)
            lines.append(
                .init(
                    name: "foretold", x: fan.map { Double($0.rows) }, y: values.map(\.value),
                    band: .init(
                        lower: values.map(\.lower), upper: values.map(\.upper),
                        meaning: "90 % interval of one training")))
        }
        if let wanted, let first = lines.first?.x.first, let last = lines.last?.x.last {
            lines.append(.init(name: "goal", x: [first, last], y: [wanted, wanted]))
        }
        var marks: [LineChart.Mark] = []
        if case .needed(let rows, _, _) = answer {
            marks.append(.init(x: Double(rows), label: "goal"))
        }
        return Figure(
            id: "label-plan", title: "How many labels",
            caption: "\(metric.definition.name) of \(sampleText) by the rows learned from, by the "
                + "run's own recipe, and what more rows are expected to give. \(plan.calibrationText)",
            plot: .lines(
                LineChart(
                    x: Axis("Rows", isLogarithmic: true),
                    y: Axis(metric.definition.name, unit: metric.definition.unit),
                    series: lines, marks: marks)))
    }
}
