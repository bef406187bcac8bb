/// Rows with a true number and a predicted one.
package struct RegressionSample: Sendable {
    package let targets: [Double]
    package let predictions: [Double]
    package let design: SamplingDesign

    /// - Parameters:
    ///   - targets: `[rows]`, finite.
    ///   - predictions: `[rows]`, finite.
    ///   - weights: One a row, or `nil` for ones.
    ///   - clusters: Rows with equal codes belong together; a negative code stands alone.
    package init(
        targets: [Double], predictions: [Double], weights: [Double]? = nil,
        clusters: [Int32]? = nil
    ) throws(StatisticsError) {
        guard targets.count == predictions.count else {
            throw StatisticsError(
                "\(targets.count) targets have \(predictions.count) predictions; give one each")
        }
        for row in targets.indices {
            guard targets[row].isFinite, predictions[row].isFinite else {
                throw StatisticsError("the target or the prediction of row \(row) is not finite")
            }
        }
        design = try SamplingDesign(rows: targets.count, weights: weights, clusters: clusters)
        self.targets = targets
        self.predictions = predictions
    }

    /// `prediction − target`, one a row.
    var errors: [Double] { zip(predictions, targets).map { $0 - $1 } }

    /// `√ mean (prediction − target)²`, in the target's unit.
    package func rootMeanSquaredError() -> Estimate {
        var result = design.mean(
            errors.map { $0 * $0 }, scale: .log, parts: [design.whole(least: SamplePart.squares)])
        result.value = result.value?.squareRoot()
        result.lower = result.lower?.squareRoot()
        result.upper = result.upper?.squareRoot()
        return result
    }

    /// `mean |prediction − target|`, in the target's unit.
    package func meanAbsoluteError() -> Estimate {
        design.mean(errors.map(abs), scale: .log)
    }

    /// `1 − Σ(target − prediction)² / Σ(target − mean target)²`.
    ///
    /// The interval is that of the ratio, on a logarithmic scale.
    package func rSquared() -> Estimate {
        let weights = design.weights
        let total = weights.reduce(0, +)
        let center = zip(weights, targets).reduce(0) { $0 + $1.0 * $1.1 } / total
        let errors = errors
        var unexplained = 0.0
        var spread = 0.0
        for row in targets.indices {
            let deviation = targets[row] - center
            unexplained += weights[row] * errors[row] * errors[row]
            spread += weights[row] * deviation * deviation
        }
        guard spread > 0 else {
            let counts = design.counts()
            return Estimate(
                value: nil, method: "Jackknife, log of 1 − R²", varied: design.varied,
                count: counts.rows, clusters: counts.clusters, note: "all targets are equal")
        }
        let ratio = unexplained / spread
        let mass = zip(weights, targets).map { $0 * ($1 - center) * ($1 - center) }
        let influence = targets.indices.map { row in
            (weights[row] * errors[row] * errors[row] - ratio * mass[row]) / spread
        }
        return design.estimate(
            1 - ratio, influence: influence.map { -$0 }, mass: mass,
            method: "Jackknife, log of 1 − R²", scale: .logComplement,
            parts: [design.whole(least: SamplePart.squares)])
    }
}
