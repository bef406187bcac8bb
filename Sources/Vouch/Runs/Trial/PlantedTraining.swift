import Evidence
import Models
import Optim
import Prediction
import Tables

/// Trains models like a run's on other answers for its rows.
struct PlantedTraining: AnswerTrainer {
    let learner: Learner
    /// Rows of the run's table, in the order of `TrainingTables.training`.
    let rows: [Int]
    private let secondsPerVisit: Double
    private let work: WorkCounter

    private static let epochs = 20
    private static let mostMembers = 4

    /// `nil` for an additive model, which is its own explanation.
    init?(_ learner: Learner, rows: [Int], secondsPerVisit: Double, work: WorkCounter) {
        guard learner.prepared.recipe.kind != .additive else { return nil }
        self.learner = learner
        self.rows = rows
        self.secondsPerVisit = secondsPerVisit
        self.work = work
    }

    func expectedSeconds(learning count: Int) -> Double {
        secondsPerVisit * Double(min(rows.count, count) * Self.epochs)
            * Double(min(learner.prepared.recipe.members, Self.mostMembers))
    }

    func predictor(
        learning places: [Int], answers: [Bool], seed: UInt64
    ) throws -> any Models.Predictor {
        let table = learner.prepared.table
        var codes = [Int32](repeating: 0, count: table.rowCount)
        for (place, answer) in zip(places, answers) { codes[rows[place]] = answer ? 1 : 0 }
        // A name that no column of a file can have: it holds a line break.
        let target = Column(
            name: "planted\nanswer", cells: .categories(codes: codes, values: ["no", "yes"]))
        var planted = learner
        planted.prepared = try learner.prepared.predicting(target)
        var configuration = learner.configuration
        let recipe = learner.prepared.recipe
        configuration.model.members =
            recipe.kind == .ensemble ? min(recipe.members, Self.mostMembers) : nil
        configuration.model.balancesClasses = false
        configuration.model.reweighsGroups = nil
        configuration.learning.epochs = Self.epochs
        configuration.learning.schedule = .cosine
        configuration.learning.seed = seed
        configuration.learning.folds = nil
        configuration.learning.refits = nil
        configuration.learning.budgetSeconds = nil
        // One model of fixed length: as where a step count is asked for.
        configuration.learning.steps = .max
        let learned = places.map { rows[$0] }
        let settled = Recipe(
            configuration,
            for: .init(
                rows: learned.count,
                numbers: learner.prepared.schema.features.count { $0.kind == .number },
                isRegression: false))
        let step =
            secondsPerVisit * Double(min(settled.batchRows, learned.count) * settled.members)
        let model = try planted.fixedLengthModel(
            configuration, rows: learned, recipe: settled,
            onStep: { [work] in work.add(step) })
        return ModelPredictor(model: model, pool: learner.pool)
    }
}
