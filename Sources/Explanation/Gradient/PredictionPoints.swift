import Autodiff
package import GraphIR
import TensorCore

/// A prediction graph as a function of numbers alone, so that a prediction can be differentiated and looked at
/// between two rows.
///
/// An index has no gradient and nothing between it and another. So the graph is cut behind its indices: what is
/// looked up for them (an embedding's vector, a one-hot vector, and the product of two lookups of the same index)
/// becomes an input, beside the graph's own numbers. All of them together are a row's *points*, side by side
/// in one vector. That is what Captum's `LayerIntegratedGradients` does at an embedding.
package struct PredictionPoints: Sendable {
    /// The original graph with a further output `points`, `[rows, width]`.
    package let lookup: Graph
    /// Numbers of a row.
    package let width: Int
    /// For each number of a row, the input that it comes from.
    package let origins: [InputOrigin]
    private let graph: Graph
    private let cuts: [Cut]

    /// A value that becomes an input.
    private struct Cut: Sendable {
        var value: Value
        var offset: Int
        var count: Int
    }

    /// What is explained: numbers of an output, scaled and added up.
    package struct Selection: Sendable, Hashable {
        package var output: OutputPort
        /// Of the output's numbers of a row.
        package var terms: [Term]
        package var offset: Float

        package struct Term: Sendable, Hashable {
            package var place: Int
            package var factor: Float

            package init(place: Int, factor: Float) {
                self.place = place
                self.factor = factor
            }
        }

        package init(output: OutputPort, terms: [Term], offset: Float = 0) {
            self.output = output
            self.terms = terms
            self.offset = offset
        }

        /// One number of an output.
        package init(output: OutputPort, place: Int = 0, factor: Float = 1, offset: Float = 0) {
            self.init(
                output: output, terms: [Term(place: place, factor: factor)], offset: offset)
        }
    }

    /// - Parameters:
    ///   - graph: Predicts; its rows do not mix.
    ///   - output: What is explained must be computed from what is cut.
    ///   - inner: Values to cut at further on, such as an embedding of numbers, with the origin of each of their
    ///     elements; what only leads to them is no point.
    /// - Throws: an error that names what cannot be cut.
    package init(
        _ graph: Graph, output: OutputPort, inner: [(value: Value, origins: [InputOrigin])] = []
    ) throws(AttributionError) {
        guard let result = graph.outputs[output] else {
            let known = graph.outputs.keys.sorted().map(\.rawValue)
            throw AttributionError(
                "explaining \(output)", "the graph has no such output",
                "Explain one of \(known.joined(separator: ", "))")
        }
        var origins: [InputOrigin] = []
        var cuts: [Cut] = []
        let found = try Self.cuts(of: graph, for: result, inner: inner)
        for (value, own) in found {
            let shape = graph[value].shape
            guard shape.rowAxis == 0 else {
                throw AttributionError(
                    "explaining \(output)",
                    "\(graph.title(of: value)) is \(shape), which has no row of its own for each row",
                    "Use a method that needs no gradient, such as Shapley values")
            }
            let count = shape.count(rows: 1)
            cuts.append(Cut(value: value, offset: origins.count, count: count))
            origins += own
        }
        guard !cuts.isEmpty else {
            throw AttributionError(
                "explaining \(output)", "it depends on no input", "Explain another output")
        }
        var builder = GraphBuilder(extending: graph)
        let parts = cuts.map { builder.reshape($0.value, [.rows, .fixed($0.count)]) }
        builder.output(
            .points, parts.count == 1 ? parts[0] : builder.apply(.concatenate(axis: 1), parts))
        do { lookup = try builder.build() } catch { throw AttributionError(error) }
        width = origins.count
        self.origins = origins
        self.cuts = cuts
        self.graph = graph
    }

    /// Values to cut at, in the order of the graph, with the origin of each of their elements.
    private static func cuts(
        of graph: Graph, for result: Value, inner: [(value: Value, origins: [InputOrigin])]
    ) throws(AttributionError) -> [(Value, [InputOrigin])] {
        var users = [[Value]](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            for operand in node.inputs { users[operand.index].append(Value(index)) }
        }
        func lookups(_ value: Value) -> Value? {
            switch graph[value].op {
            case .gather: graph[value].inputs[1]
            case .oneHot: graph[value].inputs[0]
            default: nil
            }
        }
        /// The index of a product of two lookups of it that nothing else reads.
        func product(_ value: Value) -> Value? {
            guard graph[value].op == .binary(.multiply) else { return nil }
            let operands = graph[value].inputs
            guard let first = lookups(operands[0]), first == lookups(operands[1]),
                operands.allSatisfy({ users[$0.index] == [value] })
            else { return nil }
            return first
        }
        var found: [(Value, [InputOrigin])] = []
        var isCut = Set<Value>()
        func cut(_ value: Value, _ own: [InputOrigin]) {
            if isCut.insert(value).inserted { found.append((value, own)) }
        }
        var reached = [Bool](repeating: false, count: graph.nodes.count)
        var waiting = [result]
        while let value = waiting.popLast() {
            guard !reached[value.index] else { continue }
            reached[value.index] = true
            let node = graph[value]
            if case .dropoutMask = node.op {
                throw AttributionError(
                    "explaining \(graph.title(of: value))",
                    "units are dropped at random, so that the prediction has no one gradient",
                    "Use a method that needs none, such as Shapley values")
            }
            if let given = inner.first(where: { $0.value == value }) {
                cut(value, given.origins)
            } else if let index = product(value) ?? lookups(value) {
                guard let origins = graph.indexOrigins(of: index) else {
                    throw AttributionError(
                        "explaining \(graph.title(of: value))",
                        "its index is computed, and not one of the inputs",
                        "Use a method that needs no gradient, such as Shapley values")
                }
                let each = node.shape.count(rows: 1) / origins.count
                cut(value, origins.flatMap { [InputOrigin](repeating: $0, count: each) })
            } else if node.op == .input {
                cut(
                    value,
                    (0..<node.shape.count(rows: 1)).map {
                        InputOrigin(input: InputPort(node.label), place: $0)
                    })
            } else {
                waiting += node.inputs
            }
        }
        return found.sorted { $0.0.index < $1.0.index }
    }

    /// The graph behind the cut.
    package struct Function: Sendable {
        package var graph: Graph
        /// `[rows, width]`, or the copy that stands for the row where there are two.
        package var points: Value
        /// `[rows, 1]`; also the output `attributed`.
        package var value: Value
        /// Of each value, its counterpart computed from a second row.
        package var reference: [Value: Value]
    }

    /// The explained number as a function of points: input `points` `[rows, width]`, output `attributed`
    /// `[rows, 1]`. It has the parameters of the original graph, in their order.
    ///
    /// - Parameter twice: Whether the input holds two rows' points, `[rows, 2·width]`, and the graph is
    ///   computed for both: methods that compare activations need that.
    package func function(
        of selection: Selection, twice: Bool = false
    ) throws(AttributionError) -> Function {
        guard let result = graph.outputs[selection.output] else {
            preconditionFailure("the graph has no output \(selection.output)")
        }
        var builder = GraphBuilder()
        let copies = twice ? 2 : 1
        let input = builder.input(.points, [.rows, .fixed(copies * width)])
        var known: [Value: Value] = [:]
        for spec in graph.parameters {
            known[spec.value] = builder.parameter(
                spec.name, spec.shape, role: spec.role, initializer: spec.initializer,
                hasSparseGradient: spec.hasSparseGradient)
        }
        let parameters = known
        let needed = neededNodes(for: result)
        /// The nodes behind the cut, computed from some points.
        func copy(of points: Value, in builder: inout GraphBuilder) -> [Value: Value] {
            var map = parameters
            for cut in cuts {
                let part = builder.apply(
                    .slice(axis: 1, start: cut.offset, end: cut.offset + cut.count), [points])
                map[cut.value] = builder.reshape(part, graph[cut.value].shape)
            }
            for index in graph.nodes.indices where needed[index] {
                let value = Value(index)
                guard map[value] == nil else { continue }
                let node = graph[value]
                let operands = node.inputs.compactMap { map[$0] }
                precondition(
                    operands.count == node.inputs.count, "an operand is not behind the cut")
                map[value] = builder.scoped(node.label) { $0.apply(node.op, operands) }
            }
            return map
        }
        func half(_ index: Int, in builder: inout GraphBuilder) -> Value {
            twice
                ? builder.apply(
                    .slice(axis: 1, start: index * width, end: (index + 1) * width), [input])
                : input
        }
        let points = half(0, in: &builder)
        let first = copy(of: points, in: &builder)
        var reference: [Value: Value] = [:]
        if twice {
            let second = copy(of: half(1, in: &builder), in: &builder)
            for (value, own) in first { reference[own] = second[value] }
        }
        guard let outputs = first[result] else {
            preconditionFailure("the output was not computed")
        }
        let value = Self.selected(selection, from: outputs, in: &builder)
        builder.output(.attributed, value)
        let built: Graph
        do { built = try builder.build() } catch { throw AttributionError(error) }
        return Function(graph: built, points: points, value: value, reference: reference)
    }

    private func neededNodes(for result: Value) -> [Bool] {
        var needed = [Bool](repeating: false, count: graph.nodes.count)
        needed[result.index] = true
        let isCut = Set(cuts.map(\.value))
        for index in graph.nodes.indices.reversed() where needed[index] {
            guard !isCut.contains(Value(index)) else { continue }
            for operand in graph.nodes[index].inputs { needed[operand.index] = true }
        }
        return needed
    }

    private static func selected(
        _ selection: Selection, from outputs: Value, in builder: inout GraphBuilder
    ) -> Value {
        let count = builder.shape(outputs).count(rows: 1)
        let flat = builder.reshape(outputs, [.rows, .fixed(count)])
        let terms = selection.terms.map { term in
            let own = builder.apply(
                .slice(axis: 1, start: term.place, end: term.place + 1), [flat])
            return term.factor == 1 ? own : builder.scale(own, by: term.factor)
        }
        let sum = terms.dropFirst().reduce(terms[0]) { builder.add($0, $1) }
        return selection.offset == 0 ? sum : builder.offset(sum, by: selection.offset)
    }
}

extension PredictionPoints.Function {
    /// The function's graph with a further output `gradient`, `[rows, width]`.
    ///
    /// - Parameter rule: In place of the derivatives of operations.
    func differentiated(_ rule: GradientRule? = nil) throws(AttributionError) -> Graph {
        do {
            let found = try graph.differentiated(
                output: .attributed, withRespectTo: [points], parameters: false, rule: rule)
            var builder = GraphBuilder(extending: found.graph)
            let gradient =
                found.inputGradients[points]
                ?? builder.broadcast(builder.constant(0), graph[points].shape)
            builder.output(.gradient, gradient)
            return try builder.build()
        } catch {
            throw AttributionError(error)
        }
    }
}

extension Graph {
    /// A node in words, for messages.
    func title(of value: Value) -> String {
        let node = self[value]
        return node.label.isEmpty ? "\(node.op)" : "\(node.op) of \(node.label)"
    }
}
