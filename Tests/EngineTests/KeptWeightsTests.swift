import CPURuntime
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// Weights of convolutions that are put once into the layout that oneDNN prefers.
@Suite struct KeptWeightsTests {
    private let rows = 2

    private func graph() throws -> Graph {
        var b = GraphBuilder()
        var x = b.input("image", [.rows, 6, 6, 3])
        for (index, groups) in [1, 8].enumerated() {
            x = b.convolution2D(
                "convolution\(index)", x, output: 8, window: .square(3, padding: 1), groups: groups)
        }
        b.output("image", x)
        return try b.build()
    }

    private func run(
        _ executor: Executor, _ experiment: Experiment, _ parameters: Buffer
    ) throws -> [Float] {
        experiment.fill(executor)
        executor.run(parameters: parameters, results: Buffer(count: 0))
        return executor.arena.floats(try #require(executor.plan.outputs["image"]).range)
    }

    /// The same bits with them as without, by whoever reads them, and no second look at the weights.
    @Test func areMadeOnce() throws {
        let graph = try graph()
        let layout = ParameterLayout(graph)
        let plan = Plan(graph, outputs: ["image"], rows: rows, parameters: layout)
        let experiment = Experiment(graph: graph, rows: rows, given: graph.sampleValues(rows: rows), outputs: ["image"])
        let parameters = experiment.parameters(layout)
        let expected = try run(Executor(plan), experiment, parameters)
        let kept = KeptWeights()
        let first = Executor(plan, keeping: kept)
        #expect(try run(first, experiment, parameters) == expected)
        #expect(try run(first, experiment, parameters) == expected)
        // Whoever writes to the weights after a run breaks the promise, which shows that nobody reads them again.
        for entry in ["convolution0/weight", "convolution1/weight"].compactMap({ layout.entry(named: $0) }) {
            parameters.withMutableFloats(entry.offset..<entry.offset + entry.count) { weights in
                for place in weights.indices { weights[place] = 0 }
            }
        }
        #expect(try run(first, experiment, parameters) == expected)
        #expect(try run(Executor(plan, keeping: kept), experiment, parameters) == expected)
        #expect(try run(Executor(plan), experiment, parameters) != expected)
    }
}
