package import Kernels
package import Optim

/// How a network is trained; everything that decides the bits of its weights.
///
/// Threads and clocks are not here: they do not decide. A budget that ended a training is recorded
/// as the step count that repeats it.
package struct TrainingSettings: Sendable, Hashable, Codable {
    package var optimizer: OptimizerSettings
    package var batchRows: Int
    /// The shards that a batch is cut into, whose gradients are added in their order; `nil` for `Trainer.shardCount`'s rule.
    package var shards: Int?
    package var maximumEpochs: Int
    /// Epochs without a better validation loss before training stops.
    package var patience: Int
    /// Ends training after so many steps, wherever that is in an epoch.
    package var maximumSteps: Int?
    package var seed: UInt64
    /// Of the products in a training step; inference multiplies in float32.
    package var precision: Precision
    /// Whether the last weights are kept rather than those of the lowest validation loss, and no validation
    /// loss stops the training.
    package var keepsLast = false
    /// The last share of the epochs, in [0, 1), over which the weights at each epoch's end are averaged;
    /// 0 for none. Only averages are kept, and only they count for patience.
    ///
    /// Source: Izmailov et al. 2018, arXiv:1803.05407.
    package var averagedShare: Float = 0
    /// How far the gradient is followed before the gradient is taken that moves the weights; 0 for not at
    /// all. See `SharpnessAwareStep`.
    package var sharpnessRadius: Float = 0
    /// α of the Beta(α, α) distribution of the shares in which rows are mixed, in (0, 1]; 0 for none. The
    /// training graph then takes pairs. See `PairMixing`.
    package var mixup: Float = 0

    package init(
        optimizer: OptimizerSettings, batchRows: Int = 256, maximumEpochs: Int = 60,
        patience: Int = 6, maximumSteps: Int? = nil, seed: UInt64 = 0,
        precision: Precision = .float32
    ) {
        self.optimizer = optimizer
        self.batchRows = batchRows
        self.maximumEpochs = maximumEpochs
        self.patience = patience
        self.maximumSteps = maximumSteps
        self.seed = seed
        self.precision = precision
    }
}

/// One epoch, or the part of one that a stop left.
package struct EpochRecord: Sendable, Hashable, Codable {
    /// From 1.
    package var epoch: Int
    /// Steps since the start.
    package var step: Int
    /// The mean training loss over the epoch's steps, with dropout.
    package var trainingLoss: Double
    /// The validation loss of the weights that would be kept; `nil` without validation rows.
    package var validationLoss: Double?
    package var isBest: Bool

    package init(
        epoch: Int, step: Int, trainingLoss: Double, validationLoss: Double?, isBest: Bool
    ) {
        self.epoch = epoch
        self.step = step
        self.trainingLoss = trainingLoss
        self.validationLoss = validationLoss
        self.isBest = isBest
    }
}

/// Why training ended.
package enum StopReason: Sendable, Hashable, Codable {
    case converged(patience: Int)
    case maximumEpochs(Int)
    case maximumSteps(Int)
    /// What a command may take is nearly used up; the whole of it in words, such as `60 s`.
    case budget(String)
    case interrupted
    /// A number was not finite; the best weights before it are kept.
    case numericalFailure(step: Int, node: String)
    /// Its loss grew so far that it was ended; the best weights before it are kept.
    case diverged(Divergence)
}

/// What a person sees of a running training.
package enum TrainingEvent: Sendable {
    case step(step: Int, plannedSteps: Int, loss: Double)
    /// Everything needed to continue stands in the trainer at this moment.
    case epoch(EpochRecord)
}

/// A training that failed before it had weights worth keeping.
package struct TrainingFailure: Error, Sendable, CustomStringConvertible {
    package var description: String
    /// Whether rows could not be read, and the settings are not to blame.
    package var isOfRows = false
    /// Of a number that was not finite.
    package var stop: StopReason?
}
