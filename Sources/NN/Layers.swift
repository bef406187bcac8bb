package import GraphIR
import TensorCore

/// Layers: each adds its parameters and nodes to a graph.
///
/// Weights are `[input, output]` everywhere.
extension GraphBuilder {
    /// `x·W + b`.
    ///
    /// - Parameters:
    ///   - x: `[rows, input]`.
    ///   - output: The width of the result.
    /// - Returns: `[rows, output]`.
    ///
    /// Weight and bias start uniform on ±1/√input, as PyTorch's `Linear` does.
    package mutating func linear(
        _ name: String, _ x: Value, output: Int,
        weight: Initializer? = nil, bias: Initializer? = nil
    ) -> Value {
        let input = shape(x)[shape(x).rank - 1]
        let bound = 1 / Float(input.count(rows: 1)).squareRoot()
        return scoped(name) { b in
            let w = b.parameter(
                "weight", [input, .fixed(output)], role: .weight,
                initializer: weight ?? .uniform(bound: bound))
            let shift = b.parameter(
                "bias", [.fixed(output)], role: .bias,
                initializer: bias ?? .uniform(bound: bound))
            return b.add(b.matmul(x, w), shift)
        }
    }

    /// `x·W + b` for each member of an ensemble: one batched product.
    ///
    /// - Parameter x: `[members, rows, input]`, or `[1, rows, input]` shared by all members.
    /// - Returns: `[members, rows, output]`.
    package mutating func memberLinear(
        _ name: String, _ x: Value, members: Int, output: Int
    ) -> Value {
        let input = shape(x)[2]
        let bound = 1 / Float(input.count(rows: 1)).squareRoot()
        return scoped(name) { b in
            let w = b.parameter(
                "weight", [.fixed(members), input, .fixed(output)], role: .weight,
                initializer: .uniform(bound: bound))
            let shift = b.parameter(
                "bias", [.fixed(members), 1, .fixed(output)], role: .bias,
                initializer: .uniform(bound: bound))
            return b.add(b.matmul(x, w), shift)
        }
    }

    /// Rows of a learned table at `indices` `[…]`: `[…, width]`.
    ///
    /// The table starts normal with standard deviation `1/√width` unless said otherwise. Above
    /// `sparseAbove` values its gradient is sparse: a step costs what the batch looked up.
    package mutating func embedding(
        _ name: String, _ indices: Value, values: Int, width: Int,
        initializer: Initializer? = nil, sparseAbove: Int = 1024
    ) -> Value {
        scoped(name) { b in
            let table = b.parameter(
                "table", [.fixed(values), .fixed(width)], role: .embedding,
                initializer: initializer
                    ?? .normal(standardDeviation: 1 / Float(width).squareRoot()),
                hasSparseGradient: values > sparseAbove)
            return b.apply(.gather, [table, indices])
        }
    }

    /// Inverted dropout: zero with probability `rate`, else `x/(1−rate)`; `x` itself at rate 0.
    ///
    /// - Source: Srivastava et al. 2014, JMLR 15:1929.
    package mutating func dropout(_ x: Value, rate: Float) -> Value {
        guard rate > 0 else { return x }
        let mask = dropoutMask(shape(x), rate: rate)
        return multiply(x, mask)
    }

    /// Layer normalisation over the last axis.
    ///
    /// `y = (x − mean) / sqrt(variance + epsilon) · scale + shift`
    ///
    /// - Parameters:
    ///   - x: `[…, features]`.
    ///   - epsilon: Added to the variance; finite and > 0.
    /// - Returns: The shape of `x`. Population variance (divides by `features`).
    /// - Source: Ba et al. 2016, arXiv:1607.06450.
    package mutating func layerNorm(_ name: String, _ x: Value, epsilon: Float = 1e-5) -> Value {
        let last = shape(x).rank - 1
        let features = shape(x)[last]
        return scoped(name) { b in
            let scale = b.parameter(
                "scale", [features], role: .norm, initializer: .constant(1))
            let shift = b.parameter(
                "shift", [features], role: .norm, initializer: .constant(0))
            let centered = b.subtract(x, b.mean(x, axes: [last]))
            let variance = b.mean(b.unary(.square, centered), axes: [last])
            let deviation = b.unary(.sqrt, b.offset(variance, by: epsilon))
            return b.add(b.multiply(b.divide(centered, deviation), scale), shift)
        }
    }

    /// Batch normalisation of each feature over all rows of the batch.
    ///
    /// In training the batch's own mean and population variance normalise, and the running ones
    /// move by `momentum` toward the batch's mean and unbiased variance; otherwise the running ones
    /// normalise. A graph with this layer in training runs a batch as one shard.
    ///
    /// - Parameter x: `[rows, features]`.
    /// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167, in the form of PyTorch's `BatchNorm1d`.
    package mutating func batchNorm(
        _ name: String, _ x: Value, training: Bool, momentum: Float = 0.1, epsilon: Float = 1e-5
    ) -> Value {
        let features = shape(x)[1]
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
            if training {
                mean = b.mean(x, axes: [0])
                variance = b.mean(b.unary(.square, b.subtract(x, mean)), axes: [0])
                let one = b.constant(1)
                let rows = b.sum(b.broadcast(one, [.rows, 1]), axes: [0])
                // n/(n − 1), and 1 for a batch of one row, whose variance is 0 anyway.
                let others = b.binary(.maximum, b.subtract(rows, one), one)
                let unbiased = b.divide(b.multiply(variance, rows), others)
                for (running, batch) in [(runningMean, mean), (runningVariance, unbiased)] {
                    let current = b.reshape(batch, [features])
                    let kept = b.scale(running, by: 1 - momentum)
                    b.update(running, to: b.add(kept, b.scale(current, by: momentum)))
                }
            }
            let deviation = b.unary(.sqrt, b.offset(variance, by: epsilon))
            let normalized = b.divide(b.subtract(x, mean), deviation)
            return b.add(b.multiply(normalized, scale), shift)
        }
    }
}

package enum Activation: String, Codable, Sendable, CaseIterable {
    case relu, gelu, silu, tanh, sigmoid

    var function: Op.Unary {
        switch self {
        case .relu: .relu
        case .gelu: .gelu
        case .silu: .silu
        case .tanh: .tanh
        case .sigmoid: .sigmoid
        }
    }
}

extension GraphBuilder {
    package mutating func activation(_ kind: Activation, _ x: Value) -> Value {
        unary(kind.function, x)
    }
}
