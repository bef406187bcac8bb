package import Evidence
import Figures
import Prediction
import Statistics

/// How the loss falls with the number of rows learned from, and whether more would help.
///
/// Trains at an eighth, a quarter, half and all of the rows that a reduced budget allows, under five
/// seeds each. Each point has an interval over seeds and rows; the gain from the last doubling is
/// compared seed by seed on the same test rows.
package struct LearningCurve: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "learningCurve", name: "Learning curve", drawback: .dataHunger,
        needs: [.retraining], metrics: [DataMetrics.gainFromDoubling])

    private static let shares = [0.125, 0.25, 0.5, 1]

    private static func seeds(_ subject: Subject) -> [UInt64] {
        (0..<5).map { subject.seed &+ $0 }
    }

    package func expectedSeconds(_ subject: Subject) -> Double {
        let changes = Self.shares.flatMap { share in
            Self.seeds(subject).map { TrainingChange(seed: $0, shareOfRows: share) }
        }
        return subject.retrainer?.expectedSeconds(of: changes) ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let retrainer = subject.retrainer else { return Findings() }
        let seeds = Self.seeds(subject)
        let test = subject.test
        let none = [[Double]](
            repeating: [Double](repeating: 0, count: test.rows), count: seeds.count)
        let points = try Self.shares.map { share in
            try RetrainedLosses(retrainer, seeds: seeds, shareOfRows: share)
        }
        func compared(_ before: [[Double]], _ after: [[Double]]) throws -> Estimate {
            try crossedMeanDifference(
                before: before, after: after, weights: test.weights, clusters: test.clusters
            ).estimate
        }
        let rows: [IntervalChart.Row] = try zip(Self.shares, points).map { share, point in
            let loss = try compared(none, point.losses)
            return .init(
                label: label(share), value: point.mean, lower: loss.lower, upper: loss.upper,
                count: test.rows)
        }
        var gain = try compared(points[points.count - 1].losses, points[points.count - 2].losses)
        gain.note = "at a reduced budget: \(retrainer.reduction)"
        var measured = Measurement(DataMetrics.gainFromDoubling, gain, on: test)
        measured.unit = test.lossUnit
        return Findings(
            measurements: [measured],
            figures: [
                Figure(
                    id: "learning-curve", title: "Learning curve",
                    caption: "Mean loss of \(test.rows) \(test.split) rows by the share of rows "
                        + "learned from, \(gain.note ?? ""). The mean of \(seeds.count) seeds, with "
                        + "95 % intervals over seeds and rows.",
                    plot: .intervals(
                        IntervalChart(axis: Axis("Loss", unit: test.lossUnit), rows: rows)))
            ])
    }

    private func label(_ share: Double) -> String {
        share == 1 ? "all rows" : "1/\(Int((1 / share).rounded())) of the rows"
    }
}
