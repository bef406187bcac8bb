import Cost
import Documents
import Evidence
import Kernels
import Models
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Tables
import Training

/// From a trained model to what its run folder holds: rows predicted, probes, proofs, the report and the files. Nothing
/// is put in place yet.
struct RunTelling {
    let learner: Learner
    let features: EncodedFeatures
    let control: RunControl
    /// Of the command.
    let meter: CostMeter
    /// Which probes and proofs fit; `nil` where counted work alone says so.
    var budget: RunBudget?
    /// What it was expected to take; `nil` where nothing was told.
    var planned: PlannedRun?
    /// Which of two models the run's is, where one began with another run's weights.
    var carrying: CarryChoice?
    /// By which pieces of work are timed; it decides nothing.
    var clock: @Sendable () -> Double = { Clock.monotonicSeconds() }
    /// Of a rehearsal, whose findings are dropped: nothing is trained for a probe. `nil` of a run.
    var rehearsal: RehearsalLimit?
    /// What each probe and proof took, by its id, and what stood before and after them.
    private(set) var pieces: [String: Double] = [:]
    private(set) var preparing = 0.0
    private(set) var closing = 0.0

    init(
        learner: Learner, features: EncodedFeatures, control: RunControl, meter: CostMeter,
        budget: RunBudget? = nil
    ) {
        self.learner = learner
        self.features = features
        self.control = control
        self.meter = meter
        self.budget = budget
    }

    struct Told {
        var report: RunReport
        var writer: RunFolder.Writer
        var records: [Ledger.Record]
        var weightsSHA256: String
    }

    private var configuration: TrainConfiguration { learner.configuration }
    private var prepared: PreparedData { learner.prepared }

    mutating func told(of trained: TrainedModel) throws -> Told {
        let began = clock()
        let (model, trainings) = (trained.model, trained.trainings)
        let weights = model.encodedWeights()
        let hash = ContentHash.sha256(weights)
        let replaced = ReplacedRun(configuration.output, onEvent: control.onEvent)
        let validation = try learner.validationPredictions(model, features)
        let reading = try AdditiveReading(learner, model, features)
        var probed = learner
        if let budget {
            probed.cancellation = learner.cancellation.orWhere { budget.endsProbes }
        }
        var assembly = SubjectAssembly(
            learner: probed, model: model, steps: trained.steps, used: trained.used,
            features: features,
            modelBytes: weights.count,
            modelsBefore: replaced.modelsBefore(
                onDataSHA256: control.isIndexed ? prepared.hashes.last : nil, except: hash),
            validation: validation, shapes: reading?.outputs.map(\.shapes) ?? [])
        assembly.lostSteps = trained.lostSteps
        var subject = try assembly.subject()
        subject.carriedOver = carrying?.outcome
        preparing = clock() - began
        if let plan = configuration.evidence.crossValidation {
            let seconds = Int((Double(plan.trainings) * trained.used.wallSeconds).rounded(.up))
            control.onEvent(
                .stage("Cross-validation takes \(plan.trainings) trainings, about \(seconds) s"))
        }
        let (outcomes, proofs, used) = measured(
            subject, validation: validation, try configuration.tariff)
        let closes = clock()
        let ledger = try LedgerEntries(
            configuration, prepared, after: replaced.records, trainings: trainings, outcomes: outcomes,
            proofs: proofs, subject: subject,
            charges: charges(training: trained.used, whole: used), weightsSHA256: hash)
        let report = ReportAssembly(
            configuration: configuration, prepared: prepared, model: model,
            trainings: trainings, outcomes: outcomes, proofs: proofs, subject: subject,
            ledger: ledger.summary(models: subject.test.models),
            arguments: control.arguments, threads: learner.pool.threads, weightsSHA256: hash,
            card: control.card, budget: budget?.text, carrying: carrying?.facts ?? []
        ).report()
        let files = try RunFiles(
            model: model, weights: weights, configuration: configuration,
            recipe: prepared.recipe, histories: trainings.map(\.history), report: report,
            predictions: [subject.test, validation], reading: reading,
            reference: try OutOfDistributionReference(learner, model, features),
            plan: planned?.record(
                trained, took: used,
                work: configuration.evidence.crossValidation == nil ? subject.work.seconds : nil,
                isWhole: isWhole(trained)),
            unlabelled: prepared.pool.map(UnlabelledRecord.init),
            restarts: RestartRecord(trainings, askedRate: prepared.recipe.learningRate)
        ).writer()
        closing = clock() - closes
        return Told(
            report: report, writer: files, records: ledger.records, weightsSHA256: hash)
    }

    /// Whether what it took says what such a run takes.
    private func isWhole(_ trained: TrainedModel) -> Bool {
        !control.resume && !learner.cancellation.isRaised
            && trained.trainings.allSatisfy { training in
                switch training.stop {
                case .converged, .maximumEpochs, .maximumSteps: training.restarts.isEmpty
                case .budget, .interrupted, .numericalFailure, .diverged: false
                }
            }
    }
}

// MARK: - Probes and proofs

extension RunTelling {
    /// What all probes find, the remedies of outputs that are tried, and then what these and the rest of
    /// the command took.
    private mutating func measured(
        _ subject: Subject, validation: LabelledPredictions, _ tariff: Tariff
    ) -> (outcomes: [ProbeSchedule.Outcome], proofs: [Proof], used: Usage) {
        let schedule = schedule()
        let all =
            allProbes + requestedProbes.filter { $0.description.needs.isSubset(of: subject.has) }
        let probes = all.filter {
            rehearsal == nil
                || !$0.description.trains && !$0.description.needs.contains(.crossValidation)
        }
        let began = Clock.monotonicSeconds()
        control.onEvent(.stage("Measuring on \(subject.test.rows) test rows"))
        var outcomes = schedule.run(probes, on: subject, onProgress: control.onProbes)
        for outcome in outcomes {
            let isUnknown = rehearsal?.leftOut(outcome.result) ?? false
            if outcome.seconds > 0 || isUnknown {
                pieces[outcome.probe.id] = isUnknown ? .infinity : outcome.seconds
            }
        }
        control.onEvent(.stage("Proving remedies on \(subject.test.rows) test rows"))
        let proofs = proofs(fittedOn: validation, provedOn: subject.test, &outcomes)
        let used = meter.used()
        var finished = subject
        finished.runCost = CommandCost(
            probeSeconds: Clock.monotonicSeconds() - began,
            probeWorkSeconds: subject.work.seconds,
            probeBudgetSeconds: schedule.budgetSeconds ?? 0, usage: used,
            trainingRows: prepared.split.train.count + prepared.split.validation.count,
            planned: planned?.plan.expected)
        // These look back and take nothing: no limit leaves them out.
        let last = ProbeSchedule(budgetSeconds: nil, now: clock)
        return (outcomes + last.run(closingProbes(tariff), on: finished), proofs, used)
    }

    /// The training, and what else the command did until now.
    private func charges(training: Usage, whole: Usage) -> [RunCharge] {
        var training = training
        if control.resume {
            training.energy = training.energy.knowing(not: [
                "what the training took before it was interrupted: not counted"
            ])
        }
        return [
            RunCharge(.training, "training of the model", training),
            RunCharge(.probes, "reading, probes and proofs of the training", whole.less(training)),
        ]
    }

    /// The probes' budget is of counted work; a budget of the whole command bounds them beside.
    private func schedule() -> ProbeSchedule {
        let seconds = learner.cancellation.isRaised ? 0 : configuration.evidence.probeSeconds
        var schedule = ProbeSchedule(budgetSeconds: seconds, now: clock)
        schedule.limit = budget ?? rehearsal
        return schedule
    }

    /// Of every remedy that changes outputs alone: they train nothing, so that all are tried that fit.
    private mutating func proofs(
        fittedOn validation: LabelledPredictions, provedOn test: LabelledPredictions,
        _ outcomes: inout [ProbeSchedule.Outcome]
    ) -> [Proof] {
        guard prepared.target.task != .regression, validation.rows > 0 else { return [] }
        var proofs: [Proof] = []
        var measured: MeasuredSubject?
        for (number, remedy) in allOutputRemedies.enumerated() {
            let description = remedy.description
            let piece = Self.piece(number, description)
            if let reason = budget?.reasonToLeaveOut(piece) {
                outcomes.append(.leftOut(description, reason))
                continue
            }
            if let rehearsal, rehearsal.isOver {
                pieces[piece] = .infinity
                continue
            }
            let began = clock()
            let before = measured ?? MeasuredSubject(Subject(test: test))
            measured = before
            if let proof = try? Proof(remedy, fittedOn: validation, provedOn: before) {
                proofs.append(proof)
            }
            budget?.finishedPiece()
            pieces[piece] = clock() - began
        }
        return proofs
    }

    /// The first proof measures the model without remedies for all of them.
    private static func piece(_ number: Int, _ remedy: RemedyDescription) -> String {
        "proof \(number) of \(remedy.id)"
    }
}

extension ProbeSchedule.Outcome {
    /// A proof that did not fit.
    fileprivate static func leftOut(_ remedy: RemedyDescription, _ reason: String) -> Self {
        .init(
            probe: ProbeDescription(
                id: remedy.id, name: "Proof of \(remedy.name)", drawback: remedy.drawback,
                needs: [], looksAt: [], metrics: []),
            result: .leftOut(reason), seconds: 0)
    }
}
