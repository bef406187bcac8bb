import CPURuntime
import GraphIR
package import Kernels
import NN
import Prediction
package import Tables
import Training

/// A model whose wide products are of whole numbers.
package struct QuantizedModel: Sendable {
    package var model: ModelBundle
    /// Of the products that a prediction needs.
    package var products: Int
    /// The share of a prediction's operations that is theirs.
    package var share: Double
    /// Rows on which the ranges were chosen.
    package var rows: Int
}

extension ModelBundle {
    /// The most rows on which the ranges of bytes are chosen: of an ensemble each is as many rows as it has members.
    private static let mostCalibrationRows = 512

    /// The model with its wide products in whole numbers, `Graph.quantized`, whose ranges are those of
    /// least squared error on some rows, of which it sees no answers.
    ///
    /// The same model and rows give the same bits, and so do its predictions on every processor, as far as the
    /// model's other operations do.
    ///
    /// - Parameter features: Encoded rows, of which up to 512 are taken, spread evenly.
    /// - Throws: an error that says why this model cannot be changed so.
    package func quantized(
        on features: EncodedFeatures, pool: WorkerPool
    ) throws -> QuantizedModel {
        guard dropoutPasses == nil else {
            throw ModelError(
                "this model's prediction is a mean over passes with random dropout, which int8 does "
                    + "not support. Train it without --mc-dropout, then try again")
        }
        guard !graph.hasInt8Products else {
            throw ModelError("this model's products are of 8-bit whole numbers already")
        }
        let products = graph.quantizableProducts
        guard !products.isEmpty else {
            let least = Graph.leastQuantizedWidth
            throw ModelError(
                "this model has no product of \(least) inputs and \(least) outputs or more, for "
                    + "which 8-bit whole numbers could pay")
        }
        for set in parameters.sets {
            guard set.floats(0..<set.count).allSatisfy(\.isFinite) else {
                throw ModelError("this model has parameters that are not finite. Train it again")
            }
        }
        let chosen = evenlySpread(Self.mostCalibrationRows, of: features.rows)
        guard !chosen.isEmpty else {
            throw ModelError("there are no rows to choose the bytes' ranges on")
        }
        let rows = features.selecting(rows: chosen)
        let ranges = try ranges(of: products, on: EncodedData(rows, labels: .none), pool: pool)
        let changed = try graph.quantized(
            products, Array(zip(parameters.sets, ranges).map { ($0, $1) }),
            layout: parameters.layout)
        let cost = GraphCost(graph, outputs: [OutputPort.prediction], rows: 1)
        return QuantizedModel(
            model: with(
                network: network, graph: changed.graph,
                parameters: ModelParameters(changed.graph, sets: changed.parameters)),
            products: products.count,
            share: products.reduce(0) { $0 + $1.operations } / cost.operations, rows: chosen.count)
    }

    /// Of each model that is averaged, the range of each product's first factor.
    private func ranges(
        of products: [QuantizableProduct], on data: EncodedData, pool: WorkerPool
    ) throws -> [[QuantizationRange]] {
        var builder = GraphBuilder(extending: graph)
        let ports = products.indices.map { OutputPort("calibration\($0)") }
        for (product, port) in zip(products, ports) { builder.output(port, product.x) }
        let watched = try builder.build()
        let evaluators = ports.map {
            NetworkEvaluator(watched, output: $0, layout: parameters.layout, pool: pool)
        }
        return try parameters.sets.map { set in
            try evaluators.map { evaluator in
                let numbers = evaluator.values(of: data, weights: set)
                guard numbers.allSatisfy(\.isFinite) else {
                    throw ModelError("this model's hidden values are not finite on the rows given")
                }
                return ActivationRange.leastError(numbers)
            }
        }
    }
}
