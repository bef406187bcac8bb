import Evidence
package import Prediction
package import Statistics

/// A gap and the accuracy of two ways of deciding the same rows, with what was gained and what was lost.
package struct GapChange: Sendable {
    package var before: Estimate
    package var after: Estimate
    /// After − before.
    package var change: Estimate
    package var accuracyBefore: Estimate
    package var accuracyAfter: Estimate
    /// After − before.
    package var accuracyChange: Estimate

    /// - Parameters:
    ///   - before: Decided from its threshold on.
    ///   - after: The same rows.
    package init(
        _ constraint: FairnessConstraint, column: String, before: LabelledPredictions,
        after: LabelledPredictions
    ) throws {
        let groups = try before.decidedGroups(of: column)
        let whole = try PairedComparison<ClassificationSample>(before, after)
        let (first, second) = (whole.first, whole.second)
        accuracyBefore = first.accuracy(threshold: before.threshold)
        accuracyAfter = second.accuracy(threshold: after.threshold)
        accuracyChange = whole.difference(of: .accuracy).estimate
        let parts = try groups.names.map { name in
            let rows = groups.members[name] ?? []
            return try PairedComparison(
                first: first.selecting(rows), second: second.selecting(rows),
                firstThreshold: before.threshold, secondThreshold: after.threshold)
        }
        let rates = constraint.rates.map { rate in
            parts.map { part in
                PairedGaps.Rate(
                    before: rate.estimate(part.first, threshold: before.threshold),
                    after: rate.estimate(part.second, threshold: after.threshold),
                    moved: part.difference(of: rate.metric).estimate)
            }
        }
        self.before = constraint.gap.gap(rates.map { $0.map(\.before) }).estimate
        self.after = constraint.gap.gap(rates.map { $0.map(\.after) }).estimate
        change = PairedGaps(rates: rates).change()
    }

    /// Whether the gap fell and the accuracy lost is bounded, by the ends of both intervals.
    package func isMitigated(mostAccuracyLost: Double) -> Bool {
        guard let gap = change.upper, let accuracy = accuracyChange.lower else { return false }
        return gap < 0 && accuracy >= -mostAccuracyLost
    }
}

extension FairnessConstraint {
    /// The gap of decided rows.
    package func gap(of rows: LabelledPredictions, column: String) throws -> Estimate {
        let groups = try rows.decidedGroups(of: column)
        let sample = try rows.classificationSample
        let parts = try groups.names.map { try sample.selecting(groups.members[$0] ?? []) }
        return gap.gap(
            rates.map { rate in
                parts.map { rate.estimate($0, threshold: rows.threshold) }
            }
        ).estimate
    }
}

extension GroupRate {
    /// - Precondition: it is a rate of a constraint.
    fileprivate var metric: ClassificationMetric {
        switch self {
        case .selection: .selectionRate
        case .truePositive: .sensitivity
        case .falsePositive: .falsePositiveRate
        case .precision: .positivePredictiveValue
        case .accuracy: .accuracy
        case .rocAUC: .rocAUC
        case .calibration: preconditionFailure("no constraint bounds the calibration")
        }
    }
}
