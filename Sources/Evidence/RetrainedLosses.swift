import Prediction
import Statistics

/// Losses of the test rows after trainings that differ by their seed alone, and their spread.
package struct RetrainedLosses: Sendable {
    /// `[seeds][rows]`
    package let losses: [[Double]]
    /// The mean over rows, weighted, of each seed.
    package let means: [Double]

    package init(
        _ retrainer: any Retrainer, seeds: [UInt64], shareOfRows: Double = 1
    ) throws {
        var losses: [[Double]] = []
        var means: [Double] = []
        for seed in seeds {
            let change = TrainingChange(seed: seed, shareOfRows: shareOfRows)
            let predicted = try retrainer.predictions(after: change)
            losses.append(predicted.rowLosses)
            means.append(try predicted.weightedMean(predicted.rowLosses))
        }
        self.losses = losses
        self.means = means
    }

    package var mean: Double { means.reduce(0, +) / Double(means.count) }

    /// The standard deviation of the seeds' means, dividing by seeds − 1.
    package var standardDeviation: Double {
        let center = mean
        let squares = means.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        return (squares / Double(max(means.count - 1, 1))).squareRoot()
    }
}

extension LabelledPredictions {
    /// `Σ weight · value / Σ weight`
    package func weightedMean(_ values: [Double]) throws -> Double {
        guard let weights else { return values.reduce(0, +) / Double(values.count) }
        let total = weights.reduce(0, +)
        return zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
    }
}
