import Models
import Optim
import Platform
import Tables
import Training

/// One model to train, with what it takes to begin it again at another learning rate.
struct TrainingPiece {
    var learner: Learner
    var features: EncodedFeatures
    /// Rows to learn from.
    var rows: [Int]
    /// `nil` where the last weights are kept.
    var validation: [Int]?
    var settings: TrainingSettings
    /// Among the models that are averaged.
    var number: Int
    /// Counted from `ModelTraining.firstCheckpoint`.
    var checkpoint: Int

    func trainer() throws -> Trainer {
        try learner.trainer(
            features, training: rows, validation: validation, settings: settings, number: number)
    }
}

extension ModelTraining {
    /// A training is begun again so many times at most.
    package static let mostRestarts = 3

    /// Trains a piece; where the training diverges, again with a smaller rate.
    ///
    /// The first time the rate is the recipe's own, or a tenth of the range test's turning point; see `smallerRate`. After that
    /// it is a tenth of the one before. What is decided is a function of the settings and the rows, so that it is the same with
    /// any number of threads and after a kill: what a checkpoint does not tell is found out again.
    ///
    /// - Parameters:
    ///   - rate: That a model trained before was restarted with; `nil` for that of the settings.
    ///   - onBegin: Told the trainer, with what a checkpoint held, before its first step.
    /// - Throws: `TrainingFailure` where numbers were not finite before any weights were kept and no smaller rate is left to try.
    func carryOut(
        _ piece: TrainingPiece, rate: Float?, onBegin: (Trainer, _ isContinued: Bool) -> Void
    ) throws -> TrainedFold {
        var piece = piece
        if let rate { piece.settings.optimizer.learningRate = rate }
        let kept = resumes ? try store?.load(fold: firstCheckpoint + piece.checkpoint) : nil
        var restarts = kept?.header.restarts ?? []
        if let last = restarts.last { piece.settings.optimizer.learningRate = last.to }
        var state = kept
        while true {
            let trainer = try piece.trainer()
            if let state { try trainer.restore(state) }
            onBegin(trainer, state != nil)
            state = nil
            let (attempted, failure) = try attempt(trainer, piece, restarts)
            var fold = attempted
            fold.restarts = restarts
            fold.rate = restarts.last?.to ?? rate
            guard let cause = fold.divergence, restarts.count < Self.mostRestarts,
                isEndedByItself(fold.stop), endsNow() == nil,
                let next = try smallerRate(
                    piece, after: cause, lostSteps: trainer.steps,
                    isFirst: restarts.isEmpty)
            else {
                if let failure { throw failure }
                // It was ended before another rate was tried.
                if fold.divergence != nil, learner.cancellation.isRaised { fold.stop = .interrupted }
                return fold
            }
            restarts.append(next)
            onEvent(.restarted(next))
            piece.settings.optimizer.learningRate = next.to
        }
    }

    private func isEndedByItself(_ stop: StopReason) -> Bool {
        switch stop {
        case .budget, .interrupted: false
        case .converged, .maximumEpochs, .maximumSteps, .numericalFailure, .diverged: true
        }
    }

    private func endsNow() -> StopReason? {
        learner.cancellation.isRaised ? .interrupted : budget?.endsTraining()
    }

    /// The rate to go on with after one that diverged.
    ///
    /// The first time a range test of a few seconds (`RateRange`) is taken from the piece's starting weights. The recipe's own
    /// rate is taken where it is at most half of the one that diverged and a fifth of the turning point; else a tenth of the
    /// turning point, where that is at most half of the one that diverged; else a tenth of that one.
    ///
    /// - Returns: `nil` where the search was ended from outside.
    private func smallerRate(
        _ piece: TrainingPiece, after cause: Divergence, lostSteps: Int, isFirst: Bool
    ) throws -> TrainingRestart? {
        let from = piece.settings.optimizer.learningRate
        var next = TrainingRestart(
            from: from, to: from * RateRange.share, cause: cause, choice: .tenth,
            lostSteps: lostSteps)
        guard isFirst else { return next }
        let rates = RateRange.rates(
            from: min(Self.lowestRate, from * 1e-3), to: min(from, Self.highestRate))
        var steps = 0
        let range = try piece.trainer().rateRange(rates) {
            steps += 1
            onEvent(.searched(step: steps, of: rates.count))
            return endsNow() != nil
        }
        guard let range else { return nil }
        next.lostSteps += steps
        guard let turning = range.turning, let found = range.choice else { return next }
        let recipe = piece.learner.standardRate
        if recipe <= from / 2, recipe <= turning * RateRange.stable {
            (next.to, next.choice) = (recipe, .recipe)
        } else if found <= from / 2 {
            (next.to, next.choice) = (found, .found)
        }
        return next
    }

    private static let lowestRate: Float = 1e-6
    private static let highestRate: Float = 10

    /// - Returns: With it what is to be thrown where no restart follows: there are no weights to keep.
    private func attempt(
        _ trainer: Trainer, _ piece: TrainingPiece, _ restarts: [TrainingRestart]
    ) throws -> (TrainedFold, TrainingFailure?) {
        let judge = DivergenceJudge(trainer, piece.learner)
        var failure: TrainingFailure?
        let stop: StopReason
        do {
            stop = try train(trainer, judge, piece, restarts)
        } catch let error as TrainingFailure {
            guard let reason = error.stop else { throw error }
            (stop, failure) = (reason, error)
        }
        var fold = TrainedFold(
            history: trainer.history, stop: stop, steps: trainer.steps,
            weights: trainer.modelWeights)
        fold.divergence = judge.divergence(trainer, stop)
        return (fold, failure)
    }

    private func train(
        _ trainer: Trainer, _ judge: DivergenceJudge, _ piece: TrainingPiece,
        _ restarts: [TrainingRestart]
    ) throws -> StopReason {
        let place = firstCheckpoint + piece.checkpoint
        func save() throws {
            var state = trainer.state()
            if !restarts.isEmpty { state.header.restarts = restarts }
            try store?.save(state, fold: place)
        }
        var lastSave = Clock.monotonicSeconds()
        var failure: (any Error)?
        let stop = try trainer.run(
            stop: { _ in endsNow() ?? (failure == nil ? nil : .interrupted) },
            stopAfter: { judge.ends(trainer, after: $0) },
            onEvent: { event in
                if case .epoch = event { budget?.validated() }
                onEvent(.training(event))
                guard case .epoch = event, Clock.monotonicSeconds() - lastSave >= 1 else { return }
                do {
                    try save()
                } catch {
                    failure = error
                }
                lastSave = Clock.monotonicSeconds()
            })
        if let failure { throw failure }
        // What follows may be killed; this one is not trained again.
        let prepared = learner.prepared
        if prepared.folds.count > 1 || prepared.recipe.refits > 0 || prepared.pool != nil {
            try save()
        }
        return stop
    }
}

/// Whether a training diverges; asks what is dear only where its loss grew.
private final class DivergenceJudge {
    private let loss: LossEvaluator.Loss
    /// Whether the training loss is the rows' own: under a penalty on groups its growth says nothing.
    private let isPlain: Bool
    private var rule: DivergenceRule?

    init(_ trainer: Trainer, _ learner: Learner) {
        loss = learner.validationLoss
        isPlain = learner.configuration.model.fairPenalty == nil
    }

    func ends(_ trainer: Trainer, after record: EpochRecord) -> StopReason? {
        guard isPlain, hasGrown(record, trainer) else { return nil }
        return rule(of: trainer).explosion(in: record).map { .diverged($0) }
    }

    func divergence(_ trainer: Trainer, _ stop: StopReason) -> Divergence? {
        if case .numericalFailure(let step, let node) = stop {
            return .notFinite(step: step, node: node)
        }
        guard isPlain, trainer.history.contains(where: { hasGrown($0, trainer) }) else {
            return nil
        }
        return rule(of: trainer).divergence(
            trainer.history, stepsPerEpoch: trainer.stepsPerEpoch, stop: stop
        ) { trainer.gainOverConstant(loss) }
    }

    /// Beyond what the first batch lost: the reference is not smaller.
    private func hasGrown(_ record: EpochRecord, _ trainer: Trainer) -> Bool {
        !(record.trainingLoss <= DivergenceRule.growth * (trainer.firstLoss ?? 0))
    }

    private func rule(of trainer: Trainer) -> DivergenceRule {
        if let rule { return rule }
        let made = trainer.divergenceRule(loss)
        rule = made
        return made
    }
}

extension Learner {
    /// The rate that the recipe settles where none is asked for.
    package var standardRate: Float {
        var standard = configuration
        standard.learning.learningRate = nil
        return Recipe(standard, for: prepared.problem(rows: prepared.knownRows.count)).learningRate
    }
}
