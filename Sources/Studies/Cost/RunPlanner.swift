import CPURuntime
import Cost
import Documents
import Evidence
import GraphIR
import Kernels
import Models
import Platform
import RunStore
import Runs
import Tables

/// Says what a run will take, when its rows are read and encoded: from counts of its graphs, a few timed steps, and earlier
/// runs.
struct RunPlanner {
    /// With its shards settled; pairs of columns are not chosen yet.
    let learner: Learner
    let features: EncodedFeatures
    /// When the command began, on the clock that never goes back.
    let startedAt: Double
    let history: PlanHistory
    /// Where the machine's calibration is kept; `nil` for nowhere.
    let calibrationPath: String?
    /// Told what went wrong without ending anything.
    let say: (String) -> Void

    private var prepared: PreparedData { learner.prepared }
    private var configuration: TrainConfiguration { learner.configuration }

    func planned(prior: PlanPrior = .shipped) throws -> PlannedRun {
        let machine = PlanMachine(threads: learner.pool.threads, version: vouchVersion)
        let timed = learner.withSomePairs()
        let meter = CostMeter()
        let pace = try timed.timedPace(features) ?? countedPace(timed, machine)
        let watts = meter.used().countedWattsPerCore
        let trainings = learner.plannedTrainings()
        let table = tableID, training = try learner.fingerprint()
        let kind = prepared.recipe.kind.rawValue
        let repeated = history.repeated(training, version: machine.version)
            .flatMap { $0.done.steps.count == trainings.count ? $0.done.steps : nil }
        let own = history.keptShares(table: table, kind: kind)
        let forecast =
            own.isEmpty
            ? EpochForecast.ofOtherTables(
                history.keptShares(besides: table, kind: kind), prior: prior)
            : EpochForecast.ofTable(own, prior: prior)
        let share = forecast.share(at: 0.5)
        let steps = repeated ?? trainings.map { $0.steps(keeping: share) }
        let isCounted =
            repeated != nil || trainings.allSatisfy { $0.patience == nil && !$0.isRefit }
        let isKnown = repeated != nil && history.knows(table: table, kind: kind, on: machine)
        let knowledge: PlanKnowledge =
            isKnown ? .training : isCounted ? .steps : own.isEmpty ? .nothing : .table
        let factors = history.factors(table: table, kind: kind, on: machine)
        let realPace = pace.slowed(factors.training)
        let trainingSeconds: Double = zip(trainings, steps).reduce(0.0) {
            $0 + $1.0.seconds(steps: $1.1, pace: realPace)
        }
        let search: Double = learner.plannedPairSearch().map {
            $0.seconds(steps: $0.steps(keeping: share), pace: realPace)
        } ?? 0
        let work = try probeWork(
            timed, repeated.map { [$0] } ?? Self.levels.map { level in
                trainings.map { $0.steps(keeping: forecast.share(at: level)) }
            })
        let perWork = history.secondsPerWork(table: table, kind: kind, on: machine)
        // Without a run that was counted: at the pace of the steps, which earlier runs correct.
        let restFactor = perWork == nil ? factors.rest : 1
        let perNominal =
            try perWork ?? prior.probeFactor * pace.step / max(timed.stepSeconds(), 1e-9)
        let repeats = Double(configuration.evidence.crossValidation?.trainings ?? 0)
        let probing: Double = work * perNominal + repeats * trainingSeconds
        // What was counted together is not added a second time.
        let other = (perWork == nil ? prior.otherSeconds : 0) + search
        let plan = RunPlan(
            begunSeconds: Clock.monotonicSeconds() - startedAt, trainingSeconds: trainingSeconds,
            probeSeconds: restFactor * probing, otherSeconds: restFactor * other,
            steps: steps.reduce(0, +),
            pace: pace, knowledge: knowledge,
            interval: RatioInterval(
                history.ratios(knowledge, on: machine), shipped: prior.ratios(knowledge)),
            trainingFactor: factors.training, restFactor: restFactor, probeWorkSeconds: work,
            busyCores: history.busyCores(on: machine) ?? pace.busyCores,
            limitSeconds: configuration.learning.budget.flatMap { $0.measure == .time ? $0.amount : nil })
        let progress = PlanProgress(
            trainings, pace: realPace, forecast: forecast,
            restSeconds: plan.probeSeconds + plan.otherSeconds - restFactor * search,
            knownSteps: isCounted ? steps : nil)
        return PlannedRun(
            plan: plan, trainings: trainings, progress: progress, machine: machine, table: table,
            training: training, kind: kind, backtest: history.held(on: machine),
            bill: try PlannedBill(
                plan,
                wattsPerCore: history.wattsPerCore(on: machine)
                    ?? watts ?? PowerEstimate.ofThisMachine.energy(processorSeconds: 1),
                tariff: configuration.tariff))
    }

    private func countedPace(_ learner: Learner, _ machine: PlanMachine) throws -> TrainingPace {
        let measure = { try MachineCalibration.measured(machine: machine, pool: learner.pool) }
        guard let calibrationPath else { return try learner.countedPace(try measure()) }
        return try learner.countedPace(
            MachineCalibration.kept(
                at: calibrationPath, machine: machine, measure: measure, say: say))
    }

    /// The same for any rows of a table's columns.
    private var tableID: String {
        let names = [prepared.target.column, prepared.target.task.rawValue]
            + prepared.schema.features.map { "\($0.name) \($0.kind.rawValue)" }
        return ContentHash.sha256(Array(names.joined(separator: "\n").utf8))
    }

    /// At which the forecast is asked what probes would do.
    private static let levels = [0.1, 0.3, 0.5, 0.7, 0.9]

    /// Counted work of the probes, as the schedule would choose them: the middle one over the steps that each training may
    /// take. What a schedule chooses jumps with the steps, so that the work of the middle steps is not the middle work.
    private func probeWork(_ learner: Learner, _ steps: [[Int]]) throws -> Double {
        let count = ParameterLayout(try learner.predictionGraph()).count
        let model = try learner.bundle(
            sets: learner.plannedTrainings().map { _ in Buffer(count: count) })
        let schedule = ProbeSchedule(
            budgetSeconds: configuration.evidence.probeSeconds,
            now: { Clock.monotonicSeconds() })
        let work = try Set(steps.map { $0.reduce(0, +) }).map { steps in
            let subject = try SubjectAssembly(
                learner: learner, model: model, steps: steps, used: nil, features: features,
                modelBytes: 4 * count, modelsBefore: 0, standsIn: true
            ).subject()
            return (steps, schedule.expectedSeconds(allProbes, on: subject))
        }
        let known = Dictionary(uniqueKeysWithValues: work)
        let sorted = steps.compactMap { known[$0.reduce(0, +)] }.sorted()
        return sorted[sorted.count / 2]
    }
}

/// A plan with all that corrects it and that is recorded beside what it came to.
struct PlannedRun {
    var plan: RunPlan
    var trainings: [PlannedTraining]
    var progress: PlanProgress
    var machine: PlanMachine
    var table: String
    var training: String
    var kind: String
    /// How earlier plans on this machine held.
    var backtest: [PlanBacktest]
    var bill: PlannedBill

    /// With what came of it.
    ///
    /// - Parameters:
    ///   - usage: Of the whole command.
    ///   - work: Counted work of all that followed the training; `nil` where not all of it was counted.
    ///   - isWhole: Whether nobody and no clock ended it before its time.
    func record(
        _ trained: TrainedModel, took usage: Usage, work: Double?, isWhole: Bool
    ) -> PlanRecord {
        let kept = zip(trainings, trained.trainings).compactMap { planned, done in
            planned.patience == nil
                ? nil : Double(done.bestEpoch) / Double(max(planned.mostEpochs, 1))
        }
        return PlanRecord(
            made: Clock.text(unixSeconds: Clock.unixSeconds()), machine: machine, table: table,
            training: training, kind: kind, plan: plan, bill: bill,
            done: .init(
                usage: usage, trainingSeconds: trained.used.wallSeconds,
                steps: trained.trainings.map(\.steps),
                keptShare: kept.isEmpty ? nil : kept.reduce(0, +) / Double(kept.count),
                isWhole: isWhole && trained.trainings.count == trainings.count,
                probeWorkSeconds: work))
    }
}

extension PlanHistory {
    private static let mostRead = 1000

    /// What the index of runs knows; a plan that another version wrote otherwise is passed over.
    ///
    /// - Parameter say: Told where the index cannot be read, which is no reason not to plan.
    static func ofIndex(_ say: (String) -> Void) -> PlanHistory {
        do {
            guard let index = try RunIndex.openExisting() else { return PlanHistory() }
            return PlanHistory(
                try index.plans(limit: mostRead).compactMap { plan in
                    try? JSON.decode(
                        PlanRecord.self, from: Array(plan.content.utf8),
                        file: RunIndex.Plan.fileName)
                })
        } catch {
            say("planned without earlier runs: \(error)")
            return PlanHistory()
        }
    }
}
