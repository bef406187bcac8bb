/// What a body gives at each iteration, gathered for the outputs in which all are one behind another.
struct ScanOutputs {
    private let call: NodeCall
    private let ports: [ONNXPort]
    private var gathered: [[ONNXTensor]]
    private var elements = 0

    /// - Parameter ports: Of the body's outputs that are gathered.
    init(_ call: NodeCall, _ ports: some Sequence<ONNXPort>) {
        self.call = call
        self.ports = Array(ports)
        gathered = self.ports.map { _ in [] }
    }

    /// - Throws: where a value is no tensor, or all together are more than an execution may hold.
    mutating func append(_ values: some Collection<ONNXValue>) throws(ONNXError) {
        for (index, value) in values.enumerated() where index < gathered.count {
            guard let tensor = value.tensor else {
                throw call.failure("gathers tensors over its iterations, and gets \(value.kind)")
            }
            elements += value.weight + 1
            guard elements <= call.limits.heldElements else {
                throw call.failure(
                    "makes more than \(call.limits.heldElements) elements held at once",
                    kind: .limit)
            }
            gathered[index].append(tensor)
        }
    }

    /// The outputs, each with a new axis of iterations.
    ///
    /// - Parameters:
    ///   - axes: Of each output, where the new axis is; it may count from the end.
    ///   - isReversed: Of each output, whether the last iteration comes first.
    func results(
        axes: [Int]? = nil, isReversed: [Bool]? = nil
    ) throws(ONNXError) -> [ONNXTensor] {
        var results: [ONNXTensor] = []
        for (index, tensors) in gathered.enumerated() {
            let axis = axes?[index] ?? 0
            if tensors.isEmpty {
                results.append(try empty(ports[index], axis: axis))
            } else {
                let ordered = isReversed?[index] == true ? tensors.reversed() : tensors
                results.append(try call.stacked(ordered, axis: axis))
            }
        }
        return results
    }

    /// An output of no iteration, whose type and extents only the body's port tells; an extent that is not told is 0.
    private func empty(_ port: ONNXPort, axis: Int) throws(ONNXError) -> ONNXTensor {
        guard case .tensor(let type, let extents) = port.kind else {
            throw call.failure(
                "runs no iteration, and the file does not tell the type of '\(port.name)'",
                kind: .unsupported)
        }
        var shape = (extents ?? []).map { extent in
            if case .fixed(let count) = extent { count } else { 0 }
        }
        shape.insert(0, at: try call.axis(axis, rank: shape.count + 1))
        _ = try call.count(of: shape)
        return ONNXTensor(shape, Elements.zeros(type, 0))
    }
}

extension NodeCall {
    /// The graph that is an attribute.
    func body(_ name: String = "body") throws(ONNXError) -> ONNXGraph {
        guard case .graph(let graph) = node.attributes[name] else {
            throw failure("misses the graph '\(name)'")
        }
        return graph
    }
}
