package import GraphIR
import TensorCore

/// The gradient of each operation for its operands, given the gradient of its result.
///
/// One rule a case, written in the graph's own operations, so that a gradient can be differentiated
/// again. `nil` where an operand has no gradient or `wanted` says that nobody asks for it.
///
/// - Parameters:
///   - y: The operation's own result; several rules are cheaper in terms of it.
///   - g: The gradient of the loss for `y`, of `y`'s shape.
package func operandGradients(
    of node: Node, at y: Value, adjoint g: Value, in b: inout GraphBuilder,
    wanted: (Value) -> Bool
) -> [Value?] {
    let x = node.inputs
    func shape(_ operand: Int) -> Shape { b.shape(x[operand]) }

    switch node.op {
    // `differentiated` refuses a graph that would need a whole number's gradient.
    case .input, .parameter, .constant, .dropoutMask, .oneHot, .int8Matmul:
        return x.map { _ in nil }

    case .unary(let function):
        return [unaryGradient(function, x: x[0], y: y, g: g, in: &b)]

    case .binary(let function):
        let (da, db) = binaryGradients(
            function, a: x[0], b: x[1], g: g, in: &b, wantsA: wanted(x[0]), wantsB: wanted(x[1]))
        return [
            da.map { b.sum($0, to: shape(0)) },
            db.map { b.sum($0, to: shape(1)) },
        ]

    case .select:
        let zero = b.constant(0)
        return [
            nil,
            wanted(x[1]) ? b.sum(b.apply(.select, [x[0], g, zero]), to: shape(1)) : nil,
            wanted(x[2]) ? b.sum(b.apply(.select, [x[0], zero, g]), to: shape(2)) : nil,
        ]

    case .broadcast:
        return [b.sum(g, to: shape(0))]

    case .reduce(.sum, _):
        return [b.broadcast(g, shape(0))]
    case .reduce(.mean, let axes):
        let share = b.multiply(g, reciprocalCount(of: axes, in: shape(0), &b))
        return [b.broadcast(share, shape(0))]
    case .reduce(.max, let axes):
        // Elements that reach the maximum share the gradient equally.
        let reached = b.binary(.equal, x[0], y)
        let count = b.sum(reached, axes: axes)
        return [b.multiply(reached, b.divide(g, count))]

    case .matmul(let ta, let tb):
        let da: Value? =
            !wanted(x[0])
            ? nil
            : ta
                ? b.matmul(x[1], g, transposeA: tb, transposeB: true)
                : b.matmul(g, x[1], transposeB: !tb)
        let db: Value? =
            !wanted(x[1])
            ? nil
            : tb
                ? b.matmul(g, x[0], transposeA: true, transposeB: ta)
                : b.matmul(x[0], g, transposeA: !ta)
        return [da.map { b.sum($0, to: shape(0)) }, db.map { b.sum($0, to: shape(1)) }]

    // One trilinear form Σ g·convolution(x, w) has the three operations as its derivatives, so each
    // one's gradients are the other two.
    case .convolution(let window, let groups):
        guard let (height, width) = imageSize(shape(0)) else { return [nil, nil] }
        let back = Op.convolutionInputGradient(
            window, groups: groups, height: height, width: width)
        return [
            wanted(x[0]) ? b.apply(back, [g, x[1]]) : nil,
            wanted(x[1])
                ? b.apply(.convolutionWeightGradient(window, groups: groups), [x[0], g]) : nil,
        ]
    case .convolutionInputGradient(let window, let groups, _, _):
        return [
            wanted(x[0]) ? b.apply(.convolution(window, groups: groups), [g, x[1]]) : nil,
            wanted(x[1])
                ? b.apply(.convolutionWeightGradient(window, groups: groups), [g, x[0]]) : nil,
        ]
    case .convolutionWeightGradient(let window, let groups):
        guard let (height, width) = imageSize(shape(0)) else { return [nil, nil] }
        let back = Op.convolutionInputGradient(
            window, groups: groups, height: height, width: width)
        return [
            wanted(x[0]) ? b.apply(back, [x[1], g]) : nil,
            wanted(x[1]) ? b.apply(.convolution(window, groups: groups), [x[0], g]) : nil,
        ]

    // Where the maxima stand does not change with x, so that only the picked numbers have gradients.
    case .maxPool(let window):
        return [b.apply(.maxPoolSpread(window), [x[0], g])]
    case .maxPoolPick(let window):
        return [nil, wanted(x[1]) ? b.apply(.maxPoolSpread(window), [x[0], g]) : nil]
    case .maxPoolSpread(let window):
        return [nil, wanted(x[1]) ? b.apply(.maxPoolPick(window), [x[0], g]) : nil]
    case .averagePool(let window, let counts):
        guard let (height, width) = imageSize(shape(0)) else { return [nil] }
        return [
            b.apply(
                .averagePoolGradient(window, countsPadding: counts, height: height, width: width),
                [g])
        ]
    case .averagePoolGradient(let window, let counts, _, _):
        return [b.apply(.averagePool(window, countsPadding: counts), [g])]

    case .softmax:
        // y · (g − Σ g·y)
        let last = node.shape.rank - 1
        let inner = b.sum(b.multiply(g, y), axes: [last])
        return [b.multiply(y, b.subtract(g, inner))]
    case .logSoftmax:
        // g − softmax(x) · Σ g, with softmax(x) = exp(y)
        let last = node.shape.rank - 1
        let total = b.sum(g, axes: [last])
        return [b.subtract(g, b.multiply(b.unary(.exp, y), total))]

    case .shardStatistic:
        return [g]
    case .sumOverShards:
        return [b.apply(.sumOverShards, [g])]
    case .scaleGradient(let factor):
        return [b.scale(g, by: factor)]
    case .reshape:
        return [b.reshape(g, shape(0))]
    case .transpose(let permutation):
        var inverse = permutation
        for (axis, source) in permutation.enumerated() { inverse[source] = axis }
        return [b.apply(.transpose(inverse), [g])]
    case .slice(let axis, let start, let end):
        guard case .fixed(let extent) = shape(0)[axis] else { return [nil] }
        return [b.apply(.pad(axis: axis, before: start, after: extent - end), [g])]
    case .pad(let axis, let before, _):
        guard case .fixed(let extent) = shape(0)[axis] else { return [nil] }
        return [b.apply(.slice(axis: axis, start: before, end: before + extent), [g])]
    case .concatenate(let axis):
        var start = 0
        return x.map { operand in
            guard case .fixed(let extent) = b.shape(operand)[axis] else { return nil }
            defer { start += extent }
            return wanted(operand)
                ? b.apply(.slice(axis: axis, start: start, end: start + extent), [g]) : nil
        }

    case .gather:
        guard case .fixed(let values) = shape(0)[0] else { return [nil, nil] }
        return [b.apply(.scatterAdd(values: values), [x[1], g]), nil]
    case .scatterAdd:
        return [nil, b.apply(.gather, [g, x[0]])]
    }
}

/// The height and width of images `[n, height, width, channels]`.
private func imageSize(_ shape: Shape) -> (height: Int, width: Int)? {
    guard shape.rank == 4, case .fixed(let height) = shape[1], case .fixed(let width) = shape[2]
    else { return nil }
    return (height, width)
}

/// `1/n` for the `n` elements along `axes`, of shape `[]`.
///
/// `n` may hold the rows of the batch, which the graph does not know, so it is counted by summing ones.
private func reciprocalCount(
    of axes: [Int], in shape: Shape, _ b: inout GraphBuilder
) -> Value {
    let ofOneRow = axes.reduce(1) { $0 * shape[$1].count(rows: 1) }
    guard axes.contains(where: { shape[$0].dependsOnRows }) else {
        return b.constant(1 / Float(ofOneRow))
    }
    let ones = b.broadcast(b.constant(1), [.rows])
    let rows = b.reshape(b.sum(ones, axes: [0]), .scalar)
    return b.unary(.reciprocal, b.scale(rows, by: Float(ofOneRow)))
}

private func unaryGradient(
    _ function: Op.Unary, x: Value, y: Value, g: Value, in b: inout GraphBuilder
) -> Value? {
    switch function {
    case .identity: return g
    case .negate: return b.unary(.negate, g)
    case .exp: return b.multiply(g, y)
    case .log: return b.divide(g, x)
    case .sqrt: return b.divide(b.scale(g, by: 0.5), y)
    case .reciprocal: return b.unary(.negate, b.multiply(g, b.unary(.square, y)))
    case .square: return b.multiply(g, b.scale(x, by: 2))
    case .abs: return b.multiply(g, b.unary(.sign, x))
    case .sign, .step: return nil
    case .relu: return b.multiply(g, b.unary(.step, y))
    case .gelu:
        // Φ(x) + x·φ(x)
        let cdf = b.scale(
            b.offset(b.unary(.erf, b.scale(x, by: 0.707_106_77)), by: 1), by: 0.5)
        let density = b.scale(
            b.unary(.exp, b.scale(b.unary(.square, x), by: -0.5)), by: 0.398_942_28)
        return b.multiply(g, b.add(cdf, b.multiply(x, density)))
    case .silu:
        // s·(1 + x·(1 − s))
        let s = b.unary(.sigmoid, x)
        let inner = b.multiply(x, b.subtract(b.constant(1), s))
        return b.multiply(g, b.multiply(s, b.offset(inner, by: 1)))
    case .tanh: return b.multiply(g, b.subtract(b.constant(1), b.unary(.square, y)))
    case .sigmoid: return b.multiply(g, b.multiply(y, b.subtract(b.constant(1), y)))
    case .softplus: return b.multiply(g, b.unary(.sigmoid, x))
    case .erf:
        // 2/√π · exp(−x²)
        let density = b.unary(.exp, b.unary(.negate, b.unary(.square, x)))
        return b.multiply(g, b.scale(density, by: 1.128_379_2))
    case .sin: return b.multiply(g, b.unary(.cos, x))
    case .cos: return b.unary(.negate, b.multiply(g, b.unary(.sin, x)))
    }
}

private func binaryGradients(
    _ function: Op.Binary, a: Value, b right: Value, g: Value, in b: inout GraphBuilder,
    wantsA: Bool, wantsB: Bool
) -> (Value?, Value?) {
    switch function {
    case .add: return (g, g)
    case .subtract: return (g, wantsB ? b.unary(.negate, g) : nil)
    case .multiply:
        return (wantsA ? b.multiply(g, right) : nil, wantsB ? b.multiply(g, a) : nil)
    case .divide:
        let da = b.divide(g, right)
        return (da, wantsB ? b.unary(.negate, b.multiply(da, b.divide(a, right))) : nil)
    case .maximum, .minimum:
        // Equal operands share the gradient, as in PyTorch.
        let tie = b.scale(b.binary(.equal, a, right), by: 0.5)
        let first = function == .maximum ? a : right
        let second = function == .maximum ? right : a
        let share = b.add(b.binary(.greater, first, second), tie)
        return (
            wantsA ? b.multiply(g, share) : nil,
            wantsB ? b.multiply(g, b.subtract(b.constant(1), share)) : nil
        )
    case .greater, .equal: return (nil, nil)
    }
}
