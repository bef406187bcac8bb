package import Kernels
package import Models
package import Prediction
package import Tables

/// Something against a drawback that makes another model of a model, such as a smaller one, without training.
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
    /// - Parameters:
    ///   - strength: As a user wrote it; `nil` where the rows choose.
    ///   - rows: To calibrate and to choose on, one or more.
    ///   - pool: Runs the model.
    /// - Throws: an error that says why this model cannot be changed so.
    func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel
}

/// Held-out rows that a remedy of a model calibrates or chooses on.
package struct CalibrationRows: Sendable {
    /// Their answers, and what the model says of them. Of a model that is a mean of several, each row was predicted by the
    /// one that did not learn from it, which `folds` names.
    package var rows: LabelledPredictions
    /// The same rows, encoded.
    package var features: EncodedFeatures

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
