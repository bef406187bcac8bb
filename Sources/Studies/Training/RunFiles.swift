import Cost
import Documents
import Models
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Training

/// What a new run's folder holds, but for its ledger.
struct RunFiles {
    var model: ModelBundle
    /// The model's `encodedWeights()`, which others need too.
    var weights: [UInt8]
    var configuration: TrainConfiguration
    var recipe: Recipe
    /// The learning curves, one a model.
    var histories: [[EpochRecord]]
    var report: RunReport
    /// Of its test and validation rows.
    var predictions: [LabelledPredictions]
    /// Of an additive model.
    var reading: AdditiveReading?
    var reference: OutOfDistributionReference?
    /// What the training was expected to take, and took.
    var plan: PlanRecord?
    /// Where it was trained with rows without labels at hand.
    var unlabelled: UnlabelledRecord?
    /// Where trainings diverged.
    var restarts: RestartRecord?

    /// What writes the folder in one step.
    func writer() throws -> RunFolder.Writer {
        var writer = RunFolder.Writer()
        try model.add(to: &writer, weights: weights)
        try writer.add("configuration.json", JSON.encode(configuration))
        if let rules = configuration.rules {
            try writer.add(LabelRules.fileName, text: rules.text)
        }
        try writer.add("recipe.json", JSON.encode(recipe))
        try writer.add("history.json", JSON.encode(histories))
        try writer.add("measurements.json", report.json())
        try writer.addView(reportPage, text: report.html())
        for rows in predictions {
            try writer.add(PredictionFile.name(rows.split), PredictionFile.encode(rows))
        }
        if let reading { try writer.add(AdditiveReading.fileName, JSON.encode(reading)) }
        if let reference {
            try writer.add(OutOfDistributionReference.fileName, reference.encoded())
        }
        if let plan { try writer.add(RunIndex.Plan.fileName, JSON.encode(plan)) }
        if let unlabelled {
            try writer.add(UnlabelledRecord.fileName, JSON.encode(unlabelled))
        }
        if let restarts { try writer.add(RestartRecord.fileName, JSON.encode(restarts)) }
        return writer
    }
}
