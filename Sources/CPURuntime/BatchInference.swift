package import GraphIR
package import Kernels
import Synchronization

/// Runs a graph over any number of rows, in batches spread over the workers.
package final class BatchInference: Sendable {
    package let layout: ParameterLayout
    private let graph: Graph
    private let outputs: [OutputPort]
    private let batchRows: Int
    private let kept: KeptWeights?
    private let pool: WorkerPool
    private let full: [Executor]
    /// For last batches, by their rows: those that came lately.
    private let last = Mutex<[Executor]>([])
    private let noResults = Buffer(count: 0)

    /// - Parameters:
    ///   - outputs: The outputs that are wanted.
    ///   - batchRows: Rows of one batch; the last may be shorter.
    ///   - kept: As in `Executor`.
    package init(
        _ graph: Graph, outputs: [OutputPort], layout: ParameterLayout, batchRows: Int = 256,
        keeping kept: KeptWeights? = nil, pool: WorkerPool
    ) {
        self.graph = graph
        self.outputs = outputs
        self.layout = layout
        self.batchRows = batchRows
        self.kept = kept
        self.pool = pool
        let plan = Plan(
            graph, outputs: outputs, rows: batchRows, parameters: layout, readsMarks: true)
        full = (0..<pool.threads).map { _ in Executor(plan, keeping: kept) }
    }

    /// Runs rows `0..<count` once.
    ///
    /// - Parameters:
    ///   - seed: With `pass`, of the random numbers of a graph that has some; a batch is a shard.
    ///   - fill: Writes the inputs of a range of rows; called on the range's worker.
    ///   - collect: Reads the outputs of a range of rows; called on the range's worker.
    package func run(
        rows count: Int, parameters: Buffer, seed: UInt64 = 0, pass: Int = 0,
        fill: @Sendable (Range<Int>, Executor) -> Void,
        collect: @Sendable (Range<Int>, Executor) -> Void
    ) {
        let batches = count / batchRows
        @Sendable func position(_ batch: Int) -> RandomPosition {
            RandomPosition(
                seed: seed, step: UInt32(truncatingIfNeeded: pass), shard: UInt32(batch))
        }
        pool.run(items: batches) { worker, batch in
            let range = batch * batchRows..<(batch + 1) * batchRows
            fill(range, full[worker])
            full[worker].run(
                parameters: parameters, results: noResults, random: position(batch))
            collect(range, full[worker])
        }
        guard batches * batchRows < count else { return }
        let range = batches * batchRows..<count
        let last = executor(rows: range.count)
        fill(range, last)
        last.run(parameters: parameters, results: noResults, random: position(batches))
        collect(range, last)
    }

    private static let mostKept = 8

    private func executor(rows: Int) -> Executor {
        last.withLock { kept in
            if let known = kept.first(where: { $0.plan.rows == rows }) { return known }
            let made = Executor(
                Plan(graph, outputs: outputs, rows: rows, parameters: layout), keeping: self.kept)
            if kept.count == Self.mostKept { kept.removeFirst() }
            kept.append(made)
            return made
        }
    }
}
