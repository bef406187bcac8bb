package import GraphIR
import TensorCore

/// A layer of a transformer's encoder: self-attention, then a perceptron at each place, each with a
/// residual connection and a layer norm.
///
/// Before: `x + attention(norm(x))`, then `x + perceptron(norm(x))`; it trains without a warm-up, and
/// wants one more norm after the last layer. After, the original: `norm(x + attention(x))`, then
/// `norm(x + perceptron(x))`.
///
/// - Source: Vaswani et al. 2017, arXiv:1706.03762; norms before: Xiong et al. 2020,
///   arXiv:2002.04745. In the form of PyTorch's `TransformerEncoderLayer`.
package struct TransformerEncoderLayer: Hashable, Sendable, Codable {
    package enum NormPlacement: String, Hashable, Sendable, Codable, CaseIterable {
        case before, after
    }

    /// Divides the width of what the layer is given.
    package var heads: Int
    /// The width inside the perceptron.
    package var hidden: Int
    package var activation: Activation
    package var norm: NormPlacement
    /// Of attention weights, of the perceptron's hidden numbers, and of what both add.
    package var dropout: Float
    /// Of the layer norms.
    package var epsilon: Float

    package init(
        heads: Int, hidden: Int, activation: Activation = .gelu, norm: NormPlacement = .before,
        dropout: Float = 0.1, epsilon: Float = 1e-5
    ) {
        self.heads = heads
        self.hidden = hidden
        self.activation = activation
        self.norm = norm
        self.dropout = dropout
        self.epsilon = epsilon
    }
}

extension GraphBuilder {
    /// Adds a learned vector to each place, the same in every row.
    ///
    /// - Parameter x: `[rows, places, width]`.
    /// - Returns: The shape of `x`.
    /// - Source: Dosovitskiy et al. 2021, arXiv:2010.11929, as their code starts them.
    package mutating func positions(_ name: String, _ x: Value) -> Value {
        let (places, width) = (shape(x)[1], shape(x)[2])
        return scoped(name) { b in
            let vectors = b.parameter(
                "positions", [places, width], role: .embedding,
                initializer: .normal(standardDeviation: 0.02))
            return b.add(x, vectors)
        }
    }

    /// - Parameters:
    ///   - x: `[rows, places, width]`.
    ///   - training: Whether dropout is on.
    /// - Returns: The shape of `x`.
    ///
    /// The parts are named `attention`, `attentionNorm`, `hidden`, `output` and `perceptronNorm`.
    package mutating func transformerEncoderLayer(
        _ name: String, _ x: Value, _ layer: TransformerEncoderLayer,
        mask: AttentionMask = AttentionMask(), training: Bool
    ) -> Value {
        let rate = training ? layer.dropout : 0
        let width = shape(x).extents.last?.count(rows: 1) ?? 1
        return scoped(name) { b in
            func attend(_ x: Value) -> Value {
                let seen = b.multiHeadAttention(
                    "attention", x, heads: layer.heads, mask: mask, dropout: rate)
                return b.dropout(seen, rate: rate)
            }
            func think(_ x: Value) -> Value {
                let hidden = b.activation(
                    layer.activation, b.linear("hidden", x, output: layer.hidden))
                let output = b.linear("output", b.dropout(hidden, rate: rate), output: width)
                return b.dropout(output, rate: rate)
            }
            func norm(_ name: String, _ x: Value) -> Value {
                b.layerNorm(name, x, epsilon: layer.epsilon)
            }
            switch layer.norm {
            case .before:
                let seen = b.add(x, attend(norm("attentionNorm", x)))
                return b.add(seen, think(norm("perceptronNorm", seen)))
            case .after:
                let seen = norm("attentionNorm", b.add(x, attend(x)))
                return norm("perceptronNorm", b.add(seen, think(seen)))
            }
        }
    }
}
