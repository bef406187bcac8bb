package import TensorCore

/// Builds a graph node by node.
///
/// The builder records the first node that cannot be, with the place in the source that asked for
/// it, and goes on with a stand-in; `build()` then throws it. So a model needs one `try`.
package struct GraphBuilder {
    private var graph: Graph
    private var failure: GraphError?
    private var scope: [String] = []
    private var constants: [Float: Value] = [:]
    private var dropoutStreams: UInt32 = 0

    package init() { graph = Graph() }

    /// Continues a finished graph.
    package init(extending graph: Graph) {
        self.graph = graph
        for (index, node) in graph.nodes.enumerated() {
            if case .constant(let number) = node.op { constants[number] = Value(index) }
            if case .dropoutMask(_, _, let stream) = node.op {
                dropoutStreams = max(dropoutStreams, stream + 1)
            }
        }
    }

    package func build() throws(GraphError) -> Graph {
        if let failure { throw failure }
        try graph.verify()
        return graph
    }

    /// The graph without what no output needs, which is not verified either.
    package func buildTrimmed() throws(GraphError) -> Graph {
        if let failure { throw failure }
        let trimmed = graph.trimmed()
        try trimmed.verify()
        return trimmed
    }

    /// What is wrong with the nodes from a place on, which the builder then forgets: for who tries whether something can be
    /// built. `buildTrimmed` leaves such nodes out, unless an output needs them.
    package mutating func takeFailure(since first: Int) -> GraphError? {
        if let known = failure {
            failure = nil
            return known
        }
        for node in graph.nodes[first...] {
            if let problem = node.shape.problem {
                return GraphError(node: "\(node.op)", problem: problem, location: "building the graph")
            }
        }
        return nil
    }

    package func shape(_ value: Value) -> Shape { graph[value].shape }
    package func node(_ value: Value) -> Node { graph[value] }
    package var nodeCount: Int { graph.nodes.count }

    /// Names the nodes built inside `body` under `name`.
    package mutating func scoped<Result>(
        _ name: String, _ body: (inout GraphBuilder) -> Result
    ) -> Result {
        scope.append(name)
        defer { scope.removeLast() }
        return body(&self)
    }

    private func path(_ name: String) -> String {
        (scope + [name]).joined(separator: "/")
    }

    private mutating func record(_ node: String, _ problem: String, _ location: SourceLocation) {
        if failure == nil {
            failure = GraphError(
                node: node, problem: problem, location: "\(location.file):\(location.line)")
        }
    }

    private mutating func append(_ node: Node) -> Value {
        graph.nodes.append(node)
        return Value(graph.nodes.count - 1)
    }

    /// Adds a node; its shape follows from the rule of its operation.
    package mutating func apply(
        _ op: Op, _ operands: [Value], file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let inputs = operands.map { graph[$0] }
        let name = path("\(op)")
        do {
            let (shape, dtype) = try inferShape(op, inputs)
            return append(
                Node(
                    op: op, inputs: operands, shape: shape, dtype: dtype,
                    label: scope.joined(separator: "/")))
        } catch {
            record(name, error.problem, SourceLocation(file: file, line: line))
            return operands.first
                ?? append(
                    Node(op: .constant(0), inputs: [], shape: .scalar, dtype: .float32, label: name)
                )
        }
    }

    package mutating func input(
        _ port: InputPort, _ shape: Shape, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let name = port.rawValue
        if graph.inputs[port] != nil {
            record(name, "is a second input of that name", SourceLocation(file: file, line: line))
        }
        let value = append(Node(op: .input, inputs: [], shape: shape, dtype: dtype, label: name))
        graph.inputs[port] = value
        return value
    }

    package mutating func parameter(
        _ name: String, _ shape: Shape, role: ParameterRole, initializer: Initializer,
        hasSparseGradient: Bool = false, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let name = path(name)
        if graph.parameter(named: name) != nil {
            record(
                name, "is a second parameter of that name", SourceLocation(file: file, line: line))
        }
        let value = append(
            Node(op: .parameter, inputs: [], shape: shape, dtype: dtype, label: name))
        graph.parameters.append(
            ParameterSpec(
                name: name, shape: shape, role: role, initializer: initializer,
                hasSparseGradient: hasSparseGradient, value: value))
        return value
    }

    package mutating func output(_ port: OutputPort, _ value: Value) { graph.outputs[port] = value }

    /// Sets a state parameter's value for the next step.
    package mutating func update(_ parameter: Value, to value: Value) {
        graph.updates[graph[parameter].label] = value
    }

    package mutating func constant(_ number: Float) -> Value {
        if let known = constants[number] { return known }
        let value = apply(.constant(number), [])
        constants[number] = value
        return value
    }

    /// A fresh mask of its own random stream; all ones at rate 0.
    package mutating func dropoutMask(_ shape: Shape, rate: Float) -> Value {
        let stream = dropoutStreams
        dropoutStreams += 1
        return apply(.dropoutMask(shape, rate: rate, stream: stream), [])
    }
}

struct SourceLocation {
    var file: StaticString
    var line: UInt
}

/// Shorthands, in the field's names. Each adds one node unless its comment says otherwise.
extension GraphBuilder {
    package mutating func unary(
        _ function: Op.Unary, _ x: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.unary(function), [x], file: file, line: line) }

    package mutating func add(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.binary(.add), [a, b], file: file, line: line) }

    package mutating func subtract(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.binary(.subtract), [a, b], file: file, line: line) }

    package mutating func multiply(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.binary(.multiply), [a, b], file: file, line: line) }

    package mutating func divide(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.binary(.divide), [a, b], file: file, line: line) }

    package mutating func binary(
        _ function: Op.Binary, _ a: Value, _ b: Value,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.binary(function), [a, b], file: file, line: line) }

    /// `factor · x`: two nodes.
    package mutating func scale(_ x: Value, by factor: Float) -> Value {
        let factor = constant(factor)
        return multiply(x, factor)
    }

    /// `x + number`: two nodes.
    package mutating func offset(_ x: Value, by number: Float) -> Value {
        let number = constant(number)
        return add(x, number)
    }

    /// `x`, whose gradient is multiplied by a finite number.
    package mutating func scaleGradient(
        _ x: Value, by factor: Float, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.scaleGradient(factor), [x], file: file, line: line) }

    package mutating func sum(
        _ x: Value, axes: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.reduce(.sum, axes: axes), [x], file: file, line: line) }

    package mutating func mean(
        _ x: Value, axes: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.reduce(.mean, axes: axes), [x], file: file, line: line) }

    package mutating func matmul(
        _ a: Value, _ b: Value, transposeA: Bool = false, transposeB: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        apply(
            .matmul(transposeA: transposeA, transposeB: transposeB), [a, b], file: file, line: line)
    }

    package mutating func reshape(
        _ x: Value, _ shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.reshape(shape), [x], file: file, line: line) }

    package mutating func broadcast(
        _ x: Value, _ shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.broadcast(shape), [x], file: file, line: line) }

    /// `condition ≠ 0 ? a : b`.
    package mutating func select(
        _ condition: Value, _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.select, [condition, a, b], file: file, line: line) }

    /// 1 where a < b, else 0.
    package mutating func less(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.binary(.greater), [b, a], file: file, line: line) }

    /// 1 where a ≤ b, else 0, also where one is NaN: three nodes.
    package mutating func lessOrEqual(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let isLess = less(a, b, file: file, line: line)
        return binary(.maximum, isLess, binary(.equal, a, b, file: file, line: line))
    }

    /// 1 where a ≥ b, else 0, also where one is NaN: three nodes.
    package mutating func greaterOrEqual(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { lessOrEqual(b, a, file: file, line: line) }

    /// 1 where a ≠ b, else 0: two nodes and a constant.
    package mutating func notEqual(
        _ a: Value, _ b: Value, file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let isEqual = binary(.equal, a, b, file: file, line: line)
        return subtract(constant(1), isEqual)
    }

    /// Zeros before and after along several axes: a node for each that gets any.
    ///
    /// - Parameter widths: For each axis of `x`, the zeros before and after.
    package mutating func pad(
        _ x: Value, _ widths: [(before: Int, after: Int)], file: StaticString = #fileID,
        line: UInt = #line
    ) -> Value {
        var padded = x
        for (axis, width) in widths.enumerated() where width != (0, 0) {
            padded = apply(
                .pad(axis: axis, before: width.before, after: width.after), [padded], file: file,
                line: line)
        }
        return padded
    }

    /// Sums `x` down to `shape`, undoing a broadcast from it: nothing, one or two nodes.
    package mutating func sum(_ x: Value, to target: Shape) -> Value {
        let from = shape(x)
        guard from != target else { return x }
        let missing = from.rank - target.rank
        let axes = (0..<from.rank).filter {
            $0 < missing || (target[$0 - missing] == 1 && from[$0] != 1)
        }
        let reduced = axes.isEmpty ? x : sum(x, axes: axes)
        return shape(reduced) == target ? reduced : reshape(reduced, target)
    }
}
