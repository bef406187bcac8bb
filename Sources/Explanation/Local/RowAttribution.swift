package import Prediction
package import Tables

/// A method that says how a model's predictions of rows came about, column by column.
///
/// Shapley values, gradients, occlusion and surrogates all are one, so that what judges explanations needs to
/// know none of them. The model is given at the call and not kept: the same method can be asked about another
/// model, such as one whose weights were randomised.
package protocol RowAttribution: Sendable {
    /// In words, such as `integrated gradients`.
    var name: String { get }

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

/// A model as a method of attribution sees it.
package struct AttributedModel: Sendable {
    package var predictor: any Predictor
    /// Rows that stand for what a row could have been instead, such as training rows; one or more.
    package var background: Table
    /// The number that is explained, from predictions and a row: a class's probability, say.
    package var output: @Sendable (Predictions, Int) -> Double
    /// The same model with its graph, for methods that need gradients; `nil` for a black box.
    package var encoded: EncodedModel?

    /// - Precondition: the background has a row.
    package init(
        predictor: any Predictor, background: Table,
        output: @escaping @Sendable (Predictions, Int) -> Double, encoded: EncodedModel? = nil
    ) {
        precondition(background.rowCount > 0, "a background needs a row")
        self.predictor = predictor
        self.background = background
        self.output = output
        self.encoded = encoded
    }

    /// In the order of an attribution's contributions.
    package var columns: [String] { predictor.features }

    /// The explained number of each row.
    package func values(of rows: Table) throws -> [Double] {
        let predictions = try predictor.predictions(for: rows)
        return (0..<rows.rowCount).map { output(predictions, $0) }
    }
}
