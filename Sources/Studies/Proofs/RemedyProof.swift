import Documents
import Evidence
package import Reporting
package import Runs

/// What `vouch prove` is asked for.
package struct ProofRequest: Sendable {
    /// A remedy's id, with a strength where it is one: `dropout=0.3`.
    package var remedy: String
    /// Of trainings that are paired; a remedy that trains nothing needs none.
    package var seeds = 5
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String]

    package init(remedy: String, arguments: [String] = []) {
        self.remedy = remedy
        self.arguments = arguments
    }
}

/// Tries a remedy on a run and judges it on the run's test rows.
///
/// One that changes outputs is fitted on validation rows and compared over rows; so is one that makes another model, which is
/// timed beside the run's. One that trains anew is judged over five paired seeds or more, over seeds and rows. Looks are
/// recorded in the run's ledger, and the proof in its folder.
package func proveRemedy(
    _ request: ProofRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RunReport {
    let proof = try proof(request, run: run, onEvent: onEvent)
    try proofFile.add([proof], to: run)
    return proof.report(run: run, arguments: request.arguments)
}

private func proof(
    _ request: ProofRequest, run: String, onEvent: @escaping (RunEvent) -> Void
) throws -> Proof {
    if let remedy = allOutputRemedies.first(where: { $0.description.id == request.remedy }) {
        return try proveOutputRemedy(remedy, run: run)
    }
    if let (remedy, strength) = try modelRemedy(request.remedy) {
        return try proveModelRemedy(
            remedy, strength: strength, run: run, threads: checkedThreads(request.threads),
            onEvent: onEvent)
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
    let seconds = try storedReport(run: run).measurements.first { $0.metric == .trainingSeconds }
    onEvent(
        .stage(
            "\(trainings) trainings"
                + (seconds?.value.map { " of about \(Int($0.rounded(.up))) s each" } ?? "")))
    let trial = try RetrainedProof(
        run: run, threads: checkedThreads(request.threads), onEvent: onEvent)
    var door = HeldOutRows(of: run, for: "proof of \(remedy.description.name)")
    return try trial.proof(of: remedy, strength: strength, seeds: request.seeds, &door)
}
