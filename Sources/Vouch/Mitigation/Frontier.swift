import Evidence
import Fairness
import Figures
import Platform
import Prediction
package import Reporting
import Statistics

/// Accuracy against gap, over tolerances: what each method reaches from the same model.
///
/// Relaxed thresholds by lot are the method that the others are held against: after Cruz & Hardt (arXiv:2306.07261) they
/// contain what every other method reached that they tried.
///
/// - Returns: a report with the figure, which the run's own report shows from then on.
package func fairnessFrontier(
    _ request: MitigationRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RunReport {
    try request.check()
    let trainings = try trainings(request)
    let column = judgedColumn(request.protected)
    var door = HeldOutRows(
        of: run, for: "frontier of the \(request.constraint.text) gap over \(column)")
    let rows = try MitigationRows(request, run: run, &door, onEvent: onEvent)
    var methods: [(name: String, method: MitigationMethod, isDeterministic: Bool)] = [
        ("by lot", .threshold, false), ("one a group", .threshold, true),
    ]
    if request.constraint == .demographicParity {
        methods.append(("by rank", .threshold, false))
    }
    if rows.groups != nil {
        methods.append(("told no groups", .thresholdWithoutAttribute, false))
    }
    var series: [(name: String, points: [GapChange])] = []
    for (name, method, isDeterministic) in methods {
        var points: [GapChange] = []
        for tolerance in frontierTolerances {
            guard !InterruptFlag.isRaised else {
                throw VouchError("interrupted; no result was recorded")
            }
            var changed = request
            changed.method = method
            changed.isDeterministic = isDeterministic
            changed.isRanked = name == "by rank"
            changed.tolerance = tolerance
            let fitted = try FittedMitigation(changed, rows)
            points.append(
                try GapChange(
                    request.constraint, column: rows.column, before: rows.test,
                    after: fitted.applied(to: rows.test, chances: rows.groups?.test)))
        }
        series.append((name, points))
    }
    let trained = try trained(
        trainings, request, run: run, rows: rows, &door, onEvent: onEvent)
    let gap = request.constraint.gap.metric.name
    let id = "frontier-\(request.constraint.rawValue)-\(rows.column)"
    let caption =
        "Thresholds by lot, one a group, and further methods, fitted on \(rows.fittingText), measured on \(rows.test.rows) test rows. The model as it is: gap "
        + "\(shown(series[0].points[0].before)), accuracy \(shown(series[0].points[0].accuracyBefore))."
        + (rows.pooling.text.map {
            " Groups with too few fitting rows are taken with others: \($0)."
        } ?? "")
    func chart(_ title: String, _ pick: (GapChange) -> Estimate) -> LineChart {
        LineChart(
            x: Axis("Tolerance on the fitting rows", lower: 0), y: Axis(title),
            series: series.map { name, points in
                let values = points.map(pick)
                return .init(
                    name: name, x: frontierTolerances, y: values.map { $0.value ?? .nan },
                    band: .init(
                        lower: values.map { $0.lower ?? $0.value ?? .nan },
                        upper: values.map { $0.upper ?? $0.value ?? .nan },
                        meaning: "95 % interval over rows"))
            })
    }
    let points =
        series.flatMap { name, points in
            zip(frontierTolerances, points).map {
                (label: "\(name), \(NumberText.plain($0))", point: $1)
            }
        } + trained.map { (label: $0.name, point: $0.point) }
    func dots(_ title: String, before: Estimate, _ pick: (GapChange) -> Estimate) -> IntervalChart {
        IntervalChart(
            axis: Axis(title),
            rows: points.filter { $0.point.after.value != nil }.map { label, point in
                let own = pick(point)
                return .init(
                    label: label, value: own.value ?? .nan, lower: own.lower, upper: own.upper,
                    count: own.count)
            }, reference: before.value.map { .init(value: $0, label: "the model as it is") })
    }
    let asItIs = series[0].points[0]
    let figures = [
        Figure(
            id: id, title: "Accuracy against gap over \(rows.column)",
            caption: caption
                + " The number beside thresholds is the tolerance on the fitting rows.",
            plot: .intervals(dots(gap, before: asItIs.before) { $0.after })),
        Figure(
            id: id + "-price", title: "The accuracy of each, in the same order",
            caption: "On the same test rows.",
            plot: .intervals(
                dots("Accuracy", before: asItIs.accuracyBefore) { $0.accuracyAfter })),
        Figure(
            id: id + "-accuracy", title: "Accuracy by tolerance, over \(rows.column)",
            caption: "On the same test rows.",
            plot: .lines(chart("Accuracy") { $0.accuracyAfter })),
        Figure(
            id: id + "-gap", title: "Gap by tolerance, over \(rows.column)",
            caption: "On the same test rows.", plot: .lines(chart(gap) { $0.after })),
    ]
    func shownPoint(_ label: String, _ gap: Estimate, _ accuracy: Estimate) -> GroupRow {
        GroupRow(
            group: label, rows: rows.test.rows,
            measurements: [
                Measurement(request.constraint.gap.metric, gap, on: rows.test, group: label),
                Measurement(
                    QualityMetrics.accuracy, accuracy, on: rows.test, drawback: .bias,
                    group: label),
            ])
    }
    // The numbers of the figures, as a table of their own.
    let table = GroupTable(
        column: "decisions against the \(request.constraint.text) gap over \(rows.column)",
        rows: [shownPoint("the model as it is", asItIs.before, asItIs.accuracyBefore)]
            + points.map { shownPoint($0.label, $0.point.after, $0.point.accuracyAfter) })
    let probe = MeasuredProbe(
        id: id, drawback: .bias, measurements: [], figures: figures, groups: [table])
    try probeFile.add([probe], to: run)
    return RunReport(
        title: "Accuracy against the \(request.constraint.text) gap of \(run)",
        summary:
            "What decisions from the same model's scores reach. Read it to see the price, not to choose "
            + "by test rows: a tolerance that is chosen here needs other rows to be proved on.",
        command: request.arguments.map(shellQuoted).joined(separator: " ")
    ).adding([probe])
}

/// A change of the run's settings, with the name that the figure shows.
private typealias FrontierTraining = (name: String, apply: (inout TrainConfiguration) -> Void)

/// - Throws: where a remedy is none of gaps that trains anew, or its strength is not said.
private func trainings(_ request: MitigationRequest) throws(VouchError) -> [FrontierTraining] {
    let constraint = request.constraint
    var found: [FrontierTraining] = request.penalties.map { strength in
        (
            "penalty \(NumberText.plain(strength))",
            { $0.model.fairPenalty = .init(constraint, strength: strength) }
        )
    }
    for text in request.remedies {
        let (remedy, strength) = try TrainingRemedy.ofGaps(text, for: "a frontier")
        found.append((text, { remedy.apply(strength, &$0) }))
    }
    return found
}

/// Models that were trained with something against the gap instead, decided at the run's own threshold.
private func trained(
    _ trainings: [FrontierTraining], _ request: MitigationRequest, run: String,
    rows: MitigationRows, _ door: inout HeldOutRows, onEvent: @escaping (RunEvent) -> Void
) throws -> [(name: String, point: GapChange)] {
    guard !trainings.isEmpty else { return [] }
    let trainer = try RetrainedProof(
        run: run, threads: try checkedThreads(request.threads), onEvent: onEvent)
    return try trainings.map { name, apply in
        onEvent(.stage("Training with \(name)"))
        var changed = trainer.configuration
        apply(&changed)
        let made = try door.open(trainer.trained(changed, seed: 0).subject)
            .test.judging(request.protected)
        return (
            name,
            try GapChange(
                request.constraint, column: rows.column, before: rows.test,
                after: rows.pooling.pooling(made))
        )
    }
}

/// From equal rates to a gap that few would accept.
private let frontierTolerances = [0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2]

private func shown(_ estimate: Estimate) -> String { estimate.shown ?? "undefined" }
