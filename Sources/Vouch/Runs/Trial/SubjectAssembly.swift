import Autodiff
import CPURuntime
import Evidence
import GraphIR
import Kernels
import NN
import Platform
import Prediction
import Tables
import TensorCore
import Training

/// A stored model with the workers that run it, as probes see it; one call at a time.
struct RunPredictor: Prediction.Predictor {
    let model: StoredModel
    let pool: WorkerPool
    private let evaluator: NetworkEvaluator

    init(model: StoredModel, pool: WorkerPool) {
        self.model = model
        self.pool = pool
        evaluator = model.evaluator(pool: pool)
    }

    /// With a repair of numbers by groups, the columns that tell the groups are among them.
    var features: [String] {
        let names = model.schema.features.map(\.name)
        let groups = model.encoder.repair?.protectedColumns ?? []
        return names + groups.filter { !names.contains($0) }
    }

    func predictions(for table: Table) throws -> Predictions {
        model.predict(try model.encoder.encode(table), evaluator: evaluator, pool: pool)
    }

    /// Encodes the table once, however many rows are put together from it; not where what a cell becomes depends on
    /// another cell of its row.
    func predictions(mixing table: Table, sources: [[Int]]) throws -> Predictions {
        guard model.encoder.repair == nil else {
            return try predictions(for: mixed(table, sources: sources))
        }
        let encoded = try model.encoder.encode(table)
        return model.predict(
            model.encoder.mixing(encoded, columns: features, sources: sources),
            evaluator: evaluator, pool: pool)
    }
}

/// Puts together what probes see of a finished training.
struct SubjectAssembly {
    let learner: Learner
    let model: StoredModel
    /// Over all trainings of the model.
    let steps: Int
    /// What they took; `nil` where that is known no more.
    let used: CostMeter.Used?
    let features: EncodedFeatures
    /// Of the weights as stored.
    let modelBytes: Int
    /// Models measured on the test rows before this one.
    let modelsBefore: Int
    /// Of the validation rows; `nil` where no probe is to calibrate on them.
    var validation: LabelledPredictions?
    /// Of an additive model.
    var shapes: [ShapeFunctions] = []

    /// Of the training rows, so many are predicted.
    private static let mostTrainingRows = 10_000

    private var prepared: PreparedData { learner.prepared }
    private var seed: UInt64 { learner.configuration.learning.seed }

    func subject() throws -> Subject {
        let hasFile = learner.configuration.test != nil
        let known = try LabelledPredictions.knownRows(
            prepared.testTable, rows: hasFile ? nil : prepared.split.test, target: prepared.target)
        let table = prepared.testTable.selecting(rows: known)
        let predictions = try model.predict(table, pool: learner.pool)
        var test = try LabelledPredictions(
            prepared.testTable, knownRows: known, model: model, predictions: predictions,
            split: .test)
        test.models = modelsBefore + 1
        let work = WorkCounter()
        let training = try trainingWorkSeconds
        var subject = Subject(
            test: test, training: try trainingPredictions(),
            calibration: validation.flatMap { $0.rows > 0 ? $0 : nil },
            model: TestedModel(
                predictor: RunPredictor(model: model, pool: learner.pool), table: table,
                secondsPerPrediction: model.predictionSeconds(rows: table.rowCount)),
            data: try dataFacts(), cost: try used.map(cost), tables: prepared.leakTables(hasTestFile: hasFile),
            retrainer: try RunRetrainer(
                learner: learner, test: test, testTable: table, steps: steps, work: work),
            canaries: try canaries(),
            linearModel: LinearBaseline(
                learner: learner, test: test, testTable: table, work: work),
            counterpart: CounterpartModel(
                learner, test: test, testTable: table, trainingSeconds: training, work: work),
            answerTrainer: PlantedTraining(
                learner, rows: prepared.knownRows, secondsPerVisit: training / max(visits, 1),
                work: work),
            shapes: shapes,
            crossValidator: learner.configuration.evidence.crossValidation.map {
                RunCrossValidation(learner: learner, plan: $0)
            },
            seed: seed)
        subject.work = work
        return subject
    }

    /// What the run's own training counts for, in seconds of the nominal machine.
    var trainingWorkSeconds: Double {
        get throws { try learner.stepSeconds() * Double(steps) }
    }

    /// Visits of rows by members, over all trainings.
    private var visits: Double {
        Double(steps * prepared.recipe.batchRows) * Double(prepared.recipe.members)
    }

    /// The training rows that are looked at; none that was planted.
    var trainingRows: [Int] {
        let random = CounterRandom(seed: seed, name: "training rows")
        let planted = prepared.canaries?.planted ?? .max..<Int.max
        let rows = prepared.split.train.filter { !planted.contains($0) }
        guard rows.count > Self.mostTrainingRows else { return rows }
        return random.permutation(of: rows.count).prefix(Self.mostTrainingRows)
            .map { rows[$0] }.sorted()
    }

    private func trainingPredictions() throws -> LabelledPredictions {
        try predictions(of: trainingRows, split: .training)
    }

    private func predictions(of rows: [Int], split: RowSplit) throws -> LabelledPredictions {
        try LabelledPredictions(
            prepared.table, knownRows: rows, model: model,
            predictions: model.predict(features.selecting(rows: rows), pool: learner.pool),
            split: split)
    }

    private func canaries() throws -> Canaries? {
        guard let made = prepared.canaries else { return nil }
        return Canaries(
            planted: try predictions(of: Array(made.planted), split: .named("planted")),
            references: try predictions(of: Array(made.references), split: .named("references")))
    }

    private func dataFacts() throws -> TrainingDataFacts {
        let rows = prepared.split.train + prepared.split.validation
        var classes: [TrainingDataFacts.ClassCount] = []
        let target = prepared.target
        if target.task != .regression, let column = prepared.table.column(named: target.column) {
            let labels = try target.labels(column, source: prepared.table.name)
            var counts = [Int](repeating: 0, count: target.classes.count)
            for row in rows { counts[Int(labels[row])] += 1 }
            classes = zip(target.classes, counts).map { .init(name: $0, rows: $1) }
        }
        let names = prepared.schema.features.map(\.name)
        let missing = names.compactMap { prepared.table.column(named: $0) }
            .reduce(0) { sum, column in sum + rows.count { column.isMissing($0) } }
        return TrainingDataFacts(
            rows: rows.count, features: names.count, classes: classes, missingCells: missing,
            repeatedRows: prepared.duplicates.repeated,
            conflictingRows: prepared.duplicates.conflicting)
    }

    private func cost(_ used: CostMeter.Used) throws -> TrainingCost {
        let batch = prepared.recipe.batchRows
        let penalty = try learner.fairPenalty(training: prepared.split.train, validation: nil)
        let step = try learner.trainingGraph(penalty).differentiated(output: .loss).graph
            .operationCount(rows: batch)
        let learned = model.layout.entries.filter { $0.spec.role != .state }
            .reduce(0) { $0 + $1.count }
        return TrainingCost(
            wallSeconds: used.wallSeconds, processorSeconds: used.processorSeconds,
            floatingPointOperations: Double(steps) * step,
            peakMemoryBytes: Machine.peakMemoryBytes(), parameters: learned * model.weights.count,
            modelBytes: modelBytes, measuredJoules: used.joules,
            threads: learner.pool.threads,
            trainingRows: prepared.split.train.count + prepared.split.validation.count)
    }
}
