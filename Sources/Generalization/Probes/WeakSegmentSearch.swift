package import Evidence
import Figures
import Models
import Prediction
import Statistics
import Tables

/// On which rows, told by up to three conditions, the model is worse than on the rest.
///
/// Found on one half of the test rows and tested on the other; see `WeakSegments`.
package struct WeakSegmentSearch: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "weakSegments", name: "Weak segments", drawback: .overfitting, needs: [.model],
        looksAt: [.test],
        metrics: [
            WeakSegmentMetrics.count, WeakSegmentMetrics.excess, WeakSegmentMetrics.loss,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        1e-6 * Double(min(subject.test.rows, 100_000) * (subject.model?.table.columns.count ?? 0))
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let model = subject.model else { return Findings() }
        let test = subject.test
        let protected = test.protected.map(\.name)
        let columns =
            model.predictor.features
            + protected.filter { !model.predictor.features.contains($0) }
        let search = try WeakSegments(
            model.table, columns: columns, losses: test.rowLosses, design: try test.design,
            seed: subject.seed)
        let weak = search.weak
        var measurements = [count(search, test)]
        for segment in weak {
            var excess = Measurement(
                WeakSegmentMetrics.excess, segment.difference.estimate, on: test,
                group: segment.text)
            excess.sample.rows = segment.rows
            excess.sample.clusters = segment.loss.clusters
            excess.note =
                "p = \(NumberText.plain(segment.pValue)), Holm over \(search.tested.count)"
            var loss = Measurement(
                WeakSegmentMetrics.loss, segment.loss, on: test, group: segment.text)
            excess.unit = test.lossUnit
            loss.unit = test.lossUnit
            measurements += [excess, loss]
        }
        return Findings(
            measurements: measurements, figures: weak.isEmpty ? [] : [figure(search, test)])
    }

    private func count(_ search: WeakSegments, _ test: LabelledPredictions) -> Measurement {
        let tested = search.tested.count
        let chance =
            "where nothing is weak, a count above 0 has a chance of at most 5 %"
        return Measurement(
            metric: WeakSegmentMetrics.count.id, drawback: .overfitting,
            value: Double(search.weak.count),
            sample: .init(split: test.split, rows: search.testedRows),
            note: "of \(tested) found on \(search.searchedRows) other rows, each of "
                + "\(search.fewestRows) rows or more; \(chance)")
    }

    private func figure(_ search: WeakSegments, _ test: LabelledPredictions) -> Figure {
        Figure(
            id: "weak-segments", title: "Weak segments",
            caption: "How much higher the mean loss is than on the rest, with 95 % intervals over "
                + "\(search.testedRows) \(test.split) rows. The segments were picked on other "
                + "rows. Rows that are harder for any model have a higher loss, too.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Higher mean loss", unit: test.lossUnit),
                    rows: search.weak.compactMap { segment in
                        let estimate = segment.difference.estimate
                        return estimate.value.map {
                            .init(
                                label: segment.text, value: $0, lower: estimate.lower,
                                upper: estimate.upper, count: segment.rows)
                        }
                    })))
    }
}

/// Metrics of weak segments: the definitions.
package enum WeakSegmentMetrics {
    private static let source =
        "Sagadeeva & Boehm 2021, DOI 10.1145/3448016.3457323; Holm 1979, Scand. J. Stat. 6:65"

    package static let count = MetricDefinition(
        id: .weakSegments, name: "Weak segments",
        formula: "segments of up to three conditions, picked on half of the rows, whose mean loss "
            + "on the other half is higher than that of the rest (p ≤ 0.05, Holm)",
        direction: -1, drawback: .overfitting, source: source)
    package static let excess = MetricDefinition(
        id: .segmentExcessLoss, name: "Higher loss in a segment",
        formula: "mean loss of the segment's rows − mean loss of the others",
        direction: -1, drawback: .overfitting, source: source)
    package static let loss = MetricDefinition(
        id: .segmentLoss, name: "Loss in a segment",
        formula: "mean loss (nats, or the target's unit squared) of the segment's rows",
        direction: -1, drawback: .overfitting, source: source)
}

// Their ids.
extension MetricID {
    package static let weakSegments = MetricID("weakSegments")
    package static let segmentExcessLoss = MetricID("segmentExcessLoss")
    package static let segmentLoss = MetricID("segmentLoss")
}
