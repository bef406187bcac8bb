import Evidence
import Platform
import Prediction
package import Reporting

/// Two runs that were measured on the same rows, compared row by row.
///
/// Both looks are recorded in both runs' ledgers.
///
/// - Throws: where the test rows differ, saying how.
package func compareRuns(_ a: String, _ b: String, arguments: [String]) throws -> RunReport {
    let first = try PredictionFile.read(run: a, split: "test")
    let second = try PredictionFile.read(run: b, split: "test")
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
    let names = (Files.name(of: a), Files.name(of: b))
    for run in [a, b] {
        try Look(split: "test", rows: first.rows, purpose: "compare \(a) with \(b)").record(in: run)
    }
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
        ])
}
