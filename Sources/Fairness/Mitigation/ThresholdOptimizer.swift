package import Statistics

/// Decisions from given scores that cost least among those whose gap between groups is at most a tolerance.
///
/// With thresholds that are mixed at random, a group's attainable rates are the region under its ROC hull, and everything
/// is linear in the shares of the hull's corners:
///
/// `max Σ_g (P_g TPR_g − N_g FPR_g)` where for each rate `m ≤ rate_g ≤ m + tolerance`
///
/// which is the accuracy, less that of deciding nobody 1; with costs, each kind of error weighs what it costs.
///
/// - Source: Hardt et al. 2016, arXiv:1610.02413; relaxed as Cruz & Hardt 2024, arXiv:2306.07261.
package struct ThresholdOptimizer: Sendable {
    package var constraint: FairnessConstraint
    /// The largest gap that is allowed, in [0, 1].
    package var tolerance: Double
    /// What a false positive and a false negative cost.
    package var costs: (falsePositive: Double, falseNegative: Double) = (1, 1)

    package init(constraint: FairnessConstraint, tolerance: Double) {
        self.constraint = constraint
        self.tolerance = tolerance
    }

    /// Rates of a group at a point, in the order of `constraint.rates`.
    func rates(_ group: ROCThresholds, _ point: ROCThresholds.Point) -> [Double] {
        constraint.rates.map { rate in
            switch rate {
            case .selection: group.selectionRate(point)
            case .truePositive: point.truePositiveRate
            default: point.falsePositiveRate
            }
        }
    }

    /// What a group gains at a point over deciding nobody 1.
    func value(_ group: ROCThresholds, _ point: ROCThresholds.Point) -> Double {
        costs.falseNegative * group.positives * point.truePositiveRate
            - costs.falsePositive * group.negatives * point.falsePositiveRate
    }

    /// The best rules that may draw thresholds by lot, a group each.
    package func randomized(_ groups: [ROCThresholds]) -> [GroupRule] {
        // The share of the first corner, which decides nobody and gains nothing, is what the others leave.
        let corners = groups.map { Array($0.hull.dropFirst()) }
        let count = corners.reduce(0) { $0 + $1.count }
        let kinds = constraint.rates.count
        let total = groups.reduce(0) { $0 + $1.positives + $1.negatives }
        var objective: [Double] = []
        var rows: [[Double]] = []
        var bounds: [Double] = []
        var first = 0
        for (group, corners) in zip(groups, corners) {
            objective += corners.map { value(group, $0) / total }
            let each = corners.map { rates(group, $0) }
            var shares = [Double](repeating: 0, count: count + kinds)
            for place in corners.indices { shares[first + place] = 1 }
            rows.append(shares)
            bounds.append(1)
            for kind in 0..<kinds {
                var above = [Double](repeating: 0, count: count + kinds)
                for place in corners.indices { above[first + place] = each[place][kind] }
                above[count + kind] = -1
                rows.append(above)
                bounds.append(tolerance)
                rows.append(above.map { -$0 })
                bounds.append(0)
            }
            first += corners.count
        }
        objective += [Double](repeating: 0, count: kinds)
        guard
            let shares = LinearProgram(objective: objective, rows: rows, bounds: bounds).solution()
        else { preconditionFailure("shares are bounded") }
        first = 0
        return corners.map { corners in
            let own = shares[first..<(first + corners.count)]
            first += corners.count
            return GroupRule(
                [(ROCThresholds.nobody, max(0, 1 - own.reduce(0, +)))]
                    + zip(corners, own).map { ($0.threshold, $1) })
        }
    }
}
