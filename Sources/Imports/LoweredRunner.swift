package import CPURuntime
import GraphIR
package import Kernels
package import ONNX
import Synchronization
import TensorCore

/// Runs a lowered part of a model on any number of rows.
final class LoweredRunner: Sendable {
    let network: LoweredNetwork
    private let limits: ONNXLimits
    private let graph: Graph
    private let layout: ParameterLayout
    private let parameters: Buffer
    private let weights = KeptWeights()
    /// Rows of a batch at most, so that what it computes stays near the processor.
    private let mostRows: Int
    private let kept = Mutex<[Kept]>([])

    private struct Kept {
        weak var pool: WorkerPool?
        var rows: Int
        var inference: BatchInference
    }

    /// - Throws: where a row takes more memory than an execution may.
    init(_ network: LoweredNetwork, limits: ONNXLimits) throws(ONNXError) {
        self.network = network
        self.limits = limits
        let own = ParameterLayout(network.graph)
        let values = network.parameterBuffer(own)
        if let folded = try? network.graph.foldingNorms(parameters: values, layout: own) {
            (graph, layout, parameters) = (folded.graph, folded.layout, folded.parameters)
        } else {
            (graph, layout, parameters) = (network.graph, own, values)
        }
        let plan = Plan(graph, outputs: network.outputs.map(\.port), rows: 1, parameters: layout)
        guard plan.arenaWords <= limits.heldElements else {
            throw ONNXError(
                .limit, at: "the model", "holds \(plan.arenaWords) numbers for one row, more than \(limits.heldElements)")
        }
        mostRows = Self.rowsOfBatch(wordsOfRow: plan.arenaWords)
    }

    /// Words of what a batch computes: about what the processor's caches hold.
    private static let batchWords = 1 << 21

    private static func rowsOfBatch(wordsOfRow words: Int) -> Int {
        powerOfTwo(atMost: min(max(batchWords / max(words, 1), 1), 256))
    }

    private static func powerOfTwo(atMost count: Int) -> Int {
        1 << (Int.bitWidth - 1 - max(count, 1).leadingZeroBitCount)
    }

    /// How many rows values have; `nil` where one is not as the graph wants it.
    func rows(of values: [String: ONNXValue]) -> Int? {
        var rows: Int?
        for input in network.inputs {
            guard let tensor = values[input.name]?.tensor, tensor.type == input.type,
                tensor.rank == input.shape.rank
            else { return nil }
            for (extent, count) in zip(input.shape.extents, tensor.shape) {
                switch extent {
                case .fixed(let fixed):
                    if fixed != count { return nil }
                case .rowParts(let parts):
                    guard count % parts == 0, rows == nil || rows == count / parts else { return nil }
                    rows = count / parts
                }
            }
        }
        return rows ?? 1
    }

    func run(
        _ values: [String: ONNXValue], rows: Int, pool: WorkerPool
    ) throws(ONNXError) -> [String: ONNXValue] {
        for output in network.outputs {
            _ = try limits.count(of: output.shape.bound(rows: rows), at: "'\(output.name)'")
        }
        var sources: [InputSource] = []
        for input in network.inputs {
            guard let tensor = values[input.name]?.tensor else { continue }
            sources += try InputSource.all(input, tensor)
        }
        let targets = network.outputs.map { OutputTarget($0, rows: rows) }
        if rows > 0 {
            let share = (rows + pool.threads - 1) / pool.threads
            let inference = inference(rows: Self.powerOfTwo(atMost: min(mostRows, share)), pool: pool)
            let (inputs, graphParameters) = (sources, parameters)
            inference.run(rows: rows, parameters: parameters) { range, executor in
                for source in inputs { source.write(range, to: executor) }
            } collect: { range, executor in
                for target in targets { target.read(range, from: executor, parameters: graphParameters) }
            }
        }
        var results: [String: ONNXValue] = [:]
        for target in targets { results[target.output.name] = .tensor(target.tensor(rows: rows)) }
        return results
    }

    private func inference(rows: Int, pool: WorkerPool) -> BatchInference {
        kept.withLock { kept in
            if let known = kept.first(where: { $0.rows == rows && $0.pool === pool }) { return known.inference }
            let made = BatchInference(
                graph, outputs: network.outputs.map(\.port), layout: layout, batchRows: rows,
                keeping: weights, pool: pool)
            kept.removeAll { $0.pool == nil }
            if kept.count == 12 { kept.removeFirst() }
            kept.append(Kept(pool: pool, rows: rows, inference: made))
            return made
        }
    }
}

extension LoweredNetwork {
    /// The parameters of the graph as they start.
    ///
    /// - Parameter layout: Of the graph.
    package func parameterBuffer(_ layout: ParameterLayout) -> Buffer {
        let buffer = Buffer(count: layout.count)
        for parameter in parameters {
            guard let entry = layout.entry(named: parameter.name) else { continue }
            buffer.copy(from: parameter.values.span, to: entry.offset)
        }
        return buffer
    }
}
