import Evidence
import Reporting
import Tables

/// What each metric id means; the report's glossary.
enum MetricGlossary {
    static func definition(_ id: String) -> MetricDefinition {
        definitions[id] ?? MetricDefinition(id: id, name: id, formula: "", direction: 0, source: "")
    }

    /// The metrics of a report's first screen, in order.
    static func headlines(_ task: TargetEncoder.Task) -> [String] {
        let quality =
            switch task {
            case .binary:
                [
                    "rocAUC", "accuracy", "logLoss", "brierScore", "averagePrecision",
                    "sensitivity",
                    "specificity", "expectedCalibrationError", "expectedCost",
                ]
            case .multiclass: ["accuracy", "macroF1", "macroAUC", "logLoss", "brierScore"]
            case .regression: ["rootMeanSquaredError", "meanAbsoluteError", "rSquared"]
            }
        return quality + ["trainingSeconds", "peakMemory"]
    }

    /// The glossary of what a report shows.
    static func definitions(
        of measurements: [Measurement], _ groups: [RunReport.GroupTable]
    ) -> [MetricDefinition] {
        let shown = Set(
            measurements.map(\.metric)
                + groups.flatMap { $0.rows.flatMap { $0.measurements.map(\.metric) } })
        return all.filter { shown.contains($0.id) }
    }

    private static let definitions: [String: MetricDefinition] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.id, $0) })

    private static let all: [MetricDefinition] = [
        .init(
            id: "rocAUC", name: "ROC AUC",
            formula: "P(score of a positive > score of a negative) + ½ P(equal)", direction: 1,
            source: "Hanley & McNeil 1982, DOI 10.1148/radiology.143.1.7063747"),
        .init(
            id: "averagePrecision", name: "Average precision",
            formula: "Σ (recallₖ − recallₖ₋₁) · precisionₖ over thresholds", direction: 1,
            source: "scikit-learn, average_precision_score"),
        .init(
            id: "accuracy", name: "Accuracy", formula: "right decisions / rows", direction: 1,
            source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010"),
        .init(
            id: "balancedAccuracy", name: "Balanced accuracy",
            formula: "mean of the classes' recalls", direction: 1,
            source: "Brodersen et al. 2010, DOI 10.1109/ICPR.2010.764"),
        .init(
            id: "sensitivity", name: "Sensitivity (true-positive rate)",
            formula: "positives decided positive / positives", direction: 1,
            source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010"),
        .init(
            id: "specificity", name: "Specificity (true-negative rate)",
            formula: "negatives decided negative / negatives", direction: 1,
            source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010"),
        .init(
            id: "positivePredictiveValue", name: "Positive predictive value (precision)",
            formula: "positives decided positive / decided positive", direction: 1,
            source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010"),
        .init(
            id: "falsePositiveRate", name: "False-positive rate",
            formula: "negatives decided positive / negatives", direction: -1,
            source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010"),
        .init(
            id: "selectionRate", name: "Selection rate", formula: "decided positive / rows",
            direction: 0, source: "Fairlearn, selection_rate"),
        .init(
            id: "meanScore", name: "Mean score", formula: "mean probability of the positive class",
            direction: 0, source: "–"),
        .init(
            id: "macroF1", name: "Macro F1",
            formula: "mean over classes of 2·precision·recall/(precision + recall)", direction: 1,
            source: "scikit-learn, f1_score(average=\"macro\")"),
        .init(
            id: "macroAUC", name: "ROC AUC, mean over classes",
            formula: "mean over classes of the AUC of one class against the rest", direction: 1,
            source: "scikit-learn, roc_auc_score(multi_class=\"ovr\", average=\"macro\")"),
        .init(
            id: "logLoss", name: "Log loss", formula: "−mean log(probability of the true class)",
            unit: "nats", direction: -1, source: "Good 1952, DOI 10.1111/j.2517-6161.1952.tb00104.x"
        ),
        .init(
            id: "brierScore", name: "Brier score",
            formula: "mean squared difference of probability and outcome", direction: -1,
            source: "Brier 1950, DOI 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2"),
        .init(
            id: "expectedCalibrationError", name: "Expected calibration error",
            formula: "Σ over 15 bins of equal mass of share · |mean confidence − hit rate|",
            direction: -1, source: "Naeini et al. 2015, AAAI 29(1)"),
        .init(
            id: "calibrationSlope", name: "Calibration slope",
            formula:
                "b of logit P(y = 1) = a + b · logit(score); 1 is right, below 1 overconfident",
            direction: 0, source: "Cox 1958, DOI 10.1093/biomet/45.3-4.562"),
        .init(
            id: "calibrationIntercept", name: "Calibration intercept",
            formula:
                "a of logit P(y = 1) = a + logit(score); 0 is right, below 0 the scores are too high",
            direction: 0,
            source: "Cox 1958, DOI 10.1093/biomet/45.3-4.562"),
        .init(
            id: "expectedCost", name: "Expected cost",
            formula: "(fp · false positives + fn · false negatives) / rows", direction: -1,
            source: "Elkan 2001, IJCAI 17:973"),
        .init(
            id: "rootMeanSquaredError", name: "Root mean squared error",
            formula: "√ mean (prediction − target)²", direction: -1,
            source: "scikit-learn, root_mean_squared_error"),
        .init(
            id: "meanAbsoluteError", name: "Mean absolute error",
            formula: "mean |prediction − target|", direction: -1,
            source: "scikit-learn, mean_absolute_error"),
        .init(
            id: "rSquared", name: "R²",
            formula: "1 − Σ(target − prediction)² / Σ(target − mean target)²", direction: 1,
            source: "scikit-learn, r2_score"),
        .init(
            id: "validationLoss", name: "Validation loss",
            formula: "the training loss on validation rows, without dropout", direction: -1,
            source: "–"),
        .init(
            id: "trainingSeconds", name: "Training time",
            formula: "wall clock from the first to the last step, validation included", unit: "s",
            direction: -1, source: "–"),
        .init(
            id: "peakMemory", name: "Peak memory",
            formula: "largest resident set of the process, reading included", unit: "MB",
            direction: -1, source: "proc(5), VmHWM; getrusage(2), ru_maxrss"),
        .init(
            id: "parameters", name: "Learned parameters", formula: "numbers that training moves",
            direction: -1, source: "–"),
    ]
}
