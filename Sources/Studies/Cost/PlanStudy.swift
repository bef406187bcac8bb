import Cost
import Evidence
import Figures
import Kernels
import Platform
import Reporting
package import Runs
import Tables

/// What a training would take, with how well such plans held before.
package struct PlanReport: Encodable, Sendable {
    let data: String
    let target: String
    let plan: RunPlan
    let seconds: Double
    let lower: Double
    let upper: Double
    let level: Double
    let bill: PlannedBill
    /// Of earlier plans on this machine, by what they knew.
    let backtest: [PlanBacktest]
    /// What is not known, and where the interval comes from.
    let notes: [String]

    init(_ planned: PlannedRun, _ configuration: TrainConfiguration) {
        data = configuration.data
        target = configuration.columns.target
        plan = planned.plan
        seconds = plan.seconds
        lower = plan.lower
        upper = plan.upper
        level = RatioInterval.level
        bill = planned.bill
        backtest = planned.backtest
        let unknown = plan.knowledge.sentence
        let timed = plan.pace.timedSteps
        notes =
            ["the interval is \(plan.interval.origin())", unknown]
            + planned.bill.grams.unknowns.filter { $0 != unknown }
            + [
                timed > 0
                    ? "a step was timed: \(timed) steps with weights that were thrown away"
                    : "a step could not be timed: it is counted at the rates of the machine's calibration"
            ]
    }

    /// The plan for machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    package var text: String {
        var rows = [["part", "time", "how"]]
        rows.append(["reading and encoding", PlanText.duration(plan.begunSeconds), "measured now"])
        rows.append(
            [
                "training", PlanText.duration(plan.trainingSeconds),
                "\(NumberText.count(plan.steps)) steps of \(microseconds(plan.pace.step))",
            ])
        rows.append(
            [
                "probes", PlanText.duration(plan.probeSeconds),
                "\(NumberText.fixed(plan.probeWorkSeconds, decimals: 1)) s of counted work",
            ])
        rows.append(
            ["all else", PlanText.duration(plan.otherSeconds), "predictions, remedies, report"])
        rows.append(
            ["together", PlanText.duration(plan.seconds), "nine of ten: \(PlanText.between(plan))"])
        for cost in PlanText.costs(bill) { rows.append([cost.name, cost.text, cost.range]) }
        let title =
            "\(visible(data)) → \(visible(target)): an estimate; nothing was trained or written"
        let remarks = notes.map { "· \(visible($0))\n" }.joined()
        return [title + "\n", alignedTable(rows, rightAligned: [1]), remarks, backtestText]
            .joined(separator: "\n")
    }

    private func microseconds(_ seconds: Double) -> String {
        "\(NumberText.plain(seconds * 1000)) ms"
    }

    private var backtestText: String {
        guard !backtest.isEmpty else { return "No plan on this machine has come true yet.\n" }
        return "How plans on this machine held, of those kept in the index of runs:\n\n"
            + alignedTable(
                [["what was known", "plans", "held", "half the interval, median", "energy held"]]
                    + backtest.map { test in
                        [
                            test.knowledge.sentence, "\(test.plans)", "\(test.held)",
                            "±\(Int((100 * test.medianHalfWidth).rounded())) %",
                            test.counted > 0
                                ? "\(test.energyHeld) of \(test.counted)" : "no counter was read",
                        ]
                    }, rightAligned: [1, 2, 3, 4])
    }
}

/// Says what `vouch train` would take with the same options; nothing is trained but a few steps whose weights are thrown
/// away, and of held-out rows only their number counts.
package func planRun(
    _ configuration: TrainConfiguration, threads: Int?,
    onEvent: (RunEvent) -> Void = { _ in }
) throws -> PlanReport {
    let start = Clock.monotonicSeconds()
    try configuration.validate()
    guard configuration.carry.run == nil else {
        throw VouchError(
            setting: """
                \(named: Settings.from) trains two models, with what is carried over and without, and no plan tells \
                of both. Leave it out: without it the plan is of one of them
                """)
    }
    let threads = try checkedThreads(threads)
    let prepared = try PreparedData.load(
        configuration, threads: threads, onEvent: onEvent)
    let learner = try Learner(
        configuration: configuration, prepared: prepared, pool: WorkerPool(threads: threads)
    ).settlingShards()
    let features = try prepared.encoder.encode(prepared.table)
    let planned = try withoutActuallyEscaping(onEvent) { onEvent in
        let say: (String) -> Void = { onEvent(.warning($0)) }
        return try RunPlanner(
            learner: learner, features: features, startedAt: start, history: .ofIndex(say),
            calibrationPath: try? MachineCalibration.defaultPath(), say: say
        ).planned()
    }
    return PlanReport(planned, configuration)
}
