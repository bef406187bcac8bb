import Evidence
import Kernels
import Models
import Prediction
import Tables
import TensorCore

/// Trains a finished run's model again, on other training rows or other answers.
struct RunRepeater: Repeater {
    let trials: Trials
    /// What the run's own training counts for.
    let expectedSeconds: Double
    /// Rows of the run's table that stand in `Subject.training`, and what that is.
    let trainingRows: [Int]
    let training: LabelledPredictions
    /// The run's test rows.
    let test: LabelledPredictions
    /// Of the run's first model.
    let weights: Buffer
    /// What `steps()` counts for.
    let stepsSeconds: Double

    func steps() throws -> StepTrial { try trials.steps(at: weights.floats(0..<weights.count)) }

    private func plan(_ change: RowChange, seed: UInt64) -> TrialPlan {
        var plan = TrialPlan(trials.settings)
        plan.settings.learning.seed = seed
        switch change {
        case .half:
            let random = CounterRandom(seed: seed, name: "half of the rows")
            plan.rows = .keeping(
                (0..<trials.run.prepared.table.rowCount)
                    .filter { random.uniform(index: UInt64($0)) < 0.5 })
        case .toTheEnd(let isShuffled):
            plan.length = .toTheEnd
            if isShuffled { plan.answers = .shuffled(seed: seed) }
        }
        return plan
    }

    func repetition(_ change: RowChange, seed: UInt64) throws -> Repetition {
        let trial = try trials.trained(plan(change, seed: seed), price: .counted)
        var seen = training.with(
            trial.model.predict(
                trial.features.selecting(rows: trainingRows), pool: trials.run.pool))
        seen.answers = try trial.learner.prepared.answers(of: trainingRows)
        let learned = trial.learnedRows
        return Repetition(
            training: seen, test: test.with(try trial.predictions(of: trials.testTable())),
            learned: trainingRows.map(learned.contains))
    }
}
