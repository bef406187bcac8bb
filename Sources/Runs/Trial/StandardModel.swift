import Evidence
import Prediction
import Tables

/// A model of another kind than the run's, at that kind's standard settings, on the rows that the run's model learned from.
struct StandardModel: RivalModel {
    let trials: Trials
    /// The run's test rows.
    let test: LabelledPredictions
    let model: TrainConfiguration.ModelKind
    /// Of the nominal machine, while it is not trained.
    private let trainingSeconds: Double

    /// - Parameters:
    ///   - steps: Of the run's own training, over all its models.
    /// - Returns: `nil` of a run that a clock or a number of steps ended, which says nothing of what a training takes.
    init?(
        _ model: TrainConfiguration.ModelKind, _ trials: Trials, test: LabelledPredictions,
        steps: Int
    ) throws {
        guard !trials.settings.isBounded else { return nil }
        self.trials = trials
        self.test = test
        self.model = model
        let run = trials.run
        let other = run.prepared.recipe.kind.form.counterpart
        trainingSeconds =
            model == other.kind
            ? other.seconds(
                beside: try run.stepSeconds() * Double(steps),
                isOfClasses: run.prepared.target.task == .multiclass)
            : try run.standardSeconds(of: model, besideSteps: steps, rows: trials.rows.count)
    }

    var kind: String { model.rawValue }

    var expectedSeconds: Double { trials.knows(plan) ? 0 : trainingSeconds }

    private var plan: TrialPlan {
        var plan = TrialPlan(trials.settings.rival(of: model))
        plan.rows = .redrawn(trials.rows)
        plan.choosesPairs = true
        return plan
    }

    func told() throws -> (predictions: LabelledPredictions, cost: ModelCost) {
        let told = try trials.told(plan, price: .counted)
        return (test.with(told.predictions), told.cost)
    }
}

extension TrainConfiguration {
    /// A kind's standard settings, with what the run does about groups and without what holds its own kind back.
    fileprivate func rival(of kind: ModelKind) -> TrainConfiguration {
        var result = standard(of: kind)
        result.model.reweighsGroups = model.reweighsGroups
        result.regularising = .init()
        return result
    }
}

extension Learner {
    /// Seconds of the nominal machine that a kind at its standard settings is expected to take: as many epochs as the run's
    /// models took on average, of the kind's own steps.
    ///
    /// - Parameters:
    ///   - steps: Of the run's own training, over all its models.
    ///   - rows: That train or validate.
    fileprivate func standardSeconds(
        of kind: TrainConfiguration.ModelKind, besideSteps steps: Int, rows: Int
    ) throws -> Double {
        var other = self
        other.configuration = configuration.rival(of: kind)
        other.prepared.recipe = Recipe(other.configuration, for: prepared.problem(rows: rows))
        let recipe = other.prepared.recipe
        let epochs = min(prepared.meanEpochs(steps: steps, rows: rows), Double(recipe.epochs))
        let models = recipe.folds > 1 ? Double(recipe.folds - 1) : 1 + Double(recipe.refits)
        let own = prepared.epochRows(beside: rows)
        return try other.stepSeconds() * epochs * models * Double(own)
            / Double(min(recipe.batchRows, max(own, 1)))
    }
}

extension PreparedData {
    /// Epochs that the run's models took on average.
    ///
    /// - Parameters:
    ///   - steps: Over all of them.
    ///   - rows: That train or validate.
    func meanEpochs(steps: Int, rows: Int) -> Double {
        if ruled != nil {
            let visited = folds.reduce(0) { $0 + epochRows(beside: $1.train.count) }
            let all = visited + recipe.refits * epochRows(beside: rows)
            return Double(steps * recipe.batchRows) / Double(max(all, 1))
        }
        let rows = Double(max(rows, 1))
        let shareOfModels =
            folds.count > 1
            ? Double(folds.count - 1) : Double(split.train.count) / rows + Double(recipe.refits)
        return Double(steps * recipe.batchRows) / (rows * shareOfModels)
    }
}
