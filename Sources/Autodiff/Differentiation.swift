package import GraphIR
import TensorCore

/// Where the gradient of one parameter stands in a differentiated graph.
package enum ParameterGradient: Hashable, Sendable {
    /// A value of the parameter's shape.
    case dense(Value)
    /// For a table that was only looked up: rows `[…, width]` to add at indices `[…]`, per look-up.
    case rows([RowGradient])

    package struct RowGradient: Hashable, Sendable {
        package var indices: Value
        package var rows: Value
    }
}

/// A graph that computes a loss and its gradients.
package struct DifferentiatedGraph: Sendable {
    package var graph: Graph
    package var loss: Value
    /// For every trainable parameter that the loss depends on.
    package var gradients: [String: ParameterGradient]
    /// For every value asked for in `withRespectTo`.
    package var inputGradients: [Value: Value]
}

/// A rule in place of operations' own: the gradients of a node's operands, or `nil` where the own rule holds.
///
/// It is given the node, its value, the gradient of its value, and the graph that is built.
package typealias GradientRule =
    @Sendable (
        _ node: Node, _ value: Value, _ adjoint: Value, _ builder: inout GraphBuilder
    ) -> [Value?]?

extension Graph {
    /// Reverse-mode differentiation: adds to the graph the gradient of one output.
    ///
    /// The pass only builds nodes; it runs nothing. The seed is one for every element of the loss,
    /// so the gradient is that of the loss's sum. Values of type int32 and random masks have no
    /// gradient. A parameter marked `hasSparseGradient` gets the rows that were looked up; a verified
    /// graph uses it in `gather` only.
    ///
    /// - Parameters:
    ///   - output: The output to differentiate.
    ///   - values: Further values, such as inputs, whose gradient is wanted.
    ///   - parameters: Whether the parameters' gradients are wanted.
    ///   - rule: Takes the place of operations' own rules where it gives something.
    /// - Complexity: O(nodes); at most a constant number of new nodes for each old one.
    /// - Source: Griewank & Walther 2008, "Evaluating Derivatives", chapter 3.
    package func differentiated(
        output: OutputPort, withRespectTo values: [Value] = [], parameters wantsParameters: Bool = true,
        rule: GradientRule? = nil
    ) throws(GraphError) -> DifferentiatedGraph {
        guard let loss = outputs[output] else {
            throw GraphError(
                node: output.rawValue,
                problem: "is not an output; there are \(outputs.keys.sorted())",
                location: "differentiating the graph")
        }
        let trainable = wantsParameters ? parameters.filter(\.role.isMovedBySteps) : []
        let active = activeNodes(from: trainable.map(\.value) + values)
        if let index = nodes.indices.first(where: { active[$0] && nodes[$0].op == .int8Matmul }) {
            throw GraphError(
                node: "%\(index) \(nodes[index].label): \(nodes[index].op)",
                problem: "rounds to whole numbers and has no gradient: it is for inference alone",
                location: "differentiating the graph")
        }
        var builder = GraphBuilder(extending: self)
        var adjoints = [Value?](repeating: nil, count: nodes.count)
        var looked: [Value: [ParameterGradient.RowGradient]] = [:]
        let sparse = Set(trainable.filter(\.hasSparseGradient).map(\.value))

        builder.scoped("gradient") { builder in
            let one = builder.constant(1)
            adjoints[loss.index] =
                self[loss].shape == .scalar ? one : builder.broadcast(one, self[loss].shape)
            for index in nodes.indices.reversed() {
                guard active[index], let adjoint = adjoints[index] else { continue }
                let node = nodes[index]
                if node.op == .gather, sparse.contains(node.inputs[0]) {
                    looked[node.inputs[0], default: []].append(
                        .init(indices: node.inputs[1], rows: adjoint))
                    continue
                }
                let contributions = builder.scoped(node.label) {
                    rule?(node, Value(index), adjoint, &$0)
                        ?? operandGradients(
                            of: node, at: Value(index), adjoint: adjoint, in: &$0
                        ) { active[$0.index] }
                }
                for (operand, contribution) in zip(node.inputs, contributions) {
                    guard let contribution, active[operand.index] else { continue }
                    if let sum = adjoints[operand.index] {
                        adjoints[operand.index] = builder.add(sum, contribution)
                    } else {
                        adjoints[operand.index] = contribution
                    }
                }
            }
        }

        var gradients: [String: ParameterGradient] = [:]
        for spec in trainable {
            if let rows = looked[spec.value] {
                gradients[spec.name] = .rows(rows)
            } else if let adjoint = adjoints[spec.value.index] {
                gradients[spec.name] = .dense(adjoint)
            }
        }
        var inputGradients: [Value: Value] = [:]
        for value in values { inputGradients[value] = adjoints[value.index] }
        return DifferentiatedGraph(
            graph: try builder.build(), loss: loss, gradients: gradients,
            inputGradients: inputGradients)
    }

    /// Which nodes depend on one of the given values through float operands.
    package func activeNodes(from values: [Value]) -> [Bool] {
        var active = [Bool](repeating: false, count: nodes.count)
        for value in values { active[value.index] = true }
        for (index, node) in nodes.enumerated() where !active[index] {
            active[index] =
                node.dtype == .float32 && node.inputs.contains { active[$0.index] }
        }
        return active
    }
}
