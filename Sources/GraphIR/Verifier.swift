import TensorCore

extension Graph {
    /// Checks that operands come before their use, that every stored shape is what its rule says,
    /// that inputs, parameters and updates are what they are named as, and that every named value
    /// exists.
    ///
    /// A graph read from a file is verified before anything looks at it.
    ///
    /// - Throws: `GraphError` with the first bad node.
    package func verify() throws(GraphError) {
        for index in nodes.indices { try verifyNode(index) }
        for (port, value) in inputs.sorted(by: { $0.key < $1.key }) {
            guard nodes.indices.contains(value.index), self[value].op == .input,
                self[value].label == port.rawValue
            else { throw failure(port.rawValue, "names %\(value.index), which is not that input") }
        }
        for (port, value) in outputs.sorted(by: { $0.key < $1.key })
        where !nodes.indices.contains(value.index) {
            throw failure(port.rawValue, "names %\(value.index), which does not exist")
        }
        try verifyParameters()
        try verifyBytes()
        for (name, value) in updates.sorted(by: { $0.key < $1.key }) {
            guard let spec = parameter(named: name), spec.role == .state else {
                throw failure(name, "is updated, but is not a state parameter")
            }
            guard nodes.indices.contains(value.index), self[value].shape == spec.shape,
                self[value].dtype == .float32
            else {
                throw failure(name, "is updated to %\(value.index), which is not \(spec.shape)")
            }
        }
    }

    private func failure(_ node: String, _ problem: String) -> GraphError {
        GraphError(node: node, problem: problem, location: "verifying the graph")
    }

    private func verifyNode(_ index: Int) throws(GraphError) {
        let node = nodes[index]
        let name = "%\(index) \(node.label): \(node.op)"
        if let problem = node.shape.problem { throw failure(name, problem) }
        for operand in node.inputs where !(0..<index).contains(operand.index) {
            throw failure(name, "operand %\(operand.index) does not come before it")
        }
        switch node.op {
        case .input:
            guard node.inputs.isEmpty, inputs[InputPort(node.label)] == Value(index) else {
                throw failure(name, "is not the input of its name")
            }
            guard node.dtype != .int8 else {
                throw failure(name, "is int8, as only parameters are")
            }
        case .parameter:
            guard node.inputs.isEmpty, node.dtype != .int32,
                parameter(named: node.label)?.value == Value(index)
            else { throw failure(name, "is not the parameter of its name") }
        default:
            let inferred: (shape: Shape, dtype: DType)
            do {
                inferred = try inferShape(node.op, node.inputs.map { self[$0] })
            } catch {
                throw failure(name, error.problem)
            }
            guard inferred.shape == node.shape, inferred.dtype == node.dtype else {
                throw failure(
                    name,
                    "is \(node.dtype) \(node.shape), should be \(inferred.dtype) \(inferred.shape)")
            }
        }
    }

    private func verifyParameters() throws(GraphError) {
        var names: Set<String> = []
        for spec in parameters {
            guard names.insert(spec.name).inserted else {
                throw failure(spec.name, "is a second parameter of that name")
            }
            guard nodes.indices.contains(spec.value.index), self[spec.value].op == .parameter,
                self[spec.value].label == spec.name, self[spec.value].shape == spec.shape,
                !spec.shape.dependsOnRows
            else { throw failure(spec.name, "is not a parameter of shape \(spec.shape)") }
            if case .values(let numbers) = spec.initializer, numbers.count != spec.shape.fixedCount
            {
                throw failure(
                    spec.name, "starts with \(numbers.count) values, and is \(spec.shape)")
            }
        }
        // A row-sparse gradient holds the rows that were looked up, and nothing else.
        let sparse = Set(parameters.filter(\.hasSparseGradient).map(\.value))
        for (index, node) in nodes.enumerated() {
            for (position, operand) in node.inputs.enumerated() where sparse.contains(operand) {
                guard node.op == .gather, position == 0 else {
                    throw failure(
                        "%\(index) \(node.label): \(node.op)",
                        "reads \(self[operand].label), whose gradient is sparse, so that only "
                            + "gather may read it")
                }
            }
        }
    }

    /// Nothing but a product of whole numbers reads bytes, so that nobody takes them for words.
    private func verifyBytes() throws(GraphError) {
        for (index, node) in nodes.enumerated() {
            for (position, operand) in node.inputs.enumerated() where self[operand].dtype == .int8 {
                guard node.op == .int8Matmul, position == 1, self[operand].op == .parameter else {
                    throw failure(
                        "%\(index) \(node.label): \(node.op)",
                        "reads \(self[operand].label), which is int8, so that only int8Matmul may")
                }
            }
        }
        for (port, value) in outputs.sorted(by: { $0.key < $1.key })
        where self[value].dtype == .int8 {
            throw failure(port.rawValue, "names %\(value.index), which is int8")
        }
    }

    /// The graph as text, a line a node, in the order of execution.
    package var listing: String {
        var lines: [String] = []
        for (index, node) in nodes.enumerated() {
            let operands = node.inputs.map { "%\($0.index)" }.joined(separator: ", ")
            lines.append("%\(index) = \(node.op)(\(operands)) \(node.shape)  // \(node.label)")
        }
        for (port, value) in outputs.sorted(by: { $0.key < $1.key }) {
            lines.append("return \(port): %\(value.index)")
        }
        for (name, value) in updates.sorted(by: { $0.key < $1.key }) {
            lines.append("update \(name): %\(value.index)")
        }
        return lines.joined(separator: "\n")
    }
}

extension Shape {
    /// What keeps a node from having this shape.
    var problem: String? {
        if rank > Shape.maximumRank { return "\(self) has more than \(Shape.maximumRank) axes" }
        if extents.filter(\.dependsOnRows).count > 1 { return "\(self) has more than one axis of rows" }
        return isWithinLimits ? nil : "\(self) has an empty axis, or too many elements"
    }
}
