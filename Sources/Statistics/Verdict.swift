/// What a difference says of the second model.
package enum Verdict: String, Codable, Sendable, Hashable, CaseIterable {
    case better, worse
    /// It differs in a metric of which neither more nor less is better.
    case changed
    /// The interval holds 0, or there is none.
    case cannotTell

    /// - Parameters:
    ///   - difference: Second minus first.
    ///   - direction: `+1` where more is better, `−1` where less is, `0` where neither.
    package init(_ difference: Difference, direction: Int) {
        guard let lower = difference.estimate.lower, let upper = difference.estimate.upper,
            lower > 0 || upper < 0
        else {
            self = .cannotTell
            return
        }
        if direction == 0 {
            self = .changed
        } else {
            self = (lower > 0) == (direction > 0) ? .better : .worse
        }
    }
}

/// A verdict with what is needed to read it.
package struct Judgement: Sendable, Hashable {
    package var verdict: Verdict
    package var difference: Difference
    /// What a sample of this kind finds in 80 % of cases; see `Difference`.
    package var minimumDetectableEffect: Double?

    package init(_ difference: Difference, direction: Int) {
        verdict = Verdict(difference, direction: direction)
        self.difference = difference
        minimumDetectableEffect = difference.minimumDetectableEffect
    }
}
