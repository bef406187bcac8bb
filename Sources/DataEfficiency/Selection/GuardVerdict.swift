/// What two pieces of evidence say of the choosing, together.
package struct GuardVerdict: Sendable, Hashable {
    package var gain: ChoosingGain
    /// `nil` where there are too few rows for it.
    package var pattern: ChosenPattern?

    package init(gain: ChoosingGain, pattern: ChosenPattern?) {
        (self.gain, self.pattern) = (gain, pattern)
    }

    /// The models by chosen rows are better, though the chosen answers follow no pattern: one of the two is chance.
    package var isContradictory: Bool {
        gain.verdict == .better && pattern?.isMissing == true
    }

    package var verdict: ChoosingGain.Verdict {
        if isContradictory { return .cannotTell }
        return pattern?.isMissing == true ? .notBetter : gain.verdict
    }
}
