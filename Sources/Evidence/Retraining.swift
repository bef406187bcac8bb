package import Prediction

/// Trains again, by the run's recipe or by a reduced one, and predicts the test rows.
package protocol Retrainer: Sendable {
    /// What is reduced, in words: "3,907 of 39,073 rows, one split in place of folds, 4 members".
    var reduction: String { get }
    /// Rows that the run trained or validated on.
    var rows: Int { get }
    /// What of the run's settings may be changed, in the order of trial.
    var knobs: [TrainingChange.Knob] { get }
    /// Seconds of the nominal machine that these trainings are expected to take; none for those that were
    /// done already.
    func expectedSeconds(of changes: [TrainingChange]) -> Double
    /// Of the test rows; asked twice, it trains once. The run's own training is not repeated.
    func predictions(after change: TrainingChange) throws -> LabelledPredictions
}

/// How a repeated training differs from the run's own.
package struct TrainingChange: Sendable, Hashable {
    package var recipe: Recipe
    package var seed: UInt64
    /// Of the recipe's rows; in (0, 1].
    package var shareOfRows: Double
    package var knob: Knob?

    package enum Recipe: String, Sendable, Hashable {
        /// All that the run did, from split to averaged models.
        case delivered
        /// Fewer rows and members, one split, no refits; stopped early as the run's own.
        case reduced
    }

    /// A factor on one of the main settings.
    package struct Knob: Sendable, Hashable {
        /// Its id.
        package var setting: String
        /// Its name in words.
        package var name: String
        package var factor: Float

        package init(setting: String, name: String, times factor: Float) {
            self.setting = setting
            self.name = name
            self.factor = factor
        }
    }

    package init(
        _ recipe: Recipe, seed: UInt64, shareOfRows: Double = 1, knob: Knob? = nil
    ) {
        self.recipe = recipe
        self.seed = seed
        self.shareOfRows = shareOfRows
        self.knob = knob
    }
}
