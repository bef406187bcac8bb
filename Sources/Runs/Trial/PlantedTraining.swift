import Evidence
import Models
import Optim
import Prediction
import Tables

/// Trains models like a run's on other answers for its rows.
struct PlantedTraining: AnswerTrainer {
    let trials: Trials
    /// Rows of the run's table, in the order of `TrainingTables.training`.
    let rows: [Int]
    private let secondsPerVisit: Double

    private static let epochs = 20
    private static let mostMembers = 4

    /// `nil` for a model that is its own explanation.
    init?(_ trials: Trials, rows: [Int], secondsPerVisit: Double) {
        guard !trials.run.prepared.recipe.kind.form.isReadable else { return nil }
        self.trials = trials
        self.rows = rows
        self.secondsPerVisit = secondsPerVisit
    }

    func expectedSeconds(learning count: Int) -> Double {
        secondsPerVisit * Double(min(rows.count, count) * Self.epochs)
            * Double(min(trials.run.prepared.recipe.members, Self.mostMembers))
    }

    func predictor(
        learning places: [Int], answers: [Bool], seed: UInt64
    ) throws -> any Models.Predictor {
        let run = trials.run.prepared
        var codes = [Int32](repeating: 0, count: run.table.rowCount)
        for (place, answer) in zip(places, answers) { codes[rows[place]] = answer ? 1 : 0 }
        var plan = TrialPlan(settings(seed: seed))
        plan.rows = .learned(places.map { rows[$0] })
        plan.answers = .replaced(
            .init(name: "planted\nanswer", classes: ["no", "yes"], codes: codes))
        let trial = try trials.trained(plan, price: TrialPrice(visit: secondsPerVisit))
        return ModelPredictor(model: trial.model, pool: trials.run.pool)
    }

    /// The run's own, of few members and epochs, for two classes that no group has a part in.
    private func settings(seed: UInt64) -> TrainConfiguration {
        let recipe = trials.run.prepared.recipe
        var settings = trials.settings
        settings.rules = nil
        settings.model.members = recipe.members(atMost: Self.mostMembers)
        settings.model.balancesClasses = false
        settings.model.reweighsGroups = nil
        settings.model.groupRepair = nil
        settings.learning.epochs = Self.epochs
        settings.learning.schedule = .cosine
        settings.learning.seed = seed
        settings.learning.folds = nil
        settings.learning.refits = nil
        settings.learning.budget = nil
        // One model, as where a step count is asked for.
        settings.learning.steps = .max
        return settings
    }
}
