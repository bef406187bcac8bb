/// A training that diverged, and the rate that the next one was begun with.
package struct TrainingRestart: Sendable, Hashable, Codable {
    /// The peak learning rate that diverged.
    package var from: Float
    /// That of the next training.
    package var to: Float
    package var cause: Divergence
    package var choice: Choice
    /// Steps that were taken with the rate that diverged, and of the search for another.
    package var lostSteps: Int

    /// How the next rate was chosen.
    package enum Choice: String, Sendable, Hashable, Codable {
        /// What the recipe settles for this table, which the range test found to be stable.
        case recipe
        /// A tenth of the rate where the range test's loss turned.
        case found
        /// A tenth of the rate that diverged.
        case tenth
    }

    package init(
        from: Float, to: Float, cause: Divergence, choice: Choice, lostSteps: Int
    ) {
        self.from = from
        self.to = to
        self.cause = cause
        self.choice = choice
        self.lostSteps = lostSteps
    }
}
