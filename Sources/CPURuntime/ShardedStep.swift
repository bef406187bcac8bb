package import Autodiff
package import GraphIR
package import Kernels
import TensorCore

/// The forward and backward pass of one training batch, cut into shards.
///
/// The number of shards does not depend on the number of threads, each shard's results are its own,
/// and whoever adds them adds them in order: so the same batch gives the same bits on 1 thread or
/// 16. A worker runs whole shards on one thread; its arena stays in its caches. Where shards need sums
/// over all of them, as batch norm does, every shard has an arena of its own, all shards run up to the
/// sum, and go on when it is there.
package final class ShardedStep: Sendable {
    package let layout: ParameterLayout
    package let results: ResultsLayout
    package let shardRows: Int
    /// One buffer a shard, laid out as `results`.
    package let shards: [Buffer]
    package let plan: Plan
    /// One a worker; one a shard where the plan has several phases.
    private let executors: [Executor]
    private let pool: WorkerPool
    private let work = Work()
    /// One a phase of the plan.
    private let tasks: [WorkerPool.Task]

    /// Writes a shard's inputs; called on the shard's worker.
    package typealias Fill = @Sendable (_ shard: Int, Executor) -> Void

    /// What the workers are given of a step.
    // Sendable is unchecked because it is written between the workers' runs only.
    private final class Work: @unchecked Sendable {
        var parameters = Buffer(count: 0)
        var seed: UInt64 = 0
        var step: UInt32 = 0
        var fill: Fill = { _, _ in }

        func random(_ shard: Int) -> RandomPosition {
            RandomPosition(seed: seed, step: step, shard: UInt32(shard))
        }
    }

    /// - Parameters:
    ///   - differentiated: Its loss is a sum over rows, so that the shards' losses add up.
    ///   - shardRows: Rows of one shard.
    package init(
        _ differentiated: DifferentiatedGraph, layout: ParameterLayout, shardRows: Int,
        shardCount: Int, precision: Precision = .float32, pool: WorkerPool
    ) {
        self.layout = layout
        self.shardRows = shardRows
        self.pool = pool
        let results = ResultsLayout(differentiated, layout: layout, rows: shardRows)
        self.results = results
        let plan = Plan(
            differentiated.graph, outputs: [], rows: shardRows, parameters: layout,
            results: results.placements, precision: precision)
        self.plan = plan
        let shards = (0..<shardCount).map { _ in Buffer(count: results.words) }
        let isPhased = plan.phases.count > 1
        let executors = (0..<(isPhased ? shardCount : pool.threads)).map { _ in Executor(plan) }
        self.shards = shards
        self.executors = executors
        tasks = plan.phases.indices.map { [work] phase in
            let steps = plan.phases[phase].steps
            return WorkerPool.Task { worker, shard in
                let executor = executors[isPhased ? shard : worker]
                if phase == 0 { work.fill(shard, executor) }
                executor.run(
                    steps: steps, parameters: work.parameters, results: shards[shard],
                    random: work.random(shard))
            }
        }
    }

    /// Runs every shard once and returns the loss of the batch, added in order of the shards.
    ///
    /// Allocates nothing where `fill` was made before.
    package func run(
        parameters: Buffer, seed: UInt64, step: Int, fill: @escaping Fill
    ) -> Double {
        work.parameters = parameters
        work.seed = seed
        work.step = UInt32(truncatingIfNeeded: step)
        work.fill = fill
        for (task, phase) in zip(tasks, plan.phases) {
            pool.run(task, items: shards.count)
            for (x, y) in phase.sums { sumOverShards(x, into: y) }
        }
        return shards.reduce(0) { $0 + Double($1[results.loss.offset]) }
    }

    /// Adds a region of every shard, in their order, and gives each the sum.
    private func sumOverShards(_ x: Region, into y: Region) {
        func buffer(_ region: Region, _ shard: Int) -> Buffer {
            Workspace(
                arena: executors[shard].arena, parameters: work.parameters, results: shards[shard]
            )[region.space]
        }
        for place in 0..<x.count {
            var sum = 0.0
            for shard in shards.indices { sum += Double(buffer(x, shard)[x.offset + place]) }
            for shard in shards.indices { buffer(y, shard)[y.offset + place] = Float(sum) }
        }
    }

    /// Seconds of every step of one shard's plan, on this thread; the shard's results are overwritten.
    package func profile(parameters: Buffer, repeats: Int) -> [StepProfile] {
        executors[0].profile(parameters: parameters, results: shards[0], repeats: repeats)
    }

    /// The node that first gave a value that is not finite, by running the shards again one by one.
    package func firstNonFiniteNode(
        parameters: Buffer, seed: UInt64, step: Int, fill: Fill
    ) -> Node? {
        work.parameters = parameters
        work.seed = seed
        work.step = UInt32(truncatingIfNeeded: step)
        for (index, phase) in plan.phases.enumerated() {
            for shard in shards.indices {
                let executor = executors[plan.phases.count > 1 ? shard : 0]
                if index == 0 { fill(shard, executor) }
                if let node = executor.firstNonFiniteNode(
                    steps: phase.steps, parameters: parameters, results: shards[shard],
                    random: work.random(shard))
                {
                    return node
                }
            }
            for (x, y) in phase.sums { sumOverShards(x, into: y) }
        }
        return nil
    }
}

/// Where a shard leaves its gradients, looked-up rows, new states and loss.
package struct ResultsLayout: Sendable {
    /// A sparse gradient: rows to add at indices of one table.
    package struct SparseRows: Sendable {
        package var entry: ParameterLayout.Entry
        package var indices: Region
        package var rows: Region
        package var count: Int
        package var width: Int
    }

    package let words: Int
    package let loss: Region
    package let sparse: [SparseRows]
    /// New values of state parameters.
    package let states: [(entry: ParameterLayout.Entry, region: Region)]
    let placements: [(value: Value, region: Region)]

    init(_ differentiated: DifferentiatedGraph, layout: ParameterLayout, rows: Int) {
        let graph = differentiated.graph
        var placements: [(value: Value, region: Region)] = []
        // Dense gradients lie as the parameters do, so that the optimizer walks both at once.
        var offset = layout.denseCount
        func place(_ value: Value) -> Region {
            let count = graph[value].shape.count(rows: rows)
            let region = Region(space: .results, offset: offset, count: count)
            offset += (count + 15) / 16 * 16
            placements.append((value, region))
            return region
        }
        var sparse: [SparseRows] = []
        for entry in layout.entries {
            switch differentiated.gradients[entry.spec.name] {
            case .dense(let value):
                placements.append(
                    (value, Region(space: .results, offset: entry.offset, count: entry.count)))
            case .rows(let lookups):
                for lookup in lookups {
                    let count = graph[lookup.indices].shape.count(rows: rows)
                    sparse.append(
                        SparseRows(
                            entry: entry, indices: place(lookup.indices),
                            rows: place(lookup.rows), count: count,
                            width: entry.count / entry.spec.shape[0].count(rows: 0)))
                }
            case nil: break
            }
        }
        var states: [(entry: ParameterLayout.Entry, region: Region)] = []
        for entry in layout.entries where entry.spec.role == .state {
            if let value = graph.updates[entry.spec.name] { states.append((entry, place(value))) }
        }
        loss = place(differentiated.loss)
        self.sparse = sparse
        self.states = states
        self.placements = placements
        words = offset
    }
}
