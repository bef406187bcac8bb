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

    /// - Precondition: every column has `rowCount` cells, and no two have one name.
    package init(name: String, rowCount: Int, columns: [Column], lines: RowLines? = nil) {
        precondition(columns.allSatisfy { $0.count == rowCount }, "columns differ in length")
        precondition(Set(columns.map(\.name)).count == columns.count, "two columns have one name")
        self.name = name
        self.rowCount = rowCount
        self.columns = columns
        self.lines = lines
    }

    package func column(named name: String) -> Column? { columns.first { $0.name == name } }

    /// The given rows, in the given order.
    package func selecting(rows: [Int]) -> Table {
        Table(
            name: name, rowCount: rows.count, columns: columns.map { $0.selecting(rows: rows) },
            lines: lines?.selecting(rows: rows))
    }
}

package struct Column: Sendable, Hashable {
    package var name: String
    package var cells: Cells
    /// How dates were written in the file they are from.
    package var dateOrder: DateOrder?

    package init(name: String, cells: Cells, dateOrder: DateOrder? = nil) {
        self.name = name
        self.cells = cells
        self.dateOrder = dateOrder
    }

    package enum Cells: Sendable, Hashable {
        /// NaN where missing.
        case numbers([Double])
        /// Codes into the values; −1 where missing. Values are distinct, in order of first use.
        case categories(codes: [Int32], values: [String])
        /// Seconds since 1970-01-01 00:00 UTC; NaN where missing. `hasTime` tells dates from
        /// points in time.
        case dates([Double], hasTime: Bool)
    }

    package var count: Int {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers.count
        case .categories(let codes, _): codes.count
        }
    }

    package func isMissing(_ row: Int) -> Bool {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers[row].isNaN
        case .categories(let codes, _): codes[row] < 0
        }
    }

    package func selecting(rows: [Int]) -> Column {
        switch cells {
        case .numbers(let numbers):
            Column(name: name, cells: .numbers(rows.map { numbers[$0] }))
        case .dates(let seconds, let hasTime):
            Column(
                name: name, cells: .dates(rows.map { seconds[$0] }, hasTime: hasTime),
                dateOrder: dateOrder)
        case .categories(let codes, let values):
            Column(
                name: name, cells: .categories(codes: rows.map { codes[$0] }, values: values))
        }
    }
}
