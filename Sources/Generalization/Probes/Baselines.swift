package import Evidence
import Figures
import Prediction
import Statistics

/// Is the model better than the answers' shares alone, and than a linear model, on the same rows?
///
/// The trivial baseline says of every row what the training rows say on average: each class's share, or
/// the mean. The linear one learns all rows that trained or validated. Differences are the model's metric
/// minus the baseline's, paired row by row.
package struct Baselines: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "baselines", name: "Simple baselines", drawback: .overfitting,
        needs: [.trainingPredictions, .linearModel],
        metrics: [
            BaselineMetrics.logLoss, BaselineMetrics.accuracy, BaselineMetrics.error,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        subject.linearModel?.expectedSeconds ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let training = subject.training, let linear = subject.linearModel else {
            return Findings()
        }
        let test = subject.test
        let trivial = try compared(
            test, with: test.with(training.typicalAnswer(rows: test.rows)))
        let straight = try compared(test, with: linear.predictions())
        let answer = needsDepth(straight[0].difference, test)
        return Findings(
            measurements: trivial.map { measurement($0, "the training rows' average", test) }
                + straight.enumerated().map { index, change in
                    var measured = measurement(change, "a linear model", test)
                    if index == 0 {
                        measured.note = [answer, measured.note].compactMap { $0 }
                            .joined(separator: "; ")
                    }
                    return measured
                })
    }

    /// The model's metric minus the baseline's, the loss first.
    private func compared(
        _ test: LabelledPredictions, with baseline: LabelledPredictions
    ) throws -> [MetricChange] {
        try test.changes(
            from: baseline, numbers: [.rootMeanSquaredError: BaselineMetrics.error],
            classes: [.logLoss: BaselineMetrics.logLoss, .accuracy: BaselineMetrics.accuracy])
    }

    private func measurement(
        _ change: MetricChange, _ baseline: String, _ test: LabelledPredictions
    ) -> Measurement {
        Measurement(
            change.metric, change.difference.estimate, on: test, group: "against \(baseline)")
    }

    /// The answer to *does this problem need a deep model?* from the loss against the linear model's.
    private func needsDepth(_ difference: Difference, _ test: LabelledPredictions) -> String {
        let question = "does this problem need a deep model?"
        let judgement = Judgement(difference, direction: -1)
        switch judgement.verdict {
        case .better: return "\(question) yes: a linear model is worse on these rows"
        case .worse, .changed:
            return "\(question) no evidence that it does: a linear model is better on these rows"
        case .cannotTell:
            guard let effect = judgement.minimumDetectableEffect else {
                return "\(question) cannot tell"
            }
            return "\(question) cannot tell; a true difference of \(NumberText.plain(effect)) "
                + "would be found in 80 % of such samples"
        }
    }
}

extension LabelledPredictions {
    /// What these rows say on average, of so many rows: their classes' shares, or their mean.
    fileprivate func typicalAnswer(rows: Int) -> Predictions {
        let weights = weights ?? Array(repeating: 1, count: self.rows)
        let total = weights.reduce(0, +)
        var typical = [Double](repeating: 0, count: predictions.width)
        switch answers {
        case .classes(let labels):
            for (label, weight) in zip(labels, weights) { typical[Int(label)] += weight / total }
        case .numbers(let targets):
            typical[0] = zip(targets, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
        return Predictions(
            rows: rows, classes: predictions.classes,
            values: Array(repeatElement(typical, count: rows).joined()))
    }
}

/// Metrics of baselines: the definitions.
package enum BaselineMetrics {
    private static let source =
        "paired intervals as in vouch compare; Dacrema et al. 2019, arXiv:1907.06902, on weak baselines"

    package static let logLoss = MetricDefinition(
        id: "logLossAgainstBaseline", name: "Log loss against a baseline",
        formula: "log loss of the model − log loss of the baseline, on the same rows", unit: "nats",
        direction: -1, drawback: .overfitting, source: source)
    package static let accuracy = MetricDefinition(
        id: "accuracyAgainstBaseline", name: "Accuracy against a baseline",
        formula: "accuracy of the model − accuracy of the baseline, on the same rows",
        direction: 1, drawback: .overfitting, source: source)
    package static let error = MetricDefinition(
        id: "errorAgainstBaseline", name: "Root mean squared error against a baseline",
        formula: "root mean squared error of the model − that of the baseline, on the same rows",
        direction: -1, drawback: .overfitting, source: source)
}
