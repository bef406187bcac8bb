package import Statistics

/// Whether a tuned recipe was worth its search, from a comparison on rows that the search did not use.
///
/// With g the loss that the tuned recipe saves, and m the smallest saving that counts (a share of the default's loss):
///
/// | the 95 % interval of g | |
/// |---|---|
/// | lies below m | *leave the defaults*: what is saved, if anything, is less than counts |
/// | lies above 0 | *worth it* |
/// | else, or where there is none | *cannot tell* |
///
/// The search's number of trials widens nothing: they were chosen from on other rows, so that the chosen one is to these rows as
/// if it had been named beforehand. What does widen is how many recipes were judged on these very rows, since a reader
/// takes the best of them: the end that faces 0 moves to an error of 2.5 % divided by their number (`SelectionOverLooks`).
package struct Worth: Sendable, Hashable {
    package enum Verdict: String, Codable, Sendable, Hashable, CaseIterable {
        case worthIt = "worth it"
        case leaveTheDefaults = "leave the defaults"
        case cannotTell = "cannot tell"
    }

    package let verdict: Verdict
    /// Tuned − default of the loss, widened for the looks.
    package let difference: Difference
    /// m, in the loss's unit.
    package let least: Double
    /// Recipes judged on these rows so far, this one among them.
    package let looks: Int
    /// The saving that this comparison finds in 80 % of samples; `nil` where there is no interval, or nothing varies.
    package let detectable: Double?

    /// Of the default's loss, what counts where nobody says otherwise.
    package static let usualMargin = 0.01

    /// - Parameters:
    ///   - difference: Tuned − default of a loss, not widened yet.
    ///   - standard: The default's loss.
    ///   - margin: The smallest saving that counts, as a share of it.
    ///   - looks: Recipes judged on these rows so far, this one among them; 1 or more.
    package init(
        _ difference: Difference, standard: Double, margin: Double = usualMargin, looks: Int = 1
    ) {
        let wide = SelectionOverLooks.widened(difference, looks: looks, direction: -1)
        self.difference = wide
        self.looks = looks
        least = margin * abs(standard)
        guard let value = wide.estimate.value, let lower = wide.estimate.lower,
            let upper = wide.estimate.upper
        else {
            verdict = .cannotTell
            detectable = nil
            return
        }
        // What decides is the end that faces 0; an interval that reaches as far to both sides finds as much.
        var even = wide
        even.estimate.lower = value - (upper - value)
        detectable = even.minimumDetectableEffect
        let (leastSaved, mostSaved) = (-upper, -lower)
        verdict =
            mostSaved < least
            ? .leaveTheDefaults : leastSaved > 0 ? .worthIt : .cannotTell
    }

    /// What is saved: default − tuned.
    package var saved: Double? { difference.estimate.value.map { 0 - $0 } }
    package var savedInterval: (lower: Double, upper: Double)? {
        guard let lower = difference.estimate.lower, let upper = difference.estimate.upper else {
            return nil
        }
        return (0 - upper, 0 - lower)
    }
}
