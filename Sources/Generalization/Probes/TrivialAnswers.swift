package import Evidence
import Prediction
import Statistics

/// What an answer that looks at nothing would reach on the same rows, and what becomes of each class.
///
/// Always saying the class that most of these rows are of, or their mean, is the best that such an
/// answer can be; it needs nothing but answers, so that anybody's predictions can be held against it.
package struct TrivialAnswers: Probe {
    package init() {}

    /// Of more classes than these nobody reads the rates.
    private static let mostClasses = 50

    package let description = ProbeDescription(
        id: "trivialAnswers", name: "Answers that look at nothing", drawback: .overfitting,
        needs: [.predictions], looksAt: [.test],
        metrics: [
            TrivialMetrics.accuracy, TrivialMetrics.accuracyGain, TrivialMetrics.error,
            TrivialMetrics.errorGain, TrivialMetrics.cost, TrivialMetrics.classRecall,
            TrivialMetrics.classDecided,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 1e-6 * Double(subject.test.rows) }

    package func measure(_ subject: Subject) throws -> Findings {
        let test = subject.test
        switch test.answers {
        case .numbers(let targets): return Findings(measurements: try numbers(test, targets))
        case .classes(let labels): return Findings(measurements: try classes(test, labels))
        }
    }

    private func numbers(
        _ test: LabelledPredictions, _ targets: [Double]
    ) throws -> [Measurement] {
        let mean = try test.weightedMean(targets)
        let guess = test.with(
            Predictions(
                rows: test.rows, classes: [],
                values: [Double](repeating: mean, count: test.rows)))
        let error = try test.design.mean(targets.map { abs($0 - mean) }, scale: .log)
        return [Measurement(TrivialMetrics.error, error, on: test, group: "always the mean")]
            + (try test.changes(
                from: guess, numbers: [.meanAbsoluteError: TrivialMetrics.errorGain], classes: [:]
            ).map {
                Measurement($0.metric, $0.difference.estimate, on: test)
            })
    }

    private func classes(
        _ test: LabelledPredictions, _ labels: [Int32]
    ) throws -> [Measurement] {
        let names = test.predictions.classes
        var totals = [Double](repeating: 0, count: names.count)
        for (row, label) in labels.enumerated() { totals[Int(label)] += test.weights?[row] ?? 1 }
        let usual = totals.indices.max { (totals[$0], $1) < (totals[$1], $0) } ?? 0
        var certain = [Double](repeating: 0, count: names.count)
        certain[usual] = 1
        let guess = test.with(
            Predictions(
                rows: test.rows, classes: names,
                values: Array(repeatElement(certain, count: test.rows).joined())))
        let design = try test.design
        let calls = try test.classificationSample.calls(threshold: test.threshold)
        var found = [
            Measurement(
                TrivialMetrics.accuracy, design.share(labels.map { Int($0) == usual }), on: test,
                group: "always \(names[usual])")
        ]
        found += try test.changes(
            from: guess, numbers: [:], classes: [.accuracy: TrivialMetrics.accuracyGain]
        ).map { Measurement($0.metric, $0.difference.estimate, on: test) }
        if let costs = test.costs, names.count == 2 {
            for (said, price) in [(1, costs.falsePositive), (0, costs.falseNegative)] {
                // Wrong where the answer is the other class, each time at the same price.
                let wrong = labels.map { Int($0) == said ? 0 : price }
                found.append(
                    Measurement(
                        TrivialMetrics.cost,
                        design.mean(wrong, scale: .plain, bounds: 0...price), on: test,
                        group: "always \(names[said])"))
            }
        }
        guard names.count > 2, names.count <= Self.mostClasses else { return found }
        for (label, name) in names.enumerated() {
            let own = labels.indices.filter { Int(labels[$0]) == label }
            let group = "class = \(name)"
            found.append(
                Measurement(
                    TrivialMetrics.classDecided, design.share(calls.map { Int($0) == label }),
                    on: test, group: group))
            guard !own.isEmpty, totals[label] > 0 else { continue }
            found.append(
                Measurement(
                    TrivialMetrics.classRecall,
                    try test.selecting(own).design.share(own.map { Int(calls[$0]) == label }),
                    on: test, group: group))
        }
        return found
    }
}

/// Metrics of trivial answers: the definitions.
package enum TrivialMetrics {
    private static let source = "Dacrema et al. 2019, arXiv:1907.06902, on weak baselines"

    package static let accuracy = MetricDefinition(
        id: .trivialAccuracy, name: "Accuracy of always saying the most frequent class",
        formula: "rows of the class that most of these rows are of / rows", direction: 0,
        drawback: .overfitting, source: "scikit-learn, DummyClassifier")
    package static let accuracyGain = MetricDefinition(
        id: .accuracyGain, name: "Accuracy above that of the most frequent class",
        formula: "accuracy of the model − accuracy of always saying the most frequent class",
        direction: 1, drawback: .overfitting, source: source)
    package static let error = MetricDefinition(
        id: .trivialAbsoluteError, name: "Mean absolute error of guessing the mean",
        formula: "mean |target − mean target|", direction: 0, drawback: .overfitting,
        source: "scikit-learn, DummyRegressor")
    package static let errorGain = MetricDefinition(
        id: .absoluteErrorGain, name: "Mean absolute error against guessing the mean",
        formula: "mean absolute error of the model − that of guessing the mean", direction: -1,
        drawback: .overfitting, source: source)
    package static let cost = MetricDefinition(
        id: .trivialCost, name: "Expected cost of one answer for all",
        formula: "(fp · negatives) / rows of always yes, (fn · positives) / rows of always no",
        direction: 0, drawback: .overfitting, source: "Elkan 2001, IJCAI 17:973")
    package static let classRecall = MetricDefinition(
        id: .classRecall, name: "Share of a class that is found",
        formula: "rows of the class decided so / rows of the class", direction: 1,
        drawback: .overfitting, source: "scikit-learn, recall_score(average=None)")
    package static let classDecided = MetricDefinition(
        id: .classDecided, name: "Share of rows decided for a class",
        formula: "rows decided so / rows", direction: 0, drawback: .overfitting,
        source: "counted")
}

// Their ids.
extension MetricID {
    package static let trivialAccuracy = MetricID("trivialAccuracy")
    package static let accuracyGain = MetricID("accuracyGain")
    package static let trivialAbsoluteError = MetricID("trivialAbsoluteError")
    package static let absoluteErrorGain = MetricID("absoluteErrorGain")
    package static let trivialCost = MetricID("trivialCost")
    package static let classRecall = MetricID("classRecall")
    package static let classDecided = MetricID("classDecided")
}
