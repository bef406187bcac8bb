package import Prediction

/// Trains again with all of a run's own settings, on changed training rows.
package protocol Repeater: Sendable {
    /// Seconds that one repetition is expected to take.
    var expectedSeconds: Double { get }
    /// The validation rows stay as they are, and so does the encoder, which was fitted on all training
    /// rows.
    func repetition(_ change: RowChange, seed: UInt64) throws -> Repetition
    /// Seconds that `steps()` is expected to take.
    var stepsSeconds: Double { get }
    /// A few steps of the run's training, of which nothing is kept.
    func steps() throws -> StepTrial
}

/// What a repetition learns from.
package enum RowChange: Sendable, Hashable {
    /// Each training row with probability ½, as the seed decides.
    case half
    /// All training rows, for all epochs, without a look at validation rows; the answers as they are, or
    /// shuffled among the rows.
    case toTheEnd(shuffled: Bool)
}

/// What came of training again.
package struct Repetition: Sendable {
    /// Of the rows of `Subject.training`, in their order, with the answers that were learned.
    package var training: LabelledPredictions
    /// Of the rows of `Subject.test`, in their order.
    package var test: LabelledPredictions
    /// Which of `training` were learned from.
    package var learned: [Bool]

    package init(training: LabelledPredictions, test: LabelledPredictions, learned: [Bool]) {
        self.training = training
        self.test = test
        self.learned = learned
    }
}

/// Rows that were planted among the training rows with answers drawn at random, and rows that were made
/// alike and not planted.
package struct Canaries: Sendable {
    package var planted: LabelledPredictions
    package var references: LabelledPredictions

    package init(planted: LabelledPredictions, references: LabelledPredictions) {
        self.planted = planted
        self.references = references
    }
}
