import Documents
import Evidence
import Kernels
import Models
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Statistics
import Training

/// A model that a remedy made of a run's, as a run of its own: it opens, predicts, is evaluated and explained as any other.
///
/// Its configuration is the one that it was trained by; of a model that was only changed, that of the run. What would train
/// again is left out of its report, since such a training is not how it came to be.
struct ChangedRun {
    let proof: ModelProof
    let model: ModelBundle
    let proved: Proof
    /// To be said of it beside where it came from.
    var facts: [RunReport.Fact] = []
    /// The command line, for the report.
    let arguments: [String]

    /// - Throws: where something stands there already; then nothing is written.
    func write(to output: String, onEvent: (RunEvent) -> Void) throws {
        let source = proof.finished
        let origin = try proof.small.origin(of: model)
        var learner = origin?.learner ?? source.learner
        learner.configuration.output = output
        let features = origin?.features ?? source.features
        let trainings = try origin?.trainings ?? source.storedTrainings(of: model)
        let stored = try RunReport(json: RunFolder.open(source.path).read("measurements.json"))
        let weights = model.encodedWeights()
        let hash = ContentHash.sha256(weights)
        let known = learner.prepared.hashes.last.map {
            modelsMeasuredBefore(onDataSHA256: $0, except: hash)
        }
        let reading = try AdditiveReading(learner, model, features)
        // The validation rows chose the model, and calibrate nothing more.
        let subject = try SubjectAssembly(
            learner: learner, model: model, steps: trainings.reduce(0) { $0 + $1.steps },
            used: nil, features: features, modelBytes: weights.count,
            modelsBefore: max(known ?? 0, stored.ledger?.models ?? 1),
            shapes: reading?.outputs.map(\.shapes) ?? []
        ).subject()
        let outcomes = ProbeSchedule(budgetSeconds: 0, now: { Clock.monotonicSeconds() })
            .run(allProbes, on: subject)
        let ledger = try LedgerEntries(
            learner.configuration, learner.prepared, after: [], trainings: trainings,
            outcomes: outcomes, proofs: [proved], subject: subject, charges: [], weightsSHA256: hash)
        var report = ReportAssembly(
            configuration: learner.configuration, prepared: learner.prepared, model: model,
            trainings: trainings, outcomes: outcomes, proofs: [], subject: subject,
            ledger: ledger.summary(models: subject.test.models), arguments: arguments,
            threads: learner.pool.threads, weightsSHA256: hash, card: CardAnswers()
        ).report()
        report.tell(
            of: model, from: source.path, proved, facts, arguments: arguments)
        if origin == nil { report.keepEnding(of: stored) }
        try RunFiles(
            model: model, weights: weights, configuration: learner.configuration,
            recipe: learner.prepared.recipe, histories: trainings.map(\.history),
            report: report.inPlainWords(),
            predictions: [
                subject.test, try learner.validationPredictions(model, features),
            ], reading: reading,
            reference: try OutOfDistributionReference(learner, model, features),
            unlabelled: learner.prepared.pool.map(UnlabelledRecord.init)
        ).writer().commit(to: output, overwrite: false, recording: ledger.records)
        if let index = try? RunIndex.openExisting() { _ = try? index.record(runAt: output) }
    }
}

extension RunReport {
    /// What the model was made of, and how that was judged.
    fileprivate mutating func tell(
        of model: ModelBundle, from run: String, _ proof: Proof, _ more: [Fact],
        arguments: [String]
    ) {
        command = arguments.map(shellQuoted).joined(separator: " ")
        let changes = model.provenance.changes
        let made = changes.last.map { change in
            Fact(
                "Made of",
                "\(run), whose weights have the SHA-256 \(change.weightsSHA256.prefix(12))…, by "
                    + "\(change.remedy): \(change.detail)")
        }
        facts.insert(contentsOf: [made].compactMap { $0 } + more, at: min(1, facts.count))
        let moved = proof.changes.filter { $0.verdict != .cannotTell }.map { change in
            MetricRegistry.name(of: change.metric)
                + (change.difference.group.map { " (\($0))" } ?? "") + " " + change.verdict.text
        }
        facts.append(
            Fact(
                "Beside that run",
                moved.isEmpty
                    ? "nothing differs that \(proof.over) show" : moved.joined(separator: ", ")))
    }

    /// How the training ended that the changed model goes back to, which its run's report tells.
    fileprivate mutating func keepEnding(of stored: RunReport) {
        let told: Set = ["Ended", "Steps", "Kept", "Refits", "Folds"]
        facts.removeAll { told.contains($0.label) }
        facts += stored.facts.filter { told.contains($0.label) }
        about?.ending = stored.about?.ending
    }
}
