import RealModule

/// How much single rows' gradients scatter about their mean, in rows: the batch below which a larger one pays in full.
///
/// `B = tr Σ / |G|²`, of the gradient `G` over all rows and the covariance `Σ` of single rows' gradients. Of a mean over rows of
/// which `Σ w² / (Σ w)² = v`, the squared norm is expected to be `|G|² + v · tr Σ`. So a batch, of square `s` and `v`, and
/// its shards, of means `s′` and `v′`, give `tr Σ = (s′ − s) / (v′ − v)` and `|G|² = s − v · tr Σ`, without bias. Both are averaged
/// over batches before they are divided.
///
/// The interval is Student's of the logarithm, by leaving out one batch at a time. Where `|G|²` is not above 0 by two standard errors
/// there is none, and no value: the batches do not tell the gradient from none.
///
/// - Errors: dropout is part of the scatter. The ratio of two means is biased by about the squared relative error of `|G|²`.
/// - Source: McCandlish et al. 2018, arXiv:1812.06162, appendix A.1.
package struct GradientNoise: Sendable, Hashable {
    /// The squared norms of a batch's gradient and of its shards'.
    package struct Batch: Sendable, Hashable {
        /// One a shard: `Σ w² / (Σ w)²` of its rows, and the squared norm of their mean gradient.
        package var shards: [(inverseRows: Double, square: Double)] {
            zip(inverseRows, squares).map { ($0, $1) }
        }
        private var inverseRows: [Double]
        private var squares: [Double]
        package var batchInverseRows: Double
        package var batchSquare: Double

        /// - Parameter shards: At least one.
        package init(
            shards: [(inverseRows: Double, square: Double)], inverseRows: Double, square: Double
        ) {
            self.inverseRows = shards.map(\.inverseRows)
            squares = shards.map(\.square)
            batchInverseRows = inverseRows
            batchSquare = square
        }

        /// `tr Σ` and `|G|²`; `nil` of a batch of one shard.
        fileprivate var parts: (scatter: Double, square: Double)? {
            let count = Double(shards.count)
            let inverse = inverseRows.reduce(0, +) / count
            let square = squares.reduce(0, +) / count
            guard inverse > batchInverseRows * (1 + 1e-9) else { return nil }
            let scatter = (square - batchSquare) / (inverse - batchInverseRows)
            return (scatter, batchSquare - batchInverseRows * scatter)
        }
    }

    /// Rows.
    package var value: Double
    package var lower: Double
    package var upper: Double
    package var batches: Int

    private static let fewest = 8

    /// - Returns: `nil` where the batches do not tell: fewer than eight, of one shard each, or of a gradient or a scatter that is
    ///   not above 0 by two standard errors.
    package init?(_ batches: [Batch]) {
        let parts = batches.compactMap(\.parts)
        guard parts.count >= Self.fewest else { return nil }
        let count = Double(parts.count)
        let scatters = parts.map(\.scatter)
        let squares = parts.map(\.square)
        let (scatter, square) = (scatters.reduce(0, +), squares.reduce(0, +))
        guard Self.isAboveNoise(scatters), Self.isAboveNoise(squares) else { return nil }
        var left: [Double] = []
        for (own, length) in parts {
            let (above, below) = (scatter - own, square - length)
            guard above > 0, below > 0 else { return nil }
            left.append(Double.log(above / below))
        }
        let mean = left.reduce(0, +) / count
        let spread = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (spread * (count - 1) / count).squareRoot()
        let half = error * SpecialFunctions.studentQuantile(0.975, degrees: count - 1)
        value = scatter / square
        lower = value * Double.exp(-half)
        upper = value * Double.exp(half)
        self.batches = parts.count
    }

    private static func isAboveNoise(_ values: [Double]) -> Bool {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return mean > 2 * (squares / (count * (count - 1))).squareRoot()
    }
}
