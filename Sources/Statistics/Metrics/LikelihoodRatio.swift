import RealModule

/// Scores of an offline likelihood-ratio attack: how much more confident a model is of a row than models
/// are that were trained alike without it.
///
/// `score = (φ − mean φ_out) / σ_out`, where φ is the confidence in the true answer, such as the logit
/// of its probability, and the mean is over the models that did not learn from the row. σ is one for all
/// rows, pooled over them, as the authors do where shadow models are fewer than 64.
///
/// - Source: Carlini et al. 2022, arXiv:2112.03570, section V and figure 9 (fixed variance).
package struct LikelihoodRatio: Sendable, Hashable {
    /// One a row; NaN for a row that every shadow model learned from.
    package let scores: [Double]
    /// σ
    package let deviation: Double

    /// - Parameters:
    ///   - target: φ of the model that is attacked, `[rows]`.
    ///   - shadows: φ of each shadow model, `[shadows][rows]`.
    ///   - learned: Whether a shadow model learned from a row, `[shadows][rows]`.
    package init(target: [Double], shadows: [[Double]], learned: [[Bool]]) {
        precondition(shadows.count == learned.count, "one mask a shadow model")
        var means = [Double](repeating: 0, count: target.count)
        var counts = [Int](repeating: 0, count: target.count)
        for (values, mask) in zip(shadows, learned) {
            for row in target.indices where !mask[row] {
                means[row] += values[row]
                counts[row] += 1
            }
        }
        for row in target.indices { means[row] /= Double(counts[row]) }
        var squares = 0.0
        for (values, mask) in zip(shadows, learned) {
            for row in target.indices where !mask[row] {
                squares += (values[row] - means[row]) * (values[row] - means[row])
            }
        }
        let degrees = counts.reduce(0) { $0 + max($1 - 1, 0) }
        let deviation = degrees > 0 ? (squares / Double(degrees)).squareRoot() : 1
        self.deviation = deviation
        scores = zip(target, means).map { ($0 - $1) / max(deviation, 1e-12) }
    }
}
