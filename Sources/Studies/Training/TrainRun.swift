import CPURuntime
import Documents
import Evidence
import GraphIR
import Kernels
import Models
import NN
import Optim
import Platform
import Prediction
import Reporting
import RunStore
package import Runs
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
    let meter = CostMeter()
    let start = Clock.monotonicSeconds()
    try configuration.validate()
    let threads = try checkedThreads(control.threads)
    try AtomicFolder.check(configuration.output, overwrite: control.overwrite)
    let prepared = try PreparedData.load(
        configuration, kinds: control.kinds, threads: threads, onEvent: control.onEvent)
    for warning in prepared.warnings + precisionWarnings(configuration) {
        control.onEvent(.warning(warning))
    }
    let pool = WorkerPool(threads: threads)
    let learner = Learner(
        configuration: configuration, prepared: prepared, pool: pool,
        cancellation: control.cancellation)
    var run = TrainRun(learner: learner)
    return try run.carryOut(control, startedAt: start, meter: meter)
}

private func precisionWarnings(_ configuration: TrainConfiguration) -> [String] {
    let precision = configuration.learning.precision
    guard !precision.isNative else { return [] }
    return [
        "this processor has neither AVX-512 BF16 nor AMX and does not multiply \(precision.rawValue); "
            + "training goes on in f32, and the weights are those of --precision f32"
    ]
}

/// Every setting of the training that a configuration asks for, with its reason, as a table.
package func explainedRecipe(_ configuration: TrainConfiguration) throws -> String {
    try configuration.validate()
    let prepared = try PreparedData.load(
        configuration, threads: Machine.cores, onEvent: { _ in })
    return try Learner(
        configuration: configuration, prepared: prepared, pool: WorkerPool(threads: 1)
    ).settlingShards().prepared.recipe.text
}

/// One training run, from encoded rows to the run folder.
private struct TrainRun {
    private(set) var learner: Learner

    private var configuration: TrainConfiguration { learner.configuration }
    private var prepared: PreparedData { learner.prepared }
    private var pool: WorkerPool { learner.pool }

    mutating func carryOut(
        _ control: RunControl, startedAt start: Double, meter: CostMeter
    ) throws -> RunResult {
        learner = try learner.settlingShards()
        let features = try prepared.encoder.encode(prepared.table)
        learner = try learner.choosingPairs(features, onEvent: control.onEvent)
        let store = try CheckpointStore(
            output: configuration.output, fingerprint: try fingerprint())
        var isFinished = false
        defer { if !isFinished { store.removeIfEmpty() } }
        let trained = try ModelTraining(
            learner: learner, store: store, resumes: control.resume, startedAt: start,
            onEvent: control.onEvent
        ).trained(features)
        let (model, trainings) = (trained.model, trained.trainings)
        let weights = model.encodedWeights()
        let hash = ContentHash.sha256(weights)
        let earlier = earlierRecords(control)
        let validation = try learner.validationPredictions(model, features)
        let reading = try AdditiveReading(learner, model, features)
        let subject = try SubjectAssembly(
            learner: learner, model: model, steps: trained.steps, used: trained.used,
            features: features,
            modelBytes: weights.count,
            modelsBefore: modelsBefore(earlier, weightsSHA256: hash, control),
            validation: validation, shapes: reading?.outputs.map(\.shapes) ?? []
        ).subject()
        if let plan = configuration.evidence.crossValidation {
            let seconds = Int((Double(plan.trainings) * trained.used.wallSeconds).rounded(.up))
            control.onEvent(
                .stage("Cross-validation takes \(plan.trainings) trainings, about \(seconds) s"))
        }
        let (outcomes, proofs) = measured(
            subject, validation: validation, control, startedAt: start, meter: meter)
        let ledger = try LedgerEntries(
            configuration, prepared, after: earlier, trainings: trainings, outcomes: outcomes,
            proofs: proofs, subject: subject, weightsSHA256: hash)
        let report = ReportAssembly(
            configuration: configuration, prepared: prepared, model: model,
            trainings: trainings, outcomes: outcomes, proofs: proofs, subject: subject,
            ledger: ledger.summary(models: subject.test.models),
            arguments: control.arguments, threads: pool.threads, weightsSHA256: hash,
            card: control.card
        ).report()
        try RunFiles(
            model: model, weights: weights, configuration: configuration,
            recipe: prepared.recipe, histories: trainings.map(\.history), report: report,
            predictions: [subject.test, validation], reading: reading,
            reference: try OutOfDistributionReference(learner, model, features)
        ).writer().commit(
            to: configuration.output, overwrite: control.overwrite, recording: ledger.records)
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

    /// Of every remedy that changes outputs alone: they cost nothing, so all are tried.
    private func proofs(
        fittedOn validation: LabelledPredictions, provedOn test: LabelledPredictions
    ) -> [Proof] {
        guard prepared.target.task != .regression, validation.rows > 0 else { return [] }
        let measured = MeasuredSubject(Subject(test: test))
        return allOutputRemedies.compactMap {
            try? Proof($0, fittedOn: validation, provedOn: measured)
        }
    }

    /// The ledger of the run that is replaced: its looks at the rows stay looks.
    private func earlierRecords(_ control: RunControl) -> [Ledger.Record] {
        do {
            return try Ledger.read(configuration.output).records
        } catch {
            control.onEvent(
                .warning("the ledger of the run that is replaced is lost: \(error)"))
            return []
        }
    }

    /// Models measured on these test rows before, as the index and the replaced run know.
    private func modelsBefore(
        _ earlier: [Ledger.Record], weightsSHA256: String, _ control: RunControl
    ) -> Int {
        let replaced = Set(earlier.compactMap { $0.entry.details[Ledger.DetailKey.weightsSHA256] })
            .subtracting([weightsSHA256])
        guard control.isIndexed, let data = prepared.hashes.last else { return replaced.count }
        return max(
            replaced.count, modelsMeasuredBefore(onDataSHA256: data, except: weightsSHA256))
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

    /// What all probes find, the remedies of outputs that are tried, and then what these and the rest of
    /// the command took.
    private func measured(
        _ subject: Subject, validation: LabelledPredictions, _ control: RunControl,
        startedAt start: Double, meter: CostMeter
    ) -> (outcomes: [ProbeSchedule.Outcome], proofs: [Proof]) {
        let schedule = schedule(startedAt: start)
        let probes =
            allProbes + requestedProbes.filter { $0.description.needs.isSubset(of: subject.has) }
        let began = Clock.monotonicSeconds()
        control.onEvent(.stage("Measuring on \(subject.test.rows) test rows"))
        let outcomes = schedule.run(probes, on: subject, onProgress: control.onProbes)
        control.onEvent(.stage("Proving remedies on \(subject.test.rows) test rows"))
        let proofs = proofs(fittedOn: validation, provedOn: subject.test)
        let used = meter.used()
        var finished = subject
        finished.runCost = CommandCost(
            probeSeconds: Clock.monotonicSeconds() - began,
            probeWorkSeconds: subject.work.seconds,
            probeBudgetSeconds: schedule.budgetSeconds ?? 0, wallSeconds: used.wallSeconds,
            processorSeconds: used.processorSeconds, measuredJoules: used.joules,
            trainingRows: prepared.split.train.count + prepared.split.validation.count)
        return (outcomes + schedule.run(closingProbes, on: finished), proofs)
    }

    /// The probes' budget is of counted work; where a clock limits the whole command, what it leaves.
    private func schedule(startedAt start: Double) -> ProbeSchedule {
        var seconds = configuration.evidence.probeSeconds
        if let budget = configuration.learning.budgetSeconds {
            seconds = min(seconds, max(0, start + budget - Clock.monotonicSeconds()))
        }
        if learner.cancellation.isRaised { seconds = 0 }
        return ProbeSchedule(budgetSeconds: seconds, now: { Clock.monotonicSeconds() })
    }
}

// MARK: - What is written beside the weights

extension TrainRun {
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
