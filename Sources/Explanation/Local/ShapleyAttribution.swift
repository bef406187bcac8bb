import Models
package import Tables

/// Shapley values of raw columns as a method among others; see `ShapleyExplainer`.
package struct ShapleyAttribution: RowAttribution {
    /// Orders for each background row, with their opposites; `nil` for all subsets of the columns.
    package var pairs: Int?

    package init(pairs: Int? = 1) { self.pairs = pairs }

    package var name: String { "Shapley values" }

    /// - Precondition: for all subsets, the model has at most `ShapleyExplainer.mostExactColumns`.
    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let explainer = try ShapleyExplainer(
            model.predictor, background: model.background, output: model.output)
        return try (0..<rows.rowCount).map { row in
            try pairs.map { try explainer.sampled(row, of: rows, pairs: $0, seed: seed) }
                ?? explainer.exact(row, of: rows)
        }
    }
}
