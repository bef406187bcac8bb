package import GraphIR
import TensorCore

/// Layers: each adds its parameters and nodes to a graph.
///
/// Weights are `[input, output]` everywhere.
extension GraphBuilder {
    /// `x·W + b`.
    ///
    /// - Parameters:
    ///   - x: `[rows, input]`, or `[rows, …, input]`, of which each part of a row is multiplied.
    ///   - output: The width of the result.
    ///   - hasBias: Whether there is a `b`; a batch norm that follows makes it superfluous.
    /// - Returns: `[rows, …, output]`.
    ///
    /// Weight and bias start uniform on ±1/√input, as PyTorch's `Linear` does.
    package mutating func linear(
        _ name: String, _ x: Value, output: Int,
        weight: Initializer? = nil, bias: Initializer? = nil, hasBias: Bool = true
    ) -> Value {
        let input = shape(x)[shape(x).rank - 1]
        let bound = 1 / Float(input.count(rows: 1)).squareRoot()
        return scoped(name) { b in
            let w = b.parameter(
                "weight", [input, .fixed(output)], role: .weight,
                initializer: weight ?? .uniform(bound: bound))
            let shift =
                hasBias
                ? b.parameter(
                    "bias", [.fixed(output)], role: .bias,
                    initializer: bias ?? .uniform(bound: bound)) : nil
            func product(_ parts: Value) -> Value {
                let y = b.matmul(parts, w)
                return shift.map { b.add(y, $0) } ?? y
            }
            guard b.shape(x).rank > 2 else { return product(x) }
            let y = product(b.reshape(x, b.shape(x).partsOfRows))
            return b.reshape(y, Shape(b.shape(x).extents.dropLast() + [.fixed(output)]))
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

extension Shape {
    /// `[rows, …, width]` as a matrix with a row for each part of a row.
    var partsOfRows: Shape {
        let inner = extents[1..<(rank - 1)].reduce(1) { $0 * $1.count(rows: 1) }
        let parts: Extent =
            switch extents[0] {
            case .fixed(let count): .fixed(count * inner)
            case .rowParts(let count): .rowParts(count * inner)
            }
        return [parts, extents[rank - 1]]
    }
}
