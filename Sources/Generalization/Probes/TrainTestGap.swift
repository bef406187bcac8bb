package import Evidence
import Prediction
import Statistics

/// How much worse a model is on rows that it has not seen than on those it learned from.
///
/// `gap = mean loss of test rows − mean loss of training rows`
package struct TrainTestGap: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "trainTestGap", name: "Gap between training and test rows", drawback: .overfitting,
        needs: [.trainingPredictions], looksAt: [.test],
        metrics: [GapMetrics.trainingLoss, GapMetrics.gap])

    package func expectedSeconds(_ subject: Subject) -> Double { 0.1 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let training = subject.training else { return Findings() }
        let test = try subject.test.meanLoss
        let seen = try training.meanLoss
        var found = [
            Measurement(GapMetrics.trainingLoss, seen, on: training),
            Measurement(
                GapMetrics.gap, test.minus(seen), on: subject.test,
                split: "\(subject.test.split) and \(training.split)"),
        ]
        for index in found.indices { found[index].unit = subject.test.lossUnit }
        return Findings(measurements: found)
    }
}

extension LabelledPredictions {
    /// The mean loss of the rows, weighted.
    fileprivate var meanLoss: Estimate {
        get throws(StatisticsError) { try design.mean(rowLosses, scale: .log) }
    }
}

/// Metrics of the gap: the definitions.
package enum GapMetrics {
    package static let trainingLoss = MetricDefinition(
        id: .trainingLoss, name: "Loss on training rows",
        formula:
            "mean over rows that were learned from of −log probability, or of the squared error",
        direction: -1, drawback: .overfitting, source: "Good 1952")
    package static let gap = MetricDefinition(
        id: .trainTestGap, name: "Gap between test and training loss",
        formula: "mean loss of test rows − mean loss of training rows", direction: -1,
        drawback: .overfitting,
        source: "Vapnik 1998, ISBN 978-0-471-03003-4; interval MOVER, DOI 10.1002/sim.3095")
}

// Their ids.
extension MetricID {
    package static let trainingLoss = MetricID("trainingLoss")
    package static let trainTestGap = MetricID("trainTestGap")
}
