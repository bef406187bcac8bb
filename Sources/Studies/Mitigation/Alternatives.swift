import Evidence
package import Fairness
import Figures
import Platform
import Prediction
package import Reporting
package import Runs
import Statistics

/// What `vouch fairness alternatives` is asked.
package struct AlternativesRequest: Sendable {
    /// Columns; of several, the combinations of their groups are meant.
    package var protected: [String]
    package var constraint = FairnessConstraint.demographicParity
    /// Further trainings with the run's own settings.
    package var seeds = 4
    /// Of trainings with a penalty on the gap.
    package var penalties: [Double] = [1, 5]
    /// Further remedies of gaps that train anew, as `vouch prove` takes them, each a training.
    package var remedies: [String] = []
    /// Accuracy on validation rows, and on test rows, that an alternative may cost.
    package var mostAccuracyLost = 0.005
    package var threads: Int?
    /// The command line, for the document.
    package var arguments: [String] = []

    package init(protected: [String]) { self.protected = protected }

    func check() throws(VouchError) {
        guard !protected.isEmpty, Set(protected).count == protected.count else {
            throw VouchError("name the protected columns, each once: --protected COLUMN")
        }
        guard (0...100).contains(seeds) else {
            throw VouchError("--seeds is \(seeds); it must be from 0 to 100")
        }
        guard (0...1).contains(mostAccuracyLost) else {
            throw VouchError(
                "--most-accuracy-lost is \(mostAccuracyLost); it must be from 0 to 1")
        }
        if let bad = penalties.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw VouchError("--penalty is \(bad); it must be above 0")
        }
        guard seeds > 0 || !penalties.isEmpty || !remedies.isEmpty else {
            throw VouchError(
                "there is no alternative to train: give --seeds, --penalty or --remedy")
        }
    }
}

/// Looks for a model about as accurate as a run's whose gap is smaller: among other seeds, reweighed rows,
/// penalties and what else against gaps is asked for.
///
/// It is chosen on validation rows, and that one alone is judged on the test rows. The looks are recorded.
///
/// - Source: the search for less discriminatory alternatives, Gillis et al. 2024, arXiv:2405.18680; that models of equal
///   accuracy differ in their gaps, Rodolfa et al. 2021, arXiv:2012.02972.
package func fairAlternatives(
    _ request: AlternativesRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> TableDocument {
    try request.check()
    let remedies = try request.remedies.map { text throws(VouchError) in
        (text: text, of: try TrainingRemedy.ofGaps(text, for: "a search"))
    }
    let trainer = try RetrainedProof(
        run: run, threads: try checkedThreads(request.threads), onEvent: onEvent)
    let column = judgedColumn(request.protected)
    var door = HeldOutRows(
        of: run, for: "alternatives of smaller \(request.constraint.text) gap over \(column)")
    let base = try door.open(.validation).judging(request.protected)
    guard base.rows > 0 else {
        throw VouchError("\(run) kept no validation rows to choose an alternative on")
    }
    func measured(
        _ name: String, _ options: String, _ validation: LabelledPredictions,
        _ subject: Sealed<Subject>?
    ) throws -> Alternative {
        try Alternative(
            name: name, options: options, subject: subject,
            accuracy: validation.classificationSample.accuracy(threshold: validation.threshold),
            gap: request.constraint.gap(of: validation, column: column))
    }
    let own = try measured("the run itself", "", base, nil)
    let candidates =
        usualCandidates(request, trainer.configuration)
        + remedies.map { Candidate($0.text, $0.of, trainer.configuration) }
    let found = try candidates.map { candidate in
        onEvent(.stage("Training \(candidate.name)"))
        let made = try trainer.trained(candidate.configuration, seed: candidate.seed)
        return try measured(
            candidate.name, candidate.options,
            door.open(made.validation).judging(request.protected), made.subject)
    }
    var choice = AlternativeChoice(
        request: request, column: column, validationRows: base.rows, own: own, found: found)
    if let subject = choice.chosen?.subject {
        let test = try door.open(.test).judging(request.protected)
        choice.change = try GapChange(
            request.constraint, column: column, before: test,
            after: door.open(subject).test.judging(request.protected))
        choice.testRows = test.rows
    }
    return choice.document(
        run: run,
        readsGroups: candidates.contains { $0.configuration.model.groupRepair != nil })
}

/// A training to try: the run's own settings with one change.
private struct Candidate {
    var name: String
    var options: String
    var configuration: TrainConfiguration
    var seed: UInt64
}

extension Candidate {
    /// With a remedy that changes the training.
    fileprivate init(
        _ name: String, _ asked: (remedy: TrainingRemedy, strength: Float),
        _ configuration: TrainConfiguration
    ) {
        var changed = configuration
        asked.remedy.apply(asked.strength, &changed)
        self.init(
            name: name, options: asked.remedy.options(asked.strength), configuration: changed,
            seed: 0)
    }
}

/// Other seeds, reweighed rows where the run does not reweigh, and penalties.
private func usualCandidates(
    _ request: AlternativesRequest, _ configuration: TrainConfiguration
) -> [Candidate] {
    var found: [Candidate] = []
    // Seeds of `RetrainedProof` are added to the run's own.
    for seed in 0..<request.seeds {
        let number = UInt64(seed + 1)
        found.append(
            Candidate(
                name: "seed \(configuration.learning.seed &+ number)",
                options: "--seed \(configuration.learning.seed &+ number)",
                configuration: configuration, seed: number))
    }
    var reweighed = configuration
    reweighed.model.reweighsGroups = true
    if configuration.model.reweighsGroups != true {
        found.append(
            Candidate(
                name: "rows reweighed by group and label", options: "--reweigh-groups",
                configuration: reweighed, seed: 0))
    }
    for strength in request.penalties {
        var changed = configuration
        changed.model.fairPenalty = .init(request.constraint, strength: strength)
        let text = "\(request.constraint.rawValue)=\(NumberText.plain(strength))"
        found.append(
            Candidate(
                name: "penalty \(text)", options: "--fair-penalty \(text)", configuration: changed,
                seed: 0))
    }
    return found
}
