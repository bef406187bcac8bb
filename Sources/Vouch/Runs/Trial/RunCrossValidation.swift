import Evidence
import Models
import Platform
import Prediction
import Tables

/// The whole way of a run, from its split to its model, on parts of its training and validation rows.
///
/// Schema and file are the run's; what is drawn or fitted, which is split, scale, encoder, recipe and
/// models, is done anew without the rows that are held out. Test rows take no part.
struct RunCrossValidation: CrossValidator {
    let learner: Learner
    let plan: TrainConfiguration.CrossValidationPlan

    var folds: Int { plan.folds }
    var repetitions: Int { plan.repetitions }

    func heldOut() throws -> [LabelledPredictions] {
        var found: [LabelledPredictions] = []
        for repetition in 0..<plan.repetitions {
            var configuration = learner.configuration
            configuration.splits.canaries = 0
            configuration.learning.seed &+= UInt64(repetition + 1) << 40
            let parts = try learner.prepared.parts(
                plan.folds, seed: configuration.learning.seed)
            for held in parts {
                guard !held.isEmpty else {
                    throw VouchError(
                        "too few rows, or groups of rows, for \(plan.folds) folds; ask for fewer")
                }
                let isHeld = Set(held)
                let learned = parts.joined().filter { !isHeld.contains($0) }.sorted()
                found.append(
                    try predictions(of: held, learnedFrom: learned, configuration))
            }
        }
        return found
    }

    private func predictions(
        of held: [Int], learnedFrom learned: [Int], _ configuration: TrainConfiguration
    ) throws -> LabelledPredictions {
        let table = learner.prepared.table
        let rows = table.selecting(rows: held)
        let prepared = try PreparedData.prepare(
            table.selecting(rows: learned), testTable: rows, schema: learner.prepared.schema,
            configuration, onEvent: { _ in })
        let part = Learner(
            configuration: configuration, prepared: prepared, pool: learner.pool)
        let features = try prepared.encoder.encode(prepared.table)
        let model = try ModelTraining(
            learner: try part.choosingPairs(features), startedAt: Clock.monotonicSeconds()
        )
        .trained(features).model
        guard !InterruptFlag.isRaised else { throw VouchError("it was interrupted") }
        return try LabelledPredictions(
            rows, rows: nil, model: model, predictions: model.predict(rows, pool: part.pool),
            split: .named("held out"))
    }
}
