import Figures
import Statistics

/// How the rows of one group are decided: a row's score is held against one of a few thresholds, drawn by lot.
package struct GroupRule: Codable, Sendable, Hashable {
    /// In [0, 1], or `ROCThresholds.nobody`; falling.
    package var thresholds: [Double]
    /// Of the rows that are held against each; they sum to 1.
    package var shares: [Double]

    package init(threshold: Double) {
        thresholds = [threshold]
        shares = [1]
    }

    /// - Parameter mixture: Thresholds with their shares; those without a share are left out.
    package init(_ mixture: [(threshold: Double, share: Double)]) {
        let kept = mixture.filter { $0.share > 1e-9 }.sorted { $0.threshold > $1.threshold }
        let total = kept.reduce(0) { $0 + $1.share }
        precondition(total > 0, "a rule needs a threshold")
        thresholds = kept.map(\.threshold)
        shares = kept.map { $0.share / total }
    }

    package var isDeterministic: Bool { thresholds.count == 1 }

    /// - Parameter draw: The row's own number, uniform in [0, 1).
    package func decides(_ score: Double, draw: Double) -> Bool {
        var passed = 0.0
        for (threshold, share) in zip(thresholds, shares) {
            passed += share
            if draw < passed { return score >= threshold }
        }
        return score >= (thresholds.last ?? ROCThresholds.nobody)
    }

    /// The chance that a row with this score is decided 1.
    package func chance(_ score: Double) -> Double {
        zip(thresholds, shares).reduce(0) { $0 + (score >= $1.0 ? $1.1 : 0) }
    }

    /// In a report.
    package var text: String {
        zip(thresholds, shares).map { threshold, share in
            let shown =
                threshold > 1
                ? "nobody" : "from \(NumberText.fixed(threshold, decimals: 3))"
            return isDeterministic
                ? shown : shown + " (\(NumberText.fixed(100 * share, decimals: 1)) % of rows)"
        }.joined(separator: ", ")
    }
}
