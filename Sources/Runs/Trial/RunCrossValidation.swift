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
            var plan = trials.redrawing(seed: UInt64(repetition + 1) << 40)
            plan.settings.repeatBudget(bySteps: steps)
            let parts = try prepared.parts(folds, seed: plan.settings.learning.seed)
            guard parts.allSatisfy({ !$0.isEmpty }) else {
                throw VouchError(
                    "too few rows, or groups of rows, for \(folds) folds; ask for fewer")
            }
            // It was asked for beside the probes' budget, so that nobody counts it.
            found += try trials.outOfFold(plan, parts: parts)
        }
        return found
    }
}
