package import Models

/// A smaller model that is trained in a model's place, on the rows that it learned from.
package enum SmallForm: Sendable, Hashable {
    /// One perceptron with two hidden layers of so many units, taught by the model: on its rows and on rows that are mixed of
    /// them it learns what the model says.
    case taught(width: Int)
    /// The model's own network with hidden layers of so many units, which begins with these parameters, as its graph lays
    /// them out, and is taught by the model for a few epochs.
    case narrowed(width: Int, start: [Float])
    /// A linear function an output, which learns the rows' answers.
    case line
    /// A sum of functions of columns and of pairs of them, which learns the rows' answers.
    case curves
}

/// Trains smaller models in a run's place: what a remedy of the model may ask for.
package protocol SmallTraining: Sendable {
    /// One model, which learns from the rows that the run's first model learned from, and keeps the weights of the lowest
    /// loss on those that validated it.
    ///
    /// - Parameter teacher: The run's model, or one that was made of it.
    /// - Throws: an error that says why this run has no such model.
    func trained(_ form: SmallForm, inPlaceOf teacher: ModelBundle) throws -> SmallModel

    /// The same network and encoder with random weights: as large and as fast, and made at once.
    func untrained(_ form: SmallForm, inPlaceOf teacher: ModelBundle) throws -> ModelBundle
}

/// A model that was trained in another's place.
package struct SmallModel: Sendable {
    package var model: ModelBundle
    /// Rows of the table that it learned from.
    package var rows: Int
    /// Rows that were mixed of them.
    package var mixedRows: Int

    package init(model: ModelBundle, rows: Int, mixedRows: Int) {
        self.model = model
        self.rows = rows
        self.mixedRows = mixedRows
    }
}
