package import Models
package import Tables

/// A method that says how a model's predictions of rows came about, column by column.
///
/// Shapley values, gradients, occlusion and surrogates all are one, so that what judges explanations needs to
/// know none of them. The model is given at the call and not kept: the same method can be asked about another
/// model, such as one whose weights were randomised.
package protocol RowAttribution: Sendable {
    /// In words, such as `integrated gradients`.
    var name: String { get }
    /// What a model must be able to tell beside its predictions.
    var needs: Set<ModelAbility> { get }

    /// One attribution for each row of the table, in its order.
    ///
    /// The same arguments give the same bits, whatever the number of threads.
    ///
    /// - Parameters:
    ///   - rows: Raw rows with the model's columns, as they are predicted.
    ///   - seed: Of all that is drawn at random.
    /// - Throws: an error that says what the method cannot do with this model, or what it lacks.
    func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution]
}

extension RowAttribution {
    /// Predictions of raw rows are enough.
    package var needs: Set<ModelAbility> { [] }
}
