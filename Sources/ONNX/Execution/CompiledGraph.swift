/// A graph whose names are places: what each node reads and leaves, and what may be let go after it.
struct CompiledGraph: Sendable {
    /// Where a value lies: in the frame of this graph, or of one around it.
    struct Reference: Sendable, Hashable {
        var depth: Int
        var slot: Int
    }

    enum Work: Sendable {
        /// An operator with its node's attributes read.
        case operation(ONNXOperator.Evaluation)
        /// An operator that the file defines.
        case function(CompiledGraph)
    }

    struct Node: Sendable {
        var node: ONNXNode
        var opset: Int
        var work: Work
        var inputs: [Reference?]
        var outputs: [Int?]
        /// By attribute.
        var graphs: [String: CompiledGraph]
        /// Slots that nobody reads after it.
        var releases: [Int] = []
    }

    var slots = 0
    /// Given at every run, in the graph's order.
    var inputs: [(port: ONNXPort, slot: Int)] = []
    var constants: [(slot: Int, value: ONNXValue)] = []
    var nodes: [Node] = []
    var outputs: [(name: String, reference: Reference)] = []
}

/// Gives names places, puts nodes in order and looks operators up.
struct GraphCompiler {
    let model: ONNXModel
    let registry: OperatorRegistry
    let limits: ONNXLimits
    private var nodes = 0
    private var scopes: [[String: Int]] = []

    init(_ model: ONNXModel, registry: OperatorRegistry, limits: ONNXLimits) {
        self.model = model
        self.registry = registry
        self.limits = limits
    }

    mutating func compile() throws(ONNXError) -> CompiledGraph {
        try check(model.opsets, of: "the model")
        return try compile(model.graph, opsets: model.opsets, depth: 0)
    }

    /// - Throws: where operators of a version are asked for whose meaning is not known here.
    private func check(_ opsets: [String: Int], of place: String) throws(ONNXError) {
        for (domain, range) in OperatorRegistry.opsets {
            guard let version = opsets[domain] else { continue }
            guard range.contains(version) else {
                throw ONNXError(
                    .unsupported, at: domain.isEmpty ? place : "\(place), domain \(domain)",
                    "asks for version \(version) of the operators; known are \(range.lowerBound) to "
                        + "\(range.upperBound)",
                    advice: "Export it with an opset among these")
            }
        }
    }

    private mutating func compile(
        _ graph: ONNXGraph, opsets: [String: Int], depth: Int
    ) throws(ONNXError) -> CompiledGraph {
        guard depth <= limits.depth else {
            throw ONNXError(.limit, at: "graph '\(graph.name)'", "lies deeper than \(limits.depth) graphs")
        }
        var compiled = CompiledGraph()
        scopes.append([:])
        defer { scopes.removeLast() }
        let place = "graph '\(graph.name)'"
        for input in graph.inputs {
            // An input with an initializer is one that need not be given: the initializer stands.
            let slot = try define(input.name, &compiled, at: place)
            compiled.inputs.append((input, slot))
        }
        for (name, tensor) in graph.initializers.sorted(by: { $0.key < $1.key }) {
            var slot = scopes[scopes.count - 1][name]
            if slot == nil { slot = try define(name, &compiled, at: place) }
            if let slot { compiled.constants.append((slot, .tensor(tensor))) }
        }
        for node in try NodeOrder.sorted(graph, at: place) {
            compiled.nodes.append(try compile(node, into: &compiled, opsets: opsets, depth: depth))
        }
        for output in graph.outputs {
            guard let reference = find(output.name) else {
                throw ONNXError(.malformed, at: place, "gives '\(output.name)', which nothing makes")
            }
            compiled.outputs.append((output.name, reference))
        }
        compiled.markReleases()
        return compiled
    }

    private mutating func compile(
        _ node: ONNXNode, into compiled: inout CompiledGraph, opsets: [String: Int], depth: Int
    ) throws(ONNXError) -> CompiledGraph.Node {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw ONNXError(.limit, at: node.place, "is beyond \(limits.nodes) nodes")
        }
        var inputs: [CompiledGraph.Reference?] = []
        for name in node.inputs {
            guard !name.isEmpty else {
                inputs.append(nil)
                continue
            }
            guard let reference = find(name) else {
                throw ONNXError(
                    .malformed, at: node.place, "reads '\(name)', which nothing makes before it")
            }
            inputs.append(reference)
        }
        var graphs: [String: CompiledGraph] = [:]
        for (name, attribute) in node.attributes {
            guard case .graph(let graph) = attribute else { continue }
            graphs[name] = try compile(graph, opsets: opsets, depth: depth + 1)
        }
        let work = try work(of: node, opsets: opsets, depth: depth)
        var outputs: [Int?] = []
        for name in node.outputs {
            outputs.append(name.isEmpty ? nil : try define(name, &compiled, at: node.place))
        }
        return CompiledGraph.Node(
            node: node, opset: opsets[node.operation.domain] ?? 1, work: work, inputs: inputs,
            outputs: outputs, graphs: graphs)
    }

    private mutating func work(
        of node: ONNXNode, opsets: [String: Int], depth: Int
    ) throws(ONNXError) -> CompiledGraph.Work {
        if let function = model.functions[node.operation] {
            return .function(try body(of: function, calledBy: node, depth: depth))
        }
        guard let operation = registry[node.operation] else {
            throw ONNXError(
                .unsupported, at: node.place, "is of an operator that is not built here",
                advice: "Export the model without it, or have its predictions judged by 'vouch audit'")
        }
        guard let opset = opsets[node.operation.domain] else {
            throw ONNXError(
                .malformed, at: node.place,
                "is of a domain of which the file names no version ('\(node.operation.domain)')")
        }
        let call = NodeCall(node: node, opset: opset, inputs: [], limits: limits)
        return .operation(try operation.prepare(call))
    }

    /// The body of an operator that the file defines, with the attributes of the node that calls it.
    private mutating func body(
        of function: ONNXFunction, calledBy node: ONNXNode, depth: Int
    ) throws(ONNXError) -> CompiledGraph {
        try check(function.opsets, of: "function '\(function.name)'")
        let values = function.defaults.merging(node.attributes) { $1 }
        let graph = ONNXGraph(
            name: "\(function.name)",
            nodes: function.nodes.map { $0.substituting(values) },
            inputs: function.inputs.map { ONNXPort(name: $0, kind: .unknown) },
            outputs: function.outputs.map { ONNXPort(name: $0, kind: .unknown) }, initializers: [:])
        // A function sees nothing of the graph that calls it.
        let around = scopes
        scopes = []
        defer { scopes = around }
        return try compile(graph, opsets: function.opsets, depth: depth + 1)
    }

    private mutating func define(
        _ name: String, _ compiled: inout CompiledGraph, at place: String
    ) throws(ONNXError) -> Int {
        guard scopes[scopes.count - 1].updateValue(compiled.slots, forKey: name) == nil else {
            throw ONNXError(.malformed, at: place, "makes '\(name)', which is made already")
        }
        compiled.slots += 1
        return compiled.slots - 1
    }

    private func find(_ name: String) -> CompiledGraph.Reference? {
        for (depth, scope) in scopes.reversed().enumerated() {
            if let slot = scope[name] { return CompiledGraph.Reference(depth: depth, slot: slot) }
        }
        return nil
    }
}

extension CompiledGraph {
    /// Slots of the graph `depth` graphs around that are read in it.
    private func reads(around depth: Int) -> Set<Int> {
        var slots: Set<Int> = []
        for node in nodes {
            for case let input? in node.inputs where input.depth == depth { slots.insert(input.slot) }
            for graph in node.graphs.values { slots.formUnion(graph.reads(around: depth + 1)) }
        }
        for output in outputs where output.reference.depth == depth {
            slots.insert(output.reference.slot)
        }
        return slots
    }

    fileprivate mutating func markReleases() {
        var seen = Set(outputs.filter { $0.reference.depth == 0 }.map(\.reference.slot))
        for index in nodes.indices.reversed() {
            var touched = Set(nodes[index].outputs.compactMap { $0 })
            for case let input? in nodes[index].inputs where input.depth == 0 {
                touched.insert(input.slot)
            }
            for graph in nodes[index].graphs.values { touched.formUnion(graph.reads(around: 1)) }
            nodes[index].releases = touched.subtracting(seen).sorted()
            seen.formUnion(touched)
        }
    }
}

extension ONNXNode {
    /// The node within a function's body, with the attributes of the call; one that is not given there is left out.
    func substituting(_ values: [String: ONNXAttribute]) -> ONNXNode {
        var node = self
        for (name, attribute) in attributes {
            switch attribute {
            case .reference(let outer): node.attributes[name] = values[outer]
            case .graph(var graph):
                graph.nodes = graph.nodes.map { $0.substituting(values) }
                node.attributes[name] = .graph(graph)
            default: break
            }
        }
        return node
    }
}
