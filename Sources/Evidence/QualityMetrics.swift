/// Metrics of predictions against known answers, which several modules measure: the definitions.
package enum QualityMetrics {
    package static let rocAUC = MetricDefinition(
        id: .rocAUC, name: "ROC AUC",
        formula: "P(score of a positive > score of a negative) + ½ P(equal)",
        direction: 1, drawback: .overfitting,
        source: "Hanley & McNeil 1982, DOI 10.1148/radiology.143.1.7063747")
    package static let averagePrecision = MetricDefinition(
        id: .averagePrecision, name: "Average precision",
        formula: "Σ (recallₖ − recallₖ₋₁) · precisionₖ over thresholds",
        direction: 1, drawback: .overfitting,
        source: "scikit-learn, average_precision_score")
    package static let accuracy = MetricDefinition(
        id: .accuracy, name: "Accuracy",
        formula: "right decisions / rows",
        direction: 1, drawback: .overfitting,
        source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010")
    package static let balancedAccuracy = MetricDefinition(
        id: .balancedAccuracy, name: "Balanced accuracy",
        formula: "mean of the classes' recalls",
        direction: 1, drawback: .overfitting,
        source: "Brodersen et al. 2010, DOI 10.1109/ICPR.2010.764")
    package static let sensitivity = MetricDefinition(
        id: .sensitivity, name: "Sensitivity (true-positive rate)",
        formula: "positives decided positive / positives",
        direction: 1, drawback: .overfitting,
        source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010")
    package static let specificity = MetricDefinition(
        id: .specificity, name: "Specificity (true-negative rate)",
        formula: "negatives decided negative / negatives",
        direction: 1, drawback: .overfitting,
        source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010")
    package static let positivePredictiveValue = MetricDefinition(
        id: .positivePredictiveValue, name: "Positive predictive value (precision)",
        formula: "positives decided positive / decided positive",
        direction: 1, drawback: .overfitting,
        source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010")
    package static let falsePositiveRate = MetricDefinition(
        id: .falsePositiveRate, name: "False-positive rate",
        formula: "negatives decided positive / negatives",
        direction: -1, drawback: .bias,
        source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010")
    package static let falseNegativeRate = MetricDefinition(
        id: .falseNegativeRate, name: "False-negative rate",
        formula: "positives decided negative / positives",
        direction: -1, drawback: .bias,
        source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010")
    package static let selectionRate = MetricDefinition(
        id: .selectionRate, name: "Selection rate",
        formula: "decided positive / rows",
        direction: 0, drawback: .bias,
        source: "Fairlearn, selection_rate")
    package static let meanScore = MetricDefinition(
        id: .meanScore, name: "Mean score",
        formula: "mean probability of the positive class",
        direction: 0, drawback: .bias,
        source: "–")
    package static let macroF1 = MetricDefinition(
        id: .macroF1, name: "Macro F1",
        formula: "mean over classes of 2·precision·recall/(precision + recall)",
        direction: 1, drawback: .overfitting,
        source: "scikit-learn, f1_score(average=\"macro\")")
    package static let macroAUC = MetricDefinition(
        id: .macroAUC, name: "ROC AUC, mean over classes",
        formula: "mean over classes of the AUC of one class against the rest",
        direction: 1, drawback: .overfitting,
        source: "scikit-learn, roc_auc_score(multi_class=\"ovr\", average=\"macro\")")
    package static let logLoss = MetricDefinition(
        id: .logLoss, name: "Log loss",
        formula: "−mean log(probability of the true class)",
        unit: "nats", direction: -1, drawback: .overfitting,
        source: "Good 1952, DOI 10.1111/j.2517-6161.1952.tb00104.x")
    package static let brierScore = MetricDefinition(
        id: .brierScore, name: "Brier score",
        formula: "mean squared difference of probability and outcome",
        direction: -1, drawback: .overfitting,
        source: "Brier 1950, DOI 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2")
    private static let corp = "Dimitriadis, Gneiting & Jordan 2021, DOI 10.1073/pnas.2016191118"
    package static let brierMiscalibration = MetricDefinition(
        id: .brierMiscalibration, name: "Brier score: miscalibration",
        formula:
            "Brier score − Brier score of the scores recalibrated by isotonic regression on these rows",
        direction: -1, drawback: .overfitting, source: corp)
    package static let brierDiscrimination = MetricDefinition(
        id: .brierDiscrimination, name: "Brier score: discrimination",
        formula:
            "share · (1 − share) − Brier score of the scores recalibrated by isotonic regression on "
            + "these rows; the score is miscalibration − discrimination + uncertainty",
        direction: 1, drawback: .overfitting, source: corp)
    package static let brierUncertainty = MetricDefinition(
        id: .brierUncertainty, name: "Brier score: uncertainty",
        formula: "share · (1 − share) of the positive class",
        direction: 0, drawback: .overfitting, source: corp)
    package static let expectedCalibrationError = MetricDefinition(
        id: .expectedCalibrationError, name: "Expected calibration error",
        formula: "Σ over 15 bins of equal mass of share · |mean confidence − hit rate|",
        direction: -1, drawback: .overfitting,
        source: "Naeini et al. 2015, AAAI 29(1)")
    package static let debiasedCalibrationError = MetricDefinition(
        id: .debiasedCalibrationError, name: "Expected calibration error, less its noise",
        formula: "expected calibration error − what noise adds to it, at least 0",
        direction: -1, drawback: .overfitting,
        source: "Kumar et al. 2019, arXiv:1909.10155")
    package static let classwiseCalibrationError = MetricDefinition(
        id: .classwiseCalibrationError, name: "Class-wise calibration error",
        formula:
            "mean over classes of the calibration error of the class's probability, 15 bins of "
            + "equal mass",
        direction: -1, drawback: .overfitting,
        source: "Kull et al. 2019, arXiv:1910.12656")
    package static let calibrationSlope = MetricDefinition(
        id: .calibrationSlope, name: "Calibration slope",
        formula: "b of logit P(y = 1) = a + b · logit(score); 1 is right, below 1 overconfident",
        direction: 0, drawback: .overfitting,
        source: "Cox 1958, DOI 10.1093/biomet/45.3-4.562")
    package static let calibrationIntercept = MetricDefinition(
        id: .calibrationIntercept, name: "Calibration intercept",
        formula:
            "a of logit P(y = 1) = a + logit(score); 0 is right, below 0 the scores are too high",
        direction: 0, drawback: .overfitting,
        source: "Cox 1958, DOI 10.1093/biomet/45.3-4.562")
    package static let expectedCost = MetricDefinition(
        id: .expectedCost, name: "Expected cost",
        formula: "(fp · false positives + fn · false negatives) / rows",
        direction: -1, drawback: .overfitting,
        source: "Elkan 2001, IJCAI 17:973")
    package static let rootMeanSquaredError = MetricDefinition(
        id: .rootMeanSquaredError, name: "Root mean squared error",
        formula: "√ mean (prediction − target)²",
        direction: -1, drawback: .overfitting,
        source: "scikit-learn, root_mean_squared_error")
    package static let meanAbsoluteError = MetricDefinition(
        id: .meanAbsoluteError, name: "Mean absolute error",
        formula: "mean |prediction − target|",
        direction: -1, drawback: .overfitting,
        source: "scikit-learn, mean_absolute_error")
    package static let rSquared = MetricDefinition(
        id: .rSquared, name: "R²",
        formula: "1 − Σ(target − prediction)² / Σ(target − mean target)²",
        direction: 1, drawback: .overfitting,
        source: "scikit-learn, r2_score")

    /// What people type for them.
    package static let shortNames: [String: [MetricDefinition]] = [
        "auc": [rocAUC, macroAUC],
        "f1": [macroF1], "recall": [sensitivity],
        "precision": [positivePredictiveValue],
        "brier": [brierScore],
        "loss": [QualityMetrics.logLoss, QualityMetrics.rootMeanSquaredError],
        "rmse": [rootMeanSquaredError],
        "mae": [meanAbsoluteError], "r2": [rSquared],
    ]
}

// Their ids.
extension MetricID {
    package static let rocAUC = MetricID("rocAUC")
    package static let averagePrecision = MetricID("averagePrecision")
    package static let accuracy = MetricID("accuracy")
    package static let balancedAccuracy = MetricID("balancedAccuracy")
    package static let sensitivity = MetricID("sensitivity")
    package static let specificity = MetricID("specificity")
    package static let positivePredictiveValue = MetricID("positivePredictiveValue")
    package static let falsePositiveRate = MetricID("falsePositiveRate")
    package static let falseNegativeRate = MetricID("falseNegativeRate")
    package static let selectionRate = MetricID("selectionRate")
    package static let meanScore = MetricID("meanScore")
    package static let macroF1 = MetricID("macroF1")
    package static let macroAUC = MetricID("macroAUC")
    package static let logLoss = MetricID("logLoss")
    package static let brierScore = MetricID("brierScore")
    package static let brierMiscalibration = MetricID("brierMiscalibration")
    package static let brierDiscrimination = MetricID("brierDiscrimination")
    package static let brierUncertainty = MetricID("brierUncertainty")
    package static let expectedCalibrationError = MetricID("expectedCalibrationError")
    package static let debiasedCalibrationError = MetricID("debiasedCalibrationError")
    package static let classwiseCalibrationError = MetricID("classwiseCalibrationError")
    package static let calibrationSlope = MetricID("calibrationSlope")
    package static let calibrationIntercept = MetricID("calibrationIntercept")
    package static let expectedCost = MetricID("expectedCost")
    package static let rootMeanSquaredError = MetricID("rootMeanSquaredError")
    package static let meanAbsoluteError = MetricID("meanAbsoluteError")
    package static let rSquared = MetricID("rSquared")
}
