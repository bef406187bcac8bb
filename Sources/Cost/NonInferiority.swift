package import Prediction
package import Statistics

/// Whether a model is worse than another by no more than a margin, on the same rows.
///
/// The margin is a share of the other's own loss. As that loss is an estimate too, what is tested is the mean over rows of
/// `candidate − (1 + share) · reference`, paired: where its 95 % interval lies below 0, the candidate is *not worse* beyond
/// the margin; where it lies above, it is *worse*; else these rows *cannot tell*.
///
/// What varies is the rows, or the clusters: both models are taken as they are, not what other seeds would make of their
/// settings. Where the reference was one of several models that were measured on these rows, the upper end allows for that
/// (`SelectionOverLooks`).
///
/// - Source: Blackwelder 1982, DOI 10.1016/0197-2456(82)90024-1; of a margin that is a share of the reference, Hauschke et al.
///   1999, DOI 10.1002/(SICI)1097-0258(19990115)18:1<93::AID-SIM992>3.0.CO;2-8.
package struct NonInferiority: Sendable, Hashable {
    /// The margin where none is asked for, as a share of the reference's loss.
    package static let usualShare = 0.01

    /// The margin, as a share of the reference's loss; ≥ 0.
    package let share: Double
    /// The reference's mean loss.
    package let referenceLoss: Double
    /// Mean loss of the candidate − that of the reference, with its interval.
    package let difference: Estimate
    /// Mean of `candidate − (1 + share) · reference`, with its interval.
    package let excess: Estimate
    /// One-sided, of an excess of 0 or more; `nil` where the rows give no interval.
    package let pValue: Double?

    package enum Verdict: String, Codable, Sendable, Hashable {
        case notWorse, worse, cannotTell

        /// In a sentence, after a model's name.
        package var text: String {
            switch self {
            case .notWorse: "not worse beyond the margin"
            case .worse: "worse beyond the margin"
            case .cannotTell: "cannot tell"
            }
        }
    }

    /// - Parameters:
    ///   - candidate: What one model says of some rows.
    ///   - reference: What the other says of the same rows, with their answers.
    ///   - share: Of the reference's loss; ≥ 0.
    package init(
        of candidate: Predictions, beside reference: LabelledPredictions,
        share: Double = Self.usualShare
    ) throws {
        let own = reference.rowLosses
        let other = reference.with(candidate).rowLosses
        let design = try reference.design
        self.share = share
        referenceLoss = design.mean(own, scale: .plain).value ?? .nan
        difference = design.mean(zip(other, own).map { $0 - $1 }, scale: .plain)
        let plain = design.mean(
            zip(other, own).map { $0 - (1 + share) * $1 }, scale: .plain)
        pValue = Self.pValue(plain).map { min(1, Double(reference.models) * $0) }
        excess = SelectionOverLooks.widened(plain, looks: reference.models, direction: -1)
    }

    /// In the loss's unit.
    package var margin: Double { share * referenceLoss }

    /// Of this comparison alone.
    package var verdict: Verdict { verdict(pValue: pValue) }

    /// Of several candidates beside one reference, allowing for their number: *not worse* is said of any that is truly worse
    /// with a chance of 5 % at most, all of them together (Holm). Going through them from the cheapest on until one is not
    /// worse, each at 5 %, would not do: it goes on after a failure.
    ///
    /// Never more is said of one than its own interval shows.
    package static func verdicts(_ family: [NonInferiority]) -> [Verdict] {
        let adjusted = holm(family.map { $0.pValue ?? 1 })
        return zip(family, adjusted).map { $0.verdict(pValue: $1) }
    }

    private func verdict(pValue: Double?) -> Verdict {
        guard let lower = excess.lower, let upper = excess.upper, let pValue else {
            return .cannotTell
        }
        if lower > 0 { return .worse }
        return upper < 0 && pValue <= 0.05 ? .notWorse : .cannotTell
    }

    /// Of Student's t, one-sided.
    private static func pValue(_ estimate: Estimate) -> Double? {
        guard let value = estimate.value, let lower = estimate.lower, let upper = estimate.upper,
            case .student(_, let degrees)? = estimate.form
        else { return nil }
        let error =
            (upper - lower) / 2
            / SpecialFunctions.studentQuantile(1 - (1 - estimate.level) / 2, degrees: degrees)
        let tail = SpecialFunctions.studentTail(abs(value) / error, degrees: degrees)
        return value < 0 ? tail : 1 - tail
    }
}
