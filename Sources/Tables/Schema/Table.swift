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

package struct Column: Sendable, Hashable {
    package var name: String
    package var cells: Cells
    /// How the cells were written in the file they are from; `nil` where nothing was learned of it.
    package var format: CellFormat?
    /// The texts of cells that are numbers or dates, where they tell groups or classes.
    package var spelling: Spelling?

    package init(
        name: String, cells: Cells, format: CellFormat? = nil, spelling: Spelling? = nil
    ) {
        self.name = name
        self.cells = cells
        self.format = format
        self.spelling = spelling
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

    /// Cells as they stand in the file.
    package struct Spelling: Sendable, Hashable {
        /// Into the values; −1 where missing.
        package var codes: [Int32]
        /// Distinct, in order of first use.
        package var values: [String]
    }

    package var count: Int {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers.count
        case .categories(let codes, _): codes.count
        }
    }

    /// The distinct texts of the cells, and each cell's place among them; −1 where missing. `nil` of numbers and dates whose texts
    /// were not kept.
    package var texts: Spelling? {
        if case .categories(let codes, let values) = cells {
            return Spelling(codes: codes, values: values)
        }
        return spelling
    }

    /// Whether nothing stands in a cell; one that is spelled is not missing, though it may be no number.
    package func isMissing(_ row: Int) -> Bool {
        if let spelling { return spelling.codes[row] < 0 }
        return switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers[row].isNaN
        case .categories(let codes, _): codes[row] < 0
        }
    }

    package func selecting(rows: [Int]) -> Column {
        var chosen = self
        switch cells {
        case .numbers(let numbers): chosen.cells = .numbers(rows.map { numbers[$0] })
        case .dates(let seconds, let hasTime):
            chosen.cells = .dates(rows.map { seconds[$0] }, hasTime: hasTime)
        case .categories(let codes, let values):
            chosen.cells = .categories(codes: rows.map { codes[$0] }, values: values)
        }
        if let spelling { chosen.spelling?.codes = rows.map { spelling.codes[$0] } }
        return chosen
    }
}
