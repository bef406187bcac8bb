/// What one of several independent samples adds to the error of an estimate.
package struct SampleError: Sendable, Hashable {
    package var variance: Double
    /// Of the variance.
    package var degrees: Double

    package init(variance: Double, degrees: Double) {
        self.variance = variance
        self.degrees = degrees
    }

    /// That of a mean of simple rows: `s²/n`, n − 1 degrees.
    ///
    /// - Precondition: two values or more.
    package init(meanOf values: [Double]) {
        precondition(values.count > 1, "one value has no spread")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(variance: squares / (count - 1) / count, degrees: count - 1)
    }
}

extension SamplingDesign {
    /// The error of the weighted mean of values; `nil` of one independent piece.
    package func error(ofMean values: [Double]) -> (mean: Double, error: SampleError)? {
        let total = weights.reduce(0, +)
        let mean = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        let influence = zip(weights, values).map { $0 * ($1 - mean) / total }
        guard let deletions = deletions(influence, mass: weights) else { return nil }
        return (mean, SampleError(variance: deletions.variance, degrees: deletions.degrees))
    }

    /// An estimate that several independent samples enter, each by way of a mean: the variances add up to the first order.
    ///
    /// `θ ± t √(Σ vₖ)`, with `(Σ vₖ)² / Σ (vₖ²/dₖ)` degrees; of fewer than ten rows without an interval.
    ///
    /// - Parameter errors: One a sample, this design's among them.
    /// - Source: Welch 1947, DOI 10.1093/biomet/34.1-2.28; Satterthwaite 1946, DOI 10.2307/3002019.
    package func estimate(_ value: Double, errors: [SampleError], varied: String) -> Estimate {
        let counts = counts()
        let components = VarianceComponents(parts: errors.map { ($0.variance, $0.degrees) })
        var result = Estimate(
            value: value, method: "Welch–Satterthwaite", varied: varied, count: counts.rows,
            clusters: counts.clusters)
        guard components.total > 1e-24 * value * value else {
            return result.withoutInterval(Self.noSpread)
        }
        if let shortage = shortage(in: [whole(least: SamplePart.linear)]) {
            return result.withoutInterval(shortage)
        }
        let degrees = components.degrees
        let reach =
            SpecialFunctions.studentQuantile(0.975, degrees: degrees)
            * components.total.squareRoot()
        (result.lower, result.upper) = (value - reach, value + reach)
        result.form = .student(scale: .plain, degrees: degrees)
        return result
    }
}
