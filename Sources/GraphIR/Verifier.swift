import TensorCore

extension Graph {
    /// Checks that operands come before their use, that every stored shape is what its rule says,
    /// and that every named value exists.
    ///
    /// A graph read from a file is verified before anything looks at it.
    ///
    /// - Throws: `GraphError` with the first bad node.
    package func verify() throws(GraphError) {
        func fail(_ node: String, _ problem: String) -> GraphError {
            GraphError(node: node, problem: problem, location: "verifying the graph")
        }
        for (index, node) in nodes.enumerated() {
            let name = "%\(index) \(node.label): \(node.op)"
            guard node.shape.extents.filter({ $0 == .rows }).count <= 1 else {
                throw fail(name, "\(node.shape) has more than one axis of rows")
            }
            for extent in node.shape.extents {
                if case .fixed(let count) = extent, count < 1 {
                    throw fail(name, "\(node.shape) has an empty axis")
                }
            }
            for operand in node.inputs where !(0..<index).contains(operand.index) {
                throw fail(name, "operand %\(operand.index) does not come before it")
            }
            switch node.op {
            case .input, .parameter:
                guard node.inputs.isEmpty else { throw fail(name, "has operands") }
            default:
                let inferred: (shape: Shape, dtype: DType)
                do {
                    inferred = try inferShape(node.op, node.inputs.map { self[$0] })
                } catch {
                    throw fail(name, error.problem)
                }
                guard inferred.shape == node.shape, inferred.dtype == node.dtype else {
                    throw fail(name, "is \(node.shape), should be \(inferred.shape)")
                }
            }
        }
        for (name, value) in inputs.merging(outputs, uniquingKeysWith: { a, _ in a })
            .merging(updates, uniquingKeysWith: { a, _ in a })
        where !nodes.indices.contains(value.index) {
            throw fail(name, "names %\(value.index), which does not exist")
        }
        for spec in parameters {
            guard nodes.indices.contains(spec.value.index), self[spec.value].op == .parameter,
                self[spec.value].shape == spec.shape, !spec.shape.dependsOnRows
            else { throw fail(spec.name, "is not a parameter of shape \(spec.shape)") }
        }
    }

    /// The graph as text, a line a node, in the order of execution.
    package var listing: String {
        var lines: [String] = []
        for (index, node) in nodes.enumerated() {
            let operands = node.inputs.map { "%\($0.index)" }.joined(separator: ", ")
            lines.append("%\(index) = \(node.op)(\(operands)) \(node.shape)  // \(node.label)")
        }
        for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
            lines.append("return \(name): %\(value.index)")
        }
        for (name, value) in updates.sorted(by: { $0.key < $1.key }) {
            lines.append("update \(name): %\(value.index)")
        }
        return lines.joined(separator: "\n")
    }
}
