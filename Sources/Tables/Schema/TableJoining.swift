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
}
