package import Evidence
import Figures
package import Prediction
import Statistics

extension ModelFrontier {
    /// As measurements and a figure.
    package func findings(_ test: LabelledPredictions) -> Findings {
        Findings(
            measurements: [summary(test)] + entries.flatMap { measurements($0, test) }
                + counted(kind + ", this one", cost, test, [FrontierMetrics.operations]),
            figures: entries.isEmpty ? [] : [figure(test)])
    }

    private func summary(_ test: LabelledPredictions) -> Measurement {
        let found = entries.filter { $0.isCheaper && $0.verdict == .notWorse }
        var parts = [
            "of \(entries.count { $0.isCheaper }) that are cheaper; a loss that is \(marginText) higher "
                + "counts as no worse"
        ]
        if !missing.isEmpty {
            parts.append(
                "not trained (--probe-budget, vouch cost frontier): \(missing.joined(separator: ", "))")
        }
        if !absent.isEmpty {
            parts.append(
                "not trained, as --steps or --budget ended the training: "
                    + absent.joined(separator: ", "))
        }
        var measured = Measurement(
            metric: FrontierMetrics.cheaper.id, drawback: .computeCost,
            value: Double(found.count), sample: .init(split: test.split, rows: test.rows),
            note: parts.joined(separator: "; "))
        switch answer {
        case .notNeeded(let cheapest):
            measured.group = "cheapest = \(cheapest)"
            measured.verdict = "not needed"
        case .needed: measured.verdict = "needed"
        case .cannotTell: measured.verdict = "cannot tell"
        case .cheapest: measured.verdict = "the cheapest"
        }
        return measured
    }

    /// `1 %`
    private var marginText: String { NumberText.plain(100 * margin) + " %" }

    private func measurements(_ entry: Entry, _ test: LabelledPredictions) -> [Measurement] {
        let comparison = entry.comparison
        let group = "model = \(entry.kind)"
        var loss = Measurement(
            FrontierMetrics.loss, comparison.difference, on: test, group: group)
        loss.unit = test.lossUnit
        loss.verdict = entry.verdict.text
        loss.note = [
            "the margin is \(NumberText.plain(comparison.margin)), \(marginText) of this model's loss",
            entries.count > 1 ? "Holm over \(entries.count) kinds" : nil,
            "the models as trained: another seed is not allowed for", comparison.difference.note,
        ].compactMap { $0 }.joined(separator: "; ")
        guard let cost = entry.cost else { return [loss] }
        return [loss]
            + counted(
                entry.kind, cost, test,
                [FrontierMetrics.operations, FrontierMetrics.training, FrontierMetrics.parameters])
    }

    private func counted(
        _ name: String, _ cost: ModelCost, _ test: LabelledPredictions,
        _ metrics: [MetricDefinition]
    ) -> [Measurement] {
        metrics.map { metric in
            let value =
                switch metric.id {
                case .kindOperations: cost.operationsPerRow
                case .kindTraining: cost.trainingOperations / 1e9
                default: Double(cost.parameters)
                }
            let seconds =
                metric.id == .kindTraining
                ? cost.trainingSeconds.map {
                    "; it took \(NumberText.plain($0)) s here, by a clock, once"
                } : nil
            return Measurement(
                metric: metric.id, drawback: .computeCost, value: value, unit: metric.unit,
                sample: .init(split: test.split, rows: test.rows), group: "model = \(name)",
                note: "counted, exact\(seconds ?? "")")
        }
    }

    /// Quality against cost: the cheapest on top.
    private func figure(_ test: LabelledPredictions) -> Figure {
        let own = IntervalChart.Row(
            label: label(kind + ", this one", cost, isOnFrontier: ownIsOnFrontier), value: 0,
            lower: nil, upper: nil, count: test.rows)
        var rows: [IntervalChart.Row] = []
        var isPlaced = false
        for entry in entries {
            if !isPlaced, !entry.isCheaper {
                rows.append(own)
                isPlaced = true
            }
            guard let value = entry.comparison.difference.value else { continue }
            rows.append(
                .init(
                    label: label(
                        entry.kind, entry.cost, isOnFrontier: entry.isOnFrontier),
                    value: value, lower: entry.comparison.difference.lower,
                    upper: entry.comparison.difference.upper, count: test.rows))
        }
        if !isPlaced { rows.append(own) }
        let margin = entries[0].comparison.margin
        return Figure(
            id: "cheaper-models", title: "Quality against cost",
            caption: "How much higher the mean loss of \(test.rows) \(test.split) rows is than this "
                + "model's, with 95 % intervals over rows, by kind of model; the cheapest to use stands on "
                + "top, by operations of a prediction. A star marks those that no model as cheap beats. "
                + "What lies left of the line is within the margin of \(marginText) of this model's loss.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Higher mean loss", unit: test.lossUnit), rows: rows,
                    reference: .init(value: margin, label: "margin"))))
    }

    private func label(_ name: String, _ cost: ModelCost?, isOnFrontier: Bool) -> String {
        guard let cost else { return "\(name), cost not known" }
        let operations = NumberText.count(Int(cost.operationsPerRow.rounded()))
        return "\(name)\(isOnFrontier ? " *" : ""), \(operations) operations"
    }
}

/// Metrics of the frontier: the definitions.
package enum FrontierMetrics {
    package static let all = [cheaper, loss, operations, training, parameters]

    private static let counted = "counted per node: 2·m·n·k for a product, one an element for the rest"

    package static let cheaper = MetricDefinition(
        id: .cheaperModels, name: "Cheaper kinds of model that are not worse",
        formula: "kinds whose prediction takes fewer operations and whose mean loss is shown to be below "
            + "(1 + margin) · this model's",
        direction: 0, drawback: .computeCost,
        source: "non-inferiority, Blackwelder 1982, DOI 10.1016/0197-2456(82)90024-1; Holm 1979, "
            + "Scand. J. Stat. 6:65; Documentation/Decisions/0046")
    package static let loss = MetricDefinition(
        id: .kindLoss, name: "Loss of another kind of model, above this one's",
        formula: "mean loss (nats, or the target's unit squared) of the other kind − this model's, paired",
        direction: 0, drawback: .computeCost,
        source: "Jackknife, paired; Documentation/Decisions/0046")
    package static let operations = MetricDefinition(
        id: .kindOperations, name: "Operations of a prediction, by kind of model",
        formula: "floating-point operations of the graph that predicts, a row, encoding aside",
        unit: "FLOP", direction: -1, drawback: .computeCost, source: counted)
    package static let training = MetricDefinition(
        id: .kindTraining, name: "Operations of the training, by kind of model",
        formula: "Σ over steps of the graph's floating-point operations, forward and backward",
        unit: "GFLOP", direction: -1, drawback: .computeCost, source: counted)
    package static let parameters = MetricDefinition(
        id: .kindParameters, name: "Learned parameters, by kind of model",
        formula: "numbers that training moves", direction: -1, drawback: .computeCost,
        source: "counted")
}

// Their ids.
extension MetricID {
    package static let cheaperModels = MetricID("cheaperModels")
    package static let kindLoss = MetricID("kindLoss")
    package static let kindOperations = MetricID("kindOperations")
    package static let kindTraining = MetricID("kindTraining")
    package static let kindParameters = MetricID("kindParameters")
}
