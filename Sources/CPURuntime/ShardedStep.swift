package import Autodiff
package import GraphIR
package import Kernels

/// The forward and backward pass of one training batch, cut into shards.
///
/// The number of shards does not depend on the number of threads, each shard's results are its own,
/// and whoever adds them adds them in order: so the same batch gives the same bits on 1 thread or
/// 16, and wherever its shards are run; see `ShardExchange`. A worker runs whole shards on one thread; its arena stays in
/// its caches. Where shards need sums over all of them, as batch norm does, every shard has an arena of its own, all
/// shards run up to the sum, and go on when it is there.
package final class ShardedStep: Sendable {
    package let layout: ParameterLayout
    package let results: ResultsLayout
    package let shardRows: Int
    /// Of a batch, wherever they are run.
    package let shardCount: Int
    /// The shards that are run here.
    package let own: Range<Int>
    /// One buffer a shard that is run here, laid out as `results`.
    package let shards: [Buffer]
    package let plan: Plan
    private let exchange: any ShardExchange
    private let batchRows: Int
    /// One a worker; one a shard where the plan has several phases.
    private let executors: [Executor]
    private let pool: WorkerPool
    private let work = Work()
    /// One a phase of the plan.
    private let tasks: [WorkerPool.Task]
    /// What the shards wait for, one a phase of the plan.
    private let sums: [ShardTable]
    /// `results.small` of every shard.
    private let small: ShardTable

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

    /// A few words of every shard.
    private struct ShardTable: Sendable {
        /// `[shards, width]`
        let words: Buffer
        let width: Int
        private let shards: Int

        init(shards: Int, width: Int) {
            self.shards = shards
            self.width = width
            words = Buffer(count: shards * width)
        }

        /// Adds a column's words in the order of the shards.
        func sum(_ column: Int) -> Double {
            (0..<shards).reduce(0) { $0 + Double(words[$1 * width + column]) }
        }
    }

    /// - Parameters:
    ///   - differentiated: Its loss is a sum over rows, so that the shards' losses add up.
    ///   - shardRows: Rows of one shard.
    ///   - batchRows: Rows of the batch, which the last shards may lack; `nil` where they lack none.
    package init(
        _ differentiated: DifferentiatedGraph, layout: ParameterLayout, shardRows: Int,
        shardCount: Int, batchRows: Int? = nil, precision: Precision = .float32,
        exchange: any ShardExchange = LocalExchange(), pool: WorkerPool
    ) {
        self.layout = layout
        self.shardRows = shardRows
        self.shardCount = shardCount
        self.batchRows = batchRows ?? shardRows * shardCount
        self.exchange = exchange
        self.pool = pool
        let own = exchange.part(of: shardCount)
        self.own = own
        let results = ResultsLayout(differentiated, layout: layout, rows: shardRows)
        self.results = results
        let plan = Plan(
            differentiated.graph, outputs: [], rows: shardRows, parameters: layout,
            results: results.placements, precision: precision)
        self.plan = plan
        let shards = own.map { _ in Buffer(count: results.words) }
        let isPhased = plan.phases.count > 1
        let executors = (0..<(isPhased ? own.count : pool.threads)).map { _ in Executor(plan) }
        self.shards = shards
        self.executors = executors
        sums = plan.phases.map { phase in
            ShardTable(shards: shardCount, width: phase.sums.reduce(0) { $0 + $1.x.count })
        }
        small = ShardTable(shards: shardCount, width: results.small.count)
        tasks = plan.phases.indices.map { [work] phase in
            let steps = plan.phases[phase].steps
            return WorkerPool.Task { worker, place in
                let executor = executors[isPhased ? place : worker]
                let shard = own.lowerBound + place
                if phase == 0 { work.fill(shard, executor) }
                executor.run(
                    steps: steps, parameters: work.parameters, results: shards[place],
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
        for phase in tasks.indices {
            pool.run(tasks[phase], items: shards.count)
            sumOverShards(phase)
        }
        for place in shards.indices {
            small.words.copy(
                from: shards[place], at: results.small.offset,
                to: (own.lowerBound + place) * small.width, count: small.width)
        }
        exchange.gather(small.words, width: small.width)
        return sum(results.loss)
    }

    /// Adds the regions that a phase ends with, of every shard, in their order, and gives each the sums.
    private func sumOverShards(_ phase: Int) {
        let (regions, table) = (plan.phases[phase].sums, sums[phase])
        guard !regions.isEmpty else { return }
        var column = 0
        for (x, _) in regions {
            for place in shards.indices {
                table.words.copy(
                    from: buffer(x, place), at: x.offset,
                    to: (own.lowerBound + place) * table.width + column, count: x.count)
            }
            column += x.count
        }
        exchange.gather(table.words, width: table.width)
        column = 0
        for (x, y) in regions {
            for word in 0..<x.count {
                let sum = Float(table.sum(column + word))
                for place in shards.indices { buffer(y, place)[y.offset + word] = sum }
            }
            column += x.count
        }
    }

    /// Where a region of a shard that is run here lies.
    private func buffer(_ region: Region, _ place: Int) -> Buffer {
        Workspace(
            arena: executors[place].arena, parameters: work.parameters, results: shards[place]
        )[region.space]
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
            var found: Node?
            for (place, shard) in own.enumerated() where found == nil {
                let executor = executors[plan.phases.count > 1 ? place : 0]
                if index == 0 { fill(shard, executor) }
                found = executor.firstNonFiniteNode(
                    steps: phase.steps, parameters: parameters, results: shards[place],
                    random: work.random(shard))
            }
            if let node = exchange.first(found) { return node }
            sumOverShards(index)
        }
        return nil
    }
}

// MARK: - What the last run left, over all shards

extension ShardedStep {
    /// Buffers whose words, added in this order, are the batch's gradient of dense parameters, laid out as these; the first
    /// may be overwritten.
    package func gradients() -> [Buffer] { exchange.sum(shards, words: layout.denseCount) }

    /// Adds what the batch's rows looked up of a table, in the order of the shards. Rows that the batch lacks touch
    /// nothing: what their inputs hold is left over from another shard.
    package func add(_ lookup: ResultsLayout.SparseRows, to rows: TouchedRows) {
        exchange.fold(rows) {
            for (place, shard) in own.enumerated() {
                let filled = max(0, min(batchRows - shard * shardRows, shardRows))
                rows.add(
                    lookup, from: shards[place],
                    count: lookup.countPerRow.map { $0 * filled } ?? lookup.count)
            }
        }
    }

    /// Σ of the squares of each shard's part of the gradient, and of the whole batch's, of all parameters that have one; to be
    /// asked before `gradients()`, of shards that are all run here.
    package func gradientSquares() -> (shards: [Double], batch: Double) {
        precondition(own.count == shardCount, "shards of a step are run elsewhere")
        let words = 0..<layout.denseCount
        let sum = Buffer(count: layout.denseCount)
        var tables: [String: (batch: TouchedRows, shard: TouchedRows)] = [:]
        for lookup in results.sparse where tables[lookup.entry.spec.name] == nil {
            let values = lookup.entry.count / lookup.width
            func rows() -> TouchedRows { TouchedRows(values: values, width: lookup.width) }
            tables[lookup.entry.spec.name] = (rows(), rows())
        }
        var squares: [Double] = []
        for (place, shard) in own.enumerated() {
            sum.add(from: shards[place], at: 0, to: 0, count: words.count)
            let filled = max(0, min(batchRows - shard * shardRows, shardRows))
            for lookup in results.sparse {
                guard let table = tables[lookup.entry.spec.name] else { continue }
                for rows in [table.batch, table.shard] {
                    rows.add(
                        lookup, from: shards[place],
                        count: lookup.countPerRow.map { $0 * filled } ?? lookup.count)
                }
            }
            squares.append(
                tables.values.reduce(sumOfSquares(shards[place], words)) { $0 + $1.shard.squares })
            for table in tables.values { table.shard.clear() }
        }
        return (squares, tables.values.reduce(sumOfSquares(sum, words)) { $0 + $1.batch.squares })
    }

    /// A word of a new state or the loss, added in the order of the shards.
    package func sum(_ region: Region, at word: Int = 0) -> Double {
        small.sum(region.offset - results.small.offset + word)
    }
}
