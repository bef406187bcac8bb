extension Table {
    /// The rows of two tables, of those columns that are named.
    ///
    /// - Throws: where one of them lacks a column, or has it of another kind.
    package func appending(_ other: Table, columns names: [String]) throws(TableError) -> Table {
        var joined: [Column] = []
        for name in names {
            guard let first = column(named: name), let second = other.column(named: name) else {
                throw TableError(
                    action: "joining", source: other.name, column: name, problem: "it is missing",
                    advice: "Add it; its cells may be empty")
            }
            guard let both = first.appending(second) else {
                throw other.unlike(second, first, of: self.name)
            }
            joined.append(both)
        }
        return Table(name: name, rowCount: rowCount + other.rowCount, columns: joined)
    }

    /// - Parameters:
    ///   - column: Of this table, of another kind than the one of that name in the other.
    ///   - other: That one.
    private func unlike(_ column: Column, _ other: Column, of source: String) -> TableError {
        let odd = other.kind == .number ? column.firstNoNumber(among: 0..<rowCount) : nil
        return TableError(
            action: "joining", source: name, line: odd.flatMap { lines?[$0] },
            row: odd.map { $0 + 1 }, column: column.name,
            problem: odd.flatMap(column.text).map {
                "\"\($0)\" is no number, as the cells of \(source) are"
            } ?? "it is of another kind than in \(source)",
            advice: odd == nil
                ? "Write it as it is written there" : "Correct the cell, or empty it")
    }
}

extension Column.Cells {
    /// `nil` where the kinds differ.
    func appending(_ other: Column.Cells) -> Column.Cells? {
        switch (self, other) {
        case (.numbers(let first), .numbers(let second)): return .numbers(first + second)
        case (.dates(let first, let hasTime), .dates(let second, let alsoTime)):
            return .dates(first + second, hasTime: hasTime || alsoTime)
        case (.categories(let codes, let values), .categories(let more, let others)):
            let all = Column.Spelling(codes: codes, values: values)
                .appending(.init(codes: more, values: others))
            return .categories(codes: all.codes, values: all.values)
        case (.texts(let first, let kind), .texts(let second, let other)) where kind == other:
            return .texts(first + second, kind: kind)
        default: return nil
        }
    }
}

extension Column.Spelling {
    /// The cells of both, matched by text.
    func appending(_ other: Column.Spelling) -> Column.Spelling {
        var all = self
        var places = [String: Int32](
            zip(values, 0..<Int32(values.count)), uniquingKeysWith: { first, _ in first })
        let translated = other.values.map { value -> Int32 in
            if let place = places[value] { return place }
            places[value] = Int32(all.values.count)
            all.values.append(value)
            return Int32(all.values.count - 1)
        }
        all.codes += other.codes.map { $0 < 0 ? -1 : translated[Int($0)] }
        return all
    }
}

extension Column {
    /// The cells of a column of the same name and kind behind these; `nil` where the kinds differ.
    func appending(_ other: Column) -> Column? {
        guard let cells = cells.appending(other.cells) else { return nil }
        var spelling: Spelling?
        if let own = self.spelling, let more = other.spelling { spelling = own.appending(more) }
        return Column(name: name, cells: cells, format: format, spelling: spelling)
    }
}

extension Column {
    /// A column of the same name and kind in which nothing stands.
    package func emptied(rows: Int) -> Column {
        let empty = [Double](repeating: .nan, count: rows)
        let none = [Int32](repeating: -1, count: rows)
        let cells: Cells =
            switch cells {
            case .numbers: .numbers(empty)
            case .dates(_, let hasTime): .dates(empty, hasTime: hasTime)
            case .categories: .categories(codes: none, values: [])
            case .texts(_, let kind): .texts([String?](repeating: nil, count: rows), kind: kind)
            }
        return Column(
            name: name, cells: cells, format: format,
            spelling: spelling.map { _ in Spelling(codes: none, values: []) })
    }
}
