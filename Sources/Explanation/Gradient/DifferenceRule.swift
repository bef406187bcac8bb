import Autodiff
import GraphIR
import TensorCore

/// The rules of DeepLIFT: how a difference of activations from a reference's is passed back.
///
/// Every operation gets a multiplier `m` with `Σ m·Δoperand = Δresult`, in place of its derivative; so the inputs'
/// multipliers times their differences sum to the difference of the output. A function of one number
/// has `m = Δy / Δx` (the rescale rule), and the slope between the two where `Δx` is too small for a quotient. A linear
/// operation keeps its derivative. Of a product or quotient of two values that both differ each gets its Shapley
/// value: `a·b` gives `a` the mean of `b` and its reference. So softmax, layer norm and attention are
/// complete too.
///
/// - Source: Shrikumar et al. 2017, arXiv:1704.02685; products by Lundberg & Lee 2017, arXiv:1705.07874.
struct DifferenceRule {
    /// Of each value, its counterpart computed from the reference.
    let reference: [Value: Value]

    /// Below this difference a smooth function's quotient loses more to rounding than the slope at the middle
    /// is off by.
    private static let smallest: Float = 5e-3

    /// Why a node has no rule, or `nil`.
    static func objection(to node: Node, _ isActive: (Value) -> Bool) -> String? {
        let active = node.inputs.map(isActive)
        switch node.op {
        case .unary, .binary(.add), .binary(.subtract), .binary(.multiply), .binary(.divide),
            .matmul, .softmax, .logSoftmax, .reduce(.sum, _), .reduce(.mean, _), .averagePool,
            .averagePoolGradient, .broadcast, .reshape, .transpose, .slice, .pad, .concatenate,
            .gather, .scatterAdd:
            return nil
        case .binary(.maximum), .binary(.minimum):
            return active.allSatisfy { $0 } ? "has no rule where both operands vary" : nil
        case .select:
            return active[0] ? "has no rule where the condition varies" : nil
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            return active.allSatisfy { $0 } ? "has no rule where the weights vary" : nil
        default: return "has no rule"
        }
    }

    /// The multipliers of a node's operands; `nil` where its derivative does.
    func multipliers(
        _ node: Node, _ y: Value, _ g: Value, _ b: inout GraphBuilder, _ isActive: (Value) -> Bool
    ) -> [Value?]? {
        let x = node.inputs
        switch node.op {
        case .unary(.identity), .unary(.negate):
            return nil
        case .unary(let function):
            return [b.multiply(g, slope(function, node, y, &b))]
        case .binary(.multiply) where isActive(x[0]) && isActive(x[1]):
            return [
                b.sum(b.multiply(g, mean(x[1], &b)), to: b.shape(x[0])),
                b.sum(b.multiply(g, mean(x[0], &b)), to: b.shape(x[1])),
            ]
        case .binary(.divide) where isActive(x[1]):
            return quotient(x[0], x[1], g, &b, isActive)
        case .binary(.maximum), .binary(.minimum):
            return (0..<2).map { place in
                guard isActive(x[place]) else { return nil }
                let own = b.binary(
                    .greater, x[node.op == .binary(.maximum) ? place : 1 - place],
                    x[node.op == .binary(.maximum) ? 1 - place : place])
                let slope = quotient(of: x[place], y, otherwise: own, &b)
                return b.sum(b.multiply(g, slope), to: b.shape(x[place]))
            }
        case .matmul where isActive(x[0]) && isActive(x[1]):
            var between = node
            between.inputs = [mean(x[0], &b), mean(x[1], &b)]
            return operandGradients(of: between, at: y, adjoint: g, in: &b) { _ in true }
        case .softmax: return [softmax(x[0], g, &b)]
        case .logSoftmax: return [logSoftmax(x[0], g, &b)]
        default: return nil
        }
    }

    private func other(_ value: Value) -> Value {
        guard let other = reference[value] else {
            preconditionFailure("%\(value.index) has no counterpart")
        }
        return other
    }

    private func mean(_ value: Value, _ b: inout GraphBuilder) -> Value {
        b.scale(b.add(value, other(value)), by: 0.5)
    }

    /// `Δy / Δx`, or something else where `Δx` is 0.
    private func quotient(
        of x: Value, _ y: Value, otherwise: Value, _ b: inout GraphBuilder
    ) -> Value {
        let dx = b.subtract(x, other(x))
        return b.select(dx, b.divide(b.subtract(y, other(y)), dx), otherwise)
    }

    private func slope(
        _ function: Op.Unary, _ node: Node, _ y: Value, _ b: inout GraphBuilder
    ) -> Value {
        let x = node.inputs[0]
        switch function {
        case .relu: return quotient(of: x, y, otherwise: b.unary(.step, x), &b)
        case .abs: return quotient(of: x, y, otherwise: b.unary(.sign, x), &b)
        case .sign, .step: return quotient(of: x, y, otherwise: b.constant(0), &b)
        case .square: return b.add(x, other(x))
        default: return smoothSlope(function, node, y, &b)
        }
    }

    /// `Δy / Δx` of a smooth function, or its derivative in the middle where `Δx` is small.
    private func smoothSlope(
        _ function: Op.Unary, _ node: Node, _ y: Value, _ b: inout GraphBuilder
    ) -> Value {
        let x = node.inputs[0]
        let dx = b.subtract(x, other(x))
        let ratio = b.divide(b.subtract(y, other(y)), dx)
        let middle = mean(x, &b)
        let there = b.unary(function, middle)
        var between = node
        between.inputs = [middle]
        let one = b.broadcast(b.constant(1), b.shape(x))
        let derivative = operandGradients(of: between, at: there, adjoint: one, in: &b) { _ in true
        }
        var least = b.constant(Self.smallest)
        switch function {
        case .log, .sqrt, .reciprocal:
            // They bend on the scale of their operand.
            least = b.multiply(least, b.unary(.abs, middle))
        default: break
        }
        return b.select(b.less(b.unary(.abs, dx), least), derivative[0] ?? b.constant(0), ratio)
    }

    /// Of `a / c`, each operand's share: `½(1/c + 1/c′)` and `−½(a + a′)/(c·c′)`.
    private func quotient(
        _ a: Value, _ c: Value, _ g: Value, _ b: inout GraphBuilder, _ isActive: (Value) -> Bool
    ) -> [Value?] {
        let product = b.multiply(c, other(c))
        var first: Value?
        if isActive(a) {
            let weight = b.scale(
                b.add(b.unary(.reciprocal, c), b.unary(.reciprocal, other(c))), by: 0.5)
            first = b.sum(b.multiply(g, weight), to: b.shape(a))
        }
        let weight = b.unary(.negate, b.divide(mean(a, &b), product))
        return [first, b.sum(b.multiply(g, weight), to: b.shape(c))]
    }

    /// `exp(x − c)` of both rows with the greatest of all as `c`, their sums, and the slope of `exp`.
    private func exponentials(
        _ x: Value, _ b: inout GraphBuilder
    ) -> (own: Value, other: Value, ownSum: Value, otherSum: Value, slope: Value) {
        let last = b.shape(x).rank - 1
        let most = b.binary(
            .maximum, b.apply(.reduce(.max, axes: [last]), [x]),
            b.apply(.reduce(.max, axes: [last]), [other(x)]))
        func exponential(_ value: Value) -> Value { b.unary(.exp, b.subtract(value, most)) }
        let own = exponential(x)
        let second = exponential(other(x))
        let dx = b.subtract(x, other(x))
        let slope = b.select(
            b.less(b.unary(.abs, dx), b.constant(Self.smallest)), exponential(mean(x, &b)),
            b.divide(b.subtract(own, second), dx))
        return (own, second, b.sum(own, axes: [last]), b.sum(second, axes: [last]), slope)
    }

    /// Softmax as `e / Σ e`.
    private func softmax(_ x: Value, _ g: Value, _ b: inout GraphBuilder) -> Value {
        let last = b.shape(x).rank - 1
        let e = exponentials(x, &b)
        let direct = b.multiply(
            g,
            b.scale(
                b.add(b.unary(.reciprocal, e.ownSum), b.unary(.reciprocal, e.otherSum)), by: 0.5))
        let shares = b.scale(b.multiply(g, b.add(e.own, e.other)), by: -0.5)
        let through = b.divide(
            b.sum(shares, axes: [last]), b.multiply(e.ownSum, e.otherSum))
        return b.multiply(b.add(direct, through), e.slope)
    }

    /// Log-softmax as `x − log Σ e`.
    private func logSoftmax(_ x: Value, _ g: Value, _ b: inout GraphBuilder) -> Value {
        let last = b.shape(x).rank - 1
        let e = exponentials(x, &b)
        let difference = b.subtract(e.ownSum, e.otherSum)
        let ratio = b.divide(
            b.subtract(b.unary(.log, e.ownSum), b.unary(.log, e.otherSum)), difference)
        let middle = b.scale(b.add(e.ownSum, e.otherSum), by: 0.5)
        let least = b.scale(middle, by: Self.smallest)
        let slope = b.select(
            b.less(b.unary(.abs, difference), least), b.unary(.reciprocal, middle), ratio)
        let shared = b.multiply(b.sum(g, axes: [last]), slope)
        return b.subtract(g, b.multiply(shared, e.slope))
    }
}
