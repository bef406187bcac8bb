import CPURuntime
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// Graphs of floats made into graphs of whole numbers.
@Suite struct QuantizationTests {
    private func network(_ activation: Activation) -> TabularNetwork {
        TabularNetwork(
            input: TabularInput(numericWidth: 40, cardinalities: []),
            task: .multiclass(classes: 3), hidden: [48, 36, 20], members: 3,
            activation: activation)
    }

    private func run(_ graph: Graph, _ parameters: Buffer, _ x: [Float], rows: Int) -> [Float] {
        let plan = Plan(
            graph, outputs: [.logits], rows: rows, parameters: ParameterLayout(graph))
        let executor = Executor(plan)
        if let region = plan.inputs[.numeric] {
            executor.arena.copy(from: x.span, to: region.offset)
        }
        executor.run(parameters: parameters, results: Buffer(count: 0))
        return plan.outputs[.logits].map { executor.arena.floats($0.range) } ?? []
    }

    /// Two of three hidden layers are wide enough. What the graphs say differs by what their steps allow: of a weight half a
    /// step, of a first factor half a step of its range.
    @Test(arguments: [Activation.relu, .gelu]) func saysNearlyTheSame(_ activation: Activation)
        throws
    {
        let graph = try network(activation).inferenceGraph()
        let layout = ParameterLayout(graph)
        let parameters = Experiment(
            graph: graph, rows: 1, given: graph.sampleValues(rows: 1)
        ).parameters(layout)
        for entry in layout.entries where entry.spec.role == .weight {
            parameters.withMutableFloats(entry.range) { words in
                for place in words.indices { words[place] /= 6 }
            }
        }
        let products = graph.quantizableProducts
        #expect(products.map(\.scope) == ["hidden0/linear", "hidden1/linear"])
        #expect(products.map(\.inputs) == [40, 48] && products.map(\.outputs) == [48, 36])
        let range = QuantizationRange(lower: -9, upper: 9)
        let quantized = try graph.quantized(
            products, [(parameters, [range, range])], layout: layout)
        #expect(quantized.graph.nodes.count { $0.op == .int8Matmul } == 2)
        #expect(quantized.graph.parameter(named: "hidden0/linear/weight") == nil)
        #expect(quantized.graph.outputs.keys == graph.outputs.keys)
        let x = Domain.signed.values(7 * 40, seed: 2, name: "x").map(Float.init)
        let before = run(graph, parameters, x, rows: 7)
        let after = run(quantized.graph, quantized.parameters[0], x, rows: 7)
        let spread = (before.max() ?? 0) - (before.min() ?? 0)
        #expect(before != after)
        for (a, b) in zip(before, after) { #expect(abs(a - b) < 0.05 * spread) }
    }

    /// A shared weight, a narrow one, one that is wanted itself, and a batch of products stay as they are.
    @Test func whatStays() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 64])
        func weight(_ name: String, _ shape: Shape) -> Value {
            b.parameter(name, shape, role: .weight, initializer: .constant(0))
        }
        let shared = weight("shared", [64, 64])
        b.output("shared", b.matmul(b.matmul(x, shared), shared))
        b.output("narrow", b.matmul(x, weight("narrow", [64, 31])))
        b.output("turned", b.matmul(x, weight("turned", [40, 64]), transposeB: true))
        let seen = weight("seen", [64, 64])
        b.output("seen", b.matmul(x, seen))
        b.output("weight", seen)
        let batch = weight("batch", [2, 64, 64])
        b.output("batch", b.matmul(b.reshape(x, [1, .rows, 64]), batch))
        #expect(try b.build().quantizableProducts.isEmpty)
    }

    @Test func rangesHoldZero() {
        #expect(QuantizationRange(lower: 2, upper: 5) == QuantizationRange(lower: 0, upper: 5))
        #expect(QuantizationRange(lower: -5, upper: -2) == QuantizationRange(lower: -5, upper: 0))
    }
}
