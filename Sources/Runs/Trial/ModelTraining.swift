package import Evidence
import GraphIR
package import Kernels
package import Models
import NN
import Platform
package import Tables
package import Training

/// Trains the models of a run: one, one a fold, or one and its refits. A split without validation rows is
/// learned for all epochs.
package struct ModelTraining {
    package let learner: Learner
    /// Where unfinished trainings are kept; `nil` to keep none.
    package var store: CheckpointStore?
    /// Whether to go on from what is kept.
    package var resumes: Bool
    /// What ends it, with what follows it in mind; `nil` where only its settings do.
    package var budget: RunBudget?
    package var onEvent: (RunEvent) -> Void

    package init(
        learner: Learner, store: CheckpointStore? = nil, resumes: Bool = false,
        budget: RunBudget? = nil,
        onEvent: @escaping (RunEvent) -> Void = { _ in }
    ) {
        self.learner = learner
        self.store = store
        self.resumes = resumes
        self.budget = budget
        self.onEvent = onEvent
    }

    private var configuration: TrainConfiguration { learner.configuration }
    private var prepared: PreparedData { learner.prepared }
    private var pool: WorkerPool { learner.pool }

    /// The model that the trainings come to, with what they took.
    package func trained(_ features: EncodedFeatures) throws -> TrainedModel {
        let meter = CostMeter()
        let trainings = try trainings(features)
        let used = meter.used()
        var model = try learner.bundle(sets: trainings.map(\.weights))
        model.costs = configuration.costs
        model.groups = learner.groupNaming()
        return TrainedModel(model: model, trainings: trainings, used: used)
    }

    /// Trains a model a fold, or one and refits; an interruption ends with those trained so far.
    private func trainings(_ features: EncodedFeatures) throws -> [TrainedFold] {
        if !resumes { try store?.removeCheckpoints() }
        guard !learner.cancellation.isRaised else {
            throw VouchError("interrupted before training began; nothing was written")
        }
        var trainings: [TrainedFold] = []
        for (fold, split) in prepared.folds.enumerated() {
            if case .interrupted? = trainings.last?.stop { break }
            var settings = learner.trainingSettings
            // Each model starts and shuffles in its own way.
            settings.seed &+= UInt64(fold) << 32
            let trainer = try learner.trainer(
                features, training: split.train,
                validation: split.validation.isEmpty ? nil : split.validation, settings: settings)
            let part = prepared.folds.count > 1 ? " (\(fold + 1) of \(prepared.folds.count))" : ""
            if resumes, let state = try store?.load(fold: fold) {
                try trainer.restore(state)
                onEvent(.stage("Continuing after step \(trainer.steps)" + part))
            } else {
                onEvent(.stage("Training on \(split.train.count) rows" + part))
            }
            let trained = try train(trainer, fold: fold)
            onEvent(.stopped(trained.stop, bestEpoch: trained.bestEpoch))
            trainings.append(trained)
        }
        for number in 0..<prepared.recipe.refits where !learner.cancellation.isRaised {
            let refit = try refit(number + 1, epochs: trainings[0].bestEpoch, features)
            guard let refit else { break }
            trainings.append(refit)
        }
        return try blended(trainings, features)
    }

    private func blended(
        _ trainings: [TrainedFold], _ features: EncodedFeatures
    ) throws -> [TrainedFold] {
        let blend = LineBlend(learner: learner, features: features)
        guard let found = try blend.applied(to: trainings) else { return trainings }
        let factors = found.factors
        onEvent(
            .stage(
                "Blending: \(factors.members) of what the members say, and \(factors.line) of a fitted line"))
        return found.trainings
    }

    /// Trains a further model, from another start, on the validation rows too; `nil` where something
    /// stopped it.
    private func refit(
        _ number: Int, epochs: Int, _ features: EncodedFeatures
    ) throws -> TrainedFold? {
        let rows = (prepared.split.train + prepared.split.validation).sorted()
        var settings = learner.trainingSettings
        settings.seed &+= UInt64(number) << 32
        let batch = min(settings.batchRows, rows.count)
        settings.maximumSteps = epochs * (rows.count / batch)
        let trainer = try learner.trainer(
            features, training: rows, validation: nil, settings: settings)
        if resumes, let state = try store?.load(fold: number) { try trainer.restore(state) }
        onEvent(
            .stage(
                "Training on all \(rows.count) rows, for \(epochs) epochs "
                    + "(\(number) of \(prepared.recipe.refits))"))
        let refit = try train(trainer, fold: number)
        guard refit.steps == settings.maximumSteps else {
            onEvent(
                .warning("Refit \(number) is dropped: \(StopText.sentence(refit.stop))"))
            return nil
        }
        return refit
    }

    private func train(
        _ trainer: Trainer, fold: Int
    ) throws -> TrainedFold {
        var lastSave = Clock.monotonicSeconds()
        var failure: (any Error)?
        let stop = try trainer.run(
            stop: { _ in
                if learner.cancellation.isRaised { return .interrupted }
                if let reason = budget?.endsTraining() { return reason }
                return failure == nil ? nil : .interrupted
            },
            onEvent: { event in
                if case .epoch = event { budget?.validated() }
                onEvent(.training(event))
                guard case .epoch = event, Clock.monotonicSeconds() - lastSave >= 1 else { return }
                do {
                    try store?.save(trainer.state(), fold: fold)
                } catch {
                    failure = error
                }
                lastSave = Clock.monotonicSeconds()
            })
        if let failure { throw failure }
        // What follows may be killed; this one is not trained again.
        if prepared.folds.count > 1 || prepared.recipe.refits > 0 {
            try store?.save(trainer.state(), fold: fold)
        }
        return TrainedFold(
            history: trainer.history, stop: stop, steps: trainer.steps,
            weights: trainer.modelWeights)
    }
}

/// A model and how it came to be.
package struct TrainedModel {
    package var model: ModelBundle
    package var trainings: [TrainedFold]
    package var used: Usage

    /// Over all trainings.
    package var steps: Int { trainings.reduce(0) { $0 + $1.steps } }
}

/// What one model's training came to.
package struct TrainedFold {
    package var history: [EpochRecord]
    package var stop: StopReason
    package var steps: Int
    /// The weights of the lowest validation loss; of a refit, the last.
    package var weights: Buffer

    package var bestEpoch: Int { history.last { $0.isBest }?.epoch ?? 0 }
}
