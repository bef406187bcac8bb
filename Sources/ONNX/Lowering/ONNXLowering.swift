import GraphIR
import TensorCore

/// Makes a `Graph` of a model's nodes, so that they have gradients and run as our own networks do.
///
/// It walks the nodes with every value either *known*, computed at import by the interpreter's operators, or *traced*, a value of
/// the graph. A shape is known but for the batch, which stays a symbol. Images keep the order that the operators here prefer, and are
/// put back into ONNX's order only where a node needs it.
package struct ONNXLowering: Sendable {
    /// Why a node is left to the interpreter.
    package struct Obstacle: Error, Sendable, Hashable, CustomStringConvertible {
        package var node: String
        package var why: String

        package init(node: String, why: String) {
            self.node = node
            self.why = why
        }

        package var description: String { "\(node): \(why)" }
    }

    /// What a caller tells of a model's inputs.
    package struct Binding: Sendable, Hashable {
        /// Numbers for free extents, by their name; one without a name is called `input[axis]`.
        package var extents: [String: Int]
        /// The inputs whose first axis is the batch; `nil` for those that have a free one first.
        package var batched: Set<String>?

        package init(extents: [String: Int] = [:], batched: Set<String>? = nil) {
            self.extents = extents
            self.batched = batched
        }
    }

    let model: ONNXModel
    let binding: Binding
    let registry: OperatorRegistry
    let limits: ONNXLimits

    package init(
        _ model: ONNXModel, binding: Binding = Binding(), registry: OperatorRegistry = .standard,
        limits: ONNXLimits = ONNXLimits()
    ) {
        self.model = model
        self.binding = binding
        self.registry = registry
        self.limits = limits
    }

    /// Inputs that have to be given.
    var required: [ONNXPort] { model.graph.requiredInputs }

    /// The type and the extents of an input under the binding; `nil` where it is no tensor or an extent is not bound.
    func declaration(of port: ONNXPort) -> (type: ElementType, shape: Shape)? {
        guard case .tensor(let type, let extents?) = port.kind else { return nil }
        var shape: [Extent] = []
        for (axis, extent) in extents.enumerated() {
            if axis == 0 && isBatched(port) {
                shape.append(.rows)
                continue
            }
            switch extent {
            case .fixed(let count): shape.append(.fixed(count))
            case .free(let name):
                guard let count = binding.extents[Self.key(name, of: port.name, axis)] else { return nil }
                shape.append(.fixed(count))
            }
        }
        return (type, Shape(shape))
    }

    /// What a free extent is called in a binding.
    package static func key(_ name: String, of input: String, _ axis: Int) -> String {
        name.isEmpty ? "\(input)[\(axis)]" : name
    }

    /// Extents beside the batch that a caller has to bind, each with its key.
    package var freeExtents: [(input: String, axis: Int, key: String)] {
        var free: [(input: String, axis: Int, key: String)] = []
        for port in required {
            guard case .tensor(_, let extents?) = port.kind else { continue }
            for (axis, extent) in extents.enumerated() where axis > 0 || !isBatched(port) {
                guard case .free(let name) = extent else { continue }
                let key = Self.key(name, of: port.name, axis)
                if binding.extents[key] == nil { free.append((port.name, axis, key)) }
            }
        }
        return free
    }

    func isBatched(_ port: ONNXPort) -> Bool {
        if let batched = binding.batched { return batched.contains(port.name) }
        guard case .tensor(_, let extents?) = port.kind, case .free(let name) = extents.first,
            binding.extents[Self.key(name, of: port.name, 0)] == nil
        else { return false }
        return name.isEmpty || name == batchName || batchName == nil
    }

    /// What the model calls the number of rows: the first name of a free extent that comes first.
    var batchName: String? {
        for port in required {
            if case .tensor(_, let extents?) = port.kind, case .free(let name) = extents.first,
                !name.isEmpty, binding.extents[name] == nil
            {
                return name
            }
        }
        return nil
    }

    /// The nodes between some values and others as one graph.
    ///
    /// - Parameters:
    ///   - inputs: `nil` for the model's own.
    ///   - outputs: `nil` for the model's own.
    /// - Throws: `Obstacle` with the first node that cannot be lowered.
    package func lowered(
        inputs: [String]? = nil, outputs: [String]? = nil
    ) throws(Obstacle) -> LoweredNetwork {
        var walk = ModelWalk(self)
        if let inputs { walk.cut(at: Set(inputs)) }
        let wanted = outputs ?? model.graph.outputs.map(\.name)
        walk.run(wanted: wanted)
        return try walk.network(to: wanted)
    }
}
