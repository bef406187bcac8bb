package import GraphIR
package import Kernels
import TensorCore

/// A graph whose norms were folded, and its parameters.
package struct FoldedGraph: Sendable {
    package var graph: Graph
    package var layout: ParameterLayout
    /// Laid out as `layout`.
    package var parameters: Buffer
    /// How many products and convolutions took a chain in.
    package var folds: Int
}

extension Graph {
    /// Folds what scales and shifts the outputs of a product or convolution into its weights.
    ///
    /// At inference a batch norm is `(z − mean) / √(variance + ε) · scale + shift` for `z = x ∗ W + b`,
    /// with numbers that no row changes; so `z·a + c = x ∗ (W·a) + (b·a + c)` with
    /// `a = scale / √(variance + ε)`. The pass knows no norms: it takes in any chain of additions,
    /// subtractions, multiplications and divisions, channel by channel or by one number, by values
    /// that are computed from parameters and constants alone. What it folded costs nothing afterwards,
    /// and the runtime adds the bias inside the product. A product whose weights or result is used
    /// elsewhere too stays as it is, and so does one whose scale is beyond 2^±64: weights by such a number end
    /// at infinity or at zero where `z·a` does not.
    ///
    /// - Parameters:
    ///   - parameters: Laid out as `layout`.
    /// - Returns: A graph with the same inputs and outputs. Folded weights keep their name, their bias
    ///   is `foldedBias` beside them, and parameters that nothing reads any more are gone.
    /// - Complexity: One evaluation of the folded parameters and a copy of the rest.
    package func foldingNorms(
        parameters: Buffer, layout: ParameterLayout
    ) throws(GraphError) -> FoldedGraph {
        let all = AffineChain.all(in: self)
        var preparation = GraphBuilder(extending: self)
        for (index, chain) in all.enumerated() {
            chain.addResults(at: FoldPorts(index), to: &preparation)
        }
        let prepared = try preparation.build()
        let plan = Plan(
            prepared, outputs: all.indices.flatMap { FoldPorts($0).all }, rows: 1, parameters: layout)
        let executor = Executor(plan)
        let results = Buffer(count: 0)
        executor.run(parameters: parameters, results: results)
        let workspace = Workspace(arena: executor.arena, parameters: parameters, results: results)
        func numbers(_ port: OutputPort) -> [Float] {
            plan.outputs[port].map { workspace[$0.space].floats($0.range) } ?? []
        }
        let chains = all.enumerated().filter { index, _ in
            let ports = FoldPorts(index)
            return numbers(ports.scale).allSatisfy { $0 == 0 || (0x1p-64...0x1p64).contains(abs($0)) }
                && numbers(ports.bias).allSatisfy(\.isFinite)
        }
        let folded = try rebuilt(chains.map(\.element))
        let newLayout = ParameterLayout(folded)
        let buffer = Buffer(count: newLayout.count)
        for entry in newLayout.entries {
            if let old = layout.entry(named: entry.spec.name) {
                buffer.copy(from: parameters, at: old.offset, to: entry.offset, count: entry.count)
            }
        }
        for (index, chain) in chains {
            let ports = FoldPorts(index)
            for (port, name) in [
                (ports.weight, chain.weightName), (ports.bias, chain.biasName),
            ] {
                guard let region = plan.outputs[port],
                    let entry = newLayout.entry(named: name)
                else { preconditionFailure("\(name) was not folded") }
                buffer.copy(
                    from: workspace[region.space], at: region.offset, to: entry.offset,
                    count: entry.count)
            }
        }
        return FoldedGraph(
            graph: folded, layout: newLayout, parameters: buffer, folds: chains.count)
    }

    /// The graph with each chain replaced by the addition of one bias.
    private func rebuilt(_ chains: [AffineChain]) throws(GraphError) -> Graph {
        var replacements: [Value: Replacement] = [:]
        for chain in chains {
            let end = self[chain.end]
            replacements[chain.end] = Replacement(operands: [chain.product]) { b, operands in
                let bias = b.parameter(
                    chain.biasName, [end.shape[end.shape.rank - 1]], role: .bias,
                    initializer: .constant(0))
                return b.scoped(end.label) { $0.add(operands[0], bias) }
            }
        }
        return try replacing(replacements)
    }
}

/// Where the folded numbers of a chain come out.
private struct FoldPorts {
    let weight: OutputPort
    let bias: OutputPort
    let scale: OutputPort

    var all: [OutputPort] { [weight, bias, scale] }

    init(_ chain: Int) {
        weight = OutputPort("fold\(chain)/weight")
        bias = OutputPort("fold\(chain)/bias")
        scale = OutputPort("fold\(chain)/scale")
    }
}

/// A product or convolution, and what alone uses its result to scale and shift its channels.
private struct AffineChain {
    var product: Value
    var weight: Value
    var weightName: String
    /// Each operation and its fixed operand, in order.
    var steps: [(function: Op.Binary, operand: Value)]
    var end: Value
    /// Beside the weights, or below them where several weights lie side by side, as those of imported networks may.
    var biasName = ""

    static func all(in graph: Graph) -> [AffineChain] {
        var uses = [Int](repeating: 0, count: graph.nodes.count)
        var user: [Value: Value] = [:]
        var isFixed = [Bool](repeating: false, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            for operand in node.inputs {
                uses[operand.index] += 1
                user[operand] = Value(index)
            }
            switch node.op {
            case .input, .dropoutMask: break
            case .parameter: isFixed[index] = !graph.isSparse(node.label)
            default:
                isFixed[index] =
                    !node.shape.dependsOnRows && node.inputs.allSatisfy { isFixed[$0.index] }
            }
        }
        for value in Array(graph.outputs.values) + Array(graph.updates.values) {
            uses[value.index] += 1
        }
        var chains = graph.nodes.indices.compactMap { index in
            chain(from: Value(index), in: graph, uses, user, isFixed)
        }
        var taken = Set(graph.parameters.map(\.name))
        for index in chains.indices {
            let weight = chains[index].weightName
            let scope = weight.split(separator: "/").dropLast().map(String.init)
            let beside = (scope + ["foldedBias"]).joined(separator: "/")
            chains[index].biasName = taken.contains(beside) ? weight + "/foldedBias" : beside
            taken.insert(chains[index].biasName)
        }
        return chains
    }

    private static func chain(
        from product: Value, in graph: Graph, _ uses: [Int], _ user: [Value: Value],
        _ isFixed: [Bool]
    ) -> AffineChain? {
        let node = graph[product]
        switch node.op {
        case .matmul(_, let transposeB):
            if node.shape.rank != 2 || transposeB { return nil }
        case .convolution: break
        default: return nil
        }
        let weight = node.inputs[1]
        guard graph[weight].op == .parameter, uses[weight.index] == 1,
            graph.parameter(named: graph[weight].label)?.role == .weight
        else { return nil }
        var chain = AffineChain(
            product: product, weight: weight, weightName: graph[weight].label, steps: [],
            end: product)
        let channels = node.shape[node.shape.rank - 1]
        while uses[chain.end.index] == 1, let next = user[chain.end],
            case .binary(let function) = graph[next].op, graph[next].shape == node.shape
        {
            let isFirst = graph[next].inputs[0] == chain.end
            let operand = graph[next].inputs[isFirst ? 1 : 0]
            let extents = graph[operand].shape.extents
            let count = graph[operand].shape.count(rows: 0)
            guard isFixed[operand.index], count == 1 || extents.last == channels,
                count == 1 || count == channels.count(rows: 0)
            else { break }
            switch function {
            case .add, .multiply: break
            case .subtract, .divide:
                if !isFirst { return chain.scales ? chain : nil }
            default: return chain.scales ? chain : nil
            }
            chain.steps.append((function, operand))
            chain.end = next
        }
        return chain.scales ? chain : nil
    }

    /// A bias alone is no reason to fold.
    private var scales: Bool {
        steps.contains { $0.function == .multiply || $0.function == .divide }
    }

    /// Adds the folded weights and bias as outputs.
    func addResults(at ports: FoldPorts, to b: inout GraphBuilder) {
        let shape = b.shape(weight)
        let channels = Shape([shape[shape.rank - 1]])
        var scale = b.constant(1)
        var shift = b.constant(0)
        for (function, operand) in steps {
            let isSingle = b.shape(operand).count(rows: 0) == 1
            let number = b.reshape(operand, isSingle ? .scalar : channels)
            switch function {
            case .add, .subtract: shift = b.binary(function, shift, number)
            default:
                scale = b.binary(function, scale, number)
                shift = b.binary(function, shift, number)
            }
        }
        b.output(ports.weight, b.multiply(weight, scale))
        b.output(ports.bias, b.broadcast(shift, channels))
        b.output(ports.scale, b.broadcast(scale, channels))
    }
}

extension Graph {
    fileprivate func isSparse(_ name: String) -> Bool {
        parameter(named: name)?.hasSparseGradient ?? true
    }
}
