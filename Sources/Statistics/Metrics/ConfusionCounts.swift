import RealModule
package import TensorCore

/// How many rows of each class were decided how: all that a rate of decisions needs.
package struct ConfusionCounts: Sendable, Hashable {
    package var truePositives: Int
    package var falseNegatives: Int
    package var falsePositives: Int
    package var trueNegatives: Int

    package init(
        truePositives: Int, falseNegatives: Int, falsePositives: Int, trueNegatives: Int
    ) {
        self.truePositives = truePositives
        self.falseNegatives = falseNegatives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
    }

    package var rows: Int { truePositives + falseNegatives + falsePositives + trueNegatives }

    /// The same positives and negatives drawn anew with replacement, each class for itself.
    ///
    /// Of m positives that are drawn so, the number decided positive is Binomial(m, TP/m); the same of
    /// negatives. So these two numbers have exactly the distribution that a bootstrap stratified by class gives
    /// them, and no row is touched.
    ///
    /// - Source: Efron & Tibshirani 1993, ISBN 978-0-412-04231-7, section 8.3.
    package func resampled(_ random: CounterRandom, step: UInt32) -> ConfusionCounts {
        let positives = truePositives + falseNegatives
        let negatives = falsePositives + trueNegatives
        let hits = random.binomial(
            positives, share: Double(truePositives) / Double(max(positives, 1)), step: step,
            index: 0)
        let alarms = random.binomial(
            negatives, share: Double(falsePositives) / Double(max(negatives, 1)), step: step,
            index: 1)
        return ConfusionCounts(
            truePositives: hits, falseNegatives: positives - hits, falsePositives: alarms,
            trueNegatives: negatives - alarms)
    }
}

extension ClassificationSample {
    /// The counts of simple rows, two classes; `nil` of weighted or clustered ones, which no count tells.
    package func confusionCounts(threshold: Double) -> ConfusionCounts? {
        guard classes == 2, !design.isWeighted, design.clusters == nil else { return nil }
        var cells = [0, 0, 0, 0]
        for row in 0..<rows {
            cells[2 * Int(labels[row]) + (scores[row] >= threshold ? 1 : 0)] += 1
        }
        return ConfusionCounts(
            truePositives: cells[3], falseNegatives: cells[2], falsePositives: cells[1],
            trueNegatives: cells[0])
    }
}

extension CounterRandom {
    /// A binomial number, exact: inversion that begins at the mode and goes outward on both sides.
    ///
    /// - Complexity: O(√(count · share · (1 − share))).
    /// - Source: Kemp 1986, DOI 10.1080/03610928608829153.
    package func binomial(_ count: Int, share: Double, step: UInt32, index: UInt64) -> Int {
        if count <= 0 || share <= 0 { return 0 }
        if share >= 1 { return count }
        let n = Double(count)
        let mode = min(count, Int((n + 1) * share))
        let k = Double(mode)
        let chance = Double.exp(
            Double.logGamma(n + 1) - Double.logGamma(k + 1) - Double.logGamma(n - k + 1)
                + k * Double.log(share) + (n - k) * Double.log(onePlus: -share))
        let odds = share / (1 - share)
        var rest = uniform(step: step, index: index) - chance
        if rest < 0 { return mode }
        var (up, down) = (mode, mode)
        var (above, below) = (chance, chance)
        while up < count || down > 0 {
            if up < count {
                above *= Double(count - up) / Double(up + 1) * odds
                up += 1
                rest -= above
                if rest < 0 { return up }
            }
            if down > 0 {
                below *= Double(down) / Double(count - down + 1) / odds
                down -= 1
                rest -= below
                if rest < 0 { return down }
            }
            // What rounding left of the sum of all chances.
            if above < 1e-300, below < 1e-300 { break }
        }
        return mode
    }
}
