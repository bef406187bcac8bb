import GraphIR
import TensorCore

/// A walk over a model's nodes, in which each is computed, traced or left to the interpreter.
struct ModelWalk {
    enum Kind {
        /// All that it makes is known without rows, but for their number.
        case known
        case lowered
        case interpreted
    }

    let lowering: ONNXLowering
    var tracer: Tracer
    /// What is known of values by name; of one that is not here, nothing.
    private(set) var values: [String: Tracked] = [:]
    private(set) var nodes: [ONNXNode] = []
    private(set) var kinds: [Kind] = []
    private(set) var obstacles: [ONNXLowering.Obstacle] = []
    private var probe: ShapeProbe
    private var cuts: Set<String> = []
    /// Nodes that were looked at, those of functions at every call.
    private var visited = 0

    var model: ONNXModel { lowering.model }

    init(_ lowering: ONNXLowering) {
        self.lowering = lowering
        tracer = Tracer(limits: lowering.limits, given: lowering.model.graph.weight)
        probe = ShapeProbe(lowering)
    }

    /// Lets some values be given in place of being computed.
    mutating func cut(at names: Set<String>) { cuts = names }

    /// A value of the model that is given.
    private mutating func enter(_ name: String, _ type: ElementType, _ shape: Shape) {
        do throws(ONNXError) {
            values[name] = .traced(try tracer.input(name, type, shape))
        } catch {
            obstacles.append(.init(node: error.place, why: error.problem))
        }
    }

    /// - Parameter wanted: Values that somebody reads besides the nodes.
    mutating func run(wanted: [String]) {
        for (name, tensor) in model.graph.initializers {
            values[name] = .known(
                Known(tensor: tensor, name: name, isInitializer: true, isLearned: tensor.type == .float32))
        }
        for port in lowering.required {
            if let (type, shape) = lowering.declaration(of: port) {
                enter(port.name, type, shape)
            } else {
                obstacles.append(
                    .init(node: "input '\(port.name)'", why: "is no tensor, or has an extent that is not bound"))
            }
        }
        do throws(ONNXError) {
            nodes = try NodeOrder.sorted(model.graph, at: "graph '\(model.graph.name)'")
        } catch {
            obstacles.append(.init(node: error.place, why: error.problem))
            return
        }
        leaveUnreadOutputs(wanted: wanted)
        for node in nodes { kinds.append(walk(node)) }
    }

    /// Asks for no output that nobody reads, such as the mask that exporters have of a dropout.
    private mutating func leaveUnreadOutputs(wanted: [String]) {
        var read = Set(wanted)
        for node in nodes { read.formUnion(node.reads) }
        for index in nodes.indices {
            // One stays, by which errors call a node.
            for place in nodes[index].outputs.indices.dropFirst() where !read.contains(nodes[index].outputs[place]) {
                nodes[index].outputs[place] = ""
            }
        }
    }

    private mutating func walk(_ node: ONNXNode) -> Kind {
        do throws(ONNXError) {
            let results = try self.results(of: node, in: values, opsets: model.opsets, depth: 0)
            var isTraced = false
            for (name, result) in zip(node.outputs, results) where !name.isEmpty {
                values[name] = result
                guard case .traced(let traced) = result else { continue }
                isTraced = true
                if cuts.contains(name) { enter(name, traced.type, tracer.shape(traced)) }
            }
            return isTraced ? .lowered : .known
        } catch {
            obstacles.append(.init(node: error.place, why: error.problem))
        }
        for (name, sample) in probe.outputs(of: node, values, tracer) {
            guard let sample, let type = sample.type else { continue }
            if type == .float32 || type == .bool || type.isInteger { enter(name, type, sample.shape) }
        }
        return .interpreted
    }

    /// What a node makes.
    ///
    /// - Throws: where it cannot be lowered.
    mutating func results(
        of node: ONNXNode, in scope: [String: Tracked], opsets: [String: Int], depth: Int
    ) throws(ONNXError) -> [Tracked] {
        visited += 1
        guard visited <= lowering.limits.nodes else {
            throw ONNXError(.limit, at: node.place, "is beyond \(lowering.limits.nodes) nodes")
        }
        guard depth < lowering.limits.depth else {
            throw ONNXError(.limit, at: node.place, "lies deeper than \(lowering.limits.depth) graphs")
        }
        var inputs: [Tracked?] = []
        for name in node.inputs {
            guard !name.isEmpty else {
                inputs.append(nil)
                continue
            }
            guard let value = scope[name] else {
                throw ONNXError(
                    .unsupported, at: node.place, "reads '\(name)', of which a graph of float32 knows nothing")
            }
            inputs.append(value)
        }
        if let function = model.functions[node.operation] {
            return try results(of: function, calledBy: node, inputs, depth: depth)
        }
        let opset = opsets[node.operation.domain] ?? 1
        let call = TracedCall(
            call: NodeCall(node: node, opset: opset, inputs: [], limits: lowering.limits), inputs: inputs)
        if node.operation == OperatorName("If") { return try branch(call, scope, opsets, depth: depth) }
        try tracer.meter.step(names: inputs.count, at: node.place)
        let first = tracer.builder.nodeCount
        let results: [Tracked]
        if let known = try tracer.knownResults(call, lowering.registry) {
            for case .known(let result) in known {
                try tracer.meter.hold(ONNXValue.tensor(result.tensor).weight, at: node.place)
            }
            results = known
        } else {
            guard node.operation.domain.isEmpty, let rule = LoweringRules.all[node.operation.name] else {
                throw call.obstacle("has no place in a graph")
            }
            results = try rule(&tracer, call)
        }
        if let failure = tracer.builder.takeFailure(since: first) { throw call.obstacle(failure.problem) }
        for case .traced(let traced) in results {
            _ = try lowering.limits.count(of: tracer.shape(traced).bound(rows: 1), at: node.place)
        }
        guard results.count >= node.outputs.count || node.outputs.dropFirst(results.count).allSatisfy(\.isEmpty) else {
            throw call.obstacle("is asked for more than \(results.count) outputs")
        }
        return results
    }

    /// What the body of a function makes of its inputs.
    private mutating func results(
        of function: ONNXFunction, calledBy node: ONNXNode, _ inputs: [Tracked?], depth: Int
    ) throws(ONNXError) -> [Tracked] {
        let attributes = function.defaults.merging(node.attributes) { $1 }
        var scope: [String: Tracked] = [:]
        for (name, input) in zip(function.inputs, inputs) { scope[name] = input }
        let body = ONNXGraph(
            name: "\(function.name)", nodes: function.nodes.map { $0.substituting(attributes) }, inputs: [],
            outputs: [], initializers: [:])
        // What a function computes has the name of the call before it, as several calls make the same names.
        return try results(
            of: body, outputs: function.outputs, scope, function.opsets, prefix: node.outputs.first, at: node,
            depth: depth)
    }

    /// The branch of a condition that is the same at every run.
    private mutating func branch(
        _ call: TracedCall, _ scope: [String: Tracked], _ opsets: [String: Int], depth: Int
    ) throws(ONNXError) -> [Tracked] {
        guard let condition = Bool.array(try call.known(0).elements)?.first else {
            throw call.obstacle("has a condition that is no truth")
        }
        guard case .graph(let graph)? = call.call.node.attributes[condition ? "then_branch" : "else_branch"] else {
            throw call.call.failure("misses a branch")
        }
        var inner = scope
        for (name, tensor) in graph.initializers {
            inner[name] = .known(
                Known(tensor: tensor, name: name, isInitializer: false, isLearned: tensor.type == .float32))
        }
        return try results(
            of: graph, outputs: graph.outputs.map(\.name), inner, opsets, prefix: nil, at: call.call.node, depth: depth)
    }

    private mutating func results(
        of graph: ONNXGraph, outputs: [String], _ given: [String: Tracked], _ opsets: [String: Int],
        prefix: String?, at node: ONNXNode, depth: Int
    ) throws(ONNXError) -> [Tracked] {
        var scope = given
        for inner in try NodeOrder.sorted(graph, at: node.place) {
            let results = try self.results(of: inner, in: scope, opsets: opsets, depth: depth + 1)
            for (name, result) in zip(inner.outputs, results) where !name.isEmpty {
                if case .known(var known) = result, let prefix, !known.isInitializer {
                    known.name = "\(prefix)/\(known.name)"
                    scope[name] = .known(known)
                } else {
                    scope[name] = result
                }
            }
        }
        var results: [Tracked] = []
        for name in outputs {
            guard let value = scope[name] else {
                throw ONNXError(.malformed, at: node.place, "gives '\(name)', which nothing makes")
            }
            results.append(value)
        }
        return results
    }

    // MARK: A graph

    /// What the nodes that were walked make of the inputs that they need.
    func network(to outputs: [String]) throws(ONNXLowering.Obstacle) -> LoweredNetwork {
        var tracer = tracer
        var exits: [LoweredNetwork.Output] = []
        for name in outputs {
            guard case .traced(let traced)? = values[name] else {
                throw obstacles.first
                    ?? .init(node: "output '\(name)'", why: "is not made, or not computed from rows")
            }
            exits.append(tracer.exit(traced, name))
        }
        let network = try tracer.network(exits)
        for input in network.inputs where !cuts.isEmpty && !cuts.contains(input.name) {
            throw .init(node: "input '\(input.name)'", why: "is needed, and is none of those that are to be given")
        }
        let given = Set(lowering.required.map(\.name)).union(cuts)
        for input in network.inputs where !given.contains(input.name) {
            throw obstacles.first ?? .init(node: "'\(input.name)'", why: "is made by the interpreter")
        }
        return network
    }
}

extension Tracer {
    /// Makes a value an output of the graph.
    mutating func exit(_ x: Traced, _ name: String) -> LoweredNetwork.Output {
        let port = OutputPort(name)
        builder.output(port, ordered(x).value)
        return .init(name: name, type: x.type, shape: shape(x), port: port)
    }

    /// The graph of what was built, for these outputs.
    func network(_ outputs: [LoweredNetwork.Output]) throws(ONNXLowering.Obstacle) -> LoweredNetwork {
        let graph: Graph
        do {
            graph = try builder.buildTrimmed()
        } catch {
            throw .init(node: error.node, why: error.problem)
        }
        var entries: [LoweredNetwork.Input] = []
        for var input in inputs.values.sorted(by: { $0.name < $1.name }) {
            if let port = input.numbers, graph.inputs[port] == nil { input.numbers = nil }
            if let port = input.indices, graph.inputs[port] == nil { input.indices = nil }
            if input.indices == nil { input.tables = [] }
            if input.numbers != nil || input.indices != nil { entries.append(input) }
        }
        return LoweredNetwork(
            graph: graph, inputs: entries, outputs: outputs,
            parameters: graph.parameters.compactMap { parameters[$0.name]?.lowered })
    }
}
