/// What a study may still begin before its budget is over.
///
/// The end belongs to the study's model: to a whole training of what was only tried in part, where there is such, and to the
/// writing of its run. Both are expected from what trials of this study took, with a quarter more; these are estimates, and
/// what does not fit after all is given up.
package struct StudyClock: Sendable, Hashable {
    /// In seconds of a clock.
    package var deadline: Double

    package init(deadline: Double) { self.deadline = deadline }

    /// What a piece of work may take more than was expected of it.
    package static let margin = 1.25
    /// What the last lines of a command take.
    package static let slack = 0.4

    /// When a whole training must end, so that its run can be written.
    ///
    /// - Parameter writing: What writing a run took.
    package func trainingEnd(writing: Double) -> Double {
        deadline - Self.margin * writing - Self.slack
    }

    /// When the search must end.
    ///
    /// - Parameter last: What the last training is expected to take; 0 where there is none to come.
    package func searchEnd(last: Double, writing: Double) -> Double {
        trainingEnd(writing: writing) - Self.margin * last
    }

    /// Seconds of a whole training at a point that was trained in part.
    ///
    /// Stopping ends a whole training long before its last epoch, so that it is not the part's time over its share: where the
    /// default was trained both ways, its quotient is taken.
    ///
    /// - Parameters:
    ///   - part: What the part took, and which it was.
    ///   - whole: What a whole training of the default took.
    ///   - standard: What the same part of the default took; `nil` where that was not trained.
    package static func expectedSeconds(
        _ part: Double, _ fidelity: Fidelity, whole: Double, standard: Double?
    ) -> Double {
        guard let standard, standard > 0 else { return part / max(fidelity.cost, 1e-3) }
        return part * max(1, whole / standard)
    }
}
