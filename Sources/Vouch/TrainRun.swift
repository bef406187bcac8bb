import CPURuntime
import Evidence
import GraphIR
import Kernels
import NN
import Optim
import Platform
import Prediction
import Reporting
import RunStore
import Statistics
import Tables
import Training

/// Trains what a configuration asks for, measures it on rows it has not seen and writes the run.
///
/// - Throws: an error that says what was being done, where, and what to do next; then no run folder
///   was written.
package func trainRun(
    _ configuration: TrainConfiguration, control: RunControl
) throws -> RunResult {
    let start = Clock.monotonicSeconds()
    try configuration.validate()
    let threads = try checkedThreads(control.threads)
    try AtomicFolder.check(configuration.output, overwrite: control.overwrite)
    let prepared = try PreparedData.load(configuration, threads: threads, onEvent: control.onEvent)
    for warning in prepared.warnings { control.onEvent(.warning(warning)) }
    let pool = WorkerPool(threads: threads)
    return try TrainRun(configuration, prepared, pool: pool)
        .carryOut(control, startedAt: start)
}

/// Every setting of the training that a configuration asks for, with its reason, as a table.
package func explainedRecipe(_ configuration: TrainConfiguration) throws -> String {
    try configuration.validate()
    return try PreparedData.load(configuration, threads: Machine.cores, onEvent: { _ in })
        .recipe.text
}

/// What one model's training came to.
struct TrainedFold {
    var history: [EpochRecord]
    var stop: StopReason
    var steps: Int
    /// The weights of the lowest validation loss; of a refit, the last.
    var weights: Buffer

    var bestEpoch: Int { history.last { $0.isBest }?.epoch ?? 0 }
}

/// One training run, from encoded rows to the run folder.
private struct TrainRun {
    let learner: Learner

    private var configuration: TrainConfiguration { learner.configuration }
    private var prepared: PreparedData { learner.prepared }
    private var pool: WorkerPool { learner.pool }

    init(_ configuration: TrainConfiguration, _ prepared: PreparedData, pool: WorkerPool) {
        learner = Learner(configuration: configuration, prepared: prepared, pool: pool)
    }

    func carryOut(_ control: RunControl, startedAt start: Double) throws -> RunResult {
        let features = try prepared.encoder.encode(prepared.table)
        let network = learner.network()
        let inference = try network.inferenceGraph()
        let store = try CheckpointStore(
            output: configuration.output, fingerprint: try fingerprint())
        var isFinished = false
        defer { if !isFinished { store.removeIfEmpty() } }
        let meter = CostMeter()
        let trainings = try trainModels(
            network, inference, features, store, control, startedAt: start)
        let used = meter.used()
        let model = StoredModel(
            description: .init(
                version: vouchVersion, network: network, models: trainings.count, graph: inference,
                target: prepared.target, costs: configuration.costs,
                groupEdges: groupEdges()),
            encoder: prepared.encoder, schema: prepared.schema,
            weights: trainings.map(\.weights))
        let subject = try SubjectAssembly(
            learner: learner, model: model, features: features, trainings: trainings, used: used
        ).subject()
        let outcomes = schedule(startedAt: start).run(allProbes, on: subject) { probe in
            control.onEvent(.stage("Measuring: \(probe.name)"))
        }
        let hash = ContentHash.sha256(model.encodedWeights())
        let ledger = try LedgerEntries(
            configuration, prepared, trainings: trainings, outcomes: outcomes,
            testRows: subject.test.rows, weightsSHA256: hash)
        let report = ReportAssembly(
            configuration: configuration, prepared: prepared, model: model,
            trainings: trainings, outcomes: outcomes, subject: subject, ledger: ledger.summary,
            arguments: control.arguments, threads: pool.threads, weightsSHA256: hash
        ).report()
        try write(
            model, trainings, report, subject,
            validation: try validationPredictions(model, features),
            recording: ledger.entries, overwrite: control.overwrite)
        recordInIndex(control)
        try store.remove()
        isFinished = true
        return RunResult(
            path: configuration.output, measurements: report.measurements,
            stop: trainings[trainings.count - 1].stop,
            steps: trainings.reduce(0) { $0 + $1.steps }, weightsSHA256: hash,
            seconds: Clock.monotonicSeconds() - start,
            table: { report.terminal(width: $0, color: $1) })
    }

    private func write(
        _ model: StoredModel, _ trainings: [TrainedFold], _ report: RunReport, _ subject: Subject,
        validation: LabelledPredictions, recording entries: [Ledger.Entry], overwrite: Bool
    ) throws {
        var writer = RunFolder.Writer()
        try model.add(to: &writer)
        try writer.add("configuration.json", JSON.encode(configuration))
        try writer.add("recipe.json", JSON.encode(prepared.recipe))
        try writer.add("history.json", JSON.encode(trainings.map(\.history)))
        try writer.add("measurements.json", report.json())
        try writer.add("report.html", text: report.html())
        for predictions in [subject.test, validation] {
            try writer.add(
                PredictionFile.name(predictions.split), PredictionFile.encode(predictions))
        }
        try writer.commit(
            to: configuration.output, overwrite: overwrite, recording: entries)
    }

    /// What each model says of the rows that stopped it, which it did not learn from.
    private func validationPredictions(
        _ model: StoredModel, _ features: EncodedFeatures
    ) throws -> LabelledPredictions {
        var rows: [Int] = []
        var all = Predictions(rows: 0, classes: [], values: [])
        for (split, weights) in zip(prepared.folds, model.weights) {
            let alone = StoredModel(
                description: model.description, encoder: model.encoder, schema: model.schema,
                weights: [weights])
            let part = alone.predict(features.selecting(rows: split.validation), pool: pool)
            all = Predictions(
                rows: all.rows + part.rows, classes: part.classes, values: all.values + part.values)
            rows += split.validation
        }
        return try LabelledPredictions(
            prepared.table, knownRows: rows, model: model, predictions: all, split: "validation")
    }

    /// The index can be made anew from the folders, so that its troubles are no reason to fail.
    private func recordInIndex(_ control: RunControl) {
        guard control.isIndexed else { return }
        do {
            _ = try RunIndex.open().record(runAt: configuration.output)
        } catch {
            control.onEvent(
                .warning("the run is whole, but was not added to the index of runs: \(error)"))
        }
    }

    /// Trains a model a fold, or one and refits; an interruption ends with those trained so far.
    private func trainModels(
        _ network: TabularNetwork, _ inference: Graph, _ features: EncodedFeatures,
        _ store: borrowing CheckpointStore, _ control: RunControl, startedAt start: Double
    ) throws -> [TrainedFold] {
        if !control.resume { try store.removeCheckpoints() }
        guard !InterruptFlag.isRaised else {
            throw VouchError("interrupted before training began; nothing was written")
        }
        let training = try network.trainingGraph()
        var trainings: [TrainedFold] = []
        for (fold, split) in prepared.folds.enumerated() {
            if case .interrupted? = trainings.last?.stop { break }
            var settings = learner.trainingSettings
            // Each model starts and shuffles in its own way.
            settings.seed &+= UInt64(fold) << 32
            let trainer = try Trainer(
                training: training, inference: inference,
                data: try learner.data(features, split.train, balanced: true),
                validation: try learner.data(features, split.validation, balanced: false),
                lossOf: learner.validationLoss, settings: settings, pool: pool)
            let part = prepared.folds.count > 1 ? " (\(fold + 1) of \(prepared.folds.count))" : ""
            if control.resume, let state = try store.load(fold: fold) {
                try trainer.restore(state)
                control.onEvent(.stage("Continuing after step \(trainer.steps)" + part))
            } else {
                control.onEvent(.stage("Training on \(split.train.count) rows" + part))
            }
            let trained = try train(trainer, store, fold: fold, control, startedAt: start)
            control.onEvent(.stopped(trained.stop, bestEpoch: trained.bestEpoch))
            trainings.append(trained)
        }
        for number in 0..<prepared.recipe.refits where !InterruptFlag.isRaised {
            let refit = try refit(
                number + 1, epochs: trainings[0].bestEpoch, training, inference, features, store,
                control, startedAt: start)
            guard let refit else { break }
            trainings.append(refit)
        }
        return trainings
    }

    /// Trains a further model, from another start, on the validation rows too; `nil` where something
    /// stopped it.
    private func refit(
        _ number: Int, epochs: Int, _ training: Graph, _ inference: Graph,
        _ features: EncodedFeatures,
        _ store: borrowing CheckpointStore, _ control: RunControl, startedAt start: Double
    ) throws -> TrainedFold? {
        let rows = (prepared.split.train + prepared.split.validation).sorted()
        var settings = learner.trainingSettings
        settings.seed &+= UInt64(number) << 32
        let batch = min(settings.batchRows, rows.count)
        settings.maximumSteps = epochs * (rows.count / batch)
        let trainer = try Trainer(
            training: training, inference: inference,
            data: try learner.data(features, rows, balanced: true), validation: nil,
            lossOf: learner.validationLoss, settings: settings, pool: pool)
        if control.resume, let state = try store.load(fold: number) { try trainer.restore(state) }
        control.onEvent(
            .stage(
                "Training on all \(rows.count) rows, for \(epochs) epochs "
                    + "(\(number) of \(prepared.recipe.refits))"))
        let refit = try train(trainer, store, fold: number, control, startedAt: start)
        guard refit.steps == settings.maximumSteps else {
            control.onEvent(
                .warning("Refit \(number) is dropped: \(StopText.sentence(refit.stop))"))
            return nil
        }
        return refit
    }

    private func train(
        _ trainer: Trainer, _ store: borrowing CheckpointStore, fold: Int, _ control: RunControl,
        startedAt start: Double
    ) throws -> TrainedFold {
        // Measuring and writing take a share of the budget too.
        let deadline = configuration.learning.budgetSeconds.map { budget in
            start + budget - min(max(0.1 * budget, 0.5), 5)
        }
        var lastSave = Clock.monotonicSeconds()
        var failure: (any Error)?
        let stop = try trainer.run(
            stop: { _ in
                if InterruptFlag.isRaised { return .interrupted }
                if let deadline, Clock.monotonicSeconds() >= deadline {
                    return .budget(seconds: configuration.learning.budgetSeconds ?? 0)
                }
                return failure == nil ? nil : .interrupted
            },
            onEvent: { event in
                control.onEvent(.training(event))
                guard case .epoch = event, Clock.monotonicSeconds() - lastSave >= 1 else { return }
                do {
                    try store.save(trainer.state(), fold: fold)
                } catch {
                    failure = error
                }
                lastSave = Clock.monotonicSeconds()
            })
        if let failure { throw failure }
        // What follows may be killed; this one is not trained again.
        if prepared.folds.count > 1 || prepared.recipe.refits > 0 {
            try store.save(trainer.state(), fold: fold)
        }
        return TrainedFold(
            history: trainer.history, stop: stop, steps: trainer.steps,
            weights: trainer.bestWeights)
    }

    /// Probes that train again take what the training's own budget leaves.
    private func schedule(startedAt start: Double) -> ProbeSchedule {
        var seconds = configuration.evidence.probeSeconds
        if let budget = configuration.learning.budgetSeconds {
            seconds = min(seconds, max(0, start + budget - Clock.monotonicSeconds()))
        }
        if InterruptFlag.isRaised { seconds = 0 }
        return ProbeSchedule(budgetSeconds: seconds, now: { Clock.monotonicSeconds() })
    }
}

// MARK: - What is written beside the weights

extension TrainRun {
    private func groupEdges() -> [String: [Double]] {
        var edges: [String: [Double]] = [:]
        for name in prepared.schema.protected {
            edges[name] = prepared.table.column(named: name)?
                .groupEdges(rows: prepared.split.train)
        }
        return edges
    }

    /// What decides the bits of the weights: the configuration but for the output, and the data.
    private func fingerprint() throws -> String {
        var decisive = configuration
        decisive.output = ""
        decisive.learning.budgetSeconds = nil
        decisive.evidence = .init()
        let parts = [try JSON.encode(decisive)] + prepared.hashes.map { Array($0.utf8) }
        return ContentHash.sha256(parts.flatMap { $0 })
    }
}
