import GraphIR
import TensorCore

/// How a model is run: parts that are graphs, and the rest by the interpreter, one after another.
///
/// Made once for a model and a binding of its free extents. Where nodes that cannot be lowered stand between others, each run of nodes
/// that can be and holds a product is a part of its own: nothing is gained by a graph that only adds.
package struct ONNXProgram: Sendable {
    package enum Segment: Sendable {
        case lowered(LoweredNetwork)
        /// Nodes as a model of their own, whose inputs and outputs are values of the whole.
        case interpreted(ONNXModel)
    }

    package let model: ONNXModel
    package let binding: ONNXLowering.Binding
    package private(set) var segments: [Segment] = []
    /// Outputs that are the same at every run.
    package private(set) var constants: [String: ONNXTensor] = [:]
    /// Why nodes are left to the interpreter.
    package private(set) var obstacles: [ONNXLowering.Obstacle] = []

    /// The graph of the whole model, where it is one.
    package var whole: LoweredNetwork? {
        if segments.count == 1, case .lowered(let network) = segments[0] { network } else { nil }
    }

    /// - Throws: where nodes are not in an order that can be run.
    package init(
        _ model: ONNXModel, binding: ONNXLowering.Binding = ONNXLowering.Binding(),
        registry: OperatorRegistry = .standard, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) {
        self.model = model
        self.binding = binding
        _ = try NodeOrder.sorted(model.graph, at: "graph '\(model.graph.name)'")
        let lowering = ONNXLowering(model, binding: binding, registry: registry, limits: limits)
        var walk = ModelWalk(lowering)
        walk.run(wanted: model.graph.outputs.map(\.name))
        var plan = SegmentPlan(walk)
        plan.demoteLight()
        for output in model.graph.outputs {
            if case .known(let known)? = walk.values[output.name], known.stretched == nil {
                constants[output.name] = known.tensor
            }
        }
        var segments: [Segment] = []
        var level = 0
        while level <= plan.greatestLevel {
            if level % 2 == 1 {
                do throws(ONNXLowering.Obstacle) {
                    if let network = try plan.network(at: level) { segments.append(.lowered(network)) }
                } catch {
                    // What was lowered among all nodes is refused alone: it is interpreted then.
                    plan.demote(level: level, error)
                    (level, segments) = (0, [])
                    continue
                }
            } else if let part = plan.model(at: level) {
                segments.append(.interpreted(part))
            }
            level += 1
        }
        self.segments = segments
        obstacles = plan.obstacles
    }
}

/// Which nodes run together: those of an even level by the interpreter, those of an odd one as a graph.
private struct SegmentPlan {
    let walk: ModelWalk
    private let makers: [String: Int]
    private var kinds: [ModelWalk.Kind]
    private var isNeeded: [Bool] = []
    private var levels: [Int] = []
    private var demoted: [ONNXLowering.Obstacle] = []

    init(_ walk: ModelWalk) {
        self.walk = walk
        kinds = walk.kinds
        var makers: [String: Int] = [:]
        for (index, node) in walk.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { makers[output] = index }
        }
        self.makers = makers
        assign()
    }

    var greatestLevel: Int { levels.indices.filter { isNeeded[$0] }.map { levels[$0] }.max() ?? 0 }

    var obstacles: [ONNXLowering.Obstacle] {
        let used = Set(walk.nodes.indices.filter { isNeeded[$0] }.map { walk.nodes[$0].place })
        return walk.obstacles.filter { used.contains($0.node) || $0.node.hasPrefix("input ") } + demoted
    }

    private func isConstant(_ name: String) -> Bool {
        if case .known(let known)? = walk.values[name] { known.stretched == nil } else { false }
    }

    /// Marks the nodes whose work is needed at a run, and gives each its level.
    private mutating func assign() {
        kinds = kinds.enumerated().map { index, kind in
            // A part of a shape that the interpreter needs is computed by it, and marked anew below.
            kind == .interpreted && walk.kinds[index] == .known ? .known : kind
        }
        isNeeded = [Bool](repeating: false, count: walk.nodes.count)
        var wanted = Set(walk.model.graph.outputs.map(\.name).filter { !isConstant($0) })
        for index in walk.nodes.indices.reversed() {
            let node = walk.nodes[index]
            guard node.outputs.contains(where: { wanted.contains($0) }) else { continue }
            isNeeded[index] = true
            if kinds[index] == .known { kinds[index] = .interpreted }
            let isLowered = kinds[index] == .lowered
            for name in node.reads where !isConstant(name) {
                // What a graph knows of the number of rows it needs nobody for.
                if isLowered, case .traced? = walk.values[name] {
                    wanted.insert(name)
                } else if !isLowered {
                    wanted.insert(name)
                }
            }
        }
        levels = [Int](repeating: 0, count: walk.nodes.count)
        for (index, node) in walk.nodes.enumerated() where isNeeded[index] {
            let isLowered = kinds[index] == .lowered
            var level = isLowered ? 1 : 0
            for name in node.reads {
                guard let maker = makers[name], isNeeded[maker], !isConstant(name) else { continue }
                if isLowered, case .traced? = walk.values[name] {} else if isLowered { continue }
                level = max(level, levels[maker] + (kinds[maker] == kinds[index] ? 0 : 1))
            }
            levels[index] = level
        }
    }

    /// Leaves graphs to the interpreter that hold no product, where there is an interpreter's part at all.
    mutating func demoteLight() {
        while true {
            let needed = walk.nodes.indices.filter { isNeeded[$0] }
            guard needed.contains(where: { kinds[$0] == .interpreted }) else { return }
            let light = Set(needed.filter { kinds[$0] == .lowered }.map { levels[$0] }).filter { level in
                !needed.contains { levels[$0] == level && kinds[$0] == .lowered && isHeavy(walk.nodes[$0]) }
            }
            guard !light.isEmpty else { return }
            for index in needed where kinds[index] == .lowered && light.contains(levels[index]) {
                kinds[index] = .interpreted
            }
            assign()
        }
    }

    private func isHeavy(_ node: ONNXNode) -> Bool {
        if walk.model.functions[node.operation] != nil { return true }
        return node.operation.domain.isEmpty && ["MatMul", "Gemm", "Conv"].contains(node.operation.name)
    }

    mutating func demote(level: Int, _ why: ONNXLowering.Obstacle) {
        for index in walk.nodes.indices where isNeeded[index] && levels[index] == level { kinds[index] = .interpreted }
        demoted.append(why)
        assign()
    }

    private func members(_ level: Int) -> [ONNXNode] {
        walk.nodes.indices.filter { isNeeded[$0] && levels[$0] == level }.map { walk.nodes[$0] }
    }

    /// Values that a level makes for others.
    private func exits(_ level: Int) -> [String] {
        var outside = Set(walk.model.graph.outputs.map(\.name))
        for index in walk.nodes.indices where isNeeded[index] && levels[index] != level {
            outside.formUnion(walk.nodes[index].reads)
        }
        return members(level).flatMap(\.outputs).filter { !$0.isEmpty && outside.contains($0) && !isConstant($0) }
    }

    func network(at level: Int) throws(ONNXLowering.Obstacle) -> LoweredNetwork? {
        let nodes = members(level)
        guard !nodes.isEmpty else { return nil }
        var part = PartWalk(walk)
        var made: Set<String> = []
        for node in nodes { made.formUnion(node.outputs) }
        for node in nodes { try part.add(node, made: made) }
        let exits = exits(level).filter { if case .traced? = walk.values[$0] { true } else { false } }
        return try part.network(to: exits)
    }

    func model(at level: Int) -> ONNXModel? {
        let nodes = members(level)
        guard !nodes.isEmpty else { return nil }
        var made: Set<String> = []
        for node in nodes { made.formUnion(node.outputs) }
        var initializers: [String: ONNXTensor] = [:]
        var inputs: [ONNXPort] = []
        var seen: Set<String> = []
        for name in nodes.flatMap(\.reads) where !made.contains(name) && seen.insert(name).inserted {
            if case .known(let known)? = walk.values[name], known.stretched == nil {
                initializers[name] = known.tensor
            } else {
                inputs.append(
                    walk.model.graph.inputs.first { $0.name == name } ?? ONNXPort(name: name, kind: .unknown))
            }
        }
        var model = walk.model
        model.graph = ONNXGraph(
            name: model.graph.name, nodes: nodes, inputs: inputs,
            outputs: exits(level).map { ONNXPort(name: $0, kind: .unknown) }, initializers: initializers)
        return model
    }
}

/// Some of the nodes of a walk, traced to a graph of their own.
private struct PartWalk {
    private let whole: ModelWalk
    private var part: ModelWalk
    private var scope: [String: Tracked] = [:]

    init(_ whole: ModelWalk) {
        self.whole = whole
        part = ModelWalk(whole.lowering)
    }

    mutating func add(_ node: ONNXNode, made: Set<String>) throws(ONNXLowering.Obstacle) {
        do throws(ONNXError) {
            for name in node.reads where scope[name] == nil {
                switch whole.values[name] {
                case .traced(let traced):
                    guard !made.contains(name) else { continue }
                    scope[name] = .traced(try part.tracer.input(name, traced.type, whole.tracer.shape(traced)))
                case let value: scope[name] = value
                }
            }
            let results = try part.results(of: node, in: scope, opsets: whole.model.opsets, depth: 0)
            for (name, result) in zip(node.outputs, results) where !name.isEmpty { scope[name] = result }
        } catch {
            throw .init(node: error.place, why: error.problem)
        }
    }

    mutating func network(to outputs: [String]) throws(ONNXLowering.Obstacle) -> LoweredNetwork {
        var exits: [LoweredNetwork.Output] = []
        for name in outputs {
            guard case .traced(let traced)? = scope[name] else {
                throw .init(node: "'\(name)'", why: "is not computed from rows")
            }
            exits.append(part.tracer.exit(traced, name))
        }
        return try part.tracer.network(exits)
    }
}
