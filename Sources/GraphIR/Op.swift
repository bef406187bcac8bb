package import TensorCore

/// The operations of a graph.
///
/// An operation is a value: it holds what is known when the graph is built, and no code. Its shape
/// rule is in `ShapeRules.swift`, its gradient in `Autodiff/GradientRules.swift`, its execution in
/// `CPURuntime`. Losses, norms and layers are compositions of these (`NN`).
/// `Documentation/AddingAnOp.md` is the walk.
package enum Op: Hashable, Sendable, Codable {
    /// A tensor given at every run.
    case input
    /// A tensor that is learned, or kept as state between steps.
    case parameter
    /// One number, of shape `[]`.
    case constant(Float)
    case unary(Unary)
    /// With NumPy broadcasting.
    case binary(Binary)
    /// `condition ≠ 0 ? a : b`, with NumPy broadcasting.
    case select
    /// Stretches axes of extent 1 (and missing leading axes) to the given shape.
    case broadcast(Shape)
    /// Reduces the axes to extent 1.
    case reduce(Reduction, axes: [Int])
    /// The operand itself, a value without rows, which is meant as that of each shard of a batch:
    /// `Graph.mixesRows` does not follow the rows that it came from.
    case shardStatistic
    /// The sum of the operand, a value without rows, over the shards of a batch, each of which gets it: so
    /// a sum over a shard's rows becomes one over the batch's. Its gradient is itself.
    case sumOverShards
    /// The operand itself, whose gradient is multiplied by a finite number: by 0 nothing behind it learns, below 0
    /// what stands before it and what stands behind it learn against one another.
    ///
    /// - Source: gradient reversal, Ganin & Lempitsky 2015, arXiv:1409.7495.
    case scaleGradient(Float)
    /// `a·b` over the last two axes; a leading axis is a batch of products, where 1 stretches.
    case matmul(transposeA: Bool, transposeB: Bool)
    /// A product of whole numbers, for inference alone: of `x` `[m, k]`, weights `[k, n]` int8 in −63...63, `scale`
    /// and `bias` `[n]`, and `range` `[2]`, which holds an `inverse` and a whole `zero` in 0...255.
    ///
    /// `y[m, j] = (Σ_k c[m, k]·w[k, j]) · scale[j] + bias[j]` with
    /// `c = clamp(round(x · inverse), −zero, 255 − zero)`, rounded to the nearest, ties to even. The sum is exact;
    /// the product with `inverse`, the sum as a float, the product with `scale` and the addition each
    /// round once to float32: the same bits on every processor. A NaN in `x` counts as `−zero`.
    case int8Matmul
    /// Images `[n, height, width, channels]` by weights `[window height, window width,
    /// channels/groups, outputs]`: `[n, places, places, outputs]`.
    ///
    /// `y[n, p, q, o] = Σ_{i, j, c} x[n, p·stride − before + i·dilation, …, c]·w[i, j, c, o]`, with
    /// zeros beyond the image; it is a correlation, as everywhere in deep learning. With groups, the
    /// channels and the outputs are cut into as many equal runs, and a run of outputs sees its own
    /// run of channels; as many groups as channels make it depthwise.
    case convolution(Window, groups: Int)
    /// The gradient of `convolution` for its images of a height and width, from `y`'s gradient and
    /// the weights.
    case convolutionInputGradient(Window, groups: Int, height: Int, width: Int)
    /// The gradient of `convolution` for its weights, from the images and `y`'s gradient.
    case convolutionWeightGradient(Window, groups: Int)
    /// The greatest number of each window of images `[n, height, width, channels]`, channel by
    /// channel: `[n, places, places, channels]`. Padding never is the greatest; NaN always is.
    case maxPool(Window)
    /// Of images `x` and `u` of one shape: `u` at the cell where `x` is greatest in each window, the
    /// first of equals in reading order.
    case maxPoolPick(Window)
    /// Of images `x` and numbers `[n, places, places, channels]`: each number at the cell where `x` is
    /// greatest in its window, as `maxPoolPick`, and added up there. The gradient of `maxPool`.
    case maxPoolSpread(Window)
    /// The mean of each window: `[n, places, places, channels]`. Padding counts as zeros, or not at
    /// all.
    case averagePool(Window, countsPadding: Bool)
    /// The gradient of `averagePool` for its images of a height and width.
    case averagePoolGradient(Window, countsPadding: Bool, height: Int, width: Int)
    /// Along the last axis.
    case softmax
    /// `x − log Σ exp x` along the last axis.
    case logSoftmax
    case reshape(Shape)
    /// Axis `i` of the result is axis `permutation[i]` of the operand.
    case transpose([Int])
    case slice(axis: Int, start: Int, end: Int)
    /// Zeros before and after, along one axis.
    case pad(axis: Int, before: Int, after: Int)
    case concatenate(axis: Int)
    /// Rows of a table `[values, width]` at indices `[…]`: `[…, width]`.
    case gather
    /// The gradient of `gather` for its table: adds `[…, width]` into `[values, width]` at indices.
    case scatterAdd(values: Int)
    /// Indices `[…]` to `[…, classes]`, zero or one.
    case oneHot(classes: Int)
    /// `1/(1−rate)` with probability `1−rate`, else 0, of the given shape; a pure function of
    /// (seed, stream, step, shard, index). Inference replaces it by one.
    case dropoutMask(Shape, rate: Float, stream: UInt32)

    package enum Unary: String, Hashable, Sendable, Codable, CaseIterable {
        case identity, negate, exp, log, sqrt, reciprocal, square, abs, sign
        /// `max(x, 0)`.
        case relu
        /// 1 where x > 0, else 0.
        case step
        /// `x·Φ(x)` with the exact normal distribution function.
        case gelu
        /// `x·sigmoid(x)`.
        case silu
        case tanh, sigmoid
        /// `log(1 + exp x)`.
        case softplus
        case erf, sin, cos
    }

    package enum Binary: String, Hashable, Sendable, Codable, CaseIterable {
        case add, subtract, multiply, divide, minimum, maximum
        /// 1 where a > b, else 0.
        case greater
        /// 1 where a = b, else 0.
        case equal
    }

    package enum Reduction: String, Hashable, Sendable, Codable, CaseIterable {
        case sum, mean, max
    }

    /// Whether each element of the result depends on one element of each operand.
    package var isElementwise: Bool {
        switch self {
        case .constant, .unary, .binary, .select, .broadcast, .dropoutMask: true
        default: false
        }
    }
}

extension Op: CustomStringConvertible {
    package var description: String {
        switch self {
        case .input: "input"
        case .parameter: "parameter"
        case .constant(let value): "constant \(value)"
        case .unary(let function): function.rawValue
        case .binary(let function): function.rawValue
        case .select: "select"
        case .broadcast(let shape): "broadcast to \(shape)"
        case .reduce(let kind, let axes): "\(kind.rawValue) over \(axes)"
        case .matmul(let a, let b): "matmul" + (a ? " aᵀ" : "") + (b ? " bᵀ" : "")
        case .int8Matmul: "int8Matmul"
        case .convolution(let window, let groups):
            "convolution \(window)" + Self.suffix(groups)
        case .convolutionInputGradient(let window, let groups, let height, let width):
            "convolutionInputGradient \(window) to \(height) × \(width)" + Self.suffix(groups)
        case .convolutionWeightGradient(let window, let groups):
            "convolutionWeightGradient \(window)" + Self.suffix(groups)
        case .maxPool(let window): "maxPool \(window)"
        case .maxPoolPick(let window): "maxPoolPick \(window)"
        case .maxPoolSpread(let window): "maxPoolSpread \(window)"
        case .averagePool(let window, let counts):
            "averagePool \(window)" + (counts ? " with padding" : "")
        case .averagePoolGradient(let window, let counts, let height, let width):
            "averagePoolGradient \(window) to \(height) × \(width)"
                + (counts ? " with padding" : "")
        case .shardStatistic: "shardStatistic"
        case .sumOverShards: "sumOverShards"
        case .scaleGradient(let factor): "scaleGradient by \(factor)"
        case .softmax: "softmax"
        case .logSoftmax: "logSoftmax"
        case .reshape(let shape): "reshape to \(shape)"
        case .transpose(let permutation): "transpose \(permutation)"
        case .slice(let axis, let start, let end): "slice axis \(axis) \(start)..<\(end)"
        case .pad(let axis, let before, let after): "pad axis \(axis) by \(before), \(after)"
        case .concatenate(let axis): "concatenate axis \(axis)"
        case .gather: "gather"
        case .scatterAdd(let values): "scatterAdd \(values)"
        case .oneHot(let classes): "oneHot \(classes)"
        case .dropoutMask(_, let rate, let stream): "dropoutMask \(rate) stream \(stream)"
        }
    }

    private static func suffix(_ groups: Int) -> String {
        groups == 1 ? "" : " groups \(groups)"
    }
}
