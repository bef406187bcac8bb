import GraphIR
import TensorCore

/// What takes the place of a value of a graph.
struct Replacement {
    /// Values of the old graph that it needs.
    var operands: [Value]
    /// Builds it of their copies.
    var make: (inout GraphBuilder, [Value]) -> Value
}

extension Graph {
    /// The graph with some values made otherwise, without what nothing reads any more; all inputs stay.
    ///
    /// - Complexity: O(nodes).
    func replacing(_ replacements: [Value: Replacement]) throws(GraphError) -> Graph {
        var live = [Bool](repeating: false, count: nodes.count)
        for value in Array(outputs.values) + Array(updates.values) + Array(inputs.values) {
            live[value.index] = true
        }
        for index in nodes.indices.reversed() where live[index] {
            for operand in replacements[Value(index)]?.operands ?? nodes[index].inputs {
                live[operand.index] = true
            }
        }
        var builder = GraphBuilder()
        var copies: [Value: Value] = [:]
        func copy(_ value: Value) -> Value {
            guard let copy = copies[value] else { preconditionFailure("a live operand is missing") }
            return copy
        }
        for (index, node) in nodes.enumerated() where live[index] {
            let value = Value(index)
            switch node.op {
            case .input:
                copies[value] = builder.input(InputPort(node.label), node.shape, dtype: node.dtype)
            case .parameter:
                guard let spec = parameter(named: node.label) else { continue }
                copies[value] = builder.parameter(
                    spec.name, spec.shape, role: spec.role, initializer: spec.initializer,
                    hasSparseGradient: spec.hasSparseGradient, dtype: node.dtype)
            default:
                if let replacement = replacements[value] {
                    copies[value] = replacement.make(&builder, replacement.operands.map(copy))
                } else {
                    let operands = node.inputs.map(copy)
                    copies[value] = builder.scoped(node.label) { $0.apply(node.op, operands) }
                }
            }
        }
        for (port, value) in outputs { builder.output(port, copy(value)) }
        for (name, value) in updates {
            guard let spec = parameter(named: name), let state = copies[spec.value] else {
                continue
            }
            builder.update(state, to: copy(value))
        }
        return try builder.build()
    }
}
