package import Kernels
package import ONNX
import Synchronization

/// A model of ONNX made ready to run: what can be a graph runs as our own networks do, the rest by the interpreter.
///
/// Free extents beside the batch, such as the length of a sequence, are bound by what a run is given; what is prepared for one binding is
/// kept for the next run. Runs are of one thread at a time, as those of a `WorkerPool` are.
package final class ImportedNetwork: Sendable {
    package let model: ONNXModel
    private let binding: ONNXLowering.Binding
    private let registry: OperatorRegistry
    private let limits: ONNXLimits
    private let free: [(input: String, axis: Int, key: String)]
    private let prepared = Mutex<[PreparedProgram]>([])

    /// Bindings that stay prepared.
    private static let mostKept = 8

    /// - Parameter binding: Extents that hold for every run; a run with others is refused.
    package init(
        _ model: ONNXModel, binding: ONNXLowering.Binding = ONNXLowering.Binding(),
        registry: OperatorRegistry = .standard, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) {
        self.model = model
        self.binding = binding
        self.registry = registry
        self.limits = limits
        free = ONNXLowering(model, binding: binding).freeExtents
        // What is wrong with the model is told before anything runs.
        _ = try ONNXInterpreter(model, registry: registry, limits: limits)
        if free.isEmpty { _ = try program(binding) }
    }

    /// How a run of these inputs is made.
    package func program(for inputs: [String: ONNXValue]) throws(ONNXError) -> ONNXProgram {
        try program(binding(of: inputs)).program
    }

    /// - Parameter inputs: By name; those that have initializers may be left out.
    /// - Returns: The model's outputs by name.
    package func run(
        _ inputs: [String: ONNXValue], pool: WorkerPool
    ) throws(ONNXError) -> [String: ONNXValue] {
        try program(binding(of: inputs)).run(inputs, pool: pool)
    }

    private func binding(of inputs: [String: ONNXValue]) throws(ONNXError) -> ONNXLowering.Binding {
        guard !free.isEmpty else { return binding }
        var bound = binding
        for (input, axis, key) in free {
            guard let tensor = inputs[input]?.tensor else { continue }
            guard axis < tensor.rank else {
                throw ONNXError(.input, at: "input '\(input)'", "has extents \(tensor.shape), which are too few")
            }
            guard bound.extents.updateValue(tensor.shape[axis], forKey: key) ?? tensor.shape[axis] == tensor.shape[axis]
            else {
                throw ONNXError(
                    .input, at: "input '\(input)'", "has \(tensor.shape[axis]) of '\(key)', and another input another number")
            }
        }
        return bound
    }

    private func program(_ binding: ONNXLowering.Binding) throws(ONNXError) -> PreparedProgram {
        let known = prepared.withLock { $0.first { $0.program.binding == binding } }
        if let known { return known }
        let made = try PreparedProgram(
            ONNXProgram(model, binding: binding, registry: registry, limits: limits), registry: registry,
            limits: limits)
        prepared.withLock { kept in
            if kept.count == Self.mostKept { kept.removeFirst() }
            kept.append(made)
        }
        return made
    }
}

/// A program with what runs its parts.
private final class PreparedProgram: Sendable {
    let program: ONNXProgram
    private let parts: [Part]
    /// What runs instead where a value between two parts is not as it was foreseen.
    private let interpreter: ONNXInterpreter

    private enum Part: Sendable {
        case graph(LoweredRunner)
        case nodes(ONNXInterpreter)
    }

    init(_ program: ONNXProgram, registry: OperatorRegistry, limits: ONNXLimits) throws(ONNXError) {
        self.program = program
        interpreter = try ONNXInterpreter(program.model, registry: registry, limits: limits)
        var parts: [Part] = []
        for segment in program.segments {
            switch segment {
            case .lowered(let network): parts.append(.graph(try LoweredRunner(network, limits: limits)))
            case .interpreted(let model):
                parts.append(.nodes(try ONNXInterpreter(model, registry: registry, limits: limits)))
            }
        }
        self.parts = parts
    }

    func run(_ inputs: [String: ONNXValue], pool: WorkerPool) throws(ONNXError) -> [String: ONNXValue] {
        try interpreter.check(inputs)
        // A graph holds the initializers, so that another value in place of one is for the interpreter.
        if inputs.keys.contains(where: { program.model.graph.initializers[$0] != nil }) {
            return try interpreter.run(inputs)
        }
        var values = inputs
        for part in parts {
            switch part {
            case .nodes(let interpreter):
                var own: [String: ONNXValue] = [:]
                for port in interpreter.required { own[port.name] = values[port.name] }
                values.merge(try interpreter.run(own)) { $1 }
            case .graph(let runner):
                guard let rows = runner.rows(of: values) else { return try interpreter.run(inputs) }
                values.merge(try runner.run(values, rows: rows, pool: pool)) { $1 }
            }
        }
        var outputs: [String: ONNXValue] = [:]
        for port in program.model.graph.outputs {
            if let constant = program.constants[port.name] {
                outputs[port.name] = .tensor(constant)
            } else if let value = values[port.name] {
                outputs[port.name] = value
            } else {
                return try interpreter.run(inputs)
            }
        }
        return outputs
    }
}
