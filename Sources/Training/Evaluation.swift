package import CPURuntime
package import GraphIR
package import Kernels
import RealModule
import TensorCore

/// Runs a trained network over encoded rows.
package final class NetworkEvaluator: Sendable {
    private let inference: BatchInference
    private let graph: Graph
    private let output: OutputPort
    private let batchRows: Int
    /// Numbers a row.
    package let width: Int

    /// - Parameters:
    ///   - output: The graph's output that is wanted: `[rows, width]`.
    ///   - batchRows: At most so many at once; fewer where a row has a large block of its own.
    package init(
        _ graph: Graph, output: OutputPort, layout: ParameterLayout, batchRows: Int = 256,
        pool: WorkerPool
    ) {
        let batchRows = min(batchRows, graph.mostRowsAtOnce)
        self.graph = graph
        self.output = output
        self.batchRows = batchRows
        inference = BatchInference(
            graph, outputs: [output], layout: layout, batchRows: batchRows, pool: pool)
        width = graph.outputs[output].map { graph[$0].shape.count(rows: 1) } ?? 0
    }

    /// The output for every row: `[rows, width]`.
    ///
    /// - Parameter pass: With the seed, the random numbers of a graph that has some.
    package func values(
        of data: any RowSource, weights: Buffer, seed: UInt64 = 0, pass: Int = 0
    ) -> [Float] {
        let result = Buffer(count: data.rows * width)
        let blocks = data.blocks
        inference.run(
            rows: data.rows, parameters: weights, seed: seed, pass: pass,
            fill: { range, executor in
                BatchInputs(executor.plan, blocks: blocks)
                    .fill(executor, from: data, rows: .range(range))
            },
            collect: { [output, width] range, executor in
                guard let region = executor.plan.outputs[output] else { return }
                result.copy(
                    from: executor.arena, at: region.offset, to: range.lowerBound * width,
                    count: range.count * width)
            })
        return result.floats(0..<result.count)
    }
}

extension Graph {
    /// Of a picture's maps there are many, each many times as large as a table's row.
    fileprivate var mostRowsAtOnce: Int {
        let shared: Set<InputPort> = [.numeric, .categories, .label, .weight, .share, .penalty]
        let isLarge = inputs.contains { port, value in
            !shared.contains(port) && self[value].shape.count(rows: 1) >= 64
        }
        return isLarge ? 64 : .max
    }
}

/// The loss of a network on rows, in double precision, without dropout.
package final class LossEvaluator: Sendable {
    package enum Loss: Sendable, Hashable {
        /// Of logits `[rows, 1]` with labels 0 and 1.
        case binaryCrossEntropy
        /// Of logits `[rows, classes]`.
        case crossEntropy
        case squaredError
        case absoluteError
    }

    private let evaluator: NetworkEvaluator
    private let loss: Loss

    package init(_ graph: Graph, layout: ParameterLayout, loss: Loss, pool: WorkerPool) {
        evaluator = NetworkEvaluator(graph, output: .logits, layout: layout, pool: pool)
        self.loss = loss
    }

    /// `Σ weight · loss / Σ weight`.
    package func meanLoss(of data: any RowSource, weights: Buffer) -> Double {
        let values = evaluator.values(of: data, weights: weights)
        let (rowWeights, labels) = (data.weights, data.labels)
        let width = evaluator.width
        var sum = 0.0
        var total = 0.0
        for row in 0..<data.rows {
            let weight = Double(rowWeights[row])
            total += weight
            sum += weight * loss.ofRow(values, row * width, width, labels, row)
        }
        return sum / total
    }

    /// Of each row.
    package func losses(of data: any RowSource, weights: Buffer) -> [Double] {
        let values = evaluator.values(of: data, weights: weights)
        let width = evaluator.width
        return (0..<data.rows).map { loss.ofRow(values, $0 * width, width, data.labels, $0) }
    }
}

extension LossEvaluator.Loss {
    /// - Parameter start: Where the row's outputs begin.
    func ofRow(
        _ values: [Float], _ start: Int, _ width: Int, _ labels: Buffer, _ row: Int
    ) -> Double {
        let first = Double(values[start])
        switch self {
        case .binaryCrossEntropy:
            let label = Double(labels[row])
            return max(first, 0) + Double.log(onePlus: Double.exp(-abs(first))) - label * first
        case .crossEntropy:
            var most = first
            for k in 1..<width { most = max(most, Double(values[start + k])) }
            var sum = 0.0
            for k in 0..<width { sum += Double.exp(Double(values[start + k]) - most) }
            let label = Int(labels.index(at: row))
            return Double.log(sum) + most - Double(values[start + label])
        case .squaredError:
            let error = first - Double(labels[row])
            return error * error
        case .absoluteError:
            return abs(first - Double(labels[row]))
        }
    }
}
