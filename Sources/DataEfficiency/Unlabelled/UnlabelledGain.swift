package import Statistics

/// Whether rows without labels made a model better, by labelled rows that neither model learned from.
///
/// The gain is the mean over rows of the loss without them less the loss with them, paired, with Student's interval of the
/// jackknife. They are used where the gain's lower bound at 80 % to one side lies above 0: where they change nothing, one
/// training in five takes them, which then costs nothing but time; where they harm by one standard error, one in thirty.
/// That is no proof; `isProved` says whether the 95 % interval, which is printed, leaves 0 out.
package struct UnlabelledGain: Sendable, Hashable {
    package let gain: Estimate
    /// Mean losses.
    package let before: Double
    package let after: Double
    /// At 80 % to one side; `nil` where so few rows bound nothing.
    package let lowerBound: Double?

    /// To one side.
    package static let level = 0.8

    /// - Parameters:
    ///   - losses: One a row, without and with.
    ///   - design: How the rows were drawn.
    package init(before: [Double], after: [Double], design: SamplingDesign) {
        precondition(before.count == after.count && before.count == design.rows, "the same rows")
        let total = design.weights.reduce(0, +)
        func mean(_ values: [Double]) -> Double {
            zip(design.weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
        self.before = mean(before)
        self.after = mean(after)
        gain = design.mean(zip(before, after).map { $0 - $1 }, scale: .plain)
        guard let value = gain.value, let upper = gain.upper,
            case .student(_, let degrees)? = gain.form
        else {
            lowerBound = nil
            return
        }
        let error =
            (upper - value) / SpecialFunctions.studentQuantile(0.975, degrees: degrees)
        lowerBound =
            value - error * SpecialFunctions.studentQuantile(Self.level, degrees: degrees)
    }

    /// Whether the model is to learn from the rows without labels.
    package var isWorthIt: Bool { lowerBound.map { $0 > 0 } ?? false }

    package var isProved: Bool { gain.lower.map { $0 > 0 } ?? false }
}
