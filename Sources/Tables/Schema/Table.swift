/// Rows and named, typed columns.
///
/// A table is a value; its columns share their storage until one is changed.
package struct Table: Sendable, Hashable {
    package private(set) var columns: [Column]
    package let rowCount: Int
    /// What errors call it, such as the file's name.
    package var name: String
    /// The line of its file on which each row begins; `nil` for a table that is from no file.
    package let lines: RowLines?
    /// What its reader chose, or could not tell.
    package let notes: [ReadingNote]
    /// What its reader did with the file as a whole, such as columns left out; one clause each.
    package let remarks: [String]

    /// - Precondition: every column has `rowCount` cells, and no two have one name.
    package init(
        name: String, rowCount: Int, columns: [Column], lines: RowLines? = nil,
        notes: [ReadingNote] = [], remarks: [String] = []
    ) {
        precondition(columns.allSatisfy { $0.count == rowCount }, "columns differ in length")
        precondition(Set(columns.map(\.name)).count == columns.count, "two columns have one name")
        self.name = name
        self.rowCount = rowCount
        self.columns = columns
        self.lines = lines
        self.notes = notes
        self.remarks = remarks
    }

    package func column(named name: String) -> Column? { columns.first { $0.name == name } }

    /// The given rows, in the given order.
    package func selecting(rows: [Int]) -> Table {
        Table(
            name: name, rowCount: rows.count, columns: columns.map { $0.selecting(rows: rows) },
            lines: lines?.selecting(rows: rows))
    }
}
