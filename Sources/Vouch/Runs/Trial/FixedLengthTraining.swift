import Models
import NN
import Platform
import Tables
import Training

extension Learner {
    /// A model that learns some rows for all its epochs, without a look at any other row; encoder and
    /// scale are fitted on these rows alone.
    ///
    /// - Parameters:
    ///   - configuration: The run's, changed.
    ///   - rows: Of the run's table.
    ///   - recipe: The configuration's, for these rows.
    ///   - onStep: Called after each step.
    /// - Throws: where it is interrupted.
    func fixedLengthModel(
        _ configuration: TrainConfiguration, rows: [Int], recipe: Recipe,
        onStep: () -> Void = {}
    ) throws -> ModelBundle {
        let prepared = try prepared.reduced(to: rows, recipe: recipe)
        let changed = Learner(
            configuration: configuration, prepared: prepared, pool: pool, pairs: pairs)
        let features = try prepared.encoder.encode(prepared.table)
        let trainer = try changed.trainer(
            features, training: prepared.split.train, validation: nil,
            settings: changed.trainingSettings)
        let stop = try trainer.run(
            stop: { _ in InterruptFlag.isRaised ? .interrupted : nil },
            onEvent: { if case .step = $0 { onStep() } })
        if case .interrupted = stop { throw VouchError("it was interrupted") }
        return try changed.bundle(sets: [trainer.modelWeights])
    }
}
