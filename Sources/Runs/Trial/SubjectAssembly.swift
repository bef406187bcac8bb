import Autodiff
import CPURuntime
import Cost
import DataEfficiency
package import Evidence
import GraphIR
import Images
import Kernels
package import Models
import NN
import Platform
package import Prediction
import Statistics
package import Tables
import TensorCore
import Training

/// Puts together what probes see of a finished training.
package struct SubjectAssembly {
    package let learner: Learner
    package let model: ModelBundle
    /// Over all trainings of the model.
    package let steps: Int
    /// Beside them, of trainings that diverged and were begun again.
    package var lostSteps = 0
    /// What they took; `nil` where that is known no more.
    package let used: Usage?
    package let features: EncodedFeatures
    /// Of the weights as stored.
    package let modelBytes: Int
    /// Models measured on the test rows before this one.
    package let modelsBefore: Int
    /// Of the validation rows; `nil` where no probe is to calibrate on them.
    package var validation: LabelledPredictions?
    /// Of an additive model.
    package var shapes: [ShapeFunctions] = []
    /// Whether the run may be repeated on changed rows, step for step.
    package var repeats = false
    /// Whether only what probes would take is asked, of a model that nobody trained: every row is then given one
    /// answer, and no answer of a held-out row is compared with anything.
    package var standsIn = false

    package init(
        learner: Learner, model: ModelBundle, steps: Int, used: Usage?,
        features: EncodedFeatures, modelBytes: Int, modelsBefore: Int,
        validation: LabelledPredictions? = nil, shapes: [ShapeFunctions] = [],
        repeats: Bool = false, standsIn: Bool = false
    ) {
        self.learner = learner
        self.model = model
        self.steps = steps
        self.used = used
        self.features = features
        self.modelBytes = modelBytes
        self.modelsBefore = modelsBefore
        self.validation = validation
        self.shapes = shapes
        self.repeats = repeats
        self.standsIn = standsIn
    }

    /// Of the training rows, so many are predicted.
    private static let mostTrainingRows = 10_000

    private var prepared: PreparedData { learner.prepared }
    private var seed: UInt64 { learner.configuration.learning.seed }

    package func subject() throws -> Subject {
        let hasFile = learner.configuration.test != nil
        let (known, table) = try learner.knownTestRows()
        let predictions =
            standsIn
            ? standIn(rows: table.rowCount) : try model.predict(table, pool: learner.pool)
        var test = try LabelledPredictions(
            prepared.testTable, knownRows: known, model: model, predictions: predictions,
            split: .test)
        test.models = modelsBefore + 1
        // Only repetitions train on the run's encoded rows; who keeps many subjects keeps no rows with them.
        let trials = Trials(learner, features: repeats ? features : nil, testTable: table)
        let seconds = try trainingWorkSeconds
        let linear = LinearBaseline(trials: trials, test: test)
        let kind = prepared.recipe.kind
        let readsPictures = prepared.encoder.blocks.contains { $0.kind == .image }
        let kinds = TrainConfiguration.ModelKind.allCases.filter {
            $0 != kind && !(readsPictures && $0 == ModelForms.curves)
        }
        let others = try kinds.compactMap { other -> (any RivalModel)? in
            other == ModelForms.baseline
                ? linear : try StandardModel(other, trials, test: test, steps: steps)
        }
        let absent = kinds.map(\.rawValue).filter { name in !others.contains { $0.kind == name } }
        let rows = trainingRows
        let training = try self.predictions(of: rows, split: .training)
        var subject = Subject(
            test: test, training: training,
            calibration: validation.flatMap { $0.rows > 0 ? $0 : nil },
            model: TestedModel(
                predictor: ModelPredictor(model: model, pool: learner.pool), table: table,
                secondsPerPrediction: model.predictionSeconds(rows: table.rowCount), size: size),
            data: try dataFacts(), cost: try used.map(cost),
            tables: prepared.leakTables(hasTestFile: hasFile),
            retrainer: try RunRetrainer(trials, test: test, steps: steps),
            repeater: repeats
                ? RunRepeater(
                    trials: trials, expectedSeconds: seconds, trainingRows: rows,
                    training: training, test: test,
                    weights: model.parameters.sets[0], stepsSeconds: try trials.stepsSeconds()) : nil,
            canaries: try canaries(),
            linearModel: linear,
            counterpart: others.first { $0.kind == kind.form.counterpart.kind.rawValue },
            rivals: ModelRivals(
                kind: kind.rawValue,
                cost: try ModelCost(
                    of: model, by: learner, steps: steps, seconds: used?.wallSeconds,
                    bytes: modelBytes),
                others: others, absent: absent,
                margin: learner.configuration.evidence.margin ?? NonInferiority.usualShare),
            answerTrainer: PlantedTraining(
                trials, rows: prepared.knownRows, secondsPerVisit: seconds / max(visits, 1)),
            shapes: shapes,
            crossValidator: learner.configuration.evidence.crossValidation.map {
                RunCrossValidation(trials: trials, parts: $0, steps: steps)
            },
            seed: seed)
        subject.work = trials.work
        subject.ruleLabels = try ruleLabels(table)
        subject.unlabelled = prepared.pool?.facts
        // Its settings trained again would be another model than one that a remedy made.
        if !model.provenance.isTrained { subject.leaveOutTrainings() }
        return subject
    }

    /// What the run's own training counts for, in seconds of the nominal machine.
    package var trainingWorkSeconds: Double {
        get throws { try learner.stepSeconds() * Double(steps) }
    }

    /// Visits of rows by members, over all trainings.
    private var visits: Double {
        Double(steps * prepared.recipe.batchRows) * Double(prepared.recipe.members)
    }

    /// The training rows that are looked at; none that was planted.
    private var trainingRows: [Int] {
        let random = CounterRandom(seed: seed, name: "training rows")
        let planted = prepared.canaries?.planted ?? .max..<Int.max
        let rows = prepared.split.train.filter { !planted.contains($0) }
        guard rows.count > Self.mostTrainingRows else { return rows }
        return random.permutation(of: rows.count).prefix(Self.mostTrainingRows)
            .map { rows[$0] }.sorted()
    }

    private func predictions(of rows: [Int], split: RowSplit) throws -> LabelledPredictions {
        try LabelledPredictions(
            prepared.table, knownRows: rows, model: model,
            predictions: standsIn
                ? standIn(rows: rows.count)
                : model.predict(features.selecting(rows: rows), pool: learner.pool),
            split: split)
    }

    private func standIn(rows: Int) -> Predictions {
        let target = prepared.target
        guard target.task != .regression else {
            let values = Array(repeating: target.center, count: rows)
            return Predictions(
                rows: rows, classes: [], values: values,
                bounds: model.network.quantiles == nil
                    ? nil : values.map { Bounds(lower: $0, upper: $0) })
        }
        let count = target.classes.count
        return Predictions(
            rows: rows, classes: target.classes,
            values: Array(repeating: 1 / Double(count), count: rows * count))
    }

    private func canaries() throws -> Canaries? {
        guard let made = prepared.canaries else { return nil }
        return Canaries(
            planted: try predictions(of: Array(made.planted), split: .named("planted")),
            references: try predictions(of: Array(made.references), split: .named("references")))
    }

    private func dataFacts() throws -> TrainingDataFacts {
        TrainingDataFacts(
            prepared.table, prepared.schema, prepared.target,
            classes: try prepared.target.classes(in: prepared.table),
            rows: prepared.split.train + prepared.split.validation, duplicates: prepared.duplicates)
    }

    /// - Parameter test: The test rows that have an answer.
    private func ruleLabels(_ test: Table) throws -> RuleLabels? {
        guard let ruled = prepared.ruled,
            let column = prepared.table.column(named: prepared.target.column)
        else { return nil }
        let target = prepared.target
        let labels = try target.labels(column, source: prepared.table.name)
        let rows = prepared.split.train
        let (fitted, own) = ruled.labelModel(rows, labels: labels)
        let summary = RuleSummary(fitted, labels: own)
        let answered = own.filter { $0 >= 0 }
        let counts = target.classes.indices.map { place in answered.count { Int($0) == place } }
        let usual = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        var majority: [Int]?
        if ruled.canVote(of: test) {
            let votes = RuleFile.votes(ruled.rules, of: test, classes: target.classes.count)
            majority = votes.patternOfRow.map { votes.majority(ofPattern: $0) ?? usual }
        }
        return RuleLabels(
            rules: zip(ruled.rules, summary.rules).map { rule, figures in
                .init(
                    name: rule.name, vote: target.classes[rule.voted], rows: figures.covered,
                    answered: figures.answered, right: figures.right,
                    isWrong: figures.direction.isWrong)
            }, labelledRows: ruled.rows.count, answeredRows: answered.count, majority: majority)
    }

    private func cost(_ used: Usage) throws -> TrainingCost {
        TrainingCost(
            usage: used, floatingPointOperations: Double(steps + lostSteps) * (try learner.stepOperations()),
            peakMemoryBytes: Machine.peakMemoryBytes(), threads: learner.pool.threads,
            trainingRows: prepared.split.train.count + prepared.split.validation.count)
    }

    private var size: TestedModel.Size {
        TestedModel.Size(
            parameters: model.parameters.learnedCount, bytes: modelBytes,
            trainingRows: prepared.split.train.count + prepared.split.validation.count)
    }
}
