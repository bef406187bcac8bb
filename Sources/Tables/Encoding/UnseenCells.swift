/// What of new rows the training rows never had, column by column: in all of them, or block by block.
package struct UnseenCells: Sendable {
    private struct Cells {
        var column: String
        /// Whether the rows have the column.
        var isThere = false
        var missing = 0
        var unseen = 0
        /// The first text that is new, and its line.
        var first: (text: String, line: Int?)?
    }

    private var columns: [Cells]
    private var rows = 0

    /// Of no rows yet.
    package init(_ encoder: Encoder) {
        columns = encoder.columns.map { Cells(column: $0.column) }
    }

    package init(_ encoder: Encoder, in table: Table) {
        self.init(encoder)
        rows = table.rowCount
        let source = CellSource(table)
        for (place, encoder) in encoder.columns.enumerated() {
            guard let column = table.column(named: encoder.column) else { continue }
            columns[place].isThere = true
            columns[place].missing = column.missingCount
            let unseen = encoder.unseenRows(in: source)
            columns[place].unseen = unseen.count
            guard let first = unseen.first, let text = column.text(first) else { continue }
            columns[place].first = (text, table.lines?[first])
        }
    }

    /// Those of the rows behind.
    ///
    /// - Precondition: of the same encoder.
    package mutating func add(_ other: UnseenCells) {
        rows += other.rows
        for (place, more) in other.columns.enumerated() {
            columns[place].isThere = columns[place].isThere || more.isThere
            columns[place].missing += more.missing
            columns[place].unseen += more.unseen
            if columns[place].first == nil { columns[place].first = more.first }
        }
    }

    /// Columns whose cells training rows never had, or that have no cell at all, one sentence each.
    ///
    /// Of a category that is hashed it is not known which texts the training rows had.
    package var sentences: [String] {
        guard rows > 0 else { return [] }
        return columns.compactMap { cells in
            guard cells.isThere else { return nil }
            let (name, missing) = (cells.column, cells.missing)
            if missing == rows, missing > 1 {
                return "column \"\(name)\": all \(missing) cells are missing"
            }
            guard let first = cells.first else { return nil }
            let place = first.line.map { ", line \($0)" } ?? ""
            let all = cells.unseen == rows - missing
            return
                "column \"\(name)\": \(cells.unseen) of \(rows) rows have a category that no training "
                + "row had (such as \"\(first.text)\"\(place))"
                + (all && cells.unseen > 1 ? ": every cell is new" : "")
        }
    }
}

extension Encoder {
    /// As `UnseenCells.sentences`, of all rows of a table.
    package func unseen(in table: Table) -> [String] { UnseenCells(self, in: table).sentences }
}
