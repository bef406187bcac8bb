package import Evidence
import Prediction
import Statistics

/// How well the network could learn answers by heart that mean nothing.
///
/// It is trained to the end twice, with the run's settings: with the answers as they are, and with the
/// answers shuffled among the training rows. What it gets right of shuffled answers it has memorised.
///
/// - Source: Zhang et al. 2017, arXiv:1611.03530.
package struct RandomLabelCapacity: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "randomLabelCapacity", name: "Capacity for shuffled answers", drawback: .overfitting,
        needs: [.trainingPredictions, .repetition], looksAt: [.test],
        metrics: [CapacityMetrics.shuffled, CapacityMetrics.asTheyAre])

    package func expectedSeconds(_ subject: Subject) -> Double {
        Double(trainings(subject)) * (subject.repeater?.expectedSeconds ?? 0)
    }

    package func trainings(_ subject: Subject) -> Int { 2 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let repeater = subject.repeater else { return Findings() }
        let found = try [
            (CapacityMetrics.shuffled, true), (CapacityMetrics.asTheyAre, false),
        ].map { metric, isShuffled in
            let training = try repeater.repetition(
                .toTheEnd(shuffled: isShuffled), seed: subject.seed
            ).training
            return Measurement(metric, try training.fit, on: training)
        }
        return Findings(measurements: found)
    }
}

extension LabelledPredictions {
    /// The share of right decisions; of numbers, R².
    fileprivate var fit: Estimate {
        get throws(StatisticsError) {
            switch answers {
            case .classes: return try classificationSample.accuracy(threshold: threshold)
            case .numbers(let targets):
                return try RegressionSample(
                    targets: targets, predictions: predictions.values, weights: weights,
                    clusters: clusters
                ).rSquared()
            }
        }
    }
}

/// Metrics of capacity: the definitions.
package enum CapacityMetrics {
    package static let shuffled = MetricDefinition(
        id: .shuffledAnswersFit, name: "Fit of shuffled answers",
        formula:
            "share of training rows decided right after training to the end on shuffled answers; of "
            + "numbers R²", direction: 0, drawback: .overfitting,
        source: "Zhang et al. 2017, arXiv:1611.03530")
    package static let asTheyAre = MetricDefinition(
        id: .trainingAnswersFit, name: "Fit of the training rows' answers",
        formula:
            "share of training rows decided right after training to the end on their answers; of "
            + "numbers R²", direction: 0, drawback: .overfitting,
        source: "Zhang et al. 2017, arXiv:1611.03530")
}

// Their ids.
extension MetricID {
    package static let shuffledAnswersFit = MetricID("shuffledAnswersFit")
    package static let trainingAnswersFit = MetricID("trainingAnswersFit")
}
