extension Table {
    /// The rows of both tables in the given columns, one after another.
    ///
    /// Categories are matched by text. A column that is of different kinds, or missing in one of
    /// the tables, is left out.
    package func joining(_ other: Table, columns names: [String]) -> Table {
        let joined = names.compactMap { name in
            column(named: name).flatMap { own in
                other.column(named: name).flatMap { own.appending($0) }
            }
        }
        return Table(name: self.name, rowCount: rowCount + other.rowCount, columns: joined)
    }

    /// Rows that equal one of another table in those of the given columns that both have, of one kind.
    ///
    /// - Returns: How many, and in how many columns; without a common column all rows are equal.
    package func rowsOccurring(
        in other: Table, columns: [String]
    ) -> (count: Int, columns: Int) {
        let both = other.joining(self, columns: columns)
        let codes = DuplicateIndex(both, columns: both.columns.map(\.name)).codes
        let known = Set(codes[..<other.rowCount])
        return (codes[other.rowCount...].count { known.contains($0) }, both.columns.count)
    }
}
