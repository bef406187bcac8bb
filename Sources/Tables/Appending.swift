extension Table {
    /// The rows of two tables, of those columns that are named.
    ///
    /// - Throws: where one of them lacks a column, or has it of another kind.
    package func appending(_ other: Table, columns names: [String]) throws(TableError) -> Table {
        var joined: [Column] = []
        for name in names {
            guard let first = column(named: name), let second = other.column(named: name),
                let cells = first.cells.appending(second.cells)
            else {
                throw TableError(
                    action: "joining", source: other.name, column: name,
                    problem: "it is missing, or of another kind than in \(self.name)",
                    advice: "Write it as it is written there")
            }
            joined.append(Column(name: name, cells: cells, dateOrder: first.dateOrder))
        }
        return Table(name: name, rowCount: rowCount + other.rowCount, columns: joined)
    }
}

extension Column.Cells {
    /// `nil` where the kinds differ.
    fileprivate func appending(_ other: Column.Cells) -> Column.Cells? {
        switch (self, other) {
        case (.numbers(let first), .numbers(let second)): return .numbers(first + second)
        case (.dates(let first, let hasTime), .dates(let second, let alsoTime)):
            return .dates(first + second, hasTime: hasTime || alsoTime)
        case (.categories(let codes, var values), .categories(let more, let others)):
            var places = Dictionary(uniqueKeysWithValues: zip(values, 0..<Int32(values.count)))
            let translated = others.map { value -> Int32 in
                if let place = places[value] { return place }
                places[value] = Int32(values.count)
                values.append(value)
                return Int32(values.count - 1)
            }
            return .categories(
                codes: codes + more.map { $0 < 0 ? $0 : translated[Int($0)] }, values: values)
        default: return nil
        }
    }
}
