import CPURuntime
import GraphIR
import Kernels
import ONNX
import Synchronization
import TensorCore

/// Runs a lowered part of a model on any number of rows.
final class LoweredRunner: Sendable {
    let network: LoweredNetwork
    private let limits: ONNXLimits
    private let prepared: PreparedNetwork
    private let weights = KeptWeights()
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
        prepared = try PreparedNetwork(network, limits: limits)
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
            let inference = inference(rows: PreparedNetwork.powerOfTwo(atMost: min(prepared.mostRows, share)), pool: pool)
            let (inputs, parameters) = (sources, prepared.parameters)
            inference.run(rows: rows, parameters: parameters) { range, executor in
                for source in inputs { source.write(range, to: executor) }
            } collect: { range, executor in
                for target in targets { target.read(range, from: executor, parameters: parameters) }
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
                prepared.graph, outputs: network.outputs.map(\.port), layout: prepared.layout, batchRows: rows,
                keeping: weights, pool: pool)
            kept.removeAll { $0.pool == nil }
            if kept.count == 12 { kept.removeFirst() }
            kept.append(Kept(pool: pool, rows: rows, inference: made))
            return made
        }
    }
}
