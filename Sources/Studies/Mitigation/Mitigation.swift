import Documents
import Evidence
import Fairness
import Figures
import Prediction
package import Reporting
import RunStore
package import Runs
import Statistics

/// What `vouch fairness mitigate` fitted, the latest of each kind; `vouch predict --fair` reads it.
let mitigationFile = RunAdditions<FittedMitigation>(
    fileName: "mitigations.json", name: "a mitigation", id: { $0.id })

/// Fits decisions whose gap between groups keeps a tolerance on rows that the run's model did not learn from, and judges
/// them on its test rows.
///
/// The looks are recorded in the run's ledger, what was fitted and the proof in its folder.
package func mitigateRun(
    _ request: MitigationRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RunReport {
    try request.check()
    let column = judgedColumn(request.protected)
    var door = HeldOutRows(
        of: run, for: "mitigation of the \(request.constraint.text) gap over \(column)")
    let rows = try MitigationRows(request, run: run, &door, onEvent: onEvent)
    let fitted = try FittedMitigation(request, rows)
    let judged = try JudgedMitigation(request, fitted, rows)
    try mitigationFile.add([fitted], to: run)
    let proof = try judged.proof()
    try proofFile.add([proof], to: run)
    var report = proof.report(run: run, arguments: request.arguments, notes: judged.facts)
    report.summary = judged.summary + " " + report.summary
    return report
}

/// A mitigation on the rows that it was fitted on and on untouched ones.
struct JudgedMitigation {
    let request: MitigationRequest
    let fitted: FittedMitigation
    let rows: MitigationRows
    let after: LabelledPredictions
    let change: GapChange
    /// The gap left on the fitting rows, and how much more there is on the test rows.
    let fittingGap: Estimate
    let overfit: Estimate

    init(_ request: MitigationRequest, _ fitted: FittedMitigation, _ rows: MitigationRows) throws {
        self.request = request
        self.fitted = fitted
        self.rows = rows
        after = try fitted.applied(to: rows.test, chances: rows.groups?.test)
        change = try GapChange(
            request.constraint, column: rows.column, before: rows.test, after: after)
        fittingGap = try request.constraint.gap(
            of: fitted.applied(to: rows.fitting, chances: rows.groups?.fitting),
            column: rows.column)
        overfit = change.after.minus(fittingGap)
    }

    var isMitigated: Bool { change.isMitigated(mostAccuracyLost: request.mostAccuracyLost) }

    /// Whether the gap on untouched rows is larger than on those that were fitted on, by more than chance.
    var isOverfit: Bool { overfit.lower.map { $0 > 0 } ?? false }

    var verdictText: String {
        if isMitigated { return "mitigated" }
        guard let upper = change.change.upper, upper < 0 else {
            return change.change.lower.map { $0 > 0 } ?? false
                ? "not mitigated: the gap grew"
                : "cannot tell whether the gap fell: these rows are too few"
        }
        let bound = NumberText.plain(request.mostAccuracyLost)
        return change.accuracyChange.upper.map { $0 < -request.mostAccuracyLost } ?? false
            ? "not mitigated: the gap fell, at more than \(bound) of accuracy"
            : "cannot tell whether the accuracy lost is at most \(bound); the gap fell"
    }

    /// The verdict with the two changes that it rests on.
    var summary: String {
        let verdict = verdictText
        return verdict.prefix(1).uppercased() + verdict.dropFirst()
            + ". Gap \(text(change.before)) → \(text(change.after)), change \(text(change.change)); accuracy "
            + "\(text(change.accuracyBefore)) → \(text(change.accuracyAfter)), change "
            + "\(text(change.accuracyChange))."
            + (isOverfit
                ? " Fairness overfit: on the fitting rows the gap is \(text(fittingGap))." : "")
    }

    var facts: [RunReport.Fact] {
        let target = "\(request.constraint.text) gap over \(rows.column)"
        var facts: [RunReport.Fact] = [
            .init("Mitigation", verdictText),
            .init("Gap, before", text(change.before) + ", \(target)"),
            .init("Gap, after", text(change.after)),
            .init("Gap, after − before", text(change.change)),
            .init("Accuracy, before", text(change.accuracyBefore)),
            .init("Accuracy, after", text(change.accuracyAfter)),
            .init("Accuracy, after − before", text(change.accuracyChange)),
            .init("Gap on the fitting rows", text(fittingGap)),
            .init("Rules", fitted.text),
        ]
        if let pooled = rows.pooling.text {
            facts.append(
                .init(
                    "Pooled",
                    "too few fitting rows to stand alone (--fewest-rows \(request.fewestRows)), decided and "
                        + "judged together with others: \(pooled)"))
        }
        if request.isRanked {
            facts.append(
                .init(
                    "By rank",
                    "a row's decision depends on the other rows of its file: each group's share is kept in a "
                        + "file, and a file of few rows is decided less accurately"))
        }
        if isOverfit {
            facts.append(
                .init(
                    "Fairness overfit",
                    "the gap on untouched rows exceeds that on the fitting rows by \(text(overfit)): the "
                        + "rules fit these rows' accidents. Fit on more rows (--folds 5)"))
        }
        if case .thresholds(let rule) = fitted.rule, !rule.isDeterministic {
            facts.append(
                .init(
                    "Lots",
                    "some rows draw their threshold by their place in the file; --deterministic draws none"
                ))
        }
        return facts
    }

    private func text(_ estimate: Estimate) -> String {
        estimate.shown ?? estimate.note ?? "undefined"
    }

    /// What decisions alone can change; the probabilities stay as they are.
    private static let decided: Set<MetricID> = [
        .accuracy, .sensitivity, .specificity, .selectionRate, .selectionRateGap,
        .truePositiveRateGap, .falsePositiveRateGap, .accuracyGap,
    ]

    func proof() throws -> Proof {
        let metric = request.constraint.gap.metric
        var difference = Measurement(
            metric, change.change, on: rows.test, group: rows.column)
        difference.metric = metric.id.difference
        difference.note = verdictText
        let verdict: Verdict =
            isMitigated
            ? .better : change.change.lower.map { $0 > 0 } ?? false ? .worse : .cannotTell
        let others = try PairedChanges([(rows.test, after)]).changes()
            .filter { Self.decided.contains($0.metric) && $0.metric != metric.id }
        return Proof(
            remedy: RemedyDescription(
                id: request.id,
                name: request.method.name + " for \(request.constraint.text) over \(rows.column)",
                drawback: .bias, judgedBy: metric.id,
                source: request.method.source + "; " + request.constraint.source),
            means: "tolerance \(NumberText.plain(request.tolerance)), fitted on "
                + rows.fittingText
                + "; proved where the gap fell and at most "
                + "\(NumberText.plain(request.mostAccuracyLost)) of accuracy is lost",
            over: "\(rows.test.rows) \(rows.test.split) rows",
            before: Measurement(metric, change.before, on: rows.test, group: rows.column),
            after: Measurement(metric, change.after, on: rows.test, group: rows.column),
            changes: [
                Change(
                    metric: metric.id, drawback: .bias, verdict: verdict, difference: difference)
            ] + others)
    }
}

extension Estimate {
    /// The value with its interval, where it has one; `nil` where it is undefined.
    var shown: String? {
        guard let value else { return nil }
        guard let lower, let upper else { return NumberText.plain(value) }
        let text = NumberText.withInterval(value, lower: lower, upper: upper)
        return text.value + " " + text.interval
    }
}
