/// Runs the nodes of a model one after another, each by the plain meaning of its operator.
///
/// It computes every type and every shape that a model may have, and knows no gradient; what can be a `Graph` is made
/// one by `ONNXLowering`.
package struct ONNXInterpreter: Sendable {
    package let model: ONNXModel
    private let graph: CompiledGraph
    private let limits: ONNXLimits

    /// - Throws: where an operator or its version is not built here, a name is made twice or never, or nodes wait for
    ///   one another.
    package init(
        _ model: ONNXModel, registry: OperatorRegistry = .standard, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) {
        self.model = model
        self.limits = limits
        var compiler = GraphCompiler(model, registry: registry, limits: limits)
        graph = try compiler.compile()
    }

    /// Inputs that have to be given.
    package var required: [ONNXPort] { model.graph.requiredInputs }

    /// - Throws: where an input is missing, unknown, or of another type or other extents than the model's.
    package func check(_ inputs: [String: ONNXValue]) throws(ONNXError) {
        for (port, _) in graph.inputs {
            if let value = inputs[port.name] {
                try port.check(value)
            } else if model.graph.initializers[port.name] == nil {
                throw ONNXError(.input, at: "input '\(port.name)'", "is not given")
            }
        }
        for name in inputs.keys.sorted() where !graph.inputs.contains(where: { $0.port.name == name }) {
            throw ONNXError(
                .input, at: "input '\(name)'", "is none of the model's",
                advice: "It has " + graph.inputs.map(\.port.name).joined(separator: ", "))
        }
    }

    /// - Parameter inputs: By name; one that has an initializer may be left out.
    /// - Returns: The graph's outputs by name.
    package func run(_ inputs: [String: ONNXValue]) throws(ONNXError) -> [String: ONNXValue] {
        try run(
            inputs,
            WorkMeter(limits, weights: model.graph.weight, inputs: inputs.values.reduce(0) { $0 + $1.weight }))
    }

    /// - Parameter meter: Counts what this run takes together with others.
    func run(_ inputs: [String: ONNXValue], _ meter: WorkMeter) throws(ONNXError) -> [String: ONNXValue] {
        try check(inputs)
        let frame = Frame(graph, around: nil)
        for (port, slot) in graph.inputs {
            if let value = inputs[port.name] { frame.values[slot] = value }
        }
        let values = try run(graph, frame, meter)
        return Dictionary(zip(graph.outputs.map(\.name), values)) { first, _ in first }
    }

    private func run(
        _ graph: CompiledGraph, _ frame: Frame, _ meter: WorkMeter
    ) throws(ONNXError) -> [ONNXValue] {
        for node in graph.nodes {
            let inputs = node.inputs.map { $0.flatMap { frame[$0] } }
            try meter.step(
                names: inputs.count, reads: inputs.reduce(0) { $0 + ($1?.weight ?? 0) }, at: node.node.place)
            let results: [ONNXValue]
            switch node.work {
            case .operation(let evaluate):
                let call = NodeCall(
                    node: node.node, opset: node.opset, inputs: inputs, limits: limits, meter: meter,
                    running: { attribute, inputs throws(ONNXError) in
                        guard let graph = node.graphs[attribute] else {
                            throw ONNXError(
                                .malformed, at: node.node.place, "misses the graph '\(attribute)'")
                        }
                        return try enter(graph, inputs, around: frame, meter, at: node.node.place)
                    })
                results = try evaluate(call)
            case .function(let body):
                results = try enter(body, inputs, around: nil, meter, at: node.node.place)
            }
            guard results.count >= node.outputs.count else {
                throw ONNXError(
                    .unsupported, at: node.node.place,
                    "is asked for \(node.outputs.count) outputs, of which \(results.count) are built here")
            }
            for (slot, value) in zip(node.outputs, results) {
                guard let slot else { continue }
                frame.weights[slot] = value.weight
                try meter.hold(frame.weights[slot], at: node.node.place)
                frame.values[slot] = value
            }
            for slot in node.releases {
                meter.release(frame.weights[slot])
                frame.weights[slot] = 0
                frame.values[slot] = nil
            }
        }
        var outputs: [ONNXValue] = []
        for (name, reference) in graph.outputs {
            guard let value = frame[reference] else {
                throw ONNXError(.malformed, at: "output '\(name)'", "was not made")
            }
            outputs.append(value)
        }
        return outputs
    }

    private func enter(
        _ graph: CompiledGraph, _ inputs: [ONNXValue?], around: Frame?, _ meter: WorkMeter, at place: String
    ) throws(ONNXError) -> [ONNXValue] {
        guard inputs.count <= graph.inputs.count else {
            throw ONNXError(
                .malformed, at: place,
                "gives \(inputs.count) values to a graph that takes \(graph.inputs.count)")
        }
        try meter.step(names: graph.slots, at: place)
        let frame = Frame(graph, around: around)
        for (input, value) in zip(graph.inputs, inputs) { frame.values[input.slot] = value }
        let outputs = try run(graph, frame, meter)
        // What the graph gives is held by the node that ran it from here on.
        for weight in frame.weights { meter.release(weight) }
        return outputs
    }
}

/// The values of one run of a graph.
private final class Frame {
    var values: [ONNXValue?]
    /// What the meter holds for each value; 0 of inputs and constants, which were there before.
    var weights: [Int]
    private let around: Frame?

    init(_ graph: CompiledGraph, around: Frame?) {
        values = [ONNXValue?](repeating: nil, count: graph.slots)
        weights = [Int](repeating: 0, count: graph.slots)
        self.around = around
        for (slot, value) in graph.constants { values[slot] = value }
    }

    subscript(reference: CompiledGraph.Reference) -> ONNXValue? {
        var frame = self
        for _ in 0..<reference.depth {
            guard let next = frame.around else { return nil }
            frame = next
        }
        return frame.values[reference.slot]
    }
}

extension ONNXPort {
    /// - Throws: where a value is of another type, or has another extent than one that is fixed.
    func check(_ value: ONNXValue) throws(ONNXError) {
        let place = "input '\(name)'"
        guard case .tensor(let type, let shape) = kind else { return }
        guard let tensor = value.tensor else {
            throw ONNXError(.input, at: place, "wants a tensor, and gets \(value.kind)")
        }
        guard tensor.type == type else {
            throw ONNXError(.input, at: place, "wants \(type.name), and gets \(tensor.type.name)")
        }
        guard let shape else { return }
        let fits =
            shape.count == tensor.rank
            && zip(shape, tensor.shape).allSatisfy { $0.allows($1) }
        guard fits else {
            throw ONNXError(
                .input, at: place,
                "wants extents [\(shape.map(\.description).joined(separator: ", "))], and gets \(tensor.shape)")
        }
    }
}

extension ONNXPort.Extent: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .free(let name): name.isEmpty ? "any" : name
        }
    }

    fileprivate func allows(_ count: Int) -> Bool {
        if case .fixed(let fixed) = self { fixed == count } else { true }
    }
}
