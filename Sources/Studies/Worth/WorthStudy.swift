import Documents
import Evidence
import Figures
import Prediction
package import Reporting
package import Runs
import Statistics
import Tuning

/// What `vouch tune worth` is asked for.
package struct WorthRequest: Sendable {
    /// A study's folder, or the file of a tuned recipe.
    package var study: String
    /// The run on whose test rows it is judged; `nil` for the one that the study names.
    package var run: String?
    /// Of paired trainings.
    package var seeds = 5
    /// The smallest saving that counts, as a share of the default's loss.
    package var margin = Worth.usualMargin
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String] = []

    package init(study: String) { self.study = study }

    /// The id of the metric that has the verdict.
    package static var saving: String { MetricID.tuningGain.rawValue }
}

/// Whether a study's tuned recipe was worth its search: both recipes are trained anew under paired seeds and compared on the
/// run's test rows.
///
/// The look is in the run's ledger, the proof and the verdict in its report.
///
/// - Throws: where the study holds no recipe, its rows are not the run's, or settings are refused.
package func judgeStudy(
    _ request: WorthRequest, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RunReport {
    let file = try TunedRecipeFile(request.study)
    let run = try file.run(request.run)
    guard !file.recipe.settings.isEmpty else {
        if request.run != nil {
            // The study's own run has its rows.
            let trial = try RetrainedProof(
                run: run, threads: checkedThreads(request.threads), onEvent: onEvent)
            try checkRows(of: trial, run, file.recipe, file.sourceText)
        }
        return try untuned(file, run: run, arguments: request.arguments)
    }
    let judged = try judgedRecipe(
        .init(
            remedy: .tunedRecipe, points: [file.recipe.point], searched: file.recipe,
            source: file.sourceText, seeds: request.seeds, margin: request.margin),
        run: run, threads: request.threads, onEvent: onEvent)
    var report = judged.proof.report(run: run, arguments: request.arguments, notes: judged.facts)
    report.title = "Was it worth it? \(request.study)"
    report.summary = judged.sentence + " " + report.summary
    return report
}

extension TunedRecipeFile {
    var sourceText: String {
        "the incumbent of \(recipe.trials) \(recipe.trials == 1 ? "trial" : "trials") of \(path)"
    }
}

/// A search that found nothing which validates better than the default: there is nothing to compare.
private func untuned(_ file: TunedRecipeFile, run: String, arguments: [String]) throws -> RunReport
{
    let sentence =
        "Leave the defaults: the search found nothing that does better on validation rows, so that nothing was "
        + "trained anew and no test row was looked at."
    var gain = Measurement(
        metric: WorthMetrics.gain.id, drawback: .hyperParameters, value: 0,
        sample: .init(split: .validation, rows: 0),
        note: "the incumbent is the default; \(file.recipe.priceText)")
    gain.verdict = Worth.Verdict.leaveTheDefaults.rawValue
    let found = MeasuredProbe(
        id: worthID, drawback: .hyperParameters,
        measurements: [gain] + file.recipe.priceMeasurements(of: gain.sample),
        figures: [WorthFigures.course(file.recipe)].compactMap { $0 }, groups: [])
    _ = try FinishedRun.configuration(of: run)
    try probeFile.add([found], to: run)
    return RunReport(
        title: "Was it worth it? \(file.path)", summary: sentence,
        facts: [
            .init("Was it worth it", Worth.Verdict.leaveTheDefaults.rawValue),
            .init("Price of the search", file.recipe.priceText),
        ], headlines: found.measurements.map(\.metric),
        command: arguments.map(shellQuoted).joined(separator: " ")
    ).adding([found])
}

/// What is found of tuning stands under this id in the run's folder.
private let worthID = "tuningWorth"

/// A remedy of the recipe, judged and written.
struct JudgedRecipe {
    var proof: Proof
    /// The verdict, the detectable effect, the price.
    var facts: [RunReport.Fact]
    var sentence: String
}

/// - Throws: where a search may have chosen on the rows of a run that measure.
private func checkRows(
    of trial: RetrainedProof, _ run: String, _ searched: TunedRecipe?, _ source: String
) throws(VouchError) {
    guard let known = searched?.heldBackSHA256,
        known != trial.trials.run.prepared.heldBackSHA256
    else { return }
    throw VouchError(
        "the search of \(source) held other rows back than \(run) did, so that it may have chosen on this "
            + "run's test rows. Judge it on a run of the same file, seed and shares of rows")
}

/// Trains, judges, and writes the proof and, of a tuned recipe, the verdict beside the run.
func judgedRecipe(
    _ request: RecipeProofRequest, run: String, threads: Int?,
    onEvent: @escaping (RunEvent) -> Void
) throws -> JudgedRecipe {
    try checkPairedSeeds(request.seeds)
    guard request.margin >= 0, request.margin < 1 else {
        throw VouchError(
            "--margin is \(request.margin); write the smallest saving that counts as a share of the loss, from 0 to "
                + "below 1, such as 0.01")
    }
    let trial = try RetrainedProof(run: run, threads: checkedThreads(threads), onEvent: onEvent)
    try checkRows(of: trial, run, request.searched, request.source)
    let purpose = RecipeLooks.purpose(request.text, seeds: request.seeds)
    var door = HeldOutRows(of: run, for: purpose)
    let meter = CostMeter()
    let found = try trial.proof(request, purpose: purpose, &door)
    let seconds = meter.used().wallSeconds
    let worth = try Worth(found, margin: request.margin)
    guard let worth, let metric = MetricRegistry.definition(found.judged.proof.judgedBy) else {
        throw VouchError("\(found.judged.proof.judgedBy) does not move with the rows")
    }
    let text = WorthText(
        worth: worth, metric: metric, seeds: request.seeds, rows: found.judged.tests[0].before.rows,
        standard: found.standard, margin: request.margin)
    var facts: [RunReport.Fact] = [
        .init("Was it worth it", worth.verdict.rawValue),
        .init("What could have been found", text.found),
        .init("Looks", text.widened(trials: request.searched?.trials)),
    ]
    if let searched = request.searched {
        facts.append(.init("Price of the search", searched.priceText))
    }
    if request.searched?.heldBackSHA256 == nil, request.remedy.takesSettings,
        !request.points.isEmpty
    {
        facts.append(
            .init(
                "Untouched",
                "nobody noted which rows the settings were chosen on; if these test rows were among them, the verdict "
                    + "flatters"))
    }
    facts.append(
        .init(
            "Price of this answer", "\(found.trainings) trainings, \(NumberText.plain(seconds)) s"))
    try proofFile.add([found.judged.proof], to: run)
    if request.remedy == .tunedRecipe {
        try probeFile.add(
            [
                try MeasuredProbe(
                    tuning: worth, text, metric, found.judged, searched: request.searched)
            ], to: run)
    }
    return JudgedRecipe(proof: found.judged.proof, facts: facts, sentence: text.sentence)
}

/// - Throws: where there are too few or too many.
func checkPairedSeeds(_ seeds: Int) throws(VouchError) {
    guard (5...1000).contains(seeds) else {
        throw VouchError(
            "--seeds is \(seeds); with fewer than 5 paired seeds nobody knows how much training "
                + "again varies. Write 5 or more, to 1000")
    }
}

extension Worth {
    /// - Returns: `nil` where the metric that decides does not move with the rows.
    fileprivate init?(_ found: RetrainedProof.RecipeProof, margin: Double) throws {
        let proof = found.judged.proof
        guard let difference = try PairedChanges(found.judged.tests).difference(of: proof.judgedBy),
            let standard = proof.before.value
        else { return nil }
        self.init(
            difference, standard: standard, margin: margin, looks: found.judged.looks)
    }
}

extension TunedRecipe {
    fileprivate func priceMeasurements(of sample: Measurement.Sample) -> [Measurement] {
        func price(_ metric: MetricDefinition, _ value: Double, _ note: String? = nil)
            -> Measurement
        {
            Measurement(
                metric: metric.id, drawback: metric.drawback, value: value, unit: metric.unit,
                sample: sample, note: note)
        }
        var found = [
            price(WorthMetrics.seconds, seconds), price(WorthMetrics.trials, Double(trials)),
        ]
        if let energy {
            found.append(
                price(
                    WorthMetrics.energy, energy / 1000,
                    isEnergyCounted == true ? nil : "an estimate of the search"))
        }
        return found
    }
}

extension MeasuredProbe {
    /// The verdict, the price, the course of the search and what every seed saved.
    fileprivate init(
        tuning worth: Worth, _ text: WorthText, _ metric: MetricDefinition,
        _ judged: RetrainedProof.Judged, searched: TunedRecipe?
    ) throws {
        let rows = judged.tests[0].before
        let sample = Measurement.Sample(split: rows.split, rows: rows.rows)
        var gain = Measurement(
            metric: WorthMetrics.gain.id, drawback: .hyperParameters, value: worth.saved,
            unit: metric.unit, sample: sample,
            note: text.found + " " + text.widened(trials: searched?.trials))
        let estimate = worth.difference.estimate
        if let ends = worth.savedInterval {
            gain.interval = .init(
                lower: ends.lower, upper: ends.upper, level: estimate.level,
                method: estimate.method, varied: estimate.varied)
        }
        gain.verdict = worth.verdict.rawValue
        func saved(_ label: String, _ difference: Difference) -> IntervalChart.Row? {
            let estimate = difference.estimate
            return estimate.value.map {
                .init(
                    label: label, value: 0 - $0, lower: estimate.upper.map { 0 - $0 },
                    upper: estimate.lower.map { 0 - $0 }, count: rows.rows)
            }
        }
        var drawn = try judged.tests.enumerated().compactMap { number, pair in
            try PairedChanges([pair]).difference(of: metric.id).flatMap {
                saved("seed \(number + 1)", $0)
            }
        }
        if let all = saved("all \(judged.tests.count) seeds", worth.difference) {
            drawn.append(all)
        }
        let figures = [
            WorthFigures.differences(
                drawn, least: worth.least, metric: metric.name, unit: metric.unit,
                split: rows.split.rawValue),
            searched.flatMap(WorthFigures.course),
        ]
        self.init(
            id: worthID, drawback: .hyperParameters,
            measurements: [gain] + (searched?.priceMeasurements(of: sample) ?? []),
            figures: figures.compactMap { $0 }, groups: [])
    }
}
