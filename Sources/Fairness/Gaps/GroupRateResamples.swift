import Statistics
import TensorCore

extension GroupRate {
    /// Hits and rows of a rate that counts tell; `nil` of one that needs scores.
    private func share(_ counts: ConfusionCounts) -> (hits: Int, of: Int)? {
        let selected = counts.truePositives + counts.falsePositives
        switch self {
        case .selection: return (selected, counts.rows)
        case .truePositive:
            return (counts.truePositives, counts.truePositives + counts.falseNegatives)
        case .falsePositive:
            return (counts.falsePositives, counts.falsePositives + counts.trueNegatives)
        case .precision: return (counts.truePositives, selected)
        case .accuracy: return (counts.truePositives + counts.trueNegatives, counts.rows)
        case .calibration, .rocAUC: return nil
        }
    }

    /// The percentile interval from resamples within group and class, in place of an estimate's own.
    ///
    /// Where hits or misses are fewer than 50 the estimate stays as it is: resamples of a rate of 0 are 0.
    func resampled(
        _ estimate: Estimate, _ counts: ConfusionCounts, _ resamples: [ConfusionCounts]
    ) -> Estimate {
        guard let (hits, rows) = share(counts), min(hits, rows - hits) >= 50 else {
            return estimate
        }
        let values = resamples.compactMap { share($0) }.filter { $0.of > 0 }
            .map { Double($0.hits) / Double($0.of) }.sorted()
        let tail = Int(0.025 * Double(values.count + 1))
        guard tail > 0 else { return estimate }
        var result = estimate
        result.lower = values[tail - 1]
        result.upper = values[values.count - tail]
        result.method = "Bootstrap within group and class, \(values.count) resamples, percentile"
        result.form = nil
        return result
    }
}

extension GapOptions {
    /// Draws of a group's counts; `nil` where none are asked for.
    ///
    /// - Throws: where rows are weighted or belong together.
    func resamples(
        _ sample: ClassificationSample, group: Int, threshold: Double
    ) throws(StatisticsError) -> (counts: ConfusionCounts, drawn: [ConfusionCounts])? {
        guard let resamples else { return nil }
        guard let counts = sample.confusionCounts(threshold: threshold) else {
            throw StatisticsError(
                "resamples of counts (--resamples) need rows of equal weight that stand alone; leave them "
                    + "out where rows have weights or belong together")
        }
        let random = CounterRandom(seed: seed, name: "group \(group)")
        return (counts, (0..<resamples).map { counts.resampled(random, step: UInt32($0)) })
    }
}
