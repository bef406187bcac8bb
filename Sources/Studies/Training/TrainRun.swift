import CPURuntime
import Cost
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
    var run = TrainRun(learner: learner, tariff: try configuration.tariff)
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
    let tariff: Tariff

    private var configuration: TrainConfiguration { learner.configuration }
    private var prepared: PreparedData { learner.prepared }
    private var pool: WorkerPool { learner.pool }

    mutating func carryOut(
        _ control: RunControl, startedAt start: Double, meter: CostMeter
    ) throws -> RunResult {
        learner = try learner.settlingShards()
        let features = try prepared.encoder.encode(prepared.table)
        let planned = planned(features, control, startedAt: start)
        let follower = planned.map { PlanFollower($0.progress, startedAt: start) }
        learner = try learner.choosingPairs(features, onEvent: control.onEvent)
        let store = try CheckpointStore(
            output: configuration.output, fingerprint: try learner.fingerprint())
        var isFinished = false
        defer { if !isFinished { store.removeIfEmpty() } }
        let trained = try ModelTraining(
            learner: learner, store: store, resumes: control.resume, startedAt: start,
            onEvent: { event in
                control.onEvent(event)
                if let correction = follower?.hear(event) { control.onEvent(correction) }
            }
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
        let (outcomes, proofs, used) = measured(
            subject, validation: validation, control, startedAt: start, meter: meter,
            plan: planned?.plan)
        let record = planned?.record(trained, took: used, isWhole: isWhole(trained, control))
        let ledger = try LedgerEntries(
            configuration, prepared, after: earlier, trainings: trainings, outcomes: outcomes,
            proofs: proofs, subject: subject,
            charges: charges(training: trained.used, whole: used, isResumed: control.resume),
            weightsSHA256: hash)
        let report = ReportAssembly(
            configuration: configuration, prepared: prepared, model: model,
            trainings: trainings, outcomes: outcomes, proofs: proofs, subject: subject,
            ledger: ledger.summary(models: subject.test.models),
            arguments: control.arguments, threads: pool.threads, weightsSHA256: hash,
            card: control.card
        ).report()
        try write(
            model, weights, trainings, report, subject, reading,
            validation: validation,
            reference: try OutOfDistributionReference(learner, model, features),
            record, recording: ledger.records, overwrite: control.overwrite)
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
        _ model: ModelBundle, _ weights: [UInt8], _ trainings: [TrainedFold], _ report: RunReport,
        _ subject: Subject, _ reading: AdditiveReading?, validation: LabelledPredictions,
        reference: OutOfDistributionReference?, _ plan: PlanRecord?,
        recording records: [Ledger.Record], overwrite: Bool
    ) throws {
        var writer = RunFolder.Writer()
        try model.add(to: &writer, weights: weights)
        try writer.add("configuration.json", JSON.encode(configuration))
        try writer.add("recipe.json", JSON.encode(prepared.recipe))
        try writer.add("history.json", JSON.encode(trainings.map(\.history)))
        try writer.add("measurements.json", report.json())
        try writer.addView(reportPage, text: report.html())
        for predictions in [subject.test, validation] {
            try writer.add(
                PredictionFile.name(predictions.split), PredictionFile.encode(predictions))
        }
        if let reading {
            try writer.add(AdditiveReading.fileName, JSON.encode(reading))
        }
        if let reference {
            try writer.add(OutOfDistributionReference.fileName, reference.encoded())
        }
        if let plan { try writer.add(PlanRecord.fileName, JSON.encode(plan)) }
        try writer.commit(
            to: configuration.output, overwrite: overwrite, recording: records)
    }

    /// What the run will take, told before it trains; `nil` where nobody asked, or where it cannot be planned, which is
    /// no reason not to train.
    private func planned(
        _ features: EncodedFeatures, _ control: RunControl, startedAt start: Double
    ) -> PlannedRun? {
        guard control.isPlanned, !learner.cancellation.isRaised else { return nil }
        do {
            let say: (String) -> Void = { control.onEvent(.warning($0)) }
            let planned = try RunPlanner(
                learner: learner, features: features, startedAt: start, history: .ofIndex(say),
                calibrationPath: try? MachineCalibration.defaultPath(), say: say
            ).planned()
            control.onEvent(.planned(planned.plan, planned.bill))
            return planned
        } catch {
            control.onEvent(.warning("what the run will take cannot be told: \(error)"))
            return nil
        }
    }

    /// Whether what it took says what such a run takes.
    private func isWhole(_ trained: TrainedModel, _ control: RunControl) -> Bool {
        !control.resume && !learner.cancellation.isRaised
            && trained.trainings.allSatisfy { training in
                switch training.stop {
                case .converged, .maximumEpochs, .maximumSteps: true
                case .budget, .interrupted, .numericalFailure: false
                }
            }
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
        startedAt start: Double, meter: CostMeter, plan: RunPlan?
    ) -> (outcomes: [ProbeSchedule.Outcome], proofs: [Proof], used: Usage) {
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
            probeBudgetSeconds: schedule.budgetSeconds ?? 0, usage: used,
            trainingRows: prepared.split.train.count + prepared.split.validation.count,
            planned: plan?.expected)
        return (outcomes + schedule.run(closingProbes(tariff), on: finished), proofs, used)
    }

    /// The training, and what else the command did until now.
    private func charges(training: Usage, whole: Usage, isResumed: Bool) -> [RunCharge] {
        var training = training
        if isResumed {
            training.energy = training.energy.knowing(not: [
                "what the training took before it was interrupted: not counted"
            ])
        }
        return [
            RunCharge(.training, "training of the model", training),
            RunCharge(.probes, "reading, probes and proofs of the training", whole.less(training)),
        ]
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
