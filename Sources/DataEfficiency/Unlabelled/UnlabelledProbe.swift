package import Evidence
import Prediction

/// What rows without labels brought: how many were learned from, how sure the answers were that they were taught as, and the
/// gain by which it was decided.
package struct UnlabelledProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "unlabelled", name: "Rows without labels", drawback: .dataHunger,
        needs: [.unlabelledRows], looksAt: [],
        metrics: [
            UnlabelledMetrics.used, UnlabelledMetrics.confidence, UnlabelledMetrics.before,
            UnlabelledMetrics.after, UnlabelledMetrics.gain,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let facts = subject.unlabelled else { return Findings() }
        func made(
            _ metric: MetricDefinition, _ value: Double, unit: String? = nil, rows: Int,
            split: String, interval: Measurement.Interval? = nil, _ note: String?
        ) -> Measurement {
            Measurement(
                metric: metric.id, drawback: .dataHunger, value: value, unit: unit ?? metric.unit,
                interval: interval, sample: .init(split: split, rows: rows), note: note)
        }
        let learned = facts.isUsed ? facts.learned : 0
        var found = [
            made(
                UnlabelledMetrics.used, Double(learned) / Double(max(facts.rows, 1)),
                rows: facts.rows, split: Self.split,
                "\(learned) rows, counted, exact; \(facts.reason)")
        ]
        if let confidence = facts.confidence {
            found.append(
                made(
                    UnlabelledMetrics.confidence, confidence, rows: facts.learned,
                    split: Self.split, "of what they are taught as, not of what is true"))
        }
        guard let comparison = facts.comparison else { return Findings(measurements: found) }
        let interval = comparison.lower.flatMap { lower in
            comparison.upper.map {
                Measurement.Interval(
                    lower: lower, upper: $0, method: comparison.method, varied: "rows")
            }
        }
        func compared(
            _ metric: MetricDefinition, _ value: Double, _ interval: Measurement.Interval? = nil,
            _ note: String? = nil
        ) -> Measurement {
            made(
                metric, value, unit: comparison.unit, rows: comparison.rows, split: Self.heldOut,
                interval: interval, note)
        }
        found += [
            compared(UnlabelledMetrics.before, comparison.before),
            compared(UnlabelledMetrics.after, comparison.after),
            compared(
                UnlabelledMetrics.gain, comparison.gain, interval,
                interval == nil
                    ? "so few rows carry no interval"
                    : facts.isUsed ? "chosen by this comparison, so that it flatters" : nil),
        ]
        return Findings(measurements: found)
    }

    private static let split = RowSplit.named("without labels").word
    private static let heldOut = RowSplit.named("held out").word
}

/// Metrics of rows without labels: the definitions.
package enum UnlabelledMetrics {
    package static let used = MetricDefinition(
        id: .unlabelledUsed, name: "Share of the rows without labels that was learned from",
        formula: "rows learned from / rows without labels", direction: 0, drawback: .dataHunger,
        source: "counted")
    package static let confidence = MetricDefinition(
        id: .unlabelledConfidence, name: "Confidence of the answers taught",
        formula: "mean over rows without labels of the likeliest class's probability in what they are taught as",
        direction: 0, drawback: .dataHunger,
        source: "Zhou & Li 2005, DOI 10.1109/TKDE.2005.186")
    package static let before = MetricDefinition(
        id: .lossWithoutUnlabelled, name: "Loss without the rows without labels",
        formula: "mean loss of labelled rows that the model did not learn from", direction: -1,
        drawback: .dataHunger, source: "compared before the test rows are looked at")
    package static let after = MetricDefinition(
        id: .lossWithUnlabelled, name: "Loss with the rows without labels",
        formula: "mean loss of labelled rows that the model did not learn from", direction: -1,
        drawback: .dataHunger, source: "compared before the test rows are looked at")
    package static let gain = MetricDefinition(
        id: .unlabelledGain, name: "Gain from the rows without labels",
        formula: "mean loss without them − mean loss with them, of the same rows", direction: 1,
        drawback: .dataHunger, source: "paired, jackknife over rows")
}

// Their ids.
extension MetricID {
    package static let unlabelledUsed = MetricID("unlabelledUsed")
    package static let unlabelledConfidence = MetricID("unlabelledConfidence")
    package static let lossWithoutUnlabelled = MetricID("lossWithoutUnlabelled")
    package static let lossWithUnlabelled = MetricID("lossWithUnlabelled")
    package static let unlabelledGain = MetricID("unlabelledGain")
}
