package import Autodiff
package import GraphIR
package import Kernels
import TensorCore

/// The forward and backward pass of one training batch, cut into shards.
///
/// The number of shards does not depend on the number of threads, each shard's results are its own,
/// and whoever adds them adds them in order: so the same batch gives the same bits on 1 thread or
/// 16. A worker runs whole shards on one thread; its arena stays in its caches.
package final class ShardedStep: Sendable {
    package let layout: ParameterLayout
    package let results: ResultsLayout
    package let shardRows: Int
    /// One buffer a shard, laid out as `results`.
    package let shards: [Buffer]
    package let plan: Plan
    private let executors: [Executor]
    private let pool: WorkerPool
    private let work = Work()
    private let task: WorkerPool.Task

    /// Writes a shard's inputs; called on the shard's worker.
    package typealias Fill = @Sendable (_ shard: Int, Executor) -> Void

    /// What the workers are given of a step.
    // Sendable is unchecked because it is written between the workers' runs only.
    private final class Work: @unchecked Sendable {
        var parameters = Buffer(count: 0)
        var seed: UInt64 = 0
        var step: UInt32 = 0
        var fill: Fill = { _, _ in }
    }

    /// - Parameters:
    ///   - differentiated: Its loss is a sum over rows, so that the shards' losses add up.
    ///   - shardRows: Rows of one shard.
    package init(
        _ differentiated: DifferentiatedGraph, layout: ParameterLayout, shardRows: Int,
        shardCount: Int, pool: WorkerPool
    ) {
        self.layout = layout
        self.shardRows = shardRows
        self.pool = pool
        let results = ResultsLayout(differentiated, layout: layout, rows: shardRows)
        self.results = results
        let plan = Plan(
            differentiated.graph, outputs: [], rows: shardRows, parameters: layout,
            results: results.placements)
        self.plan = plan
        let shards = (0..<shardCount).map { _ in Buffer(count: results.words) }
        let executors = (0..<pool.threads).map { _ in Executor(plan) }
        self.shards = shards
        self.executors = executors
        task = WorkerPool.Task { [work] worker, shard in
            work.fill(shard, executors[worker])
            executors[worker].run(
                parameters: work.parameters, results: shards[shard],
                random: RandomPosition(seed: work.seed, step: work.step, shard: UInt32(shard)))
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
        pool.run(task, items: shards.count)
        return shards.reduce(0) { $0 + Double($1[results.loss.offset]) }
    }

    /// Seconds of every step of one shard's plan, on this thread; the shard's results are overwritten.
    package func profile(parameters: Buffer, repeats: Int) -> [StepProfile] {
        executors[0].profile(parameters: parameters, results: shards[0], repeats: repeats)
    }

    /// The node that first gave a value that is not finite, by running the shards again one by one.
    package func firstNonFiniteNode(
        parameters: Buffer, seed: UInt64, step: Int, fill: Fill
    ) -> Node? {
        for shard in shards.indices {
            fill(shard, executors[0])
            let random = RandomPosition(
                seed: seed, step: UInt32(truncatingIfNeeded: step), shard: UInt32(shard))
            if let node = executors[0].firstNonFiniteNode(
                parameters: parameters, results: shards[shard], random: random)
            {
                return node
            }
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
