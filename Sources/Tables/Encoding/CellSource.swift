/// A table's cells as encoders read them: as they stand, or with numbers that are repaired first.
package struct CellSource {
    package let table: Table
    private let repair: (GroupRepair, GroupRepair.RowGroups)?
    /// What encoders need beside the cells while they are fitted.
    package let resources: ColumnResources

    /// As they stand.
    package init(_ table: Table) {
        self.table = table
        repair = nil
        resources = ColumnResources()
    }

    /// - Throws: where the repair lacks a column that tells groups.
    package init(
        _ table: Table, _ repair: GroupRepair?, _ resources: ColumnResources = ColumnResources()
    ) throws(TableError) {
        self.table = table
        self.resources = resources
        if let repair {
            self.repair = (repair, try repair.groups(of: table))
        } else {
            self.repair = nil
        }
    }

    /// - Throws: as `Table.numbers(in:)`.
    package func numbers(in column: String) throws(TableError) -> [Double] {
        let values = try table.numbers(in: column)
        guard let (repair, groups) = repair else { return values }
        return repair.repaired(values, column: column, groups)
    }
}

extension Table {
    /// A column's numbers; texts that are all numbers are read as such. Empty without the column.
    ///
    /// - Throws: `TableError` naming the first cell that is no number.
    package func numbers(in name: String) throws(TableError) -> [Double] {
        guard let column = column(named: name) else { return [] }
        if let numbers = column.numbers { return numbers }
        let format = column.format?.number
        return try readings(of: column, as: "a number") { text in
            guard column.kind == .category else { return nil }
            guard let format else { return CellParsing.number(text) }
            return WrittenNumber(text.utf8).flatMap(format.number)
        }
    }

    /// What the texts of a column's cells mean; NaN where missing. Each different text of a
    /// category is read once.
    ///
    /// - Throws: `TableError` naming the first cell that means nothing.
    func readings(
        of column: Column, as wanted: String, _ reading: (String) -> Double?
    ) throws(TableError) -> [Double] {
        func wrong(_ text: String, _ row: Int) -> TableError {
            TableError(
                action: "encoding", source: name, line: lines?[row], row: row + 1,
                column: column.name,
                problem: "\"\(text)\" is not \(wanted), which the model was trained with",
                advice: "Correct the cell or leave it empty")
        }
        var result = [Double](repeating: .nan, count: column.count)
        guard let cells = column.categories else {
            for row in result.indices {
                guard let text = column.text(row) else { continue }
                guard let value = reading(text) else { throw wrong(text, row) }
                result[row] = value
            }
            return result
        }
        let values = cells.values.map(reading)
        for (row, code) in cells.codes.enumerated() where code >= 0 {
            guard let value = values[Int(code)] else { throw wrong(cells.values[Int(code)], row) }
            result[row] = value
        }
        return result
    }
}
