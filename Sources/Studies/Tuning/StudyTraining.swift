import Cost
import Evidence
import Fairness
import Generalization
import Kernels
import Models
import Platform
import Prediction
import RunStore
import Runs
import Tables
import TensorCore
import Training
import Tuning

/// Carries out trials of a study in this process: a point becomes settings, a fidelity a plan, and what came of it numbers
/// of the validation rows. Test rows are not looked at here.
struct StudyTraining {
    /// With what its metrics come to on this data.
    private(set) var request: StudyRequest
    let objective: StudyMetric
    let requirements: [StudyRequirement]
    let base: Learner
    private let trials: Trials
    /// Rows by which predictions are timed; `nil` where nobody asked for times.
    private let timed: TrainingTables?

    /// What is asked for, checked on the data before anything is written.
    ///
    /// - Parameters:
    ///   - learner: With the request's settings, its shards settled.
    /// - Throws: `VouchError` where the objective or a requirement is none.
    init(_ request: StudyRequest, _ learner: Learner, features: EncodedFeatures) throws {
        self.request = request
        base = learner
        let known = try StudyMetrics(learner.prepared, request.configuration)
        objective = try known.objective(request.objective)
        requirements = try request.requirements.map { try StudyRequirement($0, among: known) }
        trials = Trials(learner, features: features)
        let times: Set<MetricID> = [.predictionLatency, .predictionRate]
        let isTimed = ([objective] + requirements.map(\.metric)).contains {
            times.contains($0.definition.id)
        }
        timed = isTimed ? learner.prepared.leakTables(hasTestFile: request.configuration.test != nil) : nil
        self.request.bounds = Dictionary(
            requirements.map { ($0.text, $0.bound) }, uniquingKeysWith: { $1 })
        self.request.required = requirements.map(\.metric.text)
        self.request.chosenBy = objective.text
        self.request.higherIsBetter = objective.definition.direction > 0
    }

    private var prepared: PreparedData { base.prepared }

    // MARK: - From a point to a plan

    /// The request with what a point says of it.
    ///
    /// Folds stay those of the study, so that all trials are measured on the same rows.
    ///
    /// - Throws: `VouchError` where a setting is unknown, or its value is not possible.
    func configuration(of point: SearchPoint, seed: UInt64) throws(VouchError)
        -> TrainConfiguration
    {
        var result = try request.configuration.asking(for: point)
        result.learning.seed = seed
        if recipe(result).folds != prepared.folds.count {
            result.learning.folds = prepared.folds.count
        }
        try result.validate()
        return result
    }

    private func recipe(_ configuration: TrainConfiguration) -> Recipe {
        let rows = prepared.split.train.count + prepared.split.validation.count
        return Recipe(configuration, for: prepared.problem(rows: rows))
    }

    /// A part of a training has fewer epochs of the same schedule, and learns from fewer rows where there is one split; where
    /// each row validates in its turn, all rows stay. Rows of a smaller part are among those of a larger one.
    func plan(_ planned: PlannedTrial) throws(VouchError) -> TrialPlan {
        let configuration = try configuration(of: planned.point, seed: planned.seed)
        var plan = TrialPlan(configuration)
        plan.choosesPairs = true
        guard planned.fidelity != .whole else { return plan }
        let recipe = recipe(configuration)
        var learned = prepared.folds[0].train.count
        if prepared.folds.count == 1 {
            plan.length = .single
            if planned.fidelity.rows < 1 {
                let all = prepared.split.train
                let order = CounterRandom(seed: request.seed, name: "rows of a part")
                    .permutation(of: all.count)
                learned = max(1, Int((planned.fidelity.rows * Double(all.count)).rounded()))
                plan.rows = .keeping(order.prefix(learned).map { all[$0] }.sorted())
            }
        }
        let rows = prepared.epochRows(beside: learned)
        let epochs = max(1, Int((planned.fidelity.epochs * Double(recipe.epochs)).rounded()))
        let steps = epochs * max(1, rows / max(1, min(recipe.batchRows, rows)))
        plan.settings.learning.steps = min(steps, configuration.learning.steps ?? .max)
        return plan
    }

    // MARK: - What came of it

    struct Outcome {
        var finished: FinishedTrial
        /// `nil` where the training failed.
        var trial: Trial?
        var weightsSHA256: String?
    }

    /// - Throws: `Interruption`; errors of the disk. What is wrong with the settings is the trial's outcome.
    func carriedOut(_ planned: PlannedTrial) throws -> Outcome {
        do {
            let trial = try trials.trained(try plan(planned))
            for training in trial.made.trainings {
                if case .numericalFailure(let step, _) = training.stop {
                    throw VouchError("a number was not finite at step \(step)")
                }
            }
            var finished = FinishedTrial(plan: planned, objective: nil)
            try measure(trial, &finished)
            return Outcome(
                finished: finished, trial: trial, weightsSHA256: trial.weightsSHA256)
        } catch let error as Interruption {
            throw error
        } catch let error as PlatformError {
            throw error
        } catch {
            // What ends a training in its first moments is no fault of the trial.
            try trials.run.cancellation.check()
            return Outcome(
                finished: FinishedTrial(plan: planned, objective: nil, failure: "\(error)"))
        }
    }

    private func measure(_ trial: Trial, _ finished: inout FinishedTrial) throws {
        let rows = try trial.learner.validationPredictions(trial.model, trial.features)
        var found = try PredictionQuality().measure(Subject(test: rows)).measurements
        let size = TestedModel.Size(
            parameters: trial.model.parameters.learnedCount,
            bytes: trial.model.encodedWeights().count, trainingRows: trial.learnedRows.count)
        let asked = [objective] + requirements.map(\.metric)
        var subject = Subject(test: rows)
        subject.model = TestedModel(
            predictor: ModelPredictor(model: trial.model, pool: trial.learner.pool),
            table: prepared.table.selecting(rows: []), secondsPerPrediction: 0, size: size)
        found += try ModelSizeProbe().measure(subject).measurements
        if asked.contains(where: { $0.group != nil }) {
            found += try GroupRates().measure(subject).groups.flatMap(\.everything)
        }
        if let timed {
            subject.tables = timed
            found += try PredictionLatency().measure(subject).measurements
        }
        for one in found where one.group == nil {
            guard let value = one.value, value.isFinite else { continue }
            finished.measured[one.metric.rawValue] = value
        }
        guard let value = objective.value(in: found), value.isFinite else {
            throw VouchError("its \(objective.text) is no number on the validation rows")
        }
        for requirement in requirements {
            guard let value = requirement.metric.value(in: found), value.isFinite else {
                throw VouchError(
                    "its \(requirement.metric.text), which is required, is no number on the validation rows")
            }
            finished.excess[requirement.text] = requirement.excess(of: value)
            finished.measured[requirement.metric.text] = value
        }
        finished.measured[objective.text] = value
        finished.objective = objective.definition.direction > 0 ? -value : value
    }

    // MARK: - Its run

    /// Writes a whole training as a run folder that all commands understand: its test rows are measured, and nothing is
    /// trained again.
    ///
    /// - Parameters:
    ///   - meter: Since the trial began.
    ///   - cancellation: Of the command: a budget's end leaves what is begun here.
    func write(
        _ trial: Trial, to place: String, meter: CostMeter, arguments: [String],
        cancellation: Cancellation
    ) throws {
        var learner = try trial.learner.settlingShards()
        learner.configuration.output = place
        learner.cancellation = cancellation
        var telling = RunTelling(
            learner: learner, features: trial.features,
            control: RunControl(
                threads: learner.pool.threads, overwrite: true, arguments: arguments,
                cancellation: cancellation), meter: meter)
        let told = try telling.told(of: trial.made)
        try told.writer.commit(to: place, overwrite: true, recording: told.records)
    }
}
