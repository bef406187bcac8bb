package import Tables

/// A model as the six modules see it: it predicts raw rows.
package protocol Predictor: Sendable {
    /// The columns that it looks at.
    var features: [String] { get }
    /// - Returns: A prediction for each row of the table, in its order.
    /// - Throws: `TableError` where a column is missing or of another kind.
    func predictions(for table: Table) throws -> Predictions
}
