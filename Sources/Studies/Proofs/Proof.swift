import Documents
package import Evidence
import Figures
import Prediction
package import Reporting
import Runs
import Statistics

extension Proof {
    /// Compares everything that both sides have.
    ///
    /// - Parameters:
    ///   - means: What was fitted or changed, and by which rows that was chosen.
    ///   - over: What the deciding interval speaks of.
    ///   - before: One model a seed; a remedy that trains nothing needs one.
    ///   - after: As many, of the same seeds and test rows.
    ///   - looks: Remedies of this kind that were judged on these rows, this one among them.
    /// - Throws: where the deciding metric is not defined for these models, or there are from two to four.
    init(
        _ remedy: RemedyDescription, means: String, over: String, before: [Subject],
        after: [Subject], looks: Int = 1
    ) throws {
        try self.init(
            remedy, means: means, over: over, before: before.map(MeasuredSubject.init),
            after: after.map(MeasuredSubject.init), looks: looks)
    }

    /// Of models that were measured already, such as one that several remedies are tried on.
    init(
        _ remedy: RemedyDescription, means: String, over: String, before: [MeasuredSubject],
        after: [MeasuredSubject], looks: Int = 1
    ) throws {
        let found = try SubjectChanges(
            before, after, looks: ComparedLooks(count: looks, judgedBy: remedy.judgedBy))
        self.init(
            remedy: remedy, means: means, over: over,
            before: try level(remedy.judgedBy, found.before),
            after: try level(remedy.judgedBy, found.after), changes: found.changes)
    }
}

/// A metric of one model as it was measured; of several seeds' models the mean, with an interval over seeds and rows where
/// rows move it.
private func level(_ metric: MetricID, _ models: [MeasuredSubject]) throws -> Measurement {
    let found = try models.map { model in
        guard let one = model.measurements.first(where: { $0.metric == metric }) else {
            throw VouchError(
                "\(metric) is not defined for these predictions"
                    + (model.subject.test.protected.isEmpty
                        ? ", which have no protected column" : ""))
        }
        return one
    }
    guard found.count > 1 else { return found[0] }
    var result = found[0]
    let values = found.compactMap(\.value)
    result.value =
        values.count == found.count ? values.reduce(0, +) / Double(values.count) : nil
    let tests = models.map(\.subject.test)
    let design = try tests[0].design
    let pieces = try tests.map { try $0.jackknifed(metric) }
    result.interval = .init(crossedDifference(pieces, design: design).estimate)
    result.note = "the mean of \(found.count) seeds"
    return result
}

extension LabelledPredictions {
    /// A metric with its deletions; `nil` where none are known.
    fileprivate func jackknifed(_ metric: MetricID) throws -> JackknifedValue? {
        if case .numbers(let targets) = answers {
            guard let metric = RegressionMetric(metric) else { return nil }
            return try RegressionSample(
                targets: targets, predictions: predictions.values, weights: weights,
                clusters: clusters
            ).jackknifed(metric)
        }
        if let rate = PairedChanges.rate(ofGap: metric), let column = protected.first {
            return try classificationSample.jackknifedGap(
                of: rate, codes: column.codes, threshold: threshold)
        }
        guard let metric = ClassificationMetric(metric) else { return nil }
        return try classificationSample.jackknifed(metric, threshold: threshold)
    }
}

extension Proof {
    /// The proof as a report of its own.
    package func report(run: String, arguments: [String], notes: [RunReport.Fact] = []) -> RunReport {
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
                    figures: [
                        // What it costs has units of its own; parameters would dwarf the rest.
                        changesFigure(
                            changes.filter { $0.drawback != .computeCost },
                            axis: "after − before", over: over)
                    ])
            ], command: arguments.map(shellQuoted).joined(separator: " "))
    }

    private func named(_ verdict: Verdict) -> String {
        let names = elsewhere.filter { $0.verdict == verdict }.map(changed)
        return names.isEmpty ? "nothing that this sample shows" : names.joined(separator: ", ")
    }

    /// The metric that changed, with its group.
    private func changed(_ change: Change) -> String {
        let name = MetricRegistry.name(of: change.metric)
        return change.difference.group.map { "\(name) (\($0))" } ?? name
    }
}
