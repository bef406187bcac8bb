import Documents
import Evidence
import Platform
import Prediction
import RunStore
import Runs
import Statistics
import Tables

/// Trains a run's model anew, with a remedy and without, under several paired seeds.
struct RetrainedProof {
    /// With all settings as the run's recipe settled them.
    let configuration: TrainConfiguration
    /// As the run was asked for: what is changed in it is settled anew with all that follows from it.
    let asked: TrainConfiguration
    let run: String
    let trials: Trials
    let onEvent: (RunEvent) -> Void

    /// - Parameter run: Its data must stand where they stood, unchanged.
    init(run: String, threads: Int, onEvent: @escaping (RunEvent) -> Void) throws {
        let stored = try FinishedRun.configuration(of: run)
        guard stored.learning.budget == nil else {
            throw VouchError(
                "\(run) was trained with --budget, so that a busy machine would be part of the proof. "
                    + "Train it with the steps of its report's \"How to repeat it\", then prove that"
            )
        }
        let finished = try FinishedRun(run, threads: threads, onEvent: onEvent)
        try finished.checkIsTrained()
        trials = Trials(finished.learner, features: finished.features)
        configuration = stored.pinned(to: finished.prepared.recipe)
        asked = stored
        self.run = run
        self.onEvent = onEvent
    }

    var isRegression: Bool { trials.run.prepared.target.task == .regression }

    /// One training, with what probes and proofs may see of it.
    struct Trained {
        /// With the run's test rows.
        var subject: Sealed<Subject>
        /// What its models say of the rows that stopped them.
        var validation: Sealed<LabelledPredictions>
    }

    /// Of a seed as the run's own that is moved on.
    ///
    /// - Throws: where the settings are refused.
    func plan(_ changed: TrainConfiguration, seed: UInt64) throws -> TrialPlan {
        var configuration = changed
        configuration.learning.seed = changed.learning.seed &+ seed
        try configuration.validate()
        return TrialPlan(configuration)
    }

    /// - Parameter change: To the plan, beside its settings.
    func trained(
        _ changed: TrainConfiguration, seed: UInt64,
        changing change: (inout TrialPlan) throws -> Void = { _ in }
    ) throws -> Trained {
        var plan = try plan(changed, seed: seed)
        try change(&plan)
        let trial = try trials.trained(plan)
        return Trained(subject: try trial.subject(), validation: try trial.validation())
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
        return try judged(
            remedy.judged(isRegression: isRegression), means: { means + "; trained anew" },
            seeds: seeds, &door
        ) { seed, _ in
            (
                try trained(configuration, seed: seed).subject,
                try trained(changed, seed: seed).subject
            )
        }.proof
    }

    /// What pairs of trainings came to.
    struct Judged {
        var proof: Proof
        /// One a seed.
        var tests: [(before: LabelledPredictions, after: LabelledPredictions)]
        /// Remedies of this kind that were judged on these rows, this one among them.
        var looks: Int
    }

    /// Trains without and with a remedy under each seed, then opens the test rows and compares.
    ///
    /// - Parameters:
    ///   - means: What was changed, when all is trained.
    ///   - seeds: Of paired trainings, five or more.
    ///   - looks: How many remedies of this kind were judged on the test rows; asked when their line is in the ledger.
    ///   - door: That of the run.
    ///   - pair: Trains without and with it, by the number of a seed.
    func judged(
        _ remedy: RemedyDescription, means: () -> String, seeds: Int,
        looks: () throws -> Int = { 1 }, _ door: inout HeldOutRows,
        pair: (_ seed: UInt64, _ door: inout HeldOutRows) throws -> (
            before: Sealed<Subject>, after: Sealed<Subject>
        )
    ) throws -> Judged {
        var before: [Sealed<Subject>] = []
        var after: [Sealed<Subject>] = []
        for seed in 0..<seeds {
            onEvent(.stage("Training without and with it: seed \(seed + 1) of \(seeds)"))
            let trained = try pair(UInt64(seed), &door)
            before.append(trained.before)
            after.append(trained.after)
        }
        let untreated = try before.map { try door.open($0) }
        let treated = try after.map { try door.open($0) }
        let judged = try looks()
        let proof = try Proof(
            remedy, means: means(),
            over: "\(seeds) paired seeds and \(untreated[0].test.rows) test rows",
            before: untreated, after: treated, looks: judged)
        return Judged(
            proof: proof, tests: zip(untreated, treated).map { ($0.test, $1.test) }, looks: judged)
    }
}
