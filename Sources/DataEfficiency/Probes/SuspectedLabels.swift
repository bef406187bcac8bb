package import Evidence
import Figures
import Prediction
import Statistics

/// How many labels are probably wrong, by rows that the model did not learn from: of folds all rows that train, each
/// predicted by the model that it was held out of; else the validation rows.
///
/// It trains nothing. `vouch data labels` asks models that were trained for it, twice, and names the rows.
package struct SuspectedLabelShare: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "suspectedLabels", name: "Suspected labels", drawback: .dataHunger,
        needs: [.calibrationPredictions], looksAt: [.validation],
        metrics: [DataMetrics.wrongLabels])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let rows = subject.calibration, let given = GivenLabels(rows) else {
            return Findings()
        }
        let found = WrongShare(given)
        let listed = found.listed(shareRight: 0.5)
        var measured = Measurement(
            metric: DataMetrics.wrongLabels.id, drawback: .dataHunger, value: found.estimate.value,
            unit: DataMetrics.wrongLabels.unit, interval: .init(found.estimate),
            sample: .init(split: rows.split, rows: rows.rows))
        let most =
            rows.folds == nil
            ? "the rows also decided when to stop"
            : "each row by a model it was held out of, whose epoch it helped to choose, so that fewer may look wrong"
        measured.note = [
            "\(listed.count) rows suspected, half of which are expected to be wrong; \(most)",
            found.estimate.note,
        ].compactMap { $0 }.joined(separator: "; ")
        guard !listed.isEmpty else { return Findings(measurements: [measured]) }
        return Findings(
            measurements: [measured],
            figures: [figure(given, listed, rows.predictions.classes, rows.split)])
    }

    private func figure(
        _ given: GivenLabels, _ listed: [Int], _ names: [String], _ split: RowSplit
    ) -> Figure {
        let rows = names.indices.map { label -> IntervalChart.Row in
            let share = shareEstimate(
                listed.count { given.labels[$0] == label },
                of: given.labels.count { $0 == label })
            return IntervalChart.Row(
                label: names[label], value: share.value ?? 0, lower: share.lower ?? 0,
                upper: share.upper ?? 1, count: share.count)
        }
        return Figure(
            id: "suspected-labels", title: "Suspected labels by class",
            caption: "Share of the rows given each label that are suspected, of \(given.rows) \(split) rows, with "
                + "95 % intervals. Half of the suspected ones are expected to be wrong; the others are hard rows.",
            plot: .intervals(
                IntervalChart(axis: Axis("Share suspected"), rows: rows)))
    }
}
