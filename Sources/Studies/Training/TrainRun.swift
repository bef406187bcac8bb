import Cost
import Evidence
import Kernels
import Platform
import Reporting
import RunStore
package import Runs
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
    let budget = try runBudget(configuration, control, meter)
    let threads = try checkedThreads(control.threads)
    try AtomicFolder.check(configuration.output, overwrite: control.overwrite)
    if let source = configuration.carry.run,
        try Files.absolutePath(source) == Files.absolutePath(configuration.output)
    {
        throw VouchError(
            setting: """
                \(named: Settings.from) is "\(source)", where this run is to be written. Its weights are needed to \
                train as this run did: write the new one to another folder
                """)
    }
    let prepared = try PreparedData.load(
        configuration, kinds: control.kinds, threads: threads, onEvent: control.onEvent)
    for warning in prepared.warnings + precisionWarnings(configuration) {
        control.onEvent(.warning(warning))
    }
    let pool = WorkerPool(threads: threads)
    var settled = configuration
    settled.carry.source = prepared.carried?.source
    let learner = Learner(
        configuration: settled, prepared: prepared, pool: pool,
        cancellation: control.cancellation)
    var run = TrainRun(learner: learner, budget: budget)
    return try run.carryOut(control, startedAt: start, meter: meter)
}

/// - Throws: `VouchError` where money is to be spent and there is no price in its currency.
private func runBudget(
    _ configuration: TrainConfiguration, _ control: RunControl, _ meter: CostMeter
) throws -> RunBudget? {
    guard let budget = configuration.learning.budget else { return nil }
    let tariff = try configuration.tariff
    do throws(BudgetError) {
        let own =
            if let usage = control.usage {
                try BudgetMeter(budget, tariff: tariff, usage: usage)
            } else {
                try BudgetMeter(
                    budget, tariff: tariff, usage: { meter.used() },
                    clock: { Clock.monotonicSeconds() })
            }
        return RunBudget(own)
    } catch {
        throw VouchError(
            setting: "\(named: Settings.budget) is \(budget.text), \(error.complaint)")
    }
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
    /// What the whole command may take; `nil` for no limit.
    let budget: RunBudget?

    private var configuration: TrainConfiguration { learner.configuration }

    mutating func carryOut(
        _ control: RunControl, startedAt start: Double, meter: CostMeter
    ) throws -> RunResult {
        learner = try learner.settlingShards()
        var features = try learner.prepared.encoder.encode(learner.prepared.table)
        let planned = planned(features, control, startedAt: start)
        let follower = planned.map { PlanFollower($0.progress, startedAt: start) }
        learner = try choosingPairs(features, control)
        let store = try CheckpointStore(
            output: configuration.output, fingerprint: try learner.fingerprint())
        var isFinished = false
        defer { if !isFinished { store.removeIfEmpty() } }
        if let budget {
            try budget.prepared()
            control.onEvent(.stage("Budget: \(budget.text)"))
            try budget.begin(Rehearsal(learner, features, budget.meter, control).expected())
        }
        var choice: CarryChoice?
        var trained: TrainedModel
        if let carried = learner.prepared.carried {
            let made = try CarryChoice(learner, carried, features, store: store, control)
            (learner, features) = (made.learner, made.features)
            trained = made.trained
            choice = made
        } else {
            trained = try ModelTraining(
                learner: learner, store: store, resumes: control.resume, budget: budget,
                onEvent: { event in
                    control.onEvent(event)
                    if let correction = follower?.hear(event) { control.onEvent(correction) }
                }
            ).trained(features)
        }
        try budget?.trained(
            countedSeconds: learner.stepSeconds() * Double(trained.steps + trained.lostSteps))
        if learner.prepared.pool != nil {
            let chosen = UnlabelledChoice(learner, features, trained).delivered(
                store: store, resumes: control.resume, onEvent: control.onEvent)
            (learner, features, trained) = (chosen.learner, chosen.features, chosen.trained)
        }
        var telling = RunTelling(
            learner: learner, features: features, control: control, meter: meter, budget: budget)
        telling.planned = planned
        telling.carrying = choice
        let told = try telling.told(of: trained)
        try told.writer.commit(
            to: configuration.output, overwrite: control.overwrite, recording: told.records)
        if control.isIndexed {
            recordInIndex(configuration.output, onEvent: control.onEvent)
        }
        try store.remove()
        isFinished = true
        var result = RunResult(
            path: configuration.output, measurements: told.report.measurements,
            stop: trained.trainings[trained.trainings.count - 1].stop, steps: trained.steps,
            weightsSHA256: told.weightsSHA256, seconds: Clock.monotonicSeconds() - start,
            table: { told.report.terminal(width: $0, color: $1) })
        result.restarts = RestartRecord(
            trained.trainings, askedRate: learner.prepared.recipe.learningRate)
        return result
    }

    /// An additive model's pairs, whose search must not be cut by a clock: the same steps would be another model.
    private func choosingPairs(
        _ features: EncodedFeatures, _ control: RunControl
    ) throws -> Learner {
        guard let budget else {
            return try learner.choosingPairs(features, onEvent: control.onEvent)
        }
        let most = budget.meter.budget.amount / 2
        var bounded = learner
        bounded.cancellation = learner.cancellation.orWhere { budget.meter.recentlySpent > most }
        var result = try bounded.choosingPairs(features, onEvent: control.onEvent)
        guard budget.meter.spent <= most else {
            throw VouchError(
                setting: """
                    \(named: Settings.budget) is \(budget.meter.budget.text), which is too small: reading and \
                    choosing pairs of columns took more than half of it. Ask for more, or for \
                    \(named: Settings.pairs) 0; nothing was written
                    """)
        }
        result.cancellation = learner.cancellation
        return result
    }

    /// What the run will take, told before it trains; `nil` where nobody asked, where two models are to be trained, or where
    /// it cannot be planned, which is no reason not to train.
    private func planned(
        _ features: EncodedFeatures, _ control: RunControl, startedAt start: Double
    ) -> PlannedRun? {
        guard control.isPlanned, !learner.cancellation.isRaised else { return nil }
        let prepared = learner.prepared
        guard prepared.pool == nil, prepared.carried == nil else {
            control.onEvent(
                .stage("What the run will take is not planned where two models are to be compared"))
            return nil
        }
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
}

/// Adds a run to the index, which can be made anew from the folders, so that its troubles are no reason to fail.
func recordInIndex(_ run: String, onEvent: (RunEvent) -> Void) {
    do {
        _ = try RunIndex.open().record(runAt: run)
    } catch {
        onEvent(.warning("the run is whole, but was not added to the index of runs: \(error)"))
    }
}
