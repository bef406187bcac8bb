import Cost
import Documents
import Evidence
import Figures
import Models
import Platform
import Prediction
package import Reporting
package import Runs

/// What `vouch shrink` is asked for.
package struct ShrinkRequest: Sendable {
    /// Such as `rate>5x`; all are to be reached.
    package var goals: [String]
    /// The share of its loss by which the model may be worse.
    package var margin = LossMargin.standard
    /// The folder of the new run.
    package var output: String
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String]

    package init(goals: [String], output: String, arguments: [String] = []) {
        self.goals = goals
        self.output = output
        self.arguments = arguments
    }
}

/// What came of it.
package struct ShrinkResult: Sendable {
    package var report: RunReport
    /// Whether the model reaches the goal within the margin on test rows, and was written.
    package var isProved: Bool
}

/// Makes a smaller or faster model of a run's that reaches goals and is not worse beyond a margin, and writes it as a run.
///
/// Remedies of the model are tried on validation rows; the one that is taken is judged on the test rows, once, and timed
/// anew. The looks stand in the run's ledger, and the proof in its folder, whichever way it went.
///
/// - Throws: where nothing reaches them within the margin on validation rows, with the best that was found; then
///   nothing is written, and the test rows were not looked at.
package func shrinkRun(
    _ request: ShrinkRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> ShrinkResult {
    let goals = try request.goals.map(ShrinkGoal.init)
    guard !goals.isEmpty else { throw VouchError("--to is missing: say what is to be reached") }
    let margin = try LossMargin(request.margin)
    try GoalMeter.counter(for: goals)
    try AtomicFolder.check(request.output, overwrite: false)
    var proof = try ModelProof(
        run: run, purpose: "shrinking to \(goals.text)", threads: checkedThreads(request.threads),
        onEvent: onEvent)
    let rows = try proof.calibrationRows(for: "vouch shrink")
    let meter = try GoalMeter(goals, of: proof.model, run: proof.finished)
    let found = try ShrinkSearch(
        proof: proof, rows: rows, meter: meter, margin: margin, onEvent: onEvent
    ).run()
    guard let chosen = found.chosen else { throw nothingFound(found, goals, margin) }
    var (proved, before, after) = try proof.proof(
        of: chosen.remedy.description, chosen.changed, onEvent: onEvent)
    let readings = try meter.readings(of: chosen.changed.model)
    let decision = ShrinkDecision(
        readings: readings, rise: try LossRise(before, after), margin: margin,
        verdict: try margin.comparison(of: after.predictions, beside: before).verdict)
    proved.means += "; \(goals.text) \(decision.isProved ? "proved" : "refused")"
    if decision.isProved {
        onEvent(.stage("Writing \(request.output)"))
        try ChangedRun(
            proof: proof, model: chosen.changed.model, proved: proved, facts: decision.facts,
            arguments: request.arguments
        ).write(to: request.output, onEvent: onEvent)
    }
    try proofFile.add([proved], to: run)
    var report = proved.report(
        run: run, arguments: request.arguments,
        notes: decision.facts + [
            .init("Tried", found.tried.map(\.text).joined(separator: ". "))
        ])
    report.summary = decision.text + " " + report.summary
    return ShrinkResult(report: report, isProved: decision.isProved)
}

private func nothingFound(
    _ found: ShrinkSearch.Found, _ goals: [ShrinkGoal], _ margin: LossMargin
) -> VouchError {
    let share = NumberText.plain(100 * margin.share)
    let best = found.best.map { " The best that was found on validation rows is \($0.text)." }
    return VouchError(
        "no remedy of the model reaches \(goals.text) within a margin of \(share) % of the loss."
            + (best ?? " None that could is of use to this model.")
            + " Nothing was written, and test rows were not looked at. Ask for less, or allow a larger "
            + "--margin")
}

/// Whether a model that was taken on validation rows is proved on test rows, and which half failed.
struct ShrinkDecision {
    let readings: [GoalReading]
    let rise: LossRise
    let margin: LossMargin
    let verdict: NonInferiority.Verdict

    var isWithinMargin: Bool { verdict == .notWorse }
    var isProved: Bool { readings.areReached && isWithinMargin }

    private var marginText: String { "\(NumberText.plain(100 * margin.share)) %" }

    /// The goals' half and the loss's.
    private var halves: (goal: String, loss: String) {
        let goal = readings.map {
            "\($0.goal.text) is \($0.isReached ? "reached" : "not reached"): \($0.text)"
        }.joined(separator: "; ")
        let loss =
            switch verdict {
            case .notWorse: "not worse beyond \(marginText)"
            case .worse: "worse beyond \(marginText)"
            case .cannotTell: "these rows cannot tell whether it is worse beyond \(marginText)"
            }
        return (goal, "\(loss): \(rise.text) on \(rise.rows) test rows")
    }

    var text: String {
        let (goal, loss) = halves
        return isProved
            ? "Proved: \(goal); \(loss)."
            : "Refused, and nothing was written: \(goal); \(loss)."
    }

    var facts: [RunReport.Fact] {
        let (goal, loss) = halves
        return [
            .init("Decision", isProved ? "proved" : "refused"), .init("Goal", goal),
            .init("Loss", loss),
        ]
    }
}
