import Tuning

/// A study of a made function: what a planner asks for is answered at once.
struct MadeStudy {
    var function: MadeFunction
    var seed: UInt64
    var levels = Fidelity.levels(trainingRows: 100_000)
    var trainings: Double? = 12
    var portfolio: [SearchPoint] = []
    /// What fails, and what is in excess.
    var fails: @Sendable (SearchPoint) -> Bool = { _ in false }
    var excess: @Sendable (SearchPoint) -> [String: Double] = { _ in [:] }

    var planner: HalvingPlanner {
        HalvingPlanner(
            function.space, seed: seed, standard: function.standard, portfolio: portfolio,
            levels: levels, trainings: trainings)
    }

    /// Cheaper trainings are worse, and noisier.
    func finished(_ plan: PlannedTrial) -> FinishedTrial {
        let missing = 1 - plan.fidelity.cost
        guard !fails(plan.point) else {
            return FinishedTrial(plan: plan, objective: nil, failure: "it diverged")
        }
        let seen = function.seen(at: plan.point, seed: plan.seed, trial: plan.number)
        let value = function.value(at: plan.point)
        return FinishedTrial(
            plan: plan, objective: value + (seen - value) * (1 + missing) + 0.3 * missing,
            excess: excess(plan.point))
    }

    /// All rungs, or the first of them.
    func run(rungs: Int = 100) -> [FinishedTrial] {
        var all: [FinishedTrial] = []
        for _ in 0..<rungs {
            let next = planner.next(after: all)
            guard !next.isEmpty else { break }
            all += next.map(finished)
        }
        return all
    }
}

extension [FinishedTrial] {
    /// The best of the whole trainings that meet the constraints; `nil` where none does.
    var incumbent: FinishedTrial? {
        nearest.flatMap { TrialOrder(self).violation($0) == 0 ? $0 : nil }
    }

    /// The whole training that comes nearest to the constraints, the best of those that meet them; `nil` where all failed.
    var nearest: FinishedTrial? {
        TrialOrder(self).sorted(filter { $0.plan.fidelity == .whole && $0.loss != nil }).first
    }
}
