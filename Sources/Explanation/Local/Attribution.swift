/// How one row's prediction came about, column by column.
///
/// A category is one column, however it is encoded.
package struct Attribution: Sendable, Hashable {
    /// What the contributions start from, such as the mean prediction of the background rows.
    package var base: Double
    /// The row's own prediction.
    package var value: Double
    /// In the order of the model's columns. Methods that are complete divide `value − base` among them.
    package var contributions: [Contribution]
    /// `value − base − Σ contributions`: 0 but for rounding where a method is complete, and how far it is from
    /// that where it is not.
    package var residual: Double
    /// How many of the largest contributions, by size, are in an order that chance does not explain.
    package var resolved: Int
    /// Rows that were predicted for it, or whose gradient was taken.
    package var evaluations: Int

    package struct Contribution: Sendable, Hashable {
        package var column: String
        package var value: Double
        /// Of what was drawn at random, such as orders; 0 where nothing was.
        package var standardError: Double

        package init(column: String, value: Double, standardError: Double) {
            self.column = column
            self.value = value
            self.standardError = standardError
        }
    }

    /// The residual follows from the rest.
    package init(
        base: Double, value: Double, contributions: [Contribution], resolved: Int, evaluations: Int
    ) {
        self.base = base
        self.value = value
        self.contributions = contributions
        residual = value - base - contributions.reduce(0) { $0 + $1.value }
        self.resolved = resolved
        self.evaluations = evaluations
    }

    /// From the largest to the smallest.
    package var ranked: [Contribution] {
        contributions.sorted { (abs($1.value), $0.column) < (abs($0.value), $1.column) }
    }
}
