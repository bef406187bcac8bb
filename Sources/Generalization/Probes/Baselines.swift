package import Evidence
import Figures
import Prediction
import Statistics

/// Is the model better than saying the same of every row, what the training rows say on average: each
/// class's share, or the mean?
///
/// Differences are the model's metric minus the baseline's, paired row by row. Nothing is trained. Of accuracy the
/// baseline is the most frequent class; where wrong decisions have costs, which may make the other class the cheaper
/// constant answer, that one is the baseline of the expected cost.
package struct TrivialBaseline: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "trivialBaseline", name: "Trivial baseline", drawback: .overfitting,
        needs: [.trainingPredictions], looksAt: [.test], metrics: BaselineMetrics.all)

    package func expectedSeconds(_ subject: Subject) -> Double { 1e-6 * Double(subject.test.rows) }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let training = subject.training else { return Findings() }
        let test = subject.test
        var baseline = test.with(training.typicalAnswer(rows: test.rows))
        let cost = try costChange(test, baseline)
        baseline.threshold = 0.5
        let trivial = try test.compared(with: baseline)
        return Findings(
            measurements: trivial.map { $0.measurement("the training rows' average", test) } + cost)
    }

    /// The expected cost against that of the constant answer that the costs ask for: whichever of *always no* and *always
    /// yes* was cheaper on the training rows, whose share of positives lies on that side of the threshold of costs.
    private func costChange(
        _ test: LabelledPredictions, _ baseline: LabelledPredictions
    ) throws -> [Measurement] {
        guard let costs = test.costs, test.predictions.classes.count == 2, test.rows > 0 else {
            return []
        }
        var constant = baseline
        constant.threshold = costs.falsePositive / (costs.falsePositive + costs.falseNegative)
        let isYes = constant.predictions.values[1] >= constant.threshold
        let difference = try PairedComparison<ClassificationSample>(constant, test)
            .differenceInExpectedCost(
                falsePositive: costs.falsePositive, falseNegative: costs.falseNegative)
        let answer = test.predictions.classes[isYes ? 1 : 0]
        return [
            Measurement(
                BaselineMetrics.expectedCost, difference.estimate, on: test,
                group: "against always \(answer), the cheaper constant answer")
        ]
    }
}

/// Is the model better than a linear one of all rows that trained or validated, on the same rows?
///
/// Differences are the model's metric minus the linear model's, paired row by row. Whether a linear model would do is
/// answered by `Cost.CheaperModel`.
package struct LinearComparison: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "baselines", name: "Linear baseline", drawback: .overfitting,
        needs: [.linearModel], looksAt: [.test], metrics: BaselineMetrics.all)

    package func expectedSeconds(_ subject: Subject) -> Double {
        subject.linearModel?.expectedSeconds ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let linear = subject.linearModel else { return Findings() }
        let test = subject.test
        let straight = try test.compared(with: linear.predictions())
        let shown = smallestShown(straight[0].difference)
        return Findings(
            measurements: straight.enumerated().map { index, change in
                var measured = change.measurement("a linear model", test)
                if index == 0, let shown {
                    measured.note = [shown, measured.note].compactMap { $0 }.joined(separator: "; ")
                }
                return measured
            })
    }

    /// Of a loss that these rows do not tell from the linear model's: what they would have told.
    private func smallestShown(_ difference: Difference) -> String? {
        let judgement = Judgement(difference, direction: -1)
        guard judgement.verdict == .cannotTell, let effect = judgement.minimumDetectableEffect
        else { return nil }
        return "a true difference of \(NumberText.plain(effect)) would be found in 80 % of such samples"
    }
}

extension LabelledPredictions {
    /// These predictions' metrics minus a baseline's, the loss first.
    fileprivate func compared(with baseline: LabelledPredictions) throws -> [MetricChange] {
        try changes(
            from: baseline, numbers: [.rootMeanSquaredError: BaselineMetrics.error],
            classes: [.logLoss: BaselineMetrics.logLoss, .accuracy: BaselineMetrics.accuracy])
    }
}

extension MetricChange {
    fileprivate func measurement(_ baseline: String, _ test: LabelledPredictions) -> Measurement {
        Measurement(metric, difference.estimate, on: test, group: "against \(baseline)")
    }
}

/// Metrics of baselines: the definitions.
package enum BaselineMetrics {
    fileprivate static let all = [logLoss, accuracy, error, expectedCost]

    private static let source =
        "paired intervals as in vouch compare; Dacrema et al. 2019, arXiv:1907.06902, on weak baselines"

    package static let logLoss = MetricDefinition(
        id: .logLossAgainstBaseline, name: "Log loss against a baseline",
        formula: "log loss of the model − log loss of the baseline, on the same rows", unit: "nats",
        direction: -1, drawback: .overfitting, source: source)
    package static let accuracy = MetricDefinition(
        id: .accuracyAgainstBaseline, name: "Accuracy against a baseline",
        formula: "accuracy of the model − accuracy of the baseline, on the same rows",
        direction: 1, drawback: .overfitting, source: source)
    package static let expectedCost = MetricDefinition(
        id: .expectedCostAgainstBaseline, name: "Expected cost against a baseline",
        formula: "expected cost of the model − that of the cheaper constant answer, on the same rows",
        direction: -1, drawback: .overfitting, source: "Elkan 2001, IJCAI 17:973")
    package static let error = MetricDefinition(
        id: .errorAgainstBaseline, name: "Root mean squared error against a baseline",
        formula: "root mean squared error of the model − that of the baseline, on the same rows",
        direction: -1, drawback: .overfitting, source: source)
}

// Their ids.
extension MetricID {
    package static let logLossAgainstBaseline = MetricID("logLossAgainstBaseline")
    package static let accuracyAgainstBaseline = MetricID("accuracyAgainstBaseline")
    package static let expectedCostAgainstBaseline = MetricID("expectedCostAgainstBaseline")
    package static let errorAgainstBaseline = MetricID("errorAgainstBaseline")
}
