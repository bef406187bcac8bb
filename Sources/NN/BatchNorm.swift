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
    ///   - statistics: Over the whole `batch`, as users expect: the shards of a batch wait for one
    ///     another's sums, twice on the way and twice back. Or over a `shard`, each with its own (of at
    ///     least 64 rows): nobody waits, the statistics are noisier, and the running ones move to the
    ///     mean of the shards'.
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
            var centered = b.subtract(x, runningMean)
            var variance = runningVariance
            if training {
                let axes = Array(0..<last)
                let own = (total: b.sum(x, axes: axes), count: b.numbersPerFeature(of: x))
                let total = b.statistic(own.total, over: statistics)
                let count = b.statistic(own.count, over: statistics)
                let mean = b.divide(total, count)
                centered = b.subtract(x, mean)
                let squares = b.sum(b.unary(.square, centered), axes: axes)
                variance = b.divide(b.statistic(squares, over: statistics), count)
                // Of a single number the variance is 0 anyway.
                let others = b.binary(.maximum, b.subtract(count, b.constant(1)), b.constant(1))
                let unbiased = b.divide(b.multiply(variance, count), others)
                for (running, batch) in [(runningMean, mean), (runningVariance, unbiased)] {
                    let current = b.reshape(batch, [features])
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

    private mutating func statistic(_ own: Value, over rows: NormStatistics) -> Value {
        apply(rows == .batch ? .sumOverShards : .shardStatistic, [own])
    }

    /// How many numbers a shard has of each feature.
    private mutating func numbersPerFeature(of x: Value) -> Value {
        let extents = shape(x).extents.dropLast()
        let perRow = extents.reduce(1) { $0 * $1.count(rows: 1) }
        return sum(broadcast(constant(Float(perRow)), [.rows, 1]), axes: [0])
    }
}
