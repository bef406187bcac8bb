import Autodiff
import CPURuntime
import GraphIR
import Kernels
import TensorCore

/// A case built as a graph: `y`, and `loss = Σ cotangent · y`.
struct OperationGraph {
    var graph: Graph
    /// The nodes of the operation itself, without the loss around it.
    var ownNodes: [Node]
    var reference: OperationReference

    /// - Parameter asParameters: Declares float operands without a row axis as parameters, which
    ///   the runtime treats otherwise than inputs.
    init(
        _ reference: OperationReference, _ construction: Construction, asParameters: Bool
    ) throws {
        self.reference = reference
        var b = GraphBuilder()
        let y: Value
        switch construction {
        case .nodes(let body):
            y = body(&b, Self.declare(reference, asParameters, in: &b))
        case .graph(let output, let make):
            let made = try make()
            b = GraphBuilder(extending: made)
            guard let value = made.outputs[OutputPort(output)] else { throw MissingValue(name: output) }
            y = value
        }
        ownNodes = (0..<b.nodeCount).map { b.node(Value($0)) }
        b.output("y", y)
        let cotangent = b.input("cotangent", b.shape(y))
        b.output("loss", b.total(b.multiply(y, cotangent)))
        graph = try b.build()
    }

    private static func declare(
        _ reference: OperationReference, _ asParameters: Bool, in b: inout GraphBuilder
    ) -> Operands {
        var operands = Operands(values: [:])
        for (name, tensor) in reference.operands.sorted(by: { $0.key < $1.key })
        where !name.contains("/") {
            if asParameters, !tensor.isInteger, tensor.rowAxis == nil {
                operands.values[name] = b.parameter(
                    name, tensor.declared, role: .weight, initializer: .constant(0))
            } else {
                operands.values[name] = b.input(
                    InputPort(name), tensor.declared, dtype: tensor.isInteger ? .int32 : .float32)
            }
        }
        return operands
    }

    /// The inputs that have a gradient.
    private var learnedInputs: [(name: String, value: Value)] {
        graph.inputs.filter { reference.gradients[$0.key.rawValue] != nil }
            .sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value) }
    }

    func differentiated() throws -> DifferentiatedGraph {
        try graph.differentiated(output: "loss", withRespectTo: learnedInputs.map(\.value))
    }

    /// The result and the new states.
    func forward() throws -> (y: [Float], updates: [String: [Float]]) {
        guard let y = graph.outputs["y"] else { throw MissingValue(name: "y") }
        let run = try GraphRun(graph, reference, wanted: [y] + Array(graph.updates.values))
        return (run[y], graph.updates.mapValues { run[$0] })
    }

    /// By operand; an operand that the loss does not depend on is missing.
    func gradients() throws -> [String: [Float]] {
        let differentiated = try differentiated()
        var wanted = Array(differentiated.inputGradients.values)
        for gradient in differentiated.gradients.values {
            switch gradient {
            case .dense(let value): wanted.append(value)
            case .rows(let lookups): wanted += lookups.flatMap { [$0.indices, $0.rows] }
            }
        }
        let run = try GraphRun(differentiated.graph, reference, wanted: wanted)
        var found: [String: [Float]] = [:]
        for (name, value) in learnedInputs {
            found[name] = differentiated.inputGradients[value].map { run[$0] }
        }
        for (name, gradient) in differentiated.gradients {
            switch gradient {
            case .dense(let value): found[name] = run[value]
            case .rows(let lookups): found[name] = scatter(lookups, of: name, in: run)
            }
        }
        return found
    }

    /// A sparse gradient, written out.
    private func scatter(
        _ lookups: [ParameterGradient.RowGradient], of name: String, in run: GraphRun
    ) -> [Float] {
        let shape = reference.operands[name]?.shape ?? [0, 0]
        var gradient = [Float](repeating: 0, count: shape[0] * shape[1])
        for lookup in lookups {
            let rows = run[lookup.rows]
            for (position, index) in run.indices(lookup.indices).enumerated() {
                for column in 0..<shape[1] {
                    gradient[Int(index) * shape[1] + column] += rows[position * shape[1] + column]
                }
            }
        }
        return gradient
    }

    /// The gradient of `Σ direction · gradient`, by operand.
    func secondGradients(_ second: [String: OperationReference.SecondOrder]) throws
        -> [String: [Float]]
    {
        let first = try differentiated()
        let operands = learnedInputs + graph.parameters.map { ($0.name, $0.value) }
        var b = GraphBuilder(extending: first.graph)
        var directions: [String: ReferenceTensor] = [:]
        var total = b.constant(0)
        for (name, value) in operands {
            var gradient = first.inputGradients[value]
            if case .dense(let value) = first.gradients[name] { gradient = value }
            guard let gradient, let part = second[name] else { continue }
            directions["direction \(name)"] = part.direction
            let direction = b.input("direction \(name)", b.shape(gradient))
            total = b.add(total, b.total(b.multiply(gradient, direction)))
        }
        b.output("second", total)
        let differentiated = try b.build().differentiated(
            output: "second", withRespectTo: operands.map(\.value))
        let run = try GraphRun(
            differentiated.graph, reference, further: directions,
            wanted: Array(differentiated.inputGradients.values))
        var found: [String: [Float]] = [:]
        for (name, value) in operands {
            found[name] = differentiated.inputGradients[value].map { run[$0] }
        }
        return found
    }
}

extension GraphBuilder {
    /// The sum of all elements, of shape `[]`.
    mutating func total(_ x: Value) -> Value {
        let rank = shape(x).rank
        return rank == 0 ? x : reshape(sum(x, axes: Array(0..<rank)), .scalar)
    }
}

struct MissingValue: Error { var name: String }

/// One execution of a graph on a case's operands, and the values that were asked for.
struct GraphRun {
    private var regions: [Value: Region] = [:]
    private let results: Buffer

    init(
        _ graph: Graph, _ reference: OperationReference,
        further: [String: ReferenceTensor] = [:], wanted: [Value]
    ) throws {
        var tensors = reference.operands.merging(further) { old, _ in old }
        tensors["cotangent"] = reference.cotangent
        let layout = ParameterLayout(graph)
        var placements: [(value: Value, region: Region)] = []
        var words = 0
        for value in Set(wanted).sorted(by: { $0.index < $1.index }) {
            let count = graph[value].shape.count(rows: reference.rows)
            let region = Region(space: .results, offset: words, count: count)
            placements.append((value, region))
            regions[value] = region
            words += (count + 15) / 16 * 16
        }
        results = Buffer(count: words)
        let plan = Plan(
            graph, outputs: [], rows: reference.rows, parameters: layout, results: placements)
        let executor = Executor(plan)
        for (port, region) in plan.inputs {
            guard let tensor = tensors[port.rawValue] else {
                throw MissingValue(name: port.rawValue)
            }
            executor.arena.write(tensor, at: region.range)
        }
        let parameters = Buffer(count: layout.count)
        for entry in layout.entries {
            guard let tensor = tensors[entry.spec.name] else {
                throw MissingValue(name: entry.spec.name)
            }
            parameters.write(tensor, at: entry.range)
        }
        let place = reference.mask
        executor.run(
            parameters: parameters, results: results,
            random: RandomPosition(
                seed: place?.seed ?? 0, step: place?.step ?? 0, shard: place?.shard ?? 0))
    }

    subscript(value: Value) -> [Float] {
        regions[value].map { results.floats($0.range) } ?? []
    }

    func indices(_ value: Value) -> [Int32] {
        regions[value].map { $0.range.map(results.index(at:)) } ?? []
    }
}

extension Buffer {
    func write(_ tensor: ReferenceTensor, at range: Range<Int>) {
        if tensor.isInteger {
            withMutableIndices(range) { words in
                for (index, number) in tensor.integers.enumerated() { words[index] = number }
            }
        } else {
            write(tensor.floats, at: range)
        }
    }

    func write(_ numbers: [Float], at range: Range<Int>) {
        precondition(numbers.count == range.count, "the numbers do not fit their range")
        withMutableFloats(range) { words in
            for (index, number) in numbers.enumerated() { words[index] = number }
        }
    }
}
