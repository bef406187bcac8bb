import Evidence
import Optim
import Statistics
import Tables
import Training

extension Trials {
    /// Batches whose gradients are looked at.
    private static let batches = 32

    /// Seconds of the nominal machine that `steps` takes at most.
    func stepsSeconds() throws -> Double {
        try run.stepSeconds() * Double(RateRange.steps + Self.batches)
    }

    /// A range test from the starting weights of the run's first model, and the gradients of batches at given weights; both by
    /// the run's settings, on the rows that this model learned from.
    ///
    /// - Parameter weights: As the graph that predicts lays them out.
    /// - Throws: `Interruption`.
    func steps(at weights: [Float]) throws -> StepTrial {
        let (learner, features) = try run.following(TrialPlan(settings), features)
        let split = learner.prepared.folds[0]
        let piece = TrainingPiece(
            learner: learner, features: features, rows: split.train, validation: nil,
            settings: learner.trainingSettings, number: 0, checkpoint: 0)
        let step = try learner.stepSeconds()
        func isOver() -> Bool {
            work.add(step)
            return run.cancellation.isRaised
        }
        let rate = learner.trainingSettings.optimizer.learningRate
        let range = try piece.trainer().rateRange(
            RateRange.rates(from: min(1e-6, rate * 1e-3), to: max(10, rate)), stop: isOver)
        let trainer = try piece.trainer()
        trainer.begin(with: weights)
        let gradients = try trainer.batchGradients(Self.batches, stop: isOver)
        try run.cancellation.check()
        guard let range, let gradients else { throw Interruption() }
        return StepTrial(
            rate: Double(rate), rates: range.rates.map(Double.init), losses: range.losses,
            turning: range.turning.map(Double.init), found: range.choice.map(Double.init),
            batchRows: min(learner.trainingSettings.batchRows, split.train.count),
            gradients: gradients.map { one in
                GradientNoise.Batch(
                    shards: one.shards.map { ($0.inverseRows, $0.square) },
                    inverseRows: one.batch.inverseRows, square: one.batch.square)
            })
    }
}
