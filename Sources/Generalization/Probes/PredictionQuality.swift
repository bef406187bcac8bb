package import Evidence
import Prediction
import Statistics

/// How good predictions are on rows with known answers; needs nothing but these.
package struct PredictionQuality: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "predictionQuality", name: "Quality of the predictions", drawback: .overfitting,
        needs: [.predictions], looksAt: [.test],
        metrics: [
            QualityMetrics.rocAUC, QualityMetrics.accuracy, QualityMetrics.logLoss,
            QualityMetrics.brierScore, QualityMetrics.brierMiscalibration,
            QualityMetrics.brierDiscrimination, QualityMetrics.brierUncertainty,
            QualityMetrics.averagePrecision,
            QualityMetrics.sensitivity, QualityMetrics.specificity,
            QualityMetrics.positivePredictiveValue, QualityMetrics.balancedAccuracy,
            QualityMetrics.macroF1, QualityMetrics.macroAUC, QualityMetrics.selectionRate,
            QualityMetrics.expectedCalibrationError, QualityMetrics.debiasedCalibrationError,
            QualityMetrics.classwiseCalibrationError, QualityMetrics.calibrationSlope,
            QualityMetrics.calibrationIntercept, QualityMetrics.expectedCost,
            QualityMetrics.rootMeanSquaredError, QualityMetrics.meanAbsoluteError,
            QualityMetrics.rSquared,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        1e-5 * Double(subject.test.rows)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        let test = subject.test
        switch test.answers {
        case .numbers(let targets): return try regression(test, targets)
        case .classes:
            let sample = try test.classificationSample
            return sample.classes == 2 ? two(test, sample) : several(test, sample)
        }
    }

    private func regression(
        _ test: LabelledPredictions, _ targets: [Double]
    ) throws -> Findings {
        let sample = try RegressionSample(
            targets: targets, predictions: test.predictions.values, weights: test.weights,
            clusters: test.clusters)
        return Findings(measurements: [
            Measurement(
                QualityMetrics.rootMeanSquaredError, sample.rootMeanSquaredError(),
                on: test),
            Measurement(
                QualityMetrics.meanAbsoluteError, sample.meanAbsoluteError(), on: test),
            Measurement(QualityMetrics.rSquared, sample.rSquared(), on: test),
        ])
    }

    private func two(_ test: LabelledPredictions, _ sample: ClassificationSample) -> Findings {
        let threshold = test.threshold
        let fit = sample.calibration()
        let brier = BrierDecomposition(sample)
        var found: [(MetricDefinition, Estimate)] = [
            (QualityMetrics.rocAUC, sample.rocAUC()),
            (QualityMetrics.accuracy, sample.accuracy(threshold: threshold)),
            (QualityMetrics.logLoss, sample.logLoss()),
            (QualityMetrics.brierScore, sample.brierScore()),
            (QualityMetrics.brierMiscalibration, brier.miscalibration),
            (QualityMetrics.brierDiscrimination, brier.discrimination),
            (QualityMetrics.brierUncertainty, brier.uncertainty),
            (QualityMetrics.averagePrecision, sample.averagePrecision()),
            (QualityMetrics.sensitivity, sample.sensitivity(threshold: threshold)),
            (QualityMetrics.specificity, sample.specificity(threshold: threshold)),
            (
                QualityMetrics.positivePredictiveValue,
                sample.positivePredictiveValue(threshold: threshold)
            ),
            (QualityMetrics.balancedAccuracy, sample.balancedAccuracy(threshold: threshold)),
            (QualityMetrics.macroF1, sample.macroF1(threshold: threshold)),
            (QualityMetrics.selectionRate, sample.selectionRate(threshold: threshold)),
            (QualityMetrics.expectedCalibrationError, sample.expectedCalibrationError()),
            (QualityMetrics.debiasedCalibrationError, sample.debiasedCalibrationError()),
            (QualityMetrics.calibrationSlope, fit.slope),
            (QualityMetrics.calibrationIntercept, fit.intercept),
        ]
        if let costs = test.costs {
            found.append(
                (
                    QualityMetrics.expectedCost,
                    sample.expectedCost(
                        threshold: threshold, falsePositive: costs.falsePositive,
                        falseNegative: costs.falseNegative)
                ))
        }
        return Findings(
            measurements: found.map {
                Measurement($0.0, $0.1, on: test, drawback: .overfitting)
            },
            figures: [
                test.rocFigure(sample), test.reliabilityFigure(sample),
                test.confusionFigure(sample),
            ])
    }

    private func several(_ test: LabelledPredictions, _ sample: ClassificationSample) -> Findings {
        let found: [(MetricDefinition, Estimate)] = [
            (QualityMetrics.accuracy, sample.accuracy()),
            (QualityMetrics.macroF1, sample.macroF1()),
            (QualityMetrics.balancedAccuracy, sample.balancedAccuracy()),
            (QualityMetrics.macroAUC, sample.macroAUC()),
            (QualityMetrics.logLoss, sample.logLoss()),
            (QualityMetrics.brierScore, sample.brierScore()),
            (QualityMetrics.expectedCalibrationError, sample.expectedCalibrationError()),
            (QualityMetrics.debiasedCalibrationError, sample.debiasedCalibrationError()),
            (QualityMetrics.classwiseCalibrationError, sample.classwiseCalibrationError()),
        ]
        return Findings(
            measurements: found.map { Measurement($0.0, $0.1, on: test) },
            figures: [test.reliabilityFigure(sample), test.confusionFigure(sample)])
    }
}
