extension TrainConfiguration {
    /// What holds a network back from learning its rows by heart, beside what `ModelOptions` and
    /// `LearningOptions` hold; all of it is off unless asked for.
    package struct RegularisingOptions: Codable, Sendable, Hashable {
        /// α of the shares in which rows are mixed, 0 for none; see `PairMixing`.
        package var mixup: Float = 0
        /// The standard deviation of the noise on scaled numbers; see `InputNoise`.
        package var inputNoise: Float = 0
        /// The probability that a category is swapped; see `InputNoise`.
        package var categorySwap: Float = 0
        /// The last share of the epochs whose weights are averaged (SWA), 0 for none.
        package var averagedShare: Float = 0
        /// The radius of sharpness-aware steps (SAM), 0 for none.
        package var sharpness: Float = 0
        /// Passes with dropout that a prediction is the mean of; 0 for one pass without.
        package var dropoutPasses = 0
        package var keeps = KeptWeights.best
        /// The exponent of the generalised cross-entropy of classes; `nil` for cross-entropy.
        package var robustLoss: Float?

        package init() {}
    }

    /// Which weights a training ends with.
    package enum KeptWeights: String, Codable, Sendable, Hashable, CaseIterable {
        /// Those of the lowest validation loss; it stops the training too.
        case best
        /// The last, after all epochs.
        case last

        package var text: String {
            switch self {
            case .best: "the weights of the lowest validation loss"
            case .last: "the last weights"
            }
        }
    }
}
