import Documents
package import Evidence
import Fairness
import Figures
import Generalization
import Prediction
import Reporting
import Runs
import Statistics

/// Every remedy that changes outputs alone.
package let allOutputRemedies: [any OutputRemedy] = [
    TemperatureScaling(), VectorScaling(), IsotonicCalibration(), VennAbersCalibration(),
]

extension Proof {
    /// Fits a remedy on some rows and compares before and after, paired, on others.
    ///
    /// - Parameters:
    ///   - fitting: Validation rows, which no part of the model learned from.
    ///   - test: Rows that neither the model nor the remedy has seen.
    init(
        _ remedy: any OutputRemedy, fittedOn fitting: LabelledPredictions,
        provedOn test: LabelledPredictions
    ) throws {
        let fitted = try remedy.fitted(on: fitting)
        let after = test.with(fitted.applied(to: test.predictions))
        let description = remedy.description
        self.init(
            remedy: description,
            means: "\(fitted.text), fitted on \(fitting.rows) \(fitting.split) rows",
            over: "\(test.rows) \(test.split) rows",
            before: try level(description.judgedBy, [test]),
            after: try level(description.judgedBy, [after]),
            changes: try PairedChanges([(test, after)]).changes())
    }
}

/// A metric of predictions: of one model with its interval over rows, of several seeds' models the
/// mean, with an interval over seeds and rows.
func level(_ metric: String, _ models: [LabelledPredictions]) throws -> Measurement {
    let found = try models.map { model in
        let subject = Subject(test: model)
        let all =
            try PredictionQuality().measure(subject).measurements
            + GroupRates().measure(subject).groups.flatMap(\.gaps)
        guard let one = all.first(where: { $0.metric == metric }) else {
            throw VouchError(
                "\(metric) is not defined for these predictions"
                    + (model.protected.isEmpty ? ", which have no protected column" : ""))
        }
        return one
    }
    guard found.count > 1 else { return found[0] }
    var result = found[0]
    let values = found.compactMap(\.value)
    result.value =
        values.count == found.count ? values.reduce(0, +) / Double(values.count) : nil
    result.interval = nil
    let design = try models[0].design
    let pieces = try models.map { try $0.jackknifed(metric) }
    let whole = crossedDifference(pieces, design: design).estimate
    if let lower = whole.lower, let upper = whole.upper {
        result.interval = .init(
            lower: lower, upper: upper, method: whole.method, varied: whole.varied)
    }
    result.note = "the mean of \(found.count) seeds"
    return result
}

extension LabelledPredictions {
    /// A metric with its deletions; `nil` where none are known.
    fileprivate func jackknifed(_ metric: String) throws -> JackknifedValue? {
        if case .numbers(let targets) = answers {
            guard let metric = RegressionMetric(rawValue: metric) else { return nil }
            return try RegressionSample(
                targets: targets, predictions: predictions.values, weights: weights,
                clusters: clusters
            ).jackknifed(metric)
        }
        if let rate = PairedChanges.rate(ofGap: metric), let column = protected.first {
            return try classificationSample.jackknifedGap(
                of: rate, codes: column.codes, threshold: threshold)
        }
        guard let metric = ClassificationMetric(rawValue: metric) else { return nil }
        return try classificationSample.jackknifed(metric, threshold: threshold)
    }
}

/// Fits a remedy that changes outputs on a run's validation rows and judges it on its test rows.
///
/// Both looks are recorded in the run's ledger, and the proof in its folder, so that its report shows
/// it from then on.
func proveOutputRemedy(
    _ remedy: any OutputRemedy, run: String, arguments: [String]
) throws -> RunReport {
    var door = HeldOutRows(of: run, for: "proof of \(remedy.description.name)")
    let fitting = try door.open(.validation)
    let proof = try Proof(remedy, fittedOn: fitting, provedOn: door.open(.test))
    try proofFile.add([proof], to: run)
    return proof.report(run: run, arguments: arguments)
}

extension Proof {
    /// The proof as a report of its own.
    func report(run: String, arguments: [String], notes: [RunReport.Fact] = []) -> RunReport {
        RunReport(
            title: "\(name) on \(run)",
            summary: "\(name) (\(means)): \(verdictText). "
                + priceText(naming: changed) + " Judged over \(over).",
            facts: [
                .init("Remedy", "\(name); \(source)"), .init("Means", means),
                .init("Verdict", verdictText), .init("Better elsewhere", named(.better)),
                .init("Worse elsewhere", named(.worse)), .init("Other elsewhere", named(.changed)),
            ] + notes,
            headlines: changes.map(\.difference.metric), measurements: changes.map(\.difference),
            definitions: differenceDefinitions(changes),
            sections: [
                .init(
                    title: "After minus before",
                    text: "Each change is judged at 5 % for itself: of \(changes.count) that are "
                        + "compared, about \(max(1, changes.count / 20)) would differ by chance.",
                    figures: [changesFigure(changes, axis: "after − before", over: over)])
            ], command: arguments.map(shellQuoted).joined(separator: " "))
    }

    private func named(_ verdict: Verdict) -> String {
        let names = elsewhere.filter { $0.verdict == verdict }.map(changed)
        return names.isEmpty ? "nothing that this sample shows" : names.joined(separator: ", ")
    }

    /// The metric that changed, with its group.
    private func changed(_ change: Change) -> String {
        let name = MetricRegistry.definition(change.metric)?.name ?? change.metric
        return change.difference.group.map { "\(name) (\($0))" } ?? name
    }
}
