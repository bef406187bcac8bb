package import Evidence
import Figures
import Prediction
import Statistics

/// How good the models are that a run's whole procedure makes, over repeated K-fold cross-validation.
///
/// Other than the metrics of test rows, which speak of the one model at hand, these vary with the
/// rows that were learned from and with the seed.
package struct CrossValidatedQuality: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "crossValidation", name: "Repeated cross-validation", drawback: .overfitting,
        needs: [.crossValidation], looksAt: [.validation],
        metrics: [
            CrossValidationMetrics.logLoss, CrossValidationMetrics.accuracy,
            CrossValidationMetrics.rocAUC, CrossValidationMetrics.error,
        ])

    /// It was asked for, so that no budget leaves it out.
    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let validator = subject.crossValidator else { return Findings() }
        let parts = try validator.heldOut()
        var values: [(metric: MetricDefinition, values: [Double])] = []
        func add(_ metric: MetricDefinition, _ value: (LabelledPredictions) throws -> Double?)
            rethrows
        {
            values.append((metric, try parts.compactMap(value)))
        }
        if case .numbers = subject.test.answers {
            try add(CrossValidationMetrics.error) { part in
                guard case .numbers(let targets) = part.answers else { return nil }
                return try RegressionSample(
                    targets: targets, predictions: part.predictions.values, weights: part.weights
                ).rootMeanSquaredError().value
            }
        } else {
            try add(CrossValidationMetrics.logLoss) { try $0.classificationSample.logLoss().value }
            let isBinary = subject.test.predictions.width == 2
            try add(CrossValidationMetrics.accuracy) { part in
                let sample = try part.classificationSample
                return isBinary
                    ? sample.accuracy(threshold: part.threshold).value : sample.accuracy().value
            }
            if isBinary {
                try add(CrossValidationMetrics.rocAUC) {
                    try $0.classificationSample.rocAUC().value
                }
            }
        }
        // Every row is held out once a repetition.
        let rows = parts.reduce(0) { $0 + $1.rows } / max(validator.repetitions, 1)
        return Findings(
            measurements: values.map { metric, values in
                measurement(metric, values, validator, rows: rows)
            })
    }

    private func measurement(
        _ metric: MetricDefinition, _ values: [Double], _ validator: any CrossValidator, rows: Int
    ) -> Measurement {
        let estimate = crossValidated(values, folds: validator.folds, rows: rows)
            .within(metric.bounds)
        let least = values.min().map(NumberText.plain) ?? ""
        let most = values.max().map(NumberText.plain) ?? ""
        let what =
            "\(validator.folds) folds × \(validator.repetitions), from \(least) to \(most); of models "
            + "that learn \(validator.folds - 1)/\(validator.folds) of these rows"
        return Measurement(
            metric: metric.id, drawback: .overfitting, value: estimate.value, unit: metric.unit,
            interval: .init(estimate), sample: .init(split: "train and validation", rows: rows),
            note: [what, estimate.note].compactMap { $0 }.joined(separator: "; "))
    }
}

/// Metrics of cross-validation: the definitions.
package enum CrossValidationMetrics {
    private static let source = "Nadeau & Bengio 2003, DOI 10.1023/A:1024068626366"

    package static let logLoss = MetricDefinition(
        id: .crossValidatedLogLoss, name: "Log loss, cross-validated",
        formula: "mean over folds and repetitions of the log loss of the rows held out",
        unit: "nats", direction: -1, drawback: .overfitting, source: source)
    package static let accuracy = MetricDefinition(
        id: .crossValidatedAccuracy, name: "Accuracy, cross-validated",
        formula: "mean over folds and repetitions of the accuracy on the rows held out",
        direction: 1, drawback: .overfitting, source: source)
    package static let rocAUC = MetricDefinition(
        id: .crossValidatedAUC, name: "ROC AUC, cross-validated",
        formula: "mean over folds and repetitions of the ROC AUC of the rows held out",
        direction: 1, drawback: .overfitting, source: source)
    package static let error = MetricDefinition(
        id: .crossValidatedError, name: "Root mean squared error, cross-validated",
        formula: "mean over folds and repetitions of the root mean squared error of the rows held "
            + "out",
        direction: -1, drawback: .overfitting, source: source)
}

// Their ids.
extension MetricID {
    package static let crossValidatedLogLoss = MetricID("crossValidatedLogLoss")
    package static let crossValidatedAccuracy = MetricID("crossValidatedAccuracy")
    package static let crossValidatedAUC = MetricID("crossValidatedAUC")
    package static let crossValidatedError = MetricID("crossValidatedError")
}
