import Evidence
import Models
import Prediction
import Tables

/// The whole way of a run, from its split to its model, on parts of its training and validation rows.
///
/// Schema and file are the run's; what is drawn or fitted, which is split, scale, encoder, recipe and
/// models, is done anew without the rows that are held out. Test rows take no part.
struct RunCrossValidation: CrossValidator {
    let trials: Trials
    let parts: TrainConfiguration.CrossValidationPlan
    /// Of the run's own training.
    let steps: Int

    var folds: Int { parts.folds }
    var repetitions: Int { parts.repetitions }

    func heldOut() throws -> [LabelledPredictions] {
        let prepared = trials.run.prepared
        var found: [LabelledPredictions] = []
        for repetition in 0..<repetitions {
            var plan = TrialPlan(trials.settings)
            plan.settings.splits.canaries = 0
            plan.settings.repeatBudget(bySteps: steps)
            plan.settings.learning.seed &+= UInt64(repetition + 1) << 40
            plan.choosesPairs = true
            let parts = try prepared.parts(folds, seed: plan.settings.learning.seed)
            for held in parts {
                guard !held.isEmpty else {
                    throw VouchError(
                        "too few rows, or groups of rows, for \(folds) folds; ask for fewer")
                }
                let isHeld = Set(held)
                plan.rows = .redrawn(parts.joined().filter { !isHeld.contains($0) }.sorted())
                // It was asked for beside the probes' budget, so that nobody counts it.
                let trial = try trials.trained(plan)
                let rows = prepared.table.selecting(rows: held)
                found.append(
                    try LabelledPredictions(
                        rows, rows: nil, model: trial.model,
                        predictions: trial.predictions(of: rows), split: .named("held out")))
            }
        }
        return found
    }
}
