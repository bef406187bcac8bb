import Foundation
import Statistics
import Testing

/// What scikit-learn and SciPy say of fixed samples; written by Reference/generate.py.
struct Reference: Decodable {
    struct Binary: Decodable, CustomTestStringConvertible {
        struct Calibration: Decodable {
            struct Interval: Decodable {
                var value: Double
                var lower: Double
                var upper: Double
            }
            var slope: Interval
            var intercept: Interval
        }
        struct Curve: Decodable {
            var falsePositiveRate: [Double]
            var truePositiveRate: [Double]
            var threshold: [Double]
        }
        var name: String
        var labels: [Int32]
        var scores: [Double]
        var threshold: Double
        var weights: [Double]?
        var clusters: [Int32]?
        var values: [String: Double]
        var intervals: [String: [Double]]?
        var calibration: Calibration
        var curve: Curve?
        var testDescription: String { name }

        func sample() throws -> ClassificationSample {
            try ClassificationSample(
                labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2,
                weights: weights, clusters: clusters)
        }
    }

    struct Multiclass: Decodable, CustomTestStringConvertible {
        var name: String
        var classes: Int
        var labels: [Int32]
        var probabilities: [Double]
        var weights: [Double]?
        var calls: [Int32]
        var values: [String: Double]
        var testDescription: String { name }

        func sample() throws -> ClassificationSample {
            try ClassificationSample(
                labels: labels, probabilities: probabilities, classes: classes, weights: weights)
        }
    }

    struct Regression: Decodable, CustomTestStringConvertible {
        var name: String
        var targets: [Double]
        var predictions: [Double]
        var weights: [Double]?
        var values: [String: Double]
        var intervals: [String: [Double]]?
        var testDescription: String { name }
    }

    struct Special: Decodable {
        var normalQuantile: [[Double]]
        var normalCDF: [[Double]]
        var incompleteBeta: [[Double]]
        var betaQuantile: [[Double]]
        var studentQuantile: [[Double]]
    }

    struct Proportion: Decodable {
        var hits: Int
        var rows: Int
        var wilson: [Double]
        var exact: [Double]
    }

    var versions: [String: String]
    var binary: [Binary]
    var multiclass: [Multiclass]
    var regression: [Regression]
    var special: Special
    var proportions: [Proportion]

    static let stored: Reference = {
        do {
            let file = Bundle.module.bundleURL.appending(path: "Reference/reference.json")
            return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        } catch {
            fatalError("Reference/reference.json cannot be read: \(error)")
        }
    }()
}

/// A metric of a sample, computed when called.
typealias Metric<Sample> = @Sendable (Sample) -> Estimate

/// Every metric of two classes by its name, at one threshold.
func binaryMetrics(threshold: Double) -> [String: Metric<ClassificationSample>] {
    [
        "rocAUC": { $0.rocAUC() },
        "averagePrecision": { $0.averagePrecision() },
        "accuracy": { $0.accuracy(threshold: threshold) },
        "sensitivity": { $0.sensitivity(threshold: threshold) },
        "specificity": { $0.specificity(threshold: threshold) },
        "falsePositiveRate": { $0.falsePositiveRate(threshold: threshold) },
        "positivePredictiveValue": { $0.positivePredictiveValue(threshold: threshold) },
        "selectionRate": { $0.selectionRate(threshold: threshold) },
        "balancedAccuracy": { $0.balancedAccuracy(threshold: threshold) },
        "macroF1": { $0.macroF1(threshold: threshold) },
        "logLoss": { $0.logLoss() },
        "brierScore": { $0.brierScore() },
        "expectedCost": {
            $0.expectedCost(threshold: threshold, falsePositive: 1.5, falseNegative: 4)
        },
        "meanScore": { $0.meanScore() },
        "expectedCalibrationError": { $0.expectedCalibrationError() },
    ]
}

/// Every metric of more classes by its name.
let multiclassMetrics: [String: Metric<ClassificationSample>] = [
    "accuracy": { $0.accuracy() },
    "macroF1": { $0.macroF1() },
    "balancedAccuracy": { $0.balancedAccuracy() },
    "macroAUC": { $0.macroAUC() },
    "logLoss": { $0.logLoss() },
    "brierScore": { $0.brierScore() },
    "expectedCalibrationError": { $0.expectedCalibrationError() },
]

let regressionMetrics: [String: Metric<RegressionSample>] = [
    "rootMeanSquaredError": { $0.rootMeanSquaredError() },
    "meanAbsoluteError": { $0.meanAbsoluteError() },
    "rSquared": { $0.rSquared() },
]

/// `|a − b| ≤ tolerance · |b|`, and the same where both are 0.
func agree(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool {
    guard let a else { return false }
    return abs(a - b) <= tolerance * abs(b)
}
