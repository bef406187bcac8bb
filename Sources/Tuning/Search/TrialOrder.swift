/// Which of finished trials a rung carries on first: those that meet the constraints first, then by the objective, then by number; failures
/// are last. Which whole training becomes the study's model is `StudyStanding`'s.
package struct TrialOrder: Sendable {
    /// The largest excess that was seen of each constraint: unlike amounts are added by their share of it.
    private let largest: [String: Double]

    package init(_ finished: [FinishedTrial]) {
        largest = finished.reduce(into: [:]) { found, trial in
            for (constraint, excess) in trial.excess {
                found[constraint] = max(found[constraint] ?? 0, excess.isFinite ? excess : 0)
            }
        }
    }

    /// By how much a trial misses the constraints: 0 where it meets all, else what it is in excess over the largest excess,
    /// added over constraints. One that is not known is missed by the largest.
    package func violation(_ trial: FinishedTrial) -> Double {
        largest.keys.sorted().reduce(0) { sum, constraint in
            let excess = trial.excess[constraint] ?? .infinity
            guard excess > 0 || excess.isNaN else { return sum }
            guard let most = largest[constraint], most > 0 else { return sum + 1 }
            return sum + (excess.isFinite ? excess / most : 1)
        }
    }

    package func sorted(_ trials: [FinishedTrial]) -> [FinishedTrial] {
        trials.map { (key: key($0), trial: $0) }.sorted { $0.key < $1.key }.map(\.trial)
    }

    private func key(_ trial: FinishedTrial) -> (Int, Double, Double, Int) {
        let loss = trial.loss
        return (loss == nil ? 1 : 0, violation(trial), loss ?? 0, trial.plan.number)
    }
}

extension FinishedTrial {
    /// A finite objective of a training that did not fail.
    package var loss: Double? {
        objective.flatMap { $0.isFinite && failure == nil ? $0 : nil }
    }
}
