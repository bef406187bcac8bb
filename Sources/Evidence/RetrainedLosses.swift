package import Prediction
package import Statistics

/// Losses of the test rows after trainings that differ by their seed alone, and their spread.
package struct RetrainedLosses: Sendable {
    /// `[seeds]`
    package let predicted: [LabelledPredictions]
    /// `[seeds][rows]`
    package let losses: [[Double]]
    /// The mean over rows, weighted, of each seed.
    package let means: [Double]

    /// - Parameter changes: One or more.
    package init(_ retrainer: any Retrainer, _ changes: [TrainingChange]) throws {
        predicted = try changes.map { try retrainer.predictions(after: $0) }
        losses = predicted.map(\.rowLosses)
        means = try predicted.map { try $0.weightedMean($0.rowLosses) }
    }

    package var mean: Double { means.reduce(0, +) / Double(means.count) }

    /// The mean over seeds of every row's loss.
    package var meanLosses: [Double] {
        var sums = losses[0]
        for seed in losses.dropFirst() { for row in sums.indices { sums[row] += seed[row] } }
        return sums.map { $0 / Double(losses.count) }
    }

    /// Of the variance.
    package var degrees: Double { Double(max(means.count - 1, 1)) }

    /// Of the seeds' means, dividing by seeds − 1.
    package var variance: Double {
        let center = mean
        return means.reduce(0) { $0 + ($1 - center) * ($1 - center) } / degrees
    }

    package var standardDeviation: Double { variance.squareRoot() }
}

extension LabelledPredictions {
    /// `Σ weight · value / Σ weight`
    package func weightedMean(_ values: [Double]) throws -> Double {
        guard let weights else { return values.reduce(0, +) / Double(values.count) }
        let total = weights.reduce(0, +)
        return zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
    }
}

extension Estimate {
    /// An estimate over rows whose trainings' seeds vary too, independently:
    /// `√(reach² + t²·variance)` to either side, with Student's t of the variance's degrees.
    ///
    /// As the parts of `VarianceComponents`, each is allowed for with its own quantile.
    ///
    /// - Parameter variance: Of the estimate over seeds.
    package func addingSeeds(
        variance: Double, degrees: Double, tail: Double = 0.025
    ) -> Estimate {
        var result = self
        result.form = nil
        result.varied = "seeds and \(varied)"
        result.method = "\(method), and Student's t of the seeds' spread"
        guard let value, let lower, let upper else { return result }
        let t = -SpecialFunctions.studentQuantile(tail, degrees: degrees)
        // What the interval over rows reaches at another tail, were its errors normal.
        let scale =
            SpecialFunctions.normalQuantile(tail) / SpecialFunctions.normalQuantile(0.025)
        func reach(_ rows: Double) -> Double {
            (scale * scale * rows * rows + t * t * variance).squareRoot()
        }
        result.lower = value - reach(value - lower)
        result.upper = value + reach(upper - value)
        result.level = 1 - 2 * tail
        return result
    }
}
