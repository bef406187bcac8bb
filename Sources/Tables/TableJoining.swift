extension Table {
    /// The rows of both tables in the given columns, one after another.
    ///
    /// Categories are matched by text. A column that is of different kinds, or missing in one of
    /// the tables, is left out.
    package func joining(_ other: Table, columns names: [String]) -> Table {
        let joined: [Column] = names.compactMap { name in
            guard let a = column(named: name), let b = other.column(named: name) else { return nil }
            switch (a.cells, b.cells) {
            case (.numbers(let x), .numbers(let y)):
                return Column(name: name, cells: .numbers(x + y))
            case (.dates(let x, let hasTime), .dates(let y, let hasTimeToo)):
                return Column(name: name, cells: .dates(x + y, hasTime: hasTime || hasTimeToo))
            case (.categories(let x, var values), .categories(let y, let more)):
                var index: [String: Int32] = [:]
                for (code, value) in values.enumerated() { index[value] = Int32(code) }
                let renamed = more.map { value in
                    if let known = index[value] { return known }
                    values.append(value)
                    index[value] = Int32(values.count - 1)
                    return Int32(values.count - 1)
                }
                return Column(
                    name: name,
                    cells: .categories(
                        codes: x + y.map { $0 < 0 ? -1 : renamed[Int($0)] }, values: values))
            default: return nil
            }
        }
        return Table(name: self.name, rowCount: rowCount + other.rowCount, columns: joined)
    }
}
