package import Prediction
package import Tables

/// A model as the six modules see it: it predicts raw rows.
package protocol Predictor: Sendable {
    /// The columns that it looks at.
    var features: [String] { get }
    /// - Returns: A prediction for each row of the table, in its order.
    /// - Throws: `TableError` where a column is missing or of another kind.
    func predictions(for table: Table) throws -> Predictions
    /// Predicts rows that are put together from the cells of others.
    ///
    /// - Parameters:
    ///   - table: The rows whose cells are taken.
    ///   - sources: Of each of `features`, the row that each new row has its cell from; all of one length.
    func predictions(mixing table: Table, sources: [[Int]]) throws -> Predictions
    /// What can be asked of it beside its predictions; nothing of a black box.
    var abilities: ModelAbilities { get }
    /// The same model with its numbers at another place in memory, which decides some per cent of its speed.
    func copied() -> any Predictor
}

extension Predictor {
    package var abilities: ModelAbilities { ModelAbilities() }
    package func copied() -> any Predictor { self }

    package func predictions(mixing table: Table, sources: [[Int]]) throws -> Predictions {
        try predictions(for: mixed(table, sources: sources))
    }

    /// The rows that are put together, with the columns of `features` alone.
    package func mixed(_ table: Table, sources: [[Int]]) throws(TableError) -> Table {
        let columns = try zip(features, sources).map { name, rows throws(TableError) in
            guard let column = table.column(named: name) else {
                throw TableError(
                    action: "predicting", source: table.name, column: name,
                    problem: "the model needs it, and it is not there",
                    advice: "Add it; cells may be empty")
            }
            return column.selecting(rows: rows)
        }
        return Table(name: table.name, rowCount: sources.first?.count ?? 0, columns: columns)
    }
}

/// A model of which there are others with randomised weights.
package protocol RandomizablePredictor: Predictor {
    /// The same model with the weights of its last layer, or of all layers, in another order and with random signs.
    ///
    /// With such a last layer, a model and its negative are equally likely.
    func randomized(_ part: RandomizedPart, seed: UInt64) -> any Predictor
}

extension RandomizablePredictor {
    package var abilities: ModelAbilities {
        ModelAbilities(randomized: { randomized($0, seed: $1) })
    }
}

package enum RandomizedPart: String, Sendable, CaseIterable {
    case lastLayer, allLayers
}
