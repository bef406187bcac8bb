import CPURuntime
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// Batch norms folded into the weights before them: fewer steps, the same predictions.
@Suite struct NormFoldingTests {
    private func outputs(
        _ graph: Graph, _ given: [String: Tensor], rows: Int, _ buffer: Buffer? = nil
    ) -> (values: [[Float]], steps: Int) {
        let names = graph.outputs.keys.sorted()
        let experiment = Experiment(graph: graph, rows: rows, given: given, outputs: names)
        let layout = ParameterLayout(graph)
        let plan = Plan(graph, outputs: names, rows: rows, parameters: layout)
        let executor = Executor(plan)
        experiment.fill(executor)
        let parameters = buffer ?? experiment.parameters(layout)
        let results = Buffer(count: 0)
        executor.run(parameters: parameters, results: results)
        let workspace = Workspace(arena: executor.arena, parameters: parameters, results: results)
        let values = names.compactMap { plan.outputs[$0] }.map {
            workspace[$0.space].floats($0.range)
        }
        return (values, plan.steps.count)
    }

    private func fold(_ graph: Graph, _ given: [String: Tensor]) throws -> FoldedGraph {
        let layout = ParameterLayout(graph)
        let parameters = Experiment(graph: graph, rows: 1, given: given).parameters(layout)
        return try graph.foldingNorms(parameters: parameters, layout: layout)
    }

    private func expectSamePredictions(_ graph: Graph, folds: Int) throws -> FoldedGraph {
        let given = graph.sampleValues(rows: 7)
        let folded = try fold(graph, given)
        let before = outputs(graph, given, rows: 7)
        let after = outputs(folded.graph, given, rows: 7, folded.parameters)
        #expect(folded.folds == folds)
        #expect(folded.graph.inputs.keys.sorted() == graph.inputs.keys.sorted())
        #expect(before.values.count == after.values.count)
        for (a, b) in zip(before.values, after.values) {
            let scale = a.reduce(0) { max($0, abs($1)) }
            for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-5 * scale) }
        }
        #expect(after.steps <= before.steps)
        return folded
    }

    /// Convolutions with and without a bias, with groups, and linear layers.
    @Test func normsDisappear() throws {
        var b = GraphBuilder()
        var x = b.input("image", [.rows, 6, 6, 3])
        for (index, bias) in [true, false].enumerated() {
            x = b.convolution2D(
                "convolution\(index)", x, output: 6, window: .square(3, padding: 1),
                groups: index == 0 ? 3 : 1, bias: bias)
            x = b.activation(.relu, b.batchNorm("norm\(index)", x, training: false))
        }
        let flat = b.globalAveragePool(x)
        let y = b.batchNorm("last", b.linear("linear", flat, output: 5), training: false)
        b.output("prediction", b.apply(.softmax, [y]))
        b.output("logits", y)
        let graph = try b.build()
        let folded = try expectSamePredictions(graph, folds: 3)
        #expect(
            folded.graph.parameters.map(\.name).sorted() == [
                "convolution0/foldedBias", "convolution0/weight", "convolution1/foldedBias",
                "convolution1/weight", "linear/foldedBias", "linear/weight",
            ])
        let steps = outputs(
            folded.graph, graph.sampleValues(rows: 7), rows: 7, folded.parameters
        ).steps
        // Two convolutions and a product with bias and ReLU inside, a mean, a softmax.
        #expect(steps == 5)
    }

    /// What is read elsewhere too, what rows have a part in, and what is no scaling stays.
    @Test func othersReadTheyStay() throws {
        func graph(_ build: (inout GraphBuilder, Value) -> Void) throws -> Graph {
            var b = GraphBuilder()
            build(&b, b.input("x", [.rows, 4]))
            return try b.build()
        }
        let product = try graph { b, x in
            let z = b.linear("linear", x, output: 3)
            b.output("z", z)
            b.output("y", b.batchNorm("norm", z, training: false))
        }
        let between = try expectSamePredictions(product, folds: 0)
        #expect(between.graph.parameters.count == product.parameters.count)
        let weights = try graph { b, x in
            let w = b.parameter("w", [4, 3], role: .weight, initializer: .constant(0))
            b.output("y", b.batchNorm("norm", b.matmul(x, w), training: false))
            b.output("again", b.matmul(b.unary(.square, x), w))
        }
        _ = try expectSamePredictions(weights, folds: 0)
        let rows = try graph { b, x in
            let z = b.linear("linear", x, output: 4)
            b.output("y", b.multiply(z, b.add(x, b.constant(1))))
        }
        _ = try expectSamePredictions(rows, folds: 0)
        let bias = try graph { b, x in b.output("y", b.linear("linear", x, output: 3)) }
        _ = try expectSamePredictions(bias, folds: 0)
        let backwards = try graph { b, x in
            let w = b.parameter("w", [4, 3], role: .weight, initializer: .constant(0))
            let scaled = b.scale(b.matmul(x, w), by: 2)
            b.output("y", b.subtract(b.constant(1), scaled))
        }
        _ = try expectSamePredictions(backwards, folds: 1)
        let one = try graph { b, x in
            let shift = b.parameter("shift", [1, 1, 3], role: .bias, initializer: .constant(0))
            let z = b.scale(b.linear("linear", x, output: 3), by: -0.5)
            b.output("y", b.add(z, shift))
        }
        _ = try expectSamePredictions(one, folds: 1)
    }
}
