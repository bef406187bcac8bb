import Documents
import Evidence
import Generalization
import Kernels
import Platform
import Prediction
package import Reporting
import RunStore
package import Runs
import Statistics
import Tables
import Training

/// Trains a run's model anew, with a remedy and without, under several paired seeds.
struct RetrainedProof {
    let configuration: TrainConfiguration
    private let run: FinishedRun
    private let onEvent: (RunEvent) -> Void

    private var prepared: PreparedData { run.prepared }
    private var features: EncodedFeatures { run.features }
    private var pool: WorkerPool { run.pool }

    /// - Parameter run: Its data must stand where they stood, unchanged.
    init(run: String, threads: Int, onEvent: @escaping (RunEvent) -> Void) throws {
        let stored = try FinishedRun.configuration(of: run)
        guard stored.learning.budgetSeconds == nil else {
            throw VouchError(
                "\(run) was trained with --budget, so that a busy machine would be part of the proof. "
                    + "Train it with the steps of its report's \"How to repeat it\", then prove that"
            )
        }
        self.run = try FinishedRun(run, threads: threads, onEvent: onEvent)
        configuration = stored.pinned(to: self.run.prepared.recipe)
        self.onEvent = onEvent
    }

    private var isRegression: Bool { prepared.target.task == .regression }

    /// One training, with what probes and proofs may see of it.
    struct Trained {
        /// With the run's test rows.
        var subject: Sealed<Subject>
        /// What its models say of the rows that stopped them.
        var validation: Sealed<LabelledPredictions>
    }

    func trained(_ changed: TrainConfiguration, seed: UInt64) throws -> Trained {
        var configuration = changed
        configuration.learning.seed = changed.learning.seed &+ seed
        try configuration.validate()
        var (prepared, features) = (prepared, features)
        if configuration.model.groupRepair != prepared.encoder.repair?.rule {
            prepared = try prepared.repairing(configuration.model.groupRepair)
            features = try prepared.encoder.encode(prepared.table)
        }
        let rows = prepared.split.train.count + prepared.split.validation.count
        prepared.recipe = Recipe(configuration, for: prepared.problem(rows: rows))
        let learner = Learner(
            configuration: configuration, prepared: prepared, pool: pool, pairs: run.pairs)
        let made = try ModelTraining(learner: learner, startedAt: Clock.monotonicSeconds())
            .trained(features)
        guard !InterruptFlag.isRaised else {
            throw VouchError("interrupted; no result was recorded")
        }
        return Trained(
            subject: Sealed(
                try SubjectAssembly(
                    learner: learner, model: made.model, steps: made.steps, used: made.used,
                    features: features,
                    modelBytes: made.model.encodedWeights().count, modelsBefore: 0
                ).subject()),
            validation: Sealed(try learner.validationPredictions(made.model, features)))
    }

    /// The strength with the lowest mean loss on validation rows, of one training each, by a seed that
    /// the proof does not use.
    private func chosen(
        _ remedy: TrainingRemedy, seed: UInt64, _ door: inout HeldOutRows
    ) throws -> (Float, rows: Int) {
        var best: (strength: Float, loss: Double)?
        var rows = 0
        for strength in remedy.strengths {
            onEvent(.stage("Choosing on validation rows: \(remedy.description.id)=\(strength)"))
            var changed = configuration
            remedy.apply(strength, &changed)
            let validation = try door.open(trained(changed, seed: seed).validation)
            rows = validation.rows
            let loss = try validation.weightedMean(validation.rowLosses)
            if best.map({ loss < $0.loss }) ?? true { best = (strength, loss) }
        }
        return (best?.strength ?? 0, rows)
    }

    /// What came of the remedy.
    ///
    /// - Parameters:
    ///   - strength: `nil` to choose it on validation rows.
    ///   - seeds: Of paired trainings, five or more.
    ///   - door: That of the run: test rows are opened, and validation rows where they choose.
    func proof(
        of remedy: TrainingRemedy, strength: Float?, seeds: Int, _ door: inout HeldOutRows
    ) throws -> Proof {
        guard !isRegression || !remedy.isOfClassesOnly else {
            throw VouchError(
                "\(remedy.description.id) is of classes, and this run predicts a number")
        }
        var means = "the run's settings"
        var settled = strength ?? 0
        if let strength {
            means = "\(remedy.description.id)=\(strength), as asked for"
        } else if !remedy.strengths.isEmpty {
            let rows: Int
            (settled, rows) = try chosen(remedy, seed: UInt64(seeds), &door)
            means =
                "\(remedy.description.id)=\(settled), chosen of "
                + remedy.strengths.map(\.description).joined(separator: ", ")
                + " on \(rows) validation rows"
        }
        var changed = configuration
        remedy.apply(settled, &changed)
        var before: [Trained] = []
        var after: [Trained] = []
        for seed in 0..<seeds {
            onEvent(.stage("Training without and with it: seed \(seed + 1) of \(seeds)"))
            before.append(try trained(configuration, seed: UInt64(seed)))
            after.append(try trained(changed, seed: UInt64(seed)))
        }
        let untreated = try before.map { try door.open($0.subject) }
        let treated = try after.map { try door.open($0.subject) }
        let description = remedy.judged(isRegression: isRegression)
        return Proof(
            remedy: description, means: means + "; trained anew",
            over: "\(seeds) paired seeds and \(untreated[0].test.rows) test rows",
            before: try level(description.judgedBy, untreated.map(\.test)),
            after: try level(description.judgedBy, treated.map(\.test)),
            changes: try changes(untreated, treated))
    }

    /// All that the probes measure before and after: over seeds and rows where rows move the number,
    /// over seeds alone else.
    private func changes(_ before: [Subject], _ after: [Subject]) throws -> [Change] {
        let crossed = try PairedChanges(
            zip(before, after).map { (before: $0.test, after: $1.test) }
        ).changes()
        let seeds = SeedChanges(before: measured(before), after: measured(after))
        return crossed
            + [seeds.spreadChange(of: isRegression ? "rootMeanSquaredError" : "logLoss")]
            .compactMap { $0 } + seeds.changes(except: Set(crossed.map(\.metric)))
    }

    /// By every probe that trains nothing itself, tells of more than the tables and compares with no baseline,
    /// whose differences are those of the metrics themselves.
    private func measured(_ subjects: [Subject]) -> [[Measurement]] {
        let probes = allProbes.filter {
            !$0.description.trains && !$0.description.needs.contains(.trainingTables)
                && !($0 is TrivialBaseline)
        }
        let schedule = ProbeSchedule(budgetSeconds: nil, now: { Clock.monotonicSeconds() })
        return subjects.map { subject in
            schedule.run(probes, on: subject).compactMap(\.findings).flatMap(\.measurements)
        }
    }
}

/// What `vouch prove` is asked for.
package struct ProofRequest: Sendable {
    /// A remedy's id, with a strength where it is one: `dropout=0.3`.
    package var remedy: String
    /// Of trainings that are paired; a remedy of outputs needs none.
    package var seeds = 5
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String]

    package init(remedy: String, arguments: [String] = []) {
        self.remedy = remedy
        self.arguments = arguments
    }
}

/// Ids of all remedies.
package let remedyIDs =
    allOutputRemedies.map(\.description.id) + TrainingRemedy.all.map(\.description.id)

/// Tries a remedy on a run and judges it on the run's test rows.
///
/// One that changes outputs is fitted on validation rows and compared over rows. One that trains anew
/// is judged over five paired seeds or more, over seeds and rows. Looks are recorded in the run's
/// ledger, and the proof in its folder.
package func proveRemedy(
    _ request: ProofRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RunReport {
    if let remedy = allOutputRemedies.first(where: { $0.description.id == request.remedy }) {
        return try proveOutputRemedy(remedy, run: run, arguments: request.arguments)
    }
    guard let (remedy, strength) = try TrainingRemedy.parse(request.remedy) else {
        throw VouchError(
            "--remedy is \"\(request.remedy)\"; there is \(remedyIDs.joined(separator: ", "))")
    }
    guard (5...1000).contains(request.seeds) else {
        throw VouchError(
            "--seeds is \(request.seeds); with fewer than 5 paired seeds nobody knows how much training "
                + "again varies. Write 5 or more, to 1000")
    }
    let trainings =
        2 * request.seeds + (strength == nil ? remedy.strengths.count : 0)
    let seconds = try storedReport(run: run).measurements.first { $0.metric == "trainingSeconds" }
    onEvent(
        .stage(
            "\(trainings) trainings"
                + (seconds?.value.map { " of about \(Int($0.rounded(.up))) s each" } ?? "")))
    let trial = try RetrainedProof(
        run: run, threads: checkedThreads(request.threads), onEvent: onEvent)
    var door = HeldOutRows(of: run, for: "proof of \(remedy.description.name)")
    let proof = try trial.proof(
        of: remedy, strength: strength, seeds: request.seeds, &door)
    try proofFile.add([proof], to: run)
    return proof.report(run: run, arguments: request.arguments)
}
