import Documents
import Evidence
import Generalization
import Platform
import Prediction
package import Reporting
import Runs
import Statistics
import Tables

/// Two runs that were measured on the same rows, compared row by row.
///
/// Both looks are recorded in both runs' ledgers.
///
/// - Throws: where the test rows differ, saying how.
package func compareRuns(_ a: String, _ b: String, arguments: [String]) throws -> RunReport {
    let purpose = "compare \(a) with \(b)"
    var doors = [a, b].map { HeldOutRows(of: $0, for: purpose) }
    let first = try doors[0].open(.test)
    let second = try doors[1].open(.test)
    guard first.answers == second.answers, first.predictions.classes == second.predictions.classes,
        first.weights == second.weights, first.clusters == second.clusters
    else {
        throw VouchError(
            "\(a) and \(b) were not measured on the same rows: \(first.rows) and \(second.rows) "
                + "test rows, answers that differ. Train both with the same --test file, or with "
                + "the same data and --seed")
    }
    let pairs = PairedChanges([(first, second)])
    let changes = try pairs.changes()
    let levels = try [first, second].map {
        try PredictionQuality().measure(Subject(test: $0)).measurements
    }
    let names = (Files.name(of: a), Files.name(of: b))
    return RunReport(
        title: "\(names.1) against \(names.0)",
        summary: "Two models on the same \(first.rows) test rows: each number is that of "
            + "\(names.1) minus that of \(names.0). This compares these two models, not the two "
            + "ways in which they were made: for that, train each under several seeds.",
        facts: [.init("First", a), .init("Second", b)] + (try pairs.mcNemarFact()),
        headlines: changes.map(\.difference.metric),
        measurements: changes.map(\.difference), definitions: differenceDefinitions(changes),
        sections: [
            .init(
                title: "Differences",
                figures: [changesFigure(changes, axis: "\(names.1) − \(names.0)", over: "rows")])
        ], command: arguments.map(shellQuoted).joined(separator: " "),
        notIncluded: [
            "Whether one way of training is better than the other: two trainings of one way differ "
                + "too, and these intervals speak of rows alone."
        ],
        brief: .init(
            answers: mainMetrics(of: first).compactMap { metric in
                changes.first { $0.metric == metric && $0.difference.group == nil }
                    .flatMap { verdict($0, levels, names) }
            }))
}

/// The metrics that a comparison is read for, the plainest first.
private func mainMetrics(of rows: LabelledPredictions) -> [MetricID] {
    switch rows.task {
    case .binary: [.accuracy, .rocAUC, .logLoss]
    case .multiclass: [.accuracy, .macroF1, .logLoss]
    case .regression: [.meanAbsoluteError, .rootMeanSquaredError]
    }
}

/// `Accuracy: 0.869 of base, 0.871 of wide; cannot tell; a true difference of 0.004 would …`
private func verdict(
    _ change: Change, _ levels: [[Measurement]], _ names: (String, String)
) -> RunReport.Answer? {
    let own = levels.map { level in
        level.first { $0.metric == change.metric && $0.group == nil }
    }
    guard let definition = MetricRegistry.definition(change.metric), let before = own[0],
        let after = own[1]
    else { return nil }
    let said =
        switch change.verdict {
        case .better: "\(names.1) is better, by \(change.difference.shownText)"
        case .worse: "\(names.1) is worse, by \(change.difference.shownText)"
        case .changed: "they differ, by \(change.difference.shownText)"
        case .cannotTell: change.difference.note ?? "cannot tell"
        }
    let tone: RunReport.Answer.Tone =
        switch change.verdict {
        case .better: .good
        case .worse: .bad
        case .changed: .plain
        case .cannotTell: .unsure
        }
    return RunReport.Answer(
        id: change.metric.rawValue, question: definition.name,
        text: "\(names.0) \(before.shownText), \(names.1) \(after.shownText): \(said).",
        metrics: [change.metric, change.difference.metric], tone: tone)
}
