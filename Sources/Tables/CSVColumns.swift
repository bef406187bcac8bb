import Synchronization

extension ParsedCSV {
    /// The columns' cells, in order, of numbers or texts. The pieces are used up.
    mutating func joinColumns(threads: Int) -> [Column.Cells] {
        let rows = rows
        let width = chunks.first?.pieces.count ?? 0
        // Each column's pieces are given up when it is joined, to hold no cell twice for long.
        let pieces = Mutex<[[ColumnPiece]]>(
            (0..<width).map { column in chunks.map { $0.pieces[column] } })
        for chunk in chunks.indices { chunks[chunk].pieces = [] }
        return inParallel(width, threads: threads) { column in
            let own = pieces.withLock { all in
                let own = all[column]
                all[column] = []
                return own
            }
            return own.contains { $0.mode == .number }
                ? joinNumbers(own, rows) : joinTexts(own, rows)
        }
    }
}

private func joinNumbers(_ pieces: [ColumnPiece], _ rows: Int) -> Column.Cells {
    var numbers: [Double] = []
    numbers.reserveCapacity(rows)
    for piece in pieces { numbers += piece.numbers }
    return .numbers(numbers)
}

/// Joins the pieces' texts in order of first use over the whole file.
private func joinTexts(_ pieces: [ColumnPiece], _ rows: Int) -> Column.Cells {
    var all = TextTable()
    var codes: [Int32] = []
    codes.reserveCapacity(rows)
    for piece in pieces {
        let storage = piece.texts.storage.span
        let renamed: [Int32] = (0..<piece.texts.count).map { index in
            guard !piece.meansMissing[index] else { return -1 }
            let range = piece.texts.range(index)
            return Int32(all.index(storage, range.lowerBound, range.upperBound))
        }
        for code in piece.codes { codes.append(code < 0 ? -1 : renamed[Int(code)]) }
    }
    return .categories(codes: codes, values: (0..<all.count).map(all.text))
}

// MARK: - Dates

extension CSVReader {
    /// Turns texts that are all dates into dates.
    func finish(
        _ cells: [Column.Cells], _ names: [String], _ lines: RowLines
    ) throws(TableError) -> [Column] {
        var columns: [Column] = []
        for (name, cells) in zip(names, cells) {
            columns.append(try finish(cells, name, lines))
        }
        return columns
    }

    private func finish(
        _ cells: Column.Cells, _ name: String, _ lines: RowLines
    ) throws(TableError) -> Column {
        let column = Column(name: name, cells: cells)
        let wanted = options.kinds[name]
        guard case .categories(let codes, let values) = cells, wanted != .category else {
            return column
        }
        guard !values.isEmpty else {
            let missing = [Double](repeating: .nan, count: codes.count)
            return Column(
                name: name,
                cells: wanted == .date ? .dates(missing, hasTime: false) : .numbers(missing))
        }
        // The orders under which all values so far are dates.
        var orders = DateOrder.allCases
        for (code, value) in values.enumerated() {
            orders = orders.filter { CellParsing.date(value, $0) != nil }
            guard orders.isEmpty else { continue }
            guard wanted == .date else { return column }
            throw fail(
                "\"\(value)\" is not a date as the ones above it are, or none at all",
                "Write dates as 2020-01-31",
                line: codes.firstIndex(of: Int32(code)).map { lines[$0] }, column: name)
        }
        guard orders.count == 1, let order = orders.first else {
            guard wanted == .date else { return column }
            throw fail(
                "day and month cannot be told apart, as in \"\(values[0])\"",
                "Write dates as 2020-01-31",
                line: codes.firstIndex(of: 0).map { lines[$0] }, column: name)
        }
        let parsed = values.map { CellParsing.date($0, order) ?? (.nan, false) }
        return Column(
            name: name,
            cells: .dates(
                codes.map { $0 < 0 ? .nan : parsed[Int($0)].seconds },
                hasTime: parsed.contains(where: \.hasTime)),
            dateOrder: order)
    }
}
