import GraphIR
import TensorCore

/// The ε-rule of layer-wise relevance propagation.
///
/// The relevance of a result is divided among the operands by what each gave to it: of `z_j = Σ_i x_i·w_ij + b_j`,
/// operand i gets `R_i = Σ_j x_i·w_ij / (z_j + ε·sign z_j) · R_j`. An activation passes its relevance on. What biases
/// gave stays with them, so that relevances sum to the output less that. Relevance is a value times a multiplier, and
/// the multiplier is passed back here: through `y = f(x)` it is scaled by `y / x`.
///
/// - Source: Bach et al. 2015, DOI 10.1371/journal.pone.0130140, equation 58; as a changed gradient: Ancona et al. 2018,
///   arXiv:1711.06104.
struct RelevanceRule {
    let epsilon: Float
    /// Products that are followed by their bias, where the sum of both is `z`.
    private let withBias: Set<Value>

    init(epsilon: Float, _ graph: Graph, _ isActive: (Value) -> Bool) {
        self.epsilon = epsilon
        var users = [[Value]](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            for operand in node.inputs { users[operand.index].append(Value(index)) }
        }
        var withBias: Set<Value> = []
        for (index, node) in graph.nodes.enumerated() {
            guard Self.isProduct(node.op), let user = users[index].first,
                users[index].count == 1, graph[user].op == .binary(.add),
                graph[user].inputs.contains(where: { !isActive($0) })
            else { continue }
            withBias.insert(Value(index))
        }
        self.withBias = withBias
    }

    private static func isProduct(_ op: Op) -> Bool {
        switch op {
        case .matmul, .convolution: true
        default: false
        }
    }

    /// Why a node has no rule, or `nil`.
    static func objection(to node: Node, _ isActive: (Value) -> Bool) -> String? {
        let active = node.inputs.map(isActive)
        switch node.op {
        case .unary(let function):
            let supported: [Op.Unary] = [.identity, .negate, .relu, .tanh, .gelu, .silu]
            return supported.contains(function) ? nil : "has no rule"
        case .binary(.add), .binary(.subtract): return nil
        case .binary(.multiply), .matmul, .convolution:
            return active.allSatisfy { $0 } ? "has no rule where both operands vary" : nil
        case .binary(.divide):
            return active[1] ? "has no rule where the divisor varies" : nil
        case .reduce(.sum, _), .reduce(.mean, _), .maxPool, .averagePool, .broadcast, .reshape,
            .transpose, .slice, .pad, .concatenate:
            return nil
        case .select: return active[0] ? "has no rule where the condition varies" : nil
        default: return "has no rule"
        }
    }

    /// The multipliers of a node's operands; `nil` where its derivative does.
    func multipliers(
        _ node: Node, _ y: Value, _ g: Value, _ b: inout GraphBuilder,
        _ derivative: (Node, Value, Value, inout GraphBuilder) -> [Value?]
    ) -> [Value?]? {
        switch node.op {
        case .unary(.tanh), .unary(.gelu), .unary(.silu):
            let x = node.inputs[0]
            return [b.multiply(g, b.divide(y, stabilized(x, &b)))]
        case .matmul, .convolution, .maxPool, .averagePool, .reduce, .binary(.add):
            guard !withBias.contains(y) else { return nil }
            let share = b.multiply(g, b.divide(y, stabilized(y, &b)))
            return derivative(node, y, share, &b)
        default: return nil
        }
    }

    /// `z + ε·sign z`, with 1 as the sign of 0.
    private func stabilized(_ z: Value, _ b: inout GraphBuilder) -> Value {
        let isNegative = b.less(z, b.constant(0))
        return b.add(z, b.select(isNegative, b.constant(-epsilon), b.constant(epsilon)))
    }
}
