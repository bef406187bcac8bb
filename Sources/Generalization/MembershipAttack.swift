import Evidence
import Prediction
import Statistics

/// An attack that scores rows, and tells by the score who was learned from.
struct MembershipAttack {
    private let sample: ClassificationSample
    private let test: LabelledPredictions
    private let split: String

    /// The share of rows wrongly taken for learned at which the attack is judged: an attack that is
    /// sure of a few rows matters, even where it cannot tell most (arXiv:2112.03570, section III).
    static let falsePositiveRate = 0.001

    /// - Parameters:
    ///   - training: Rows that were learned from, with a score each; higher is more likely learned.
    ///   - test: Rows that were not.
    init(
        _ training: LabelledPredictions, scores trainingScores: [Double],
        _ test: LabelledPredictions, scores testScores: [Double]
    ) throws {
        var weights: [Double]?
        if training.weights != nil || test.weights != nil {
            weights =
                (training.weights ?? Array(repeating: 1, count: training.rows))
                + (test.weights ?? Array(repeating: 1, count: test.rows))
        }
        sample = try ClassificationSample(
            scores: trainingScores + testScores,
            isPositive: Array(repeating: true, count: training.rows)
                + Array(repeating: false, count: test.rows),
            weights: weights, clusters: Self.clusters(training, test))
        self.test = test
        split = "\(training.split) and \(test.split)"
    }

    /// Codes of both kinds of rows; no cluster holds rows of both.
    private static func clusters(
        _ training: LabelledPredictions, _ test: LabelledPredictions
    ) -> [Int32]? {
        guard training.clusters != nil || test.clusters != nil else { return nil }
        let first = training.clusters ?? Array(repeating: -1, count: training.rows)
        let second = test.clusters ?? Array(repeating: -1, count: test.rows)
        let next = (first.max() ?? -1) + 1
        return first + second.map { $0 < 0 ? $0 : $0 + next }
    }

    /// The area under the attack's curve, and its true-positive rate where it is nearly always right.
    func measurements(
        area: MetricDefinition, rate: MetricDefinition, note: String? = nil
    ) -> [Measurement] {
        let found = [
            (area, sample.rocAUC()),
            (rate, sample.truePositiveRate(atFalsePositiveRate: Self.falsePositiveRate)),
        ]
        return found.map { metric, estimate in
            var estimate = estimate
            let notes = [note, estimate.note].compactMap { $0 }
            estimate.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
            return Measurement(metric, estimate, on: test, split: split)
        }
    }
}
