import DataEfficiency
import Evidence
import Models
import Prediction
import RunStore
import Statistics
package import Tables
import Training

/// Whether a run's model learns from rows without labels, decided on labelled rows that neither model learned from, and the
/// model that is delivered.
///
/// Where a validation part stops the training, its rows decide, in one comparison of both models. Where there are folds, the
/// rows are few, and each fold's model was stopped by its own part: then all of the way, from split and encoder to model,
/// is gone with and without the rows without labels on four fifths of the rows, five times, and the fifth that was held out
/// decides. Test rows take no part.
package struct UnlabelledChoice {
    /// Without the rows.
    let plain: Learner
    let features: EncodedFeatures
    let trained: TrainedModel

    private static let parts = 5

    /// - Parameters:
    ///   - plain: What trained a model of the labelled rows.
    ///   - features: These, encoded.
    ///   - trained: The model.
    package init(_ plain: Learner, _ features: EncodedFeatures, _ trained: TrainedModel) {
        self.plain = plain
        self.features = features
        self.trained = trained
    }

    /// What is delivered.
    package struct Delivered {
        package var learner: Learner
        package var features: EncodedFeatures
        package var trained: TrainedModel
    }

    /// - Parameters:
    ///   - store: Where unfinished trainings are kept.
    ///   - resumes: Whether to go on from what is kept.
    /// - Returns: The model of labelled rows also where the others were not learned for an interruption, or for an error, which
    ///   is told.
    package func delivered(
        store: CheckpointStore?, resumes: Bool, onEvent: @escaping (RunEvent) -> Void
    ) -> Delivered {
        do {
            return try chosen(store: store, resumes: resumes, onEvent: onEvent)
        } catch {
            let isStopped = error is Interruption || plain.cancellation.isRaised
            return without(
                isStopped
                    ? "the training was interrupted before they were learned"
                    : "they could not be tried (\(error))", nil, onEvent)
        }
    }

    private func chosen(
        store: CheckpointStore?, resumes: Bool, onEvent: @escaping (RunEvent) -> Void
    ) throws -> Delivered {
        try plain.cancellation.check()
        var pooled = plain
        pooled.prepared = try plain.prepared.learningFromPool()
        let encoded = try pooled.prepared.encoder.encode(pooled.prepared.table)
        var training = ModelTraining(
            learner: pooled, store: store, resumes: resumes, onEvent: onEvent)
        training.firstCheckpoint = ModelTraining.firstOfSecondModel
        if plain.prepared.folds.count == 1 {
            let made = try training.trained(encoded)
            let before = try plain.validationPredictions(trained.model, features)
            let after = try pooled.validationPredictions(made.model, encoded)
            return try decided(
                [(before, after)], pooled, encoded, onEvent, training: { made })
        }
        onEvent(
            .stage(
                "Trying the rows without labels on \(plain.prepared.knownRows.count) labelled rows, held out "
                    + "in \(Self.parts) parts"))
        return try decided(
            try heldOut(pooled, encoded, onEvent), pooled, encoded, onEvent,
            training: { try training.trained(encoded) })
    }

    private func decided(
        _ compared: [(before: LabelledPredictions, after: LabelledPredictions)], _ pooled: Learner,
        _ encoded: EncodedFeatures, _ onEvent: (RunEvent) -> Void,
        training: () throws -> TrainedModel
    ) throws -> Delivered {
        let (gain, comparison) = try Self.gain(compared)
        guard gain.isWorthIt else {
            return without(Self.refusal(gain), comparison, onEvent)
        }
        var result = Delivered(learner: pooled, features: encoded, trained: try training())
        result.learner.prepared.pool?.facts.isUsed = true
        result.learner.prepared.pool?.facts.comparison = comparison
        result.learner.prepared.pool?.facts.confidence = result.trained.teaching?.confidence
        let reason =
            gain.isProved
            ? "they made the model better on labelled rows that it did not learn from"
            : "they made the model better on labelled rows that it did not learn from, as far as so few rows tell: "
                + "the gain's lower bound is above 0 at 80 % to one side, not at 95 %"
        result.learner.prepared.pool?.facts.reason = reason
        onEvent(.stage("The rows without labels are used: \(reason)"))
        return result
    }

    private static func refusal(_ gain: UnlabelledGain) -> String {
        guard gain.lowerBound != nil else {
            return "so few labelled rows do not tell whether they help"
        }
        guard let value = gain.gain.value, value > 0 else {
            return "they made the model no better on labelled rows that it did not learn from"
        }
        return "their gain on labelled rows that the model did not learn from cannot be told from none"
    }

    /// The model of labelled rows, and why.
    private func without(
        _ reason: String, _ comparison: UnlabelledFacts.Comparison?,
        _ onEvent: (RunEvent) -> Void
    ) -> Delivered {
        var result = Delivered(learner: plain, features: features, trained: trained)
        result.learner.prepared.pool?.facts.reason = reason
        result.learner.prepared.pool?.facts.comparison = comparison
        onEvent(
            .warning(
                "the rows without labels are not used, and the model is that of the labelled rows alone: \(reason)"))
        return result
    }

    // MARK: - The comparison

    /// Of each part of the rows what models say of it that learned the others, without and with rows without labels.
    private func heldOut(
        _ pooled: Learner, _ encoded: EncodedFeatures, _ onEvent: (RunEvent) -> Void
    ) throws -> [(before: LabelledPredictions, after: LabelledPredictions)] {
        let parts = try plain.prepared.parts(
            Self.parts, seed: plain.configuration.learning.seed)
        let filled = parts.filter { !$0.isEmpty }
        return try filled.enumerated().map { number, held in
            onEvent(.stage("Part \(number + 1) of \(filled.count) is held out"))
            func told(_ learner: Learner, _ features: EncodedFeatures) throws
                -> LabelledPredictions
            {
                // A model that is asked once is not held.
                let trials = Trials(learner, features: features)
                return try trials.predictions(of: held, of: parts, trials.redrawing(seed: 0))
            }
            return (try told(plain, features), try told(pooled, encoded))
        }
    }

    private static func gain(
        _ compared: [(before: LabelledPredictions, after: LabelledPredictions)]
    ) throws -> (UnlabelledGain, UnlabelledFacts.Comparison) {
        var clusters: [Int32] = []
        for (before, _) in compared {
            // Groups are whole in each part, and numbered from 0 there.
            let first = (clusters.max() ?? -1) + 1
            clusters += before.clusters.map { own in own.map { $0 + first } } ?? []
        }
        let weights = compared.flatMap { $0.before.weights ?? [] }
        let first = compared[0].before
        let gain = UnlabelledGain(
            before: compared.flatMap(\.before.rowLosses),
            after: compared.flatMap(\.after.rowLosses),
            design: try SamplingDesign(
                rows: compared.reduce(0) { $0 + $1.before.rows },
                weights: first.weights == nil ? nil : weights,
                clusters: first.clusters == nil ? nil : clusters))
        let comparison = UnlabelledFacts.Comparison(
            rows: compared.reduce(0) { $0 + $1.before.rows }, before: gain.before,
            after: gain.after, gain: gain.before - gain.after, lower: gain.gain.lower,
            upper: gain.gain.upper, method: gain.gain.method, unit: first.lossUnit)
        return (gain, comparison)
    }
}
