extension Encoder {
    /// Columns of new rows whose cells training rows never had, or that have no cell at all, one sentence each.
    ///
    /// Of a category that is hashed it is not known which texts the training rows had.
    package func unseen(in table: Table) -> [String] {
        let source = CellSource(table)
        return columns.compactMap { encoder in
            let name = encoder.column
            guard table.rowCount > 0, let column = table.column(named: name) else { return nil }
            let missing = (0..<table.rowCount).count { column.isMissing($0) }
            if missing == table.rowCount, missing > 1 {
                return "column \"\(name)\": all \(missing) cells are missing"
            }
            let rows = encoder.unseenRows(in: source)
            guard let first = rows.first, let text = column.text(first) else { return nil }
            let place = table.lines.map { ", line \($0[first])" } ?? ""
            let all = rows.count == table.rowCount - missing
            return
                "column \"\(name)\": \(rows.count) of \(table.rowCount) rows have a category that no training "
                + "row had (such as \"\(text)\"\(place))"
                + (all && rows.count > 1 ? ": every cell is new" : "")
        }
    }
}
