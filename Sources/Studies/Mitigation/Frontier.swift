import Documents
import Evidence
import Fairness
import Figures
import Platform
import Prediction
package import Reporting
package import Runs

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
    let frontier = MeasuredFrontier(
        constraint: request.constraint, rows: rows, curves: try curves(request, rows),
        trained: try trained(trainings, request, run: run, rows: rows, &door, onEvent: onEvent))
    let probe = frontier.probe
    try probeFile.add([probe], to: run)
    return RunReport(
        title: "Accuracy against the \(request.constraint.text) gap of \(run)",
        summary:
            "What decisions from the same model's scores reach. Read it to see the price, not to choose "
            + "by test rows: a tolerance that is chosen here needs other rows to be proved on.",
        command: request.arguments.map(shellQuoted).joined(separator: " ")
    ).adding([probe])
}

/// A way to decide from the model's scores, as a request for it.
private struct FrontierMethod {
    var name: String
    var method = MitigationMethod.threshold
    var isDeterministic = false
    var isRanked = false

    /// Those that the request's gap and rows allow; the first is the one that the others are held against.
    static func all(_ request: MitigationRequest, _ rows: MitigationRows) -> [FrontierMethod] {
        var methods = [
            FrontierMethod(name: "by lot"),
            FrontierMethod(name: "one a group", isDeterministic: true),
        ]
        if request.constraint == .demographicParity {
            methods.append(FrontierMethod(name: "by rank", isRanked: true))
        }
        if rows.groups != nil {
            methods.append(
                FrontierMethod(name: "told no groups", method: .thresholdWithoutAttribute))
        }
        return methods
    }

    func asked(_ request: MitigationRequest, tolerance: Double) -> MitigationRequest {
        var changed = request
        changed.method = method
        changed.isDeterministic = isDeterministic
        changed.isRanked = isRanked
        changed.tolerance = tolerance
        return changed
    }
}

/// What each method reaches on the test rows at each tolerance.
///
/// - Throws: where the user interrupts, or a method cannot be fitted.
private func curves(
    _ request: MitigationRequest, _ rows: MitigationRows
) throws -> [MeasuredFrontier.Curve] {
    try FrontierMethod.all(request, rows).map { method in
        let points = try MeasuredFrontier.tolerances.map { tolerance in
            guard !InterruptFlag.isRaised else {
                throw VouchError("interrupted; no result was recorded")
            }
            let fitted = try FittedMitigation(method.asked(request, tolerance: tolerance), rows)
            return try GapChange(
                request.constraint, column: rows.column, before: rows.test,
                after: fitted.applied(to: rows.test, chances: rows.groups?.test))
        }
        return .init(name: method.name, points: points)
    }
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
) throws -> [MeasuredFrontier.Training] {
    guard !trainings.isEmpty else { return [] }
    let trainer = try RetrainedProof(
        run: run, threads: try checkedThreads(request.threads), onEvent: onEvent)
    return try trainings.map { name, apply in
        onEvent(.stage("Training with \(name)"))
        var changed = trainer.configuration
        apply(&changed)
        let made = try door.open(trainer.trained(changed, seed: 0).subject)
            .test.judging(request.protected)
        return .init(
            name: name,
            point: try GapChange(
                request.constraint, column: rows.column, before: rows.test,
                after: rows.pooling.pooling(made)))
    }
}
