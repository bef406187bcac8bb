package import GraphIR
import TensorCore

/// What one run of a graph costs, node by node, counted and not measured.
package struct GraphCost: Sendable, Hashable {
    package struct Line: Sendable, Hashable {
        /// The operation, with where it belongs.
        package var node: String
        package var shape: [Int]
        /// As `Graph.operationCount(of:rows:)` counts them.
        package var operations: Double
        /// Bytes of the operands and of the result, as if each were read or written once.
        package var bytes: Double
        /// Learned numbers that it reads.
        package var parameters: Int
    }

    package var rows: Int
    package var lines: [Line]
    /// Of the whole run, as planned: inputs and intermediate values, which share memory where their
    /// lives do not overlap.
    package var arenaBytes: Int
    /// All parameters, learned and kept.
    package var parameterBytes: Int

    package var operations: Double { lines.reduce(0) { $0 + $1.operations } }
    package var bytes: Double { lines.reduce(0) { $0 + $1.bytes } }
    package var parameters: Int { lines.reduce(0) { $0 + $1.parameters } }
    /// Arena and parameters together.
    package var peakBytes: Int { arenaBytes + parameterBytes }

    /// - Parameters:
    ///   - outputs: Those that are wanted; what they do not need is not counted.
    ///   - rows: Of the batch.
    package init(_ graph: Graph, outputs: [OutputPort], rows: Int) {
        let layout = ParameterLayout(graph)
        let plan = Plan(graph, outputs: outputs, rows: rows, parameters: layout)
        let live = graph.nodesNeeded(for: outputs)
        self.rows = rows
        lines = graph.nodes.enumerated().compactMap { index, node in
            guard live[index] else { return nil }
            switch node.op {
            case .input, .parameter, .constant: return nil
            default: return Line(graph, node, rows: rows)
            }
        }
        arenaBytes = 4 * plan.arenaWords
        parameterBytes = 4 * layout.count
    }
}

extension GraphCost.Line {
    fileprivate init(_ graph: Graph, _ node: Node, rows: Int) {
        let operands = Set(node.inputs).map { graph[$0] }
        func bytes(_ node: Node) -> Int { node.dtype.bytes * node.shape.count(rows: rows) }
        // A view moves nothing; a lookup reads the rows that it finds.
        let moved: Int =
            switch node.op {
            case .reshape, .unary(.identity), .shardStatistic, .scaleGradient: 0
            case .gather: 2 * bytes(node) + bytes(graph[node.inputs[1]])
            default: operands.reduce(bytes(node)) { $0 + bytes($1) }
            }
        self.init(
            node: "\(node.op)" + (node.label.isEmpty ? "" : " of \(node.label)"),
            shape: node.shape.bound(rows: rows),
            operations: graph.operationCount(of: node, rows: rows), bytes: Double(moved),
            parameters: operands.filter { $0.op == .parameter }
                .reduce(0) { $0 + $1.shape.fixedCount })
    }
}

extension Graph {
    /// For each node, whether some of the outputs need it.
    fileprivate func nodesNeeded(for ports: [OutputPort]) -> [Bool] {
        var live = [Bool](repeating: false, count: nodes.count)
        for port in ports { if let value = outputs[port] { live[value.index] = true } }
        for index in nodes.indices.reversed() where live[index] {
            for operand in nodes[index].inputs { live[operand.index] = true }
        }
        return live
    }
}
