import Cost
import Documents
import Evidence
import Figures
import Models
import Platform
package import Reporting
package import Runs

/// What `vouch shrink` is asked for.
package struct ShrinkRequest: Sendable {
    /// Such as `rate>5x`.
    package var goal: String
    /// The share of its loss by which the model may be worse.
    package var margin = 0.01
    /// The folder of the new run.
    package var output: String
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String]

    package init(goal: String, output: String, arguments: [String] = []) {
        self.goal = goal
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

/// Makes a smaller or faster model of a run's that reaches a goal and is not worse beyond a margin, and writes it as a run.
///
/// Remedies of the model are tried on validation rows; the one that is taken is judged on the test rows, once, and timed
/// anew. The looks stand in the run's ledger, and the proof in its folder, whichever way it went.
///
/// - Throws: where nothing reaches the goal within the margin on validation rows, with the best that was found; then
///   nothing is written, and the test rows were not looked at.
package func shrinkRun(
    _ request: ShrinkRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> ShrinkResult {
    let goal = try ShrinkGoal(request.goal)
    let margin = try LossMargin(request.margin)
    try GoalMeter.check(goal)
    try AtomicFolder.check(request.output, overwrite: false)
    var proof = try ModelProof(
        run: run, purpose: "shrinking to \(goal.text)", threads: checkedThreads(request.threads),
        onEvent: onEvent)
    let rows = try proof.calibrationRows(for: "vouch shrink")
    let meter = try GoalMeter(goal, of: proof.model, run: proof.finished)
    let found = try ShrinkSearch(
        proof: proof, rows: rows, meter: meter, margin: margin, onEvent: onEvent
    ).run()
    guard let chosen = found.chosen else { throw nothingFound(found, goal, margin) }
    var (proved, before, after) = try proof.proof(
        of: chosen.remedy.description, chosen.changed, onEvent: onEvent)
    let reading = try meter.reading(of: chosen.changed.model)
    let rise = try LossRise(before, after)
    let decision = ShrinkDecision(reading: reading, rise: rise, margin: margin)
    proved.means += "; \(goal.text) \(decision.isProved ? "proved" : "refused")"
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
    _ found: ShrinkSearch.Found, _ goal: ShrinkGoal, _ margin: LossMargin
) -> VouchError {
    let share = NumberText.plain(100 * margin.share)
    let best = found.best.map { " The best that was found on validation rows is \($0.text)." }
    return VouchError(
        "no remedy of the model reaches \(goal.text) within a margin of \(share) % of the loss."
            + (best ?? " None that could is of use to this model.")
            + " Nothing was written, and test rows were not looked at. Ask for less, or allow a larger "
            + "--margin")
}

/// Whether a model that was taken on validation rows is proved on test rows, and which half failed.
struct ShrinkDecision {
    let reading: GoalReading
    let rise: LossRise
    let margin: LossMargin

    var isWithinMargin: Bool { margin.holds(rise: rise.rise, before: rise.before) }
    var isProved: Bool { reading.isReached && isWithinMargin }

    private var marginText: String { "\(NumberText.plain(100 * margin.share)) %" }

    /// The goal's half and the loss's.
    private var halves: (goal: String, loss: String) {
        let isReached = reading.isReached
        let goal =
            "\(reading.goal.text) is \(isReached ? "reached" : "not reached"): \(reading.text)"
        let loss =
            isWithinMargin
            ? "not worse beyond \(marginText)" : "worse beyond \(marginText), or these rows cannot tell"
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
