/// What finished trials of a study say: a pure function of them, so that who finished first changes nothing.
///
/// A trial may become the study's model where it is a whole training by the study's own seed: others have other weights than
/// the recipe's. Of these the best is the incumbent: one that meets all requirements is before one that does not, then the
/// lower excess, then the lower objective, then the earlier one, the default before all.
package struct StudyStanding: Sendable {
    /// The default before those of rungs, by their numbers, and then the last.
    package let trials: [FinishedTrial]
    package let seed: UInt64
    /// The bound of each requirement, by its text.
    package let bounds: [String: Double]

    package init(_ trials: [FinishedTrial], seed: UInt64, bounds: [String: Double] = [:]) {
        self.trials = trials.sorted { Self.rank($0.plan.number) < Self.rank($1.plan.number) }
        self.seed = seed
        self.bounds = bounds
    }

    /// The place of a number in the order of trials: −1 is the default, lower ones come last, −2 before −3.
    package static func rank(_ number: Int) -> Int { number < -1 ? .max / 2 - number : number }

    /// How many of the trials of rungs count: those before the first that is not finished.
    ///
    /// - Parameter finished: Of the trials by their numbers, from 0.
    package static func counted(_ finished: [Bool]) -> Int {
        finished.firstIndex(of: false) ?? finished.count
    }

    /// By how much a trial misses what is required: the sum of excesses, each as a share of its bound; 0 where all is met.
    package func excess(of trial: FinishedTrial) -> Double {
        trial.excess.sorted { $0.key < $1.key }.reduce(0) { sum, requirement in
            let bound = abs(bounds[requirement.key] ?? 1)
            return sum + max(0, requirement.value) / (bound > 0 ? bound : 1)
        }
    }

    /// Whether a trial is before another one; one without an objective is before none.
    package func isBetter(_ a: FinishedTrial, than b: FinishedTrial) -> Bool {
        guard let objective = a.objective else { return false }
        guard let other = b.objective else { return true }
        let excesses = (excess(of: a), excess(of: b))
        if excesses.0 != excesses.1 { return excesses.0 < excesses.1 }
        if objective != other { return objective < other }
        return Self.rank(a.plan.number) < Self.rank(b.plan.number)
    }

    /// Whether a trial's weights are those of its recipe, trained as `vouch train` would.
    package func isWhole(_ plan: PlannedTrial) -> Bool {
        plan.fidelity == .whole && plan.seed == seed
    }

    /// The best of whole trainings; `nil` where none has an objective.
    package var incumbent: FinishedTrial? { best(of: trials.filter { isWhole($0.plan) }) }

    package func meetsAll(_ trial: FinishedTrial) -> Bool { excess(of: trial) == 0 }

    /// Whether a whole training that was just finished is before all whole ones of lower numbers. The best of any first
    /// trials was, when it was finished, whatever others were finished then.
    package func leads(_ trial: FinishedTrial) -> Bool {
        guard isWhole(trial.plan), trial.objective != nil else { return false }
        let rank = Self.rank(trial.plan.number)
        return trials.allSatisfy {
            !isWhole($0.plan) || Self.rank($0.plan.number) >= rank || isBetter(trial, than: $0)
        }
    }

    /// Which point deserves a whole training before the study ends: the best of those that were trained most nearly whole,
    /// where it was not trained whole.
    ///
    /// - Returns: `nil` where there is none.
    package var promising: FinishedTrial? {
        let parts = trials.filter { !isWhole($0.plan) && $0.objective != nil }
        guard let most = parts.map({ $0.plan.fidelity.cost }).max() else { return nil }
        let found = best(of: parts.filter { $0.plan.fidelity.cost == most })
        let whole = Set(trials.filter { isWhole($0.plan) }.map(\.plan.point))
        return found.flatMap { whole.contains($0.plan.point) ? nil : $0 }
    }

    private func best(of trials: [FinishedTrial]) -> FinishedTrial? {
        trials.filter { $0.objective != nil }.min { isBetter($0, than: $1) }
    }

    /// Whole trainings of which no other one is at least as good in both of two numbers and better in one, by the first.
    ///
    /// - Parameter numbers: Of a trial, lower is better; `nil` where it has them not.
    package func frontier(_ numbers: (FinishedTrial) -> (Double, Double)?) -> [FinishedTrial] {
        let all = trials.filter { isWhole($0.plan) }.compactMap { trial in
            numbers(trial).map { (trial: trial, x: $0.0, y: $0.1) }
        }
        return all.filter { one in
            !all.contains { $0.x <= one.x && $0.y <= one.y && ($0.x < one.x || $0.y < one.y) }
        }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }.map(\.trial)
    }
}
