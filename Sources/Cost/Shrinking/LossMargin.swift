package import Models
package import Prediction

/// By how much a model may be worse than the one that it takes the place of: a share of that one's loss as users of the
/// task know it, the log loss of classes or the root mean squared error of numbers.
///
/// Whether it is within the margin is asked of `NonInferiority`, as on the frontier.
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

    /// Whether a model is worse than another beyond the margin, on the same rows.
    ///
    /// Rows of numbers lose squared errors, of which the margin is `(1 + share)² − 1`.
    package func comparison(
        of candidate: Predictions, beside reference: LabelledPredictions
    ) throws -> NonInferiority {
        let shareOfRows =
            switch reference.answers {
            case .numbers: (1 + share) * (1 + share) - 1
            case .classes: share
            }
        return try NonInferiority(of: candidate, beside: reference, share: shareOfRows)
    }
}
