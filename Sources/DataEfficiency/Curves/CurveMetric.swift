package import Evidence
package import Prediction
import Statistics

/// A metric as curves see it: an error that falls to 0, a loss itself or `1 − metric` of one whose best value is 1.
package struct CurveMetric: Sendable, Hashable {
    package let definition: MetricDefinition

    /// Those that test rows have a value of, each with a best value that curves can tend to.
    package static let ofClasses = [
        QualityMetrics.logLoss, QualityMetrics.brierScore, QualityMetrics.accuracy,
        QualityMetrics.balancedAccuracy, QualityMetrics.macroF1,
    ]
    package static let ofTwoClasses = [
        QualityMetrics.rocAUC, QualityMetrics.averagePrecision, QualityMetrics.sensitivity,
        QualityMetrics.specificity, QualityMetrics.positivePredictiveValue,
        QualityMetrics.falsePositiveRate,
    ]
    package static let ofSeveralClasses = [QualityMetrics.macroAUC]
    package static let ofNumbers = [
        QualityMetrics.rootMeanSquaredError, QualityMetrics.meanAbsoluteError,
        QualityMetrics.rSquared,
    ]

    private init(_ definition: MetricDefinition) { self.definition = definition }

    /// Those of a task; the loss first.
    ///
    /// - Parameter classes: How many; `nil` where numbers are predicted.
    package static func all(ofClasses classes: Int?) -> [CurveMetric] {
        let definitions = classes.map {
            ofClasses + ($0 == 2 ? ofTwoClasses : ofSeveralClasses)
        }
        return (definitions ?? ofNumbers).map(CurveMetric.init)
    }

    /// Those of rows of a run.
    package static func all(of rows: LabelledPredictions) -> [CurveMetric] {
        if case .numbers = rows.answers { return all(ofClasses: nil) }
        return all(ofClasses: rows.predictions.classes.count)
    }

    /// As people write it: its id in any case, or a short name.
    package static func named(_ name: String, ofClasses classes: Int?) -> CurveMetric? {
        named(name, among: all(ofClasses: classes))
    }

    /// What a column of trainings made elsewhere holds: a metric that is known by its name, else a loss.
    package init(column: String) {
        let known = Self.named(
            column,
            among: (Self.ofClasses + Self.ofTwoClasses + Self.ofSeveralClasses + Self.ofNumbers)
                .map(CurveMetric.init))
        self =
            known
            ?? CurveMetric(
                MetricDefinition(
                    id: MetricID(column), name: column, formula: "as the file says", direction: -1,
                    drawback: .dataHunger, source: "the file"))
    }

    private static func named(_ name: String, among all: [CurveMetric]) -> CurveMetric? {
        let wanted = name.lowercased()
        if let exact = all.first(where: { $0.definition.id.rawValue.lowercased() == wanted }) {
            return exact
        }
        let meant = QualityMetrics.shortNames[wanted] ?? []
        return all.first { meant.contains($0.definition) }
    }

    private var isGain: Bool { definition.direction > 0 }

    package func error(ofValue value: Double) -> Double { isGain ? 1 - value : value }

    package func value(ofError error: Double) -> Double { isGain ? 1 - error : error }

    /// Of predictions the metric's error; `nil` where it is undefined on these rows.
    package func error(of rows: LabelledPredictions) throws -> Double? {
        guard let value = try moved(rows)?.value, value.isFinite else { return nil }
        return max(0, error(ofValue: value))
    }

    private func moved(_ rows: LabelledPredictions) throws -> JackknifedValue? {
        if case .numbers(let targets) = rows.answers {
            guard let metric = RegressionMetric(definition.id) else { return nil }
            return try RegressionSample(
                targets: targets, predictions: rows.predictions.values, weights: rows.weights,
                clusters: rows.clusters
            ).jackknifed(metric)
        }
        guard let metric = ClassificationMetric(definition.id) else { return nil }
        return try rows.classificationSample.jackknifed(metric, threshold: rows.threshold)
    }

    /// The standard error of the error's logarithm over these rows; `nil` where they do not tell it.
    package func logDeviation(of rows: LabelledPredictions) throws -> Double? {
        guard let moved = try moved(rows), let deviation = moved.standardError else { return nil }
        let error = max(error(ofValue: moved.value), 0)
        return error > 0 ? deviation / error : nil
    }
}
