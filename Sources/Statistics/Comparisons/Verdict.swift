/// What a difference says of the second model.
package enum Verdict: String, Codable, Sendable, Hashable, CaseIterable {
    case better, worse
    /// It differs in a metric of which neither more nor less is better.
    case changed
    /// The interval holds 0, or there is none.
    case cannotTell

    /// - Parameters:
    ///   - lower: The lower end of a difference's interval, second minus first.
    ///   - upper: The upper end.
    ///   - direction: `+1` where more is better, `−1` where less is, `0` where neither.
    package init(lower: Double, upper: Double, direction: Int) {
        if !(lower > 0 || upper < 0) {
            self = .cannotTell
        } else if direction == 0 {
            self = .changed
        } else {
            self = (lower > 0) == (direction > 0) ? .better : .worse
        }
    }

    /// - Parameter difference: Second minus first.
    package init(_ difference: Difference, direction: Int) {
        guard let lower = difference.estimate.lower, let upper = difference.estimate.upper else {
            self = .cannotTell
            return
        }
        self.init(lower: lower, upper: upper, direction: direction)
    }

    /// In a sentence.
    package var text: String { self == .cannotTell ? "cannot tell" : rawValue }
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
