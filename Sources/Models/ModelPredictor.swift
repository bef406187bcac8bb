package import Kernels
package import Prediction
package import Tables
import Training

/// A model with the workers that run it, as probes see it; one call at a time.
package struct ModelPredictor: Predictor {
    package let model: ModelBundle
    package let pool: WorkerPool
    private let evaluator: NetworkEvaluator
    private let quantiles: NetworkEvaluator?

    package init(model: ModelBundle, pool: WorkerPool) {
        self.model = model
        self.pool = pool
        evaluator = model.evaluator(pool: pool)
        quantiles = model.quantileEvaluator(pool: pool)
    }

    package func copied() -> any Predictor {
        let sets = model.parameters.sets.map { set in
            let copy = Buffer(count: set.count)
            copy.copy(from: set, at: 0, to: 0, count: set.count)
            return copy
        }
        return ModelPredictor(model: model.with(sets: sets), pool: pool)
    }

    /// With a repair of numbers by groups, the columns that tell the groups are among them.
    package var features: [String] {
        let names = model.schema.features.map(\.name)
        let groups = model.encoder.repair?.protectedColumns ?? []
        return names + groups.filter { !names.contains($0) }
    }

    package func predictions(for table: Table) throws -> Predictions {
        model.predict(
            try model.encoder.encode(table), evaluator: evaluator, quantiles: quantiles, pool: pool)
    }

    /// Encodes the table once, however many rows are put together from it; not where what a cell becomes depends on
    /// another cell of its row.
    package func predictions(mixing table: Table, sources: [[Int]]) throws -> Predictions {
        guard model.encoder.repair == nil else {
            return try predictions(for: mixed(table, sources: sources))
        }
        let encoded = try model.encoder.encode(table)
        return model.predict(
            model.encoder.mixing(encoded, columns: features, sources: sources),
            evaluator: evaluator, quantiles: quantiles, pool: pool)
    }
}

extension ModelPredictor: RandomizablePredictor {
    package var abilities: ModelAbilities {
        ModelAbilities(opened: self, randomized: { randomized($0, seed: $1) })
    }

    package func randomized(_ part: RandomizedPart, seed: UInt64) -> any Predictor {
        ModelPredictor(model: model.randomized(part, seed: seed), pool: pool)
    }
}
