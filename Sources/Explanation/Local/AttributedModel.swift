import Kernels
package import Models
package import Prediction
package import Tables

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

    /// A model with all that it can be asked.
    ///
    /// - Parameter place: The class whose probability is explained; the last if `nil`, and the number of a regression.
    /// - Precondition: the background has a row.
    package init(_ predictor: any Predictor, background: Table, explaining place: Int? = nil) {
        self.init(
            predictor: predictor, background: background,
            output: { $0.values[$1 * $0.width + (place ?? $0.width - 1)] },
            encoded: Self.encoded(predictor.abilities, explaining: place))
    }

    private static func encoded(_ abilities: ModelAbilities, explaining place: Int?) -> EncodedModel? {
        if let opened = abilities.opened {
            return opened.model.encoded(
                explaining: place ?? max(opened.model.target.classes.count - 1, 0),
                threads: opened.pool.threads)
        }
        return abilities.graph.map { EncodedModel($0, explaining: place ?? $0.explained.count - 1) }
    }

    /// In the order of an attribution's contributions.
    package var columns: [String] { predictor.features }

    /// The explained number of each row.
    package func values(of rows: Table) throws -> [Double] {
        let predictions = try predictor.predictions(for: rows)
        return (0..<rows.rowCount).map { output(predictions, $0) }
    }
}

// MARK: - What it can be asked

extension AttributedModel {
    package var abilities: Set<ModelAbility> {
        let others = predictor.abilities.all.subtracting([.gradients])
        return encoded == nil ? others : others.union([.gradients])
    }

    /// The model with its graph.
    ///
    /// - Parameter purpose: What it is wanted for, such as `explaining by saliency`.
    /// - Throws: where the model has no gradients, with the reason.
    func gradients(for purpose: String) throws(AttributionError) -> EncodedModel {
        if let encoded { return encoded }
        let abilities = predictor.abilities
        let obstacle = abilities.opened?.model.gradientObstacle
        throw AttributionError(
            purpose,
            obstacle.map { $0 + ", which has no gradient" }
                ?? abilities.graphObstacle.map { "the model is no graph that has gradients: \($0)" }
                ?? "the model only predicts, and has no gradient",
            "Use a method that needs none, such as Shapley values")
    }
}
