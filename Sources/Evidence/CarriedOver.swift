package import Statistics

/// What came of weights that a training began with and another run had learned.
package struct CarriedOver: Sendable, Hashable {
    /// The other run's folder.
    package var run: String
    /// Columns that both tables have, of those that the model reads.
    package var columns: Int
    package var features: Int
    /// The loss with carried weights less that without, over rows that neither model learned from; `nil` where both could
    /// not be compared.
    package var change: Estimate?
    package var unit: String
    /// Rows behind the change.
    package var rows: Int
    /// Whether the run's model is the one with carried weights.
    package var isDelivered: Bool
    /// Test rows that equal one that the other run learned from; `nil` where its rows are not there to compare.
    package var repeatedTestRows: RepeatedRows?

    /// Rows that equal others in some columns.
    package struct RepeatedRows: Sendable, Hashable {
        package var count: Int
        package var rows: Int
        package var columns: Int

        package init(count: Int, rows: Int, columns: Int) {
            self.count = count
            self.rows = rows
            self.columns = columns
        }
    }

    package init(
        run: String, columns: Int, features: Int, change: Estimate?, unit: String, rows: Int,
        isDelivered: Bool, repeatedTestRows: RepeatedRows?
    ) {
        self.run = run
        self.columns = columns
        self.features = features
        self.change = change
        self.unit = unit
        self.rows = rows
        self.isDelivered = isDelivered
        self.repeatedTestRows = repeatedTestRows
    }

    /// What the rows allow to say of the change: `helps`, `harms` or `cannot tell`.
    package var verdict: String {
        guard let change, let lower = change.lower, let upper = change.upper else {
            return "cannot tell"
        }
        return upper < 0 ? "helps" : lower > 0 ? "harms" : "cannot tell"
    }
}
