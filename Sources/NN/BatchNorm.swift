package import GraphIR
import TensorCore

/// The rows that batch norm takes its statistics over in training.
package enum NormStatistics: String, Codable, Sendable, Hashable, CaseIterable {
    /// All rows of the batch.
    case batch
    /// The rows of a shard, each shard with its own: "ghost" batch norm.
    ///
    /// - Source: Hoffer et al. 2017, arXiv:1705.08741.
    case shard
}

extension GraphBuilder {
    /// Batch normalisation of each feature or channel, over all other axes.
    ///
    /// `y = (x − mean) / √(variance + epsilon) · scale + shift`
    ///
    /// In training the batch's own mean and population variance normalise, and the running ones, which
    /// are state and not learned, move by `momentum` toward the batch's mean and unbiased variance;
    /// otherwise the running ones normalise, and `Graph.foldingNorms` folds all of it into the layer
    /// before.
    ///
    /// - Parameters:
    ///   - x: `[rows, …, features]`, such as images `[rows, height, width, channels]`.
    ///   - training: Whether this is the graph that trains.
    ///   - statistics: Over the whole `batch`, as users expect: then a batch is one shard, which one
    ///     worker runs alone, so that with `w` threads a step takes up to `w` times as long as it
    ///     could. Or over a `shard`: then shards run side by side, a batch has as many of them as
    ///     divide it (at most 16, of at least 64 rows), the statistics are noisier, and the running
    ///     ones move to the mean of the shards'.
    ///   - epsilon: Added to the variance; finite and > 0.
    /// - Returns: The shape of `x`.
    /// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167, in the form of PyTorch's `BatchNorm1d` and
    ///   `BatchNorm2d`, except that a batch of one number per feature is allowed.
    package mutating func batchNorm(
        _ name: String, _ x: Value, training: Bool, statistics: NormStatistics = .batch,
        momentum: Float = 0.1, epsilon: Float = 1e-5
    ) -> Value {
        let last = shape(x).rank - 1
        let features = shape(x)[last]
        return scoped(name) { b in
            let scale = b.parameter(
                "scale", [features], role: .norm, initializer: .constant(1))
            let shift = b.parameter(
                "shift", [features], role: .norm, initializer: .constant(0))
            let runningMean = b.parameter(
                "runningMean", [features], role: .state, initializer: .constant(0))
            let runningVariance = b.parameter(
                "runningVariance", [features], role: .state, initializer: .constant(1))
            var mean = runningMean
            var variance = runningVariance
            let axes = Array(0..<last)
            if training { mean = b.statistic(b.mean(x, axes: axes), over: statistics) }
            let centered = b.subtract(x, mean)
            if training {
                let squares = b.unary(.square, centered)
                variance = b.statistic(b.mean(squares, axes: axes), over: statistics)
                let unbiased = b.unbiased(variance, over: x)
                for (running, batch) in [(runningMean, mean), (runningVariance, unbiased)] {
                    let current = b.reshape(b.statistic(batch, over: statistics), [features])
                    let kept = b.scale(running, by: 1 - momentum)
                    b.update(running, to: b.add(kept, b.scale(current, by: momentum)))
                }
            }
            // One factor a feature first: the numbers of x are passed over once here, and half as
            // often on the way back as with a division and a scaling of all of them.
            let deviation = b.unary(.sqrt, b.offset(variance, by: epsilon))
            return b.add(b.multiply(centered, b.divide(scale, deviation)), shift)
        }
    }

    private mutating func statistic(_ x: Value, over rows: NormStatistics) -> Value {
        rows == .shard && node(x).op != .shardStatistic ? apply(.shardStatistic, [x]) : x
    }

    /// `variance · n/(n − 1)` for the `n` numbers of a feature of `x`; as it is for a single one, whose
    /// variance is 0 anyway.
    private mutating func unbiased(_ variance: Value, over x: Value) -> Value {
        let extents = shape(x).extents.dropLast()
        let perRow = extents.reduce(1) { $0 * $1.count(rows: 1) }
        let one = constant(1)
        var count = sum(broadcast(one, [.rows, 1]), axes: [0])
        if perRow > 1 { count = scale(count, by: Float(perRow)) }
        let others = binary(.maximum, subtract(count, one), one)
        return divide(multiply(variance, count), others)
    }
}
