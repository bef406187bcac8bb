/// A search with a rung of repeats in it: when enough points were trained whole, some are trained again under other seeds, so
/// that the seed's noise is known. The search does not learn from repeats, and goes on as if they were not there.
package struct RepeatingPlanner<Base: TrialPlanner>: TrialPlanner {
    private let base: Base
    private let seed: UInt64
    private let plan: ReplicatePlan?
    private let after: Int

    /// - Parameters:
    ///   - base: Whose trials all have the study's seed.
    ///   - seed: The study's.
    ///   - plan: What is repeated; `nil` for nothing.
    ///   - after: How many points have a number of a whole training before that.
    package init(_ base: Base, seed: UInt64, plan: ReplicatePlan?, after: Int) {
        self.base = base
        self.seed = seed
        self.plan = plan
        self.after = after
    }

    package func next(after finished: [FinishedTrial]) -> [PlannedTrial] {
        let repeats = finished.filter { $0.plan.seed != seed }
        let rung = repeats.first?.plan.rung
        let whole = Set(
            finished.filter { $0.plan.fidelity == .whole && $0.loss != nil }.map(\.plan.point))
        if let plan, rung == nil, whole.count >= after {
            let planned = plan.trials(after: finished, seed: seed, besides: .standard)
            if !planned.isEmpty { return planned }
        }
        // As the search knows them: without the repeats, in their own order.
        let own = finished.filter { $0.plan.seed == seed }.enumerated().map { place, trial in
            var trial = trial
            trial.plan.number = place
            if let rung, trial.plan.rung > rung { trial.plan.rung -= 1 }
            return trial
        }
        let last = finished.last?.plan.rung
        return base.next(after: own).enumerated().map { place, planned in
            var planned = planned
            planned.number = finished.count + place
            if let rung, planned.rung >= rung, let last { planned.rung = max(planned.rung + 1, last + 1) }
            return planned
        }
    }
}
