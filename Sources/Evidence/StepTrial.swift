package import Statistics

/// What a few steps of a run's training told: which learning rates it bears, and how much its gradients scatter.
package struct StepTrial: Sendable {
    /// Peak, of the run's settings.
    package var rate: Double
    /// Of a range test, rising, and the loss of the batch before each rate's step.
    package var rates: [Double]
    package var losses: [Double]
    /// The rate at which the loss turned; `nil` where it never fell, or the range ended before.
    package var turning: Double?
    /// A tenth of it.
    package var found: Double?
    /// Rows of a training step.
    package var batchRows: Int
    /// Of batches at the run's weights, one after the other, without a step between them.
    package var gradients: [GradientNoise.Batch]

    package init(
        rate: Double, rates: [Double], losses: [Double], turning: Double?, found: Double?,
        batchRows: Int, gradients: [GradientNoise.Batch]
    ) {
        self.rate = rate
        self.rates = rates
        self.losses = losses
        self.turning = turning
        self.found = found
        self.batchRows = batchRows
        self.gradients = gradients
    }
}
