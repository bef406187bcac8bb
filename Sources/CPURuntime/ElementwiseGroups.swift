import GraphIR
import TensorCore

/// The units in which a graph is executed: single nodes, groups of elementwise nodes that run as
/// one fused program, and matrix products and convolutions with their bias and ReLU.
///
/// A node joins the group of an operand when both have the same shape and the graph of units stays
/// without cycles.
struct ExecutionUnits {
    enum Kind { case node, group, product }

    struct Unit {
        var kind: Kind
        /// In the graph's order.
        var nodes: [Value]
    }

    /// Constants belong to no unit: every program that reads one holds the number.
    private(set) var units: [Unit] = []
    private(set) var unitOf: [Value: Int] = [:]
    /// The live nodes that read each node.
    private(set) var users: [[Value]]
    /// Of products whose left factor nobody makes.
    private(set) var leftFactors: [Value: LeftFactor] = [:]
    /// Units in an order in which operands come first.
    private(set) var order: [Int] = []

    /// The first node of a group takes at most four registers, for three operands and its result; a
    /// node that joins has an operand in the group and takes at most three. So this many nodes take
    /// at most 61 of a fused program's 64 registers, whatever they read.
    private static let maximumNodes = 20

    init(_ graph: Graph, rows: Int, live: [Bool], wanted: Set<Value>, readsMarks: Bool) {
        var live = live
        users = Array(repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where live[index] {
            for operand in Set(node.inputs) { users[operand.index].append(Value(index)) }
        }
        for index in graph.nodes.indices where live[index] {
            let product = Value(index)
            guard
                let factor = LeftFactor(
                    of: product, in: graph, rows: rows, users: users, wanted: wanted,
                    readsMarks: readsMarks)
            else { continue }
            leftFactors[product] = factor
            for value in factor.absorbed { live[value.index] = false }
        }
        for (index, node) in graph.nodes.enumerated() where live[index] {
            let value = Value(index)
            if unitOf[value] != nil { continue }
            switch node.op {
            case .constant:
                if wanted.contains(value)
                    || users[index].contains(where: { !graph[$0].op.isElementwise })
                {
                    add(.group, [value])
                }
            case .matmul, .convolution, .int8Matmul:
                add(.product, epilogue(of: value, in: graph, wanted: wanted))
            case _ where node.op.isElementwise:
                join(value, in: graph)
            default:
                add(.node, [value])
            }
        }
        order = sorted(graph)
    }

    private mutating func add(_ kind: Kind, _ nodes: [Value]) {
        for node in nodes { unitOf[node] = units.count }
        units.append(Unit(kind: kind, nodes: nodes))
    }

    /// A product `[m, n]` or convolution `[…, n]`, the addition of a bias `[n]` that alone uses it, which
    /// a product of whole numbers has itself, and a ReLU that alone uses that.
    private func epilogue(
        of product: Value, in graph: Graph, wanted: Set<Value>
    ) -> [Value] {
        var chain = [product]
        let shape = graph[product].shape
        let takesEpilogue = shape.rank != 3
        func onlyUser(of value: Value) -> Value? {
            users[value.index].count == 1 && !wanted.contains(value) ? users[value.index][0] : nil
        }
        if takesEpilogue, graph[product].op != .int8Matmul, let sum = onlyUser(of: product),
            graph[sum].op == .binary(.add)
        {
            let other =
                graph[sum].inputs[0] == product ? graph[sum].inputs[1] : graph[sum].inputs[0]
            let bias = graph[other]
            if other != product, bias.op == .parameter,
                bias.shape.extents.last == shape.extents.last,
                bias.shape.fixedCount == shape[shape.rank - 1].count(rows: 0)
            {
                chain.append(sum)
            }
        }
        if let last = chain.last, let relu = onlyUser(of: last), graph[relu].op == .unary(.relu),
            takesEpilogue
        {
            chain.append(relu)
        }
        return chain
    }

    /// Results of products of whole numbers that one other such product alone reads, as its first factor, each with
    /// that product: they can be made in bytes, whose range is one of its parameters.
    func takenInBytes(in graph: Graph, wanted: Set<Value>) -> [Value: Value] {
        var taken: [Value: Value] = [:]
        for unit in units where unit.kind == .product && graph[unit.nodes[0]].op == .int8Matmul {
            guard let last = unit.nodes.last, !wanted.contains(last),
                let reader = users[last.index].first, users[last.index].count == 1,
                graph[reader].op == .int8Matmul,
                graph[graph[reader].inputs[4]].op == .parameter
            else { continue }
            taken[last] = reader
        }
        return taken
    }

    private mutating func join(_ value: Value, in graph: Graph) {
        let node = graph[value]
        var candidates: [Int] = []
        for operand in node.inputs {
            guard let unit = unitOf[operand], units[unit].kind == .group,
                graph[operand].shape == node.shape,
                !candidates.contains(unit), units[unit].nodes.count < Self.maximumNodes
            else { continue }
            candidates.append(unit)
        }
        for unit in candidates {
            let others = node.inputs.compactMap { unitOf[$0] }.filter { $0 != unit }
            if !others.contains(where: { reaches($0, unit, graph) }) {
                units[unit].nodes.append(value)
                unitOf[value] = unit
                return
            }
        }
        add(.group, [value])
    }

    /// Whether `unit` needs `target`'s results.
    private func reaches(_ unit: Int, _ target: Int, _ graph: Graph) -> Bool {
        var seen: Set<Int> = [unit]
        var stack = [unit]
        while let next = stack.popLast() {
            if next == target { return true }
            for operand in operands(of: next, graph) {
                if let below = unitOf[operand], seen.insert(below).inserted { stack.append(below) }
            }
        }
        return false
    }

    /// The values from outside that a unit reads.
    func operands(of unit: Int, _ graph: Graph) -> [Value] {
        var result: [Value] = []
        for node in units[unit].nodes {
            for operand in read(by: node, graph)
            where unitOf[operand] != unit && !result.contains(operand) {
                result.append(operand)
            }
        }
        return result
    }

    private func read(by node: Value, _ graph: Graph) -> [Value] {
        guard let factor = leftFactors[node] else { return graph[node].inputs }
        return factor.reads(in: graph) + graph[node].inputs.dropFirst()
    }

    private func sorted(_ graph: Graph) -> [Int] {
        var order: [Int] = []
        var done = [Bool](repeating: false, count: units.count)
        func visit(_ unit: Int) {
            if done[unit] { return }
            done[unit] = true
            for operand in operands(of: unit, graph) {
                if let below = unitOf[operand] { visit(below) }
            }
            order.append(unit)
        }
        for unit in units.indices { visit(unit) }
        return order
    }
}
