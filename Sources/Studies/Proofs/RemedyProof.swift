import Documents
import Evidence
import Platform
package import Reporting
package import Runs
import Tuning

/// What `vouch prove` is asked for.
package struct ProofRequest: Sendable {
    /// A remedy's id, with a strength where it is one: `dropout=0.3`.
    package var remedy: String
    /// Where the model that a remedy of the model made is written as a run; `nil` to write none.
    package var output: String?
    /// Of trainings that are paired; a remedy that trains nothing needs none.
    package var seeds = 5
    /// Of a remedy of the recipe: settings as `SearchPoint(text:)` reads them; of an ensemble several.
    package var settings: [String] = []
    /// Of a remedy of the recipe: a study's folder, or the file of a tuned recipe, in place of settings.
    package var study: String?
    /// Of a remedy against wrong labels: which test rows' labels are trusted; `nil` where nobody said.
    package var trusted: String?
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
/// The model that a remedy of the model made is written as a run of its own where that is asked for, whatever the verdict.
///
/// One that changes outputs is fitted on validation rows and compared over rows; so is one that makes another model, which is
/// timed beside the run's. One that trains anew is judged over five paired seeds or more, over seeds and rows. Looks are
/// recorded in the run's ledger, and the proof in its folder.
package func proveRemedy(
    _ request: ProofRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RunReport {
    if let output = request.output { try AtomicFolder.check(output, overwrite: false) }
    if let remedy = RecipeRemedy(rawValue: request.remedy) {
        return try proveRecipe(remedy, request, run: run, onEvent: onEvent)
    }
    guard request.settings.isEmpty, request.study == nil else {
        throw VouchError(
            "--settings and --study are for \(RecipeRemedy.tunedRecipe.rawValue) and "
                + "\(RecipeRemedy.settingsEnsemble.rawValue), and \"\(request.remedy)\" is neither")
    }
    let proof = try proof(request, run: run, onEvent: onEvent)
    try proofFile.add([proof], to: run)
    return proof.report(run: run, arguments: request.arguments)
}

private func proof(
    _ request: ProofRequest, run: String, onEvent: @escaping (RunEvent) -> Void
) throws -> Proof {
    let ofLabels = LabelRemedy.all.first { $0.description.id == request.remedy }
    guard request.trusted == nil || ofLabels != nil else {
        throw VouchError(
            "--trusted is for \(listedInWords(LabelRemedy.all.map(\.description.id))), and "
                + "\"\(request.remedy)\" is none of them")
    }
    if let (remedy, strength) = try modelRemedy(request.remedy) {
        return try modelProof(remedy, strength: strength, request, run: run, onEvent: onEvent)
    }
    guard request.output == nil else {
        throw VouchError(
            "--save keeps the model that a remedy of the model made ("
                + allModelRemedies.map(\.description.id).joined(separator: ", ")
                + "), and \"\(request.remedy)\" is none. What changes outputs makes no model; what "
                + "trains anew is kept by `vouch train` with its option")
    }
    if let remedy = allOutputRemedies.first(where: { $0.description.id == request.remedy }) {
        return try proveOutputRemedy(remedy, run: run)
    }
    let ofSettings = try TrainingRemedy.parse(request.remedy)
    guard let description = ofLabels?.description ?? ofSettings?.0.description else {
        throw VouchError(
            "--remedy is \"\(request.remedy)\"; there is \(remedyIDs.joined(separator: ", "))")
    }
    try checkPairedSeeds(request.seeds)
    var trainings = 2 * request.seeds
    if let (remedy, strength) = ofSettings, strength == nil { trainings += remedy.strengths.count }
    if let ofLabels { trainings += ofLabels.trainings }
    let seconds = try storedReport(run: run).measurements.first { $0.metric == .trainingSeconds }
    onEvent(
        .stage(
            "\(trainings) trainings"
                + (seconds?.value.map { " of about \(Int($0.rounded(.up))) s each" } ?? "")))
    let trial = try RetrainedProof(
        run: run, threads: checkedThreads(request.threads), onEvent: onEvent)
    var door = HeldOutRows(of: run, for: "proof of \(description.name)")
    if let ofLabels {
        return try trial.proof(
            of: ofLabels, trusted: request.trusted, seeds: request.seeds, &door)
    }
    guard let (remedy, strength) = ofSettings else { preconditionFailure("one of both") }
    return try trial.proof(of: remedy, strength: strength, seeds: request.seeds, &door)
}

/// A remedy of the recipe, with its verdict beside the proof.
private func proveRecipe(
    _ remedy: RecipeRemedy, _ request: ProofRequest, run: String,
    onEvent: @escaping (RunEvent) -> Void
) throws -> RunReport {
    guard request.output == nil, request.trusted == nil else {
        throw VouchError(
            "--save and --trusted do not go with \"\(remedy.rawValue)\", which trains anew; leave them out. A recipe is "
                + "kept by `vouch train` with its settings")
    }
    guard remedy.takesSettings || (request.settings.isEmpty && request.study == nil) else {
        throw VouchError(
            "\(remedy.rawValue) trains the run's own settings again; leave --settings and --study out")
    }
    guard request.settings.isEmpty || request.study == nil else {
        throw VouchError("--settings and --study both say what to try; leave one out")
    }
    var asked = RecipeProofRequest(
        remedy: remedy, points: try request.settings.map(SearchPoint.init(text:)), searched: nil,
        source: request.settings.isEmpty ? "each main setting turned" : "given by hand")
    if let study = request.study {
        let file = try TunedRecipeFile(study)
        guard !file.recipe.settings.isEmpty else {
            throw VouchError(
                "\(file.path): its search found nothing better than the default, so that there is nothing to prove")
        }
        asked.searched = file.recipe
        asked.source = file.sourceText
        asked.points = [file.recipe.point]
        if remedy == .settingsEnsemble { asked.points += (file.recipe.others ?? []).map(SearchPoint.init) }
    }
    asked.seeds = request.seeds
    let judged = try judgedRecipe(
        asked, run: run, threads: request.threads, onEvent: onEvent)
    return judged.proof.report(run: run, arguments: request.arguments, notes: judged.facts)
}

/// Makes the model, writes it where that is asked for, and judges it.
private func modelProof(
    _ remedy: any ModelRemedy, strength: Double?, _ request: ProofRequest, run: String,
    onEvent: (RunEvent) -> Void
) throws -> Proof {
    var trial = try ModelProof(
        run: run, purpose: "proof of \(remedy.description.name)",
        threads: checkedThreads(request.threads), onEvent: onEvent)
    let rows = try trial.calibrationRows(for: remedy.description.id)
    let changed = try trial.changed(by: remedy, strength: strength, on: rows)
    let proved = try trial.proof(of: remedy.description, changed, onEvent: onEvent).proof
    if let output = request.output {
        try ChangedRun(
            proof: trial, model: changed.model, proved: proved,
            facts: [.init("Verdict", proved.verdictText)], arguments: request.arguments
        ).write(to: output, onEvent: onEvent)
    }
    return proved
}
