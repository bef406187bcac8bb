extension FormatChoice {
    /// The column as dates; `nil` where it is none, or where day and month cannot be told apart.
    ///
    /// - Throws: where dates were asked for, naming the first cell that is none.
    mutating func dateColumn(
        _ name: String, _ texts: ColumnTexts
    ) throws(TableError) -> Column? {
        let isWanted = options.kinds[name] == .date
        let learned = options.formats[name]
        guard let evidence = DateEvidence(texts) else {
            if isWanted {
                _ = try share(
                    name, texts, texts.values.map { WrittenDate($0.utf8)?.seconds(.yearFirst) },
                    "dates")
            }
            return nil
        }
        guard let order = try order(name, texts, evidence, learned) else { return nil }
        let values = evidence.written.map { $0?.seconds(order) }
        switch try share(name, texts, values, "dates") {
        case .too(let cells):
            if let unread = evidence.firstUnread, evidence.unread * 2 > evidence.present {
                notes.append(
                    .init(
                        column: name,
                        kind: .text(
                            "looks like dates, but what follows the date in \(quoted(texts, unread)) is not read: it "
                                + "is taken as a category. Write times as 2020-01-31T10:00:00Z")))
            } else {
                noteCategory(name, cells)
            }
            return nil
        case .all(let odd):
            if evidence.hasShortYears, learned == nil {
                noteShortYears(name, texts, evidence, values)
            }
            return Column(
                name: name,
                cells: .dates(
                    cells(texts, values),
                    hasTime: evidence.written.contains { $0?.hasTime ?? false }),
                format: CellFormat(date: order, missing: odd), spelling: spelling(name, texts))
        }
    }

    private mutating func order(
        _ name: String, _ texts: ColumnTexts, _ evidence: DateEvidence, _ learned: CellFormat?
    ) throws(TableError) -> DateOrder? {
        if let given = options.orders[name] { return given }
        if let known = learned?.date { return known }
        if let order = evidence.order { return order }
        guard let first = evidence.firstAmbiguous else { return nil }
        if let order = evidence.firstOfMonths {
            noteOrder(name, texts, evidence, first, order, "all are then the first of a month")
            return order
        }
        if options.kinds[name] == .date {
            throw reader.fail(
                "day and month cannot be told apart, as in \"\(texts.values[first])\"",
                "Write dates as 2020-01-31, or say {order: day-first} or {order: month-first} in the schema file",
                line: texts.firstRow(first).map { lines[$0] }, column: name)
        }
        let readings = [DateOrder.dayFirst, .monthFirst].map { dayText(evidence, first, $0) }
        notes.append(
            .init(
                column: name,
                kind: .refused(
                    "\(quoted(texts, first)) can be \(readings[0]) or \(readings[1]), and no cell tells which",
                    advice:
                        "Say {order: day-first} or {order: month-first} for the column in a --schema file, "
                        + "write dates as 2020-01-31, or leave it out (--exclude)")))
        return nil
    }

    private func dayText(_ evidence: DateEvidence, _ index: Int, _ order: DateOrder) -> String {
        guard let seconds = evidence.written[index]?.seconds(order) else { return "?" }
        return Column(name: "", cells: .dates([seconds], hasTime: false)).text(0) ?? "?"
    }

    private mutating func noteOrder(
        _ name: String, _ texts: ColumnTexts, _ evidence: DateEvidence, _ index: Int,
        _ order: DateOrder, _ reason: String
    ) {
        notes.append(
            .init(
                column: name,
                kind: .choice(
                    "\(quoted(texts, index)) is read as \(dayText(evidence, index, order)) (\(order.title): \(reason))"
                )))
    }

    private mutating func noteShortYears(
        _ name: String, _ texts: ColumnTexts, _ evidence: DateEvidence, _ values: [Double?]
    ) {
        guard
            let index = evidence.written.indices.first(where: {
                evidence.written[$0]?.hasShortYear ?? false && values[$0] != nil
            }), let seconds = values[index],
            let day = Column(name: "", cells: .dates([seconds], hasTime: false)).text(0)
        else { return }
        notes.append(
            .init(
                column: name,
                kind: .choice(
                    "\(quoted(texts, index)) is read as \(day) (years of two digits are 1969 to 2068)"
                )))
    }
}
