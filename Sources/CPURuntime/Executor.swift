package import GraphIR
package import Kernels
import TensorCore

/// How long one step of a plan takes.
package struct StepProfile: Sendable {
    /// The node that it computes, with its shape.
    package var text: String
    package var seconds: Double
    /// Of a matrix product; 0 for what moves memory.
    package var operations: Double
}

/// Runs a plan on memory of its own. One thread at a time.
// Sendable is unchecked because an executor is handed to one worker, which alone uses it in a run.
package final class Executor: @unchecked Sendable {
    package let plan: Plan
    package let arena: Buffer
    private let products: [Matmul]
    private let int8Products: [Int8Product]
    private let convolutions: [Convolution]
    private let averagePools: [AveragePool]
    /// What one step at a time needs besides its operands.
    private let scratch: Buffer

    /// - Parameter kept: Takes those parameters at the first run that are read in another layout; nobody writes to the
    ///   parameters after it.
    package init(_ plan: Plan, arena: Buffer? = nil, keeping kept: KeptWeights? = nil) {
        self.plan = plan
        self.arena = arena ?? Buffer(count: plan.arenaWords)
        precondition(self.arena.count >= plan.arenaWords, "the arena is too small for the plan")
        products = plan.products.map(Matmul.init)
        int8Products = plan.int8Products.map(Int8Product.init)
        var keeping = [KeptWeights?](repeating: nil, count: plan.convolutions.count)
        for case .convolution(let index, _, let weights, _, _) in plan.steps
        where weights.space == .parameters {
            keeping[index] = kept
        }
        convolutions = zip(plan.convolutions, keeping).map { Convolution($0, keeping: $1) }
        averagePools = plan.averagePools.map(AveragePool.init)
        let words = convolutions.map(\.scratchWords) + averagePools.map(\.scratchWords)
        scratch = Buffer(count: words.max() ?? 0)
    }

    /// Executes every step once.
    ///
    /// - Parameters:
    ///   - parameters: Laid out as the plan's `ParameterLayout` says. Those of a graph with products of whole
    ///     numbers are not written to after a run.
    ///   - results: Holds the regions that the plan was asked to fill.
    package func run(
        parameters: Buffer, results: Buffer,
        random: RandomPosition = RandomPosition(seed: 0, step: 0, shard: 0)
    ) {
        run(
            steps: plan.steps.indices, parameters: parameters, results: results, random: random)
    }

    /// Executes some of the steps, which need what those before them left in the arena.
    func run(
        steps: Range<Int>, parameters: Buffer, results: Buffer, random: RandomPosition
    ) {
        let workspace = Workspace(arena: arena, parameters: parameters, results: results)
        for step in plan.steps[steps] { execute(step, in: workspace, random) }
    }

    /// Executes every step once, and calls `inspect` after each with its index.
    package func run(
        parameters: Buffer, results: Buffer, random: RandomPosition, inspect: (Int) -> Void
    ) {
        let workspace = Workspace(arena: arena, parameters: parameters, results: results)
        for (index, step) in plan.steps.enumerated() {
            execute(step, in: workspace, random)
            inspect(index)
        }
    }

    /// Runs steps one by one and returns the node whose result is the first that is not finite.
    package func firstNonFiniteNode(
        steps: Range<Int>, parameters: Buffer, results: Buffer, random: RandomPosition
    ) -> Node? {
        let workspace = Workspace(arena: arena, parameters: parameters, results: results)
        for index in steps {
            let step = plan.steps[index]
            execute(step, in: workspace, random)
            if plan.writesFloats(index),
                plan.writes(of: step).contains(where: { workspace.firstNonFinite($0) != nil })
            {
                return plan.graph[plan.stepValues[index]]
            }
        }
        return nil
    }

    /// Seconds of every step, the least of several runs.
    package func profile(
        parameters: Buffer, results: Buffer, repeats: Int
    ) -> [StepProfile] {
        let workspace = Workspace(arena: arena, parameters: parameters, results: results)
        let random = RandomPosition(seed: 0, step: 0, shard: 0)
        let clock = ContinuousClock()
        var fastest = [Double](repeating: .infinity, count: plan.steps.count)
        for _ in 0..<repeats {
            for (index, step) in plan.steps.enumerated() {
                let begin = clock.now
                execute(step, in: workspace, random)
                fastest[index] = min(fastest[index], (clock.now - begin) / .seconds(1))
            }
        }
        return plan.steps.indices.map { index in
            StepProfile(
                text: plan.text(of: index), seconds: fastest[index],
                operations: plan.productOperations(of: index))
        }
    }

    @inline(__always)
    private func execute(_ step: Plan.Step, in workspace: Workspace, _ random: RandomPosition) {
        switch step {
        case .matmul(let index, let a, let b, let bias, let c):
            products[index].run(a: a, b: b, bias: bias, c: c, in: workspace)
        case .int8Matmul(let index, let operands):
            int8Products[index].run(operands, in: workspace)
        case .marked(let index, let operands):
            workspace.addMarked(plan.markedColumns[index], operands)
        case .convolution(let index, let a, let b, let bias, let c):
            convolutions[index].run(
                a: a, b: b, bias: bias, c: c, scratch: scratch, in: workspace)
        case .maxPool(let index, let use, let x, let u, let y):
            workspace.maxPool(use, x, u, into: y, plan.maxPools[index])
        case .averagePool(let index, let x, let y):
            averagePools[index].run(x, into: y, scratch: scratch, in: workspace)
        case .fused(let index):
            let fused = plan.programs[index]
            fused.program.run(
                operands: fused.operands, outputs: fused.outputs, random: random, in: workspace)
        case .reduce(let kind, let x, let y, let outer, let axis, let inner):
            workspace.reduce(kind, x, into: y, outer: outer, axis: axis, inner: inner)
        case .softmax(let x, let y, let rows, let n, let logarithm):
            workspace.softmax(x, into: y, rows: rows, n: n, logarithm: logarithm)
        case .copy(let x, let y, let layout):
            workspace.copy(x, into: y, layout)
        case .zero(let y):
            workspace.zero(y)
        case .sumOverShards(let x, let y):
            workspace.copy(
                x, into: y,
                BoxLayout(extents: [x.count], sourceStrides: [1], targetStrides: [1]))
        case .gather(let table, let indices, let y, let count, let values, let width):
            workspace.gather(table, indices, into: y, count: count, values: values, width: width)
        case .scatterAdd(let rows, let indices, let table, let count, let values, let width):
            workspace.scatterAdd(
                rows, indices, into: table, count: count, values: values, width: width)
        case .oneHot(let indices, let y, let count, let classes):
            workspace.oneHot(indices, into: y, count: count, classes: classes)
        }
    }
}
