package import Kernels
import NN
package import Prediction
import RealModule
import Statistics
package import Tables
package import Training

extension ModelBundle {
    /// Predicts raw rows.
    package func predict(_ table: Table, pool: WorkerPool) throws(TableError) -> Predictions {
        predict(try encoder.encode(table), pool: pool)
    }

    /// With dropout, units are dropped by the row's place and the pass alone, so that the same rows in the
    /// same order give the same bits.
    package func predict(_ features: EncodedFeatures, pool: WorkerPool) -> Predictions {
        predict(features, evaluator: evaluator(pool: pool), pool: pool)
    }

    /// What each model says alone, where the models are folds.
    package func valuesByModel(_ table: Table, pool: WorkerPool) throws(TableError) -> [[Double]] {
        let features = try encoder.encode(table)
        return (0..<count).map { only($0).predict(features, pool: pool).values }
    }

    /// What runs the network; one that is kept makes many small calls quick.
    package func evaluator(pool: WorkerPool) -> NetworkEvaluator {
        evaluator(of: meansLogits ? .logits : .prediction, pool: pool)
    }

    private func evaluator(of role: OutputRole, pool: WorkerPool) -> NetworkEvaluator {
        NetworkEvaluator(graph, output: role.port, layout: parameters.layout, pool: pool)
    }

    /// A mean of sums of functions is one too; that of their probabilities is none.
    package var meansLogits: Bool { network.additive != nil }

    /// What runs the network for its quantiles; `nil` of a model that predicts none.
    package func quantileEvaluator(pool: WorkerPool) -> NetworkEvaluator? {
        network.quantiles == nil ? nil : evaluator(of: .quantiles, pool: pool)
    }

    /// - Parameters:
    ///   - evaluator: Of this model.
    ///   - quantiles: Of this model; made for this call where `nil`.
    package func predict(
        _ features: EncodedFeatures, evaluator: NetworkEvaluator,
        quantiles: NetworkEvaluator? = nil, pool: WorkerPool
    ) -> Predictions {
        var raw = mean(of: evaluator, features)
        guard target.task != .regression else {
            return Predictions(
                rows: features.rows, classes: [], values: raw.map(unscaled),
                bounds: bounds(features, quantiles ?? quantileEvaluator(pool: pool)))
        }
        if meansLogits { raw = probabilities(ofLogits: raw) }
        guard target.task == .binary else {
            return Predictions(
                rows: features.rows, classes: target.classes, values: raw.map(Double.init))
        }
        var both: [Double] = []
        both.reserveCapacity(2 * raw.count)
        for positive in raw {
            both.append(1 - Double(positive))
            both.append(Double(positive))
        }
        return Predictions(rows: features.rows, classes: target.classes, values: both)
    }

    private func unscaled(_ value: Float) -> Double {
        Double(value) * target.scale + target.center
    }

    /// `nil` of a model that predicts no quantiles.
    private func bounds(
        _ features: EncodedFeatures, _ evaluator: NetworkEvaluator?
    ) -> [Bounds]? {
        guard let evaluator else { return nil }
        let both = mean(of: evaluator, features).map(unscaled)
        // Two models of two quantiles may cross; the smaller is the lower one.
        return (0..<features.rows).map { row in
            Bounds(
                lower: min(both[2 * row], both[2 * row + 1]),
                upper: max(both[2 * row], both[2 * row + 1]))
        }
    }

    /// - Parameter logits: `[rows, outputs]`.
    private func probabilities(ofLogits logits: [Float]) -> [Float] {
        let width = network.task.outputs
        guard width > 1 else { return logits.map { 1 / (1 + Float(Double.exp(-Double($0)))) } }
        return stride(from: 0, to: logits.count, by: width).flatMap { start in
            softmax(logits[start..<(start + width)].map(Double.init)).map { Float($0) }
        }
    }

    /// The mean of an output over models and passes with dropout.
    private func mean(of evaluator: NetworkEvaluator, _ features: EncodedFeatures) -> [Float] {
        let data = EncodedData(features, labels: .none)
        let passes = dropoutPasses ?? 1
        var sum = [Float](repeating: 0, count: data.rows * evaluator.width)
        for set in parameters.sets {
            for pass in 0..<passes {
                let more = evaluator.values(of: data, weights: set, pass: pass)
                for index in sum.indices { sum[index] += more[index] }
            }
        }
        let count = Float(parameters.sets.count * passes)
        if count > 1 { for index in sum.indices { sum[index] /= count } }
        return sum
    }

    /// An output of one model's graph: `[rows, width]`.
    ///
    /// - Throws: where the model does not have it.
    package func values(
        of role: OutputRole, _ features: EncodedFeatures, model: Int = 0, pool: WorkerPool
    ) throws(ModelError) -> (numbers: [Float], width: Int) {
        let width = try require(role).width
        let data = EncodedData(features, labels: .none)
        let values = evaluator(of: role, pool: pool).values(
            of: data, weights: parameters.sets[model])
        return (values, width)
    }
}
