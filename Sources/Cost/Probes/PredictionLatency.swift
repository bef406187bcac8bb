package import Evidence
import Models
import Platform
import Prediction
import Statistics
import Tables

/// How long a prediction takes from a raw row, one row at a call, and how many rows a second in batches.
///
/// A clock gives the numbers, of this machine as busy as it was; they depend on no row's answer, so that training rows
/// do and nobody looks at others. Each is the mean over blocks of the median over a block's calls, with an interval over
/// the blocks (`RepeatBlocks`); two models are timed by turns, so that what the machine does meanwhile meets both
/// (`CallTiming`).
package struct PredictionLatency: PairedProbe {
    private let timing: CallTiming

    /// - Parameter timing: For how long, and by which clock.
    package init(timing: CallTiming = CallTiming(now: { Clock.monotonicSeconds() })) {
        self.timing = timing
    }

    package let description = ProbeDescription(
        id: "predictionLatency", name: "Time of a prediction", drawback: .computeCost,
        needs: [.model, .trainingTables], looksAt: [],
        metrics: [CostMetrics.latency, CostMetrics.rate])

    /// It takes so many milliseconds of any machine, a tenth of a second or so, and nothing of the budget of counted work.
    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let predictor = subject.model?.predictor, let rows = Self.rows(of: subject) else {
            return Findings()
        }
        return Findings(measurements: [
            latency(of: try timing.blocks { rows.one(predictor) }),
            rate(of: try timing.blocks { rows.batch(predictor) }, rows.count),
        ])
    }

    package func measure(_ first: Subject, _ second: Subject) throws -> PairedFindings {
        guard let before = first.model?.predictor, let after = second.model?.predictor,
            let table = first.tables?.training,
            let times = try PairedTimes(before, after, on: table, timing: timing)
        else { return PairedFindings() }
        let (one, batch, rows) = (times.one, times.batch, times.rows)
        return PairedFindings(
            first: [latency(of: one.first), rate(of: batch.first, rows)],
            second: [latency(of: one.second), rate(of: batch.second, rows)],
            changes: [
                MetricChange(
                    metric: CostMetrics.latency,
                    difference: Self.milliseconds(one.second).minus(Self.milliseconds(one.first))
                        .difference),
                MetricChange(
                    metric: CostMetrics.rate,
                    difference: Self.perSecond(batch.second, rows)
                        .minus(Self.perSecond(batch.first, rows)).difference),
            ])
    }

    /// `nil` where there is no row.
    private static func rows(of subject: Subject) -> TimedRows? {
        subject.tables.flatMap { TimedRows($0.training) }
    }

    private static func milliseconds(_ blocks: RepeatBlocks) -> RepeatBlocks {
        blocks.mapped { $0 * 1000 }
    }

    private static func perSecond(_ blocks: RepeatBlocks, _ rows: Int) -> RepeatBlocks {
        blocks.mapped { Double(rows) / $0 }
    }

    private func latency(of blocks: RepeatBlocks) -> Measurement {
        measurement(
            CostMetrics.latency, Self.milliseconds(blocks).estimate, rows: 1,
            "one row at a call, encoding included")
    }

    private func rate(of blocks: RepeatBlocks, _ rows: Int) -> Measurement {
        measurement(
            CostMetrics.rate, Self.perSecond(blocks, rows).estimate, rows: rows,
            "in batches of \(rows) rows, encoding included")
    }

    private func measurement(
        _ metric: MetricDefinition, _ estimate: Estimate, rows: Int, _ note: String
    ) -> Measurement {
        let estimate = estimate.within(metric.bounds)
        return Measurement(
            metric: metric.id, drawback: metric.drawback, value: estimate.value, unit: metric.unit,
            interval: .init(estimate), sample: .init(split: .training, rows: rows),
            note: [note, "on this machine, as busy as it was", estimate.note].compactMap { $0 }
                .joined(separator: "; "))
    }
}
