import Evidence
import Figures
import Platform
import Prediction
package import Reporting
import RunStore
import Statistics
import Tables

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
    let (compared, notes) = try differences(first, second)
    let names = (Files.name(of: a), Files.name(of: b))
    try recordLooks([a, b], rows: first.rows, purpose: "compare \(a) with \(b)")
    return RunReport(
        title: "\(names.1) against \(names.0)",
        summary: "Two models on the same \(first.rows) test rows: each number is that of "
            + "\(names.1) minus that of \(names.0). This compares these two models, not the two "
            + "ways in which they were made: for that, train each under several seeds.",
        facts: [.init("First", a), .init("Second", b)] + notes,
        headlines: compared.map(\.measurement.metric),
        measurements: compared.map(\.measurement), definitions: compared.map(\.definition),
        sections: [
            .init(
                title: "Differences",
                figures: [
                    differenceFigure(
                        compared, axis: "\(names.1) − \(names.0)", rows: first.rows)
                ])
        ], command: arguments.map(shellQuoted).joined(separator: " "),
        notIncluded: [
            "Whether one way of training is better than the other: two trainings of one way differ "
                + "too, and these intervals speak of rows alone."
        ])
}

struct Compared {
    /// The id of the metric that is compared.
    var metric: String
    var verdict: Verdict
    var name: String
    var measurement: Measurement
    var definition: MetricDefinition
}

func differenceFigure(_ compared: [Compared], axis: String, rows: Int) -> Figure {
    Figure(
        id: "differences", title: "Differences with 95 % intervals",
        caption: "Paired over \(rows) rows; an interval that holds 0 tells nothing either way.",
        plot: .intervals(
            IntervalChart(
                axis: Axis(axis),
                rows: compared.compactMap { one in
                    one.measurement.value.map {
                        .init(
                            label: one.name, value: $0, lower: one.measurement.interval?.lower,
                            upper: one.measurement.interval?.upper, count: rows)
                    }
                }, reference: .init(value: 0, label: "equal"))))
}

/// Second minus first, metric by metric.
func differences(
    _ first: LabelledPredictions, _ second: LabelledPredictions
) throws -> ([Compared], [RunReport.Fact]) {
    func compared(_ id: String, _ difference: Difference) -> Compared? {
        guard let metric = MetricRegistry.definition(id) else { return nil }
        let verdict = Judgement(difference, direction: metric.direction)
        var measurement = Measurement(metric, difference.estimate, split: first.split)
        measurement.metric = id + "Difference"
        measurement.note = verdict.text(metric)
        var definition = metric
        definition.id = measurement.metric
        // "accuracy", but "ROC AUC".
        let isWord = metric.name.dropFirst().first?.isLowercase ?? false
        definition.name =
            "Difference in "
            + (isWord ? metric.name.prefix(1).lowercased() : String(metric.name.prefix(1)))
            + metric.name.dropFirst()
        definition.formula = "second − first of: " + metric.formula
        return Compared(
            metric: id, verdict: verdict.verdict, name: metric.name, measurement: measurement,
            definition: definition)
    }
    switch (first.answers, second.answers) {
    case (.numbers(let targets), _):
        let pair = try PairedComparison(
            targets: targets, first: first.predictions.values, second: second.predictions.values,
            weights: first.weights, clusters: first.clusters)
        return (
            RegressionMetric.allCases.compactMap {
                compared($0.rawValue, pair.difference(of: $0))
            }, []
        )
    case (.classes, _):
        let pair = try PairedComparison(
            first: first.classificationSample, second: second.classificationSample,
            firstThreshold: first.threshold, secondThreshold: second.threshold)
        let metrics: [ClassificationMetric] =
            pair.first.classes == 2
            ? [
                .rocAUC, .accuracy, .logLoss, .brierScore, .averagePrecision, .sensitivity,
                .specificity, .selectionRate, .expectedCalibrationError,
            ] : [.accuracy, .macroF1, .macroAUC, .logLoss, .brierScore, .expectedCalibrationError]
        let test = pair.mcNemar().map {
            RunReport.Fact(
                "McNemar's test",
                "\($0.onlyFirst) rows right in the first alone, \($0.onlySecond) in the second alone; "
                    + "p = \(NumberText.plain($0.exactPValue)) exact, "
                    + "\(NumberText.plain($0.midPValue)) mid-p")
        }
        return (
            metrics.compactMap { compared($0.rawValue, pair.difference(of: $0)) },
            test.map { [$0] } ?? []
        )
    }
}

extension Judgement {
    /// In words, with the gap that this sample could have shown.
    func text(_ metric: MetricDefinition) -> String {
        let smallest = minimumDetectableEffect.map {
            "a true difference of \(NumberText.plain($0)) would be found in 80 % of such samples"
        }
        switch verdict {
        case .better: return "better"
        case .worse: return "worse"
        case .changed: return "changed"
        case .cannotTell:
            return "cannot tell" + (smallest.map { "; " + $0 } ?? "")
        }
    }
}

/// Adds a look at test rows to the ledgers of runs.
func recordLooks(
    _ runs: [String], split: String = "test", rows: Int, purpose: String
) throws {
    for run in runs {
        try Ledger.append(
            [
                .init(
                    time: Clock.text(unixSeconds: Clock.unixSeconds()), kind: .look, split: split,
                    rows: rows, purpose: purpose)
            ], in: run)
    }
}
