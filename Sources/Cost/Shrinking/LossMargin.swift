package import Models

/// By how much a model may be worse than the one that it takes the place of: a share of that one's loss.
///
/// It is not worse beyond the margin where the upper end of the 95 % interval of the rise, paired over rows, lies below
/// the margin.
///
/// - Source: Piaggio et al. 2012, DOI 10.1001/jama.2012.87802, for non-inferiority by an interval.
package struct LossMargin: Sendable, Hashable {
    /// Of the loss before, in (0, 1].
    package let share: Double

    package static let standard = NonInferiority.usualShare

    /// - Throws: where it is no share.
    package init(_ share: Double) throws(ModelError) {
        guard share > 0, share <= 1 else {
            throw ModelError(
                "--margin is \(share); write the share of its loss by which the model may be worse, "
                    + "above 0 and at most 1, such as 0.01")
        }
        self.share = share
    }

    /// Whether a loss that rises so stays within the margin.
    ///
    /// - Parameters:
    ///   - rise: After − before, with its interval; without one nothing is known, and it does not.
    ///   - before: The loss before, above 0.
    package func holds(rise: IntervalNumber, before: Double) -> Bool {
        rise.upper.map { $0 < share * before } ?? false
    }
}
