import CPURuntime
package import Evidence
import Kernels
package import Models
import NN
import Optim
import RunStore
import Synchronization
package import Tables
import Training

/// Trains smaller models in a finished run's place, as plans that differ from it, and remembers how each came to be, so that
/// it can be written as a run.
package final class SmallModels: SmallTraining {
    private let run: FinishedRun
    private let trials: Trials
    private let plans = Mutex<[String: TrialPlan]>([:])

    package init(_ run: FinishedRun) {
        self.run = run
        trials = Trials(run.learner, features: run.features)
    }

    package func trained(
        _ form: SmallForm, inPlaceOf teacher: ModelBundle
    ) throws -> SmallModel {
        let mixed = form.isTaught ? mixedRows : 0
        var plan = TrialPlan(try settings(form, of: teacher))
        plan.length = .single
        plan.choosesPairs = form == .curves
        if form.isTaught {
            plan.answers = .told(
                try run.learner.teaching(
                    by: teacher, mixed: mixed, seed: run.configuration.learning.seed))
        }
        if case .narrowed(_, let start) = form {
            plan.start = start
            let (learner, _) = try run.learner.following(TrialPlan(plan.settings), run.features)
            guard try ParameterLayout(learner.predictionGraph()).count == start.count else {
                throw ModelError(
                    "this model's network is not the one that its run's settings ask for")
            }
        }
        let trial = try trials.trained(plan)
        plans.withLock { $0[trial.weightsSHA256] = plan }
        return SmallModel(model: trial.model, rows: learnedRows, mixedRows: mixed)
    }

    package func untrained(
        _ form: SmallForm, inPlaceOf teacher: ModelBundle
    ) throws -> ModelBundle {
        let plan = TrialPlan(try settings(form, of: teacher))
        let (learner, _) = try run.learner.following(plan, run.features)
        let layout = try ParameterLayout(learner.predictionGraph())
        return try learner.bundle(sets: [initialParameters(layout, seed: 0)])
    }

    private var learnedRows: Int { run.prepared.folds[0].train.count }

    /// Thirty of each row that is learned from, at least 20,000 and at most 100,000; of more rows as many again, at most 200,000.
    private var mixedRows: Int {
        max(min(max(30 * learnedRows, 20_000), 100_000), min(learnedRows, 200_000))
    }
}

// MARK: - How a small model came to be

extension SmallModels {
    /// What a model was trained by and on.
    package struct Origin {
        /// With the run's own rows: those that were mixed are no rows of a table.
        package var learner: Learner
        package var features: EncodedFeatures
        package var trainings: [TrainedFold]
    }

    /// - Returns: `nil` of a model that was not trained here.
    package func origin(of model: ModelBundle) throws -> Origin? {
        let hash = ContentHash.sha256(model.encodedWeights())
        guard let plan = plans.withLock({ $0[hash] }) else { return nil }
        // Held, or trained again to the same bits.
        let trial = try trials.trained(plan)
        var (learner, features) = try run.learner.following(
            TrialPlan(plan.settings), run.features)
        learner.pairs = trial.learner.pairs
        // It is one model, of the first split.
        let (fold, test) = (learner.prepared.folds[0], learner.prepared.split.test)
        learner.prepared.folds = [fold]
        learner.prepared.split = Split(train: fold.train, validation: fold.validation, test: test)
        return Origin(learner: learner, features: features, trainings: trial.made.trainings)
    }
}

// MARK: - Settings

extension SmallForm {
    /// Whether it learns what another model says.
    fileprivate var isTaught: Bool {
        switch self {
        case .taught, .narrowed: true
        case .line, .curves: false
        }
    }
}

extension SmallModels {
    private func settings(
        _ form: SmallForm, of teacher: ModelBundle
    ) throws -> TrainConfiguration {
        let asked = run.configuration
        let recipe = run.prepared.recipe
        if form.isTaught { try checkTeaches(teacher) }
        var settings: TrainConfiguration
        switch form {
        case .taught(let width): settings = taught(width: width)
        case .narrowed(let width, _): settings = narrowed(width: width)
        case .line: settings = LinearBaseline.configuration(of: asked)
        case .curves: settings = asked.standard(of: ModelForms.curves)
        }
        // The rows are cut as the run's are.
        settings.learning.folds = recipe.folds
        settings.learning.refits = 0
        settings.splits = asked.splits
        return settings
    }

    /// A model with intervals or of a quantile says more, or other, than the number that a student learns.
    private func checkTeaches(_ teacher: ModelBundle) throws {
        guard teacher.network.quantiles == nil else {
            throw ModelError(
                "this model predicts quantiles beside its number, which a smaller one is not taught")
        }
        if case .pinball = teacher.network.loss, teacher.target.task == .regression {
            throw ModelError("this model predicts a quantile, which a smaller one is not taught")
        }
    }

    /// What each row counts for, a penalty on gaps and what else formed the model's answers is in what it says.
    private func taught(width: Int) -> TrainConfiguration {
        let recipe = run.prepared.recipe
        var settings = run.configuration.standard(of: ModelForms.student)
        settings.regularising = .init()
        settings.model.balancesClasses = false
        settings.model.loss = .squared
        settings.model.width = width
        settings.model.depth = 2
        settings.model.dropout = 0
        settings.model.numbers = recipe.numbers
        if recipe.numbers == .piecewise {
            settings.model.bins = min(16, recipe.bins.most)
            settings.model.binEdges = recipe.bins.edges
        }
        if recipe.numbers != .plain { settings.model.valueCodes = recipe.bins.atoms }
        settings.model.numberWidth = max(2, min(4, width / 8))
        settings.learning.schedule = .cosine
        settings.learning.batchRows = 256
        settings.learning.learningRate = 4e-3
        settings.learning.weightDecay = 1e-4
        // Six million visits of rows, and the schedule to its end.
        let epochs = min(max(6_000_000 / (learnedRows + mixedRows), 8), 40)
        settings.learning.epochs = epochs
        settings.learning.patience = epochs
        return settings
    }

    /// The run's own network but for its width: 300,000 visits of rows at a third of its learning rate, which falls to 0.
    private func narrowed(width: Int) -> TrainConfiguration {
        let recipe = run.prepared.recipe
        var settings = run.configuration.pinned(to: recipe)
        settings.model.width = width
        settings.model.balancesClasses = false
        settings.model.reweighsGroups = nil
        settings.model.fairPenalty = nil
        settings.model.labelSmoothing = 0
        settings.regularising.robustLoss = nil
        settings.regularising.mixup = 0
        settings.regularising.averagedShare = 0
        settings.regularising.keeps = .best
        settings.learning.schedule = .cosine
        settings.learning.learningRate = recipe.learningRate / 3
        settings.learning.budget = nil
        settings.learning.steps = nil
        let epochs = min(max(300_000 / (learnedRows + mixedRows), 3), 10)
        settings.learning.epochs = epochs
        settings.learning.patience = epochs
        return settings
    }
}
