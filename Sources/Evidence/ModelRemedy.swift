package import Kernels
package import Models
package import Prediction
package import Tables

/// Something against a drawback that makes another model of a model, such as a smaller one: by a change of its numbers, or
/// by a training of another one in its place (`SmallTraining`).
///
/// It may calibrate or choose on rows that the model did not learn from and that are not those on which it is proved, and
/// is never believed: a proof measures before and after on the same untouched rows. The model that it is given stays as
/// it is.
///
/// `Documentation/AddingARemedy.md` is the walk.
package protocol ModelRemedy: Sendable {
    var description: RemedyDescription { get }
    /// What a user's number after its id means, such as "members to keep"; `nil` of one that takes none.
    var strengthText: String? { get }
    /// Strengths that a search tries, those that change the least first; `nil` is what the rows choose.
    ///
    /// - Returns: none where this model cannot be changed so.
    func strengths(for model: ModelBundle) -> [Double?]
    /// A model as large and as fast as the one that a strength comes to, or smaller and faster, without its numbers, so that
    /// a search trains none that is too large or too slow.
    ///
    /// - Returns: `nil` where only the change itself tells.
    func sketch(
        of model: ModelBundle, strength: Double?, on rows: CalibrationRows
    ) throws -> ModelBundle?
    /// - Parameters:
    ///   - strength: As a user wrote it; `nil` where the rows choose.
    ///   - rows: To calibrate and to choose on, one or more.
    ///   - pool: Runs the model.
    /// - Throws: an error that says why this model cannot be changed so.
    func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel
}

extension ModelRemedy {
    package func strengths(for model: ModelBundle) -> [Double?] { [nil] }
    package func sketch(
        of model: ModelBundle, strength: Double?, on rows: CalibrationRows
    ) throws -> ModelBundle? { nil }
}

/// Held-out rows that a remedy of a model calibrates or chooses on.
package struct CalibrationRows: Sendable {
    /// Their answers, and what the model says of them. Of a model that is a mean of several, each row was predicted by the
    /// one that did not learn from it, which `folds` names.
    package var rows: LabelledPredictions
    /// The same rows, encoded.
    package var features: EncodedFeatures
    /// The same rows, raw, for models that encode them otherwise; `nil` where they are known encoded only.
    package var table: Table?
    /// Trains other models on the run's rows; `nil` where there is no run.
    package var training: (any SmallTraining)?

    /// - Precondition: the same rows, in the same order.
    package init(rows: LabelledPredictions, features: EncodedFeatures) {
        precondition(rows.rows == features.rows, "the same rows")
        self.rows = rows
        self.features = features
    }

    /// The places of the rows that one of the models did not learn from; none of a model that learned from all.
    package func places(heldOutFrom model: Int) -> [Int] {
        guard let folds = rows.folds else { return model == 0 ? Array(0..<rows.rows) : [] }
        return folds.indices.filter { folds[$0] == model }
    }
}

extension CalibrationRows {
    /// What the model says and what one that was made of it says, of rows that neither learned from.
    ///
    /// Of a mean of several models each is asked for the rows that it did not learn from. One that stands in the place of
    /// several was trained as the first of them was, and is asked for that one's.
    ///
    /// - Parameter changed: A model that takes these rows raw, or encoded as the model before it takes them.
    /// - Throws: where rows cannot be encoded.
    package func predictions(
        of changed: ModelBundle, pool: WorkerPool
    ) throws -> (before: LabelledPredictions, after: LabelledPredictions) {
        var places: [Int] = []
        var said = Predictions(rows: 0, classes: [], values: [])
        for set in 0..<changed.count {
            let own = self.places(heldOutFrom: set)
            guard !own.isEmpty else { continue }
            let part = changed.only(set)
            let more =
                try table.map { try part.predict($0.selecting(rows: own), pool: pool) }
                ?? part.predict(features.selecting(rows: own), pool: pool)
            places += own
            said = Predictions(
                rows: said.rows + more.rows, classes: more.classes,
                values: said.values + more.values,
                bounds: more.bounds.map { (said.bounds ?? []) + $0 })
        }
        let before = rows.selecting(places)
        return (before, before.with(said))
    }
}

/// What a remedy made of a model.
package struct ChangedModel: Sendable {
    package var model: ModelBundle
    /// What was changed, and how the rows chose it: `5 of 16 members kept`.
    package var text: String

    package init(model: ModelBundle, text: String) {
        self.model = model
        self.text = text
    }
}
