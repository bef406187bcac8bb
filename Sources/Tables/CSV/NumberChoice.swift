extension FormatChoice {
    /// The column as numbers; `nil` where it is none, or where two readings remain.
    ///
    /// - Throws: where numbers were asked for, naming the first cell that is none.
    mutating func numberColumn(
        _ name: String, _ texts: ColumnTexts, _ evidence: NumberEvidence?
    ) throws(TableError) -> Column? {
        let learned = options.formats[name]
        guard let evidence else {
            if options.kinds[name] == .number {
                _ = try share(
                    name, texts, texts.values.map { WrittenNumber($0.utf8)?.pointed }, "numbers")
            }
            return nil
        }
        if options.kinds[name] == nil, learned == nil, let identity = evidence.identity,
            !evidence.written.contains(where: { $0 == nil })
        {
            notes.append(.init(column: name, kind: .text(identityText(texts, identity))))
            return nil
        }
        if let format = learned?.number {
            let values = evidence.written.map { $0.flatMap(format.number) }
            if !values.contains(where: { $0 == nil }) {
                return column(name, texts, values, learned)
            }
            if options.spelled.contains(name), case .all = try share(name, texts, values, "numbers") {
                return column(name, texts, values, learned)
            }
        }
        guard let decimal = decimal(name, texts, evidence) else { return nil }
        let format = evidence.format(decimal)
        let values = evidence.written.map { $0.flatMap(format.number) }
        switch try share(name, texts, values, "numbers") {
        case .too(let cells):
            noteCategory(name, cells)
            return nil
        case .all(let odd):
            noteChoice(name, texts, evidence, format, values)
            let taught = !format.isPlain || evidence.either < evidence.present || !odd.isEmpty
            return column(
                name, texts, values,
                taught ? CellFormat(number: format, missing: odd) : learned)
        }
    }

    private func column(
        _ name: String, _ texts: ColumnTexts, _ values: [Double?], _ format: CellFormat?
    ) -> Column {
        Column(
            name: name, cells: .numbers(cells(texts, values)), format: format,
            spelling: spelling(name, texts))
    }

    // MARK: - The mark before decimals

    /// The mark before the decimals of a column; `nil` where nothing decides, which is noted.
    private mutating func decimal(
        _ name: String, _ texts: ColumnTexts, _ evidence: NumberEvidence
    ) -> NumberFormat.Decimal? {
        if let given = options.decimals[name] { return given }
        if let given = options.decimalComma { return given ? .comma : .point }
        if let proven = evidence.proven { return proven }
        guard let first = evidence.firstAmbiguous else {
            if evidence.pointOnly + evidence.commaOnly == 0 { return fileDecimal ?? .point }
            return evidence.pointOnly >= evidence.commaOnly ? .point : .comma
        }
        guard !evidence.hasBothMarks else { return refuse(name, texts, evidence, first) }
        if evidence.ambiguousMark == .comma {
            switch fileDecimal {
            case .point?: return .point
            case .comma? where !evidence.looksGrouped: return .comma
            case nil where evidence.looksGrouped: return .point
            default: return refuse(name, texts, evidence, first)
            }
        }
        switch fileDecimal {
        case .comma?: return .comma
        case .point? where header.delimiter == Byte.comma: return .point
        case _ where evidence.looksGrouped: return refuse(name, texts, evidence, first)
        default: return .point
        }
    }

    private mutating func refuse(
        _ name: String, _ texts: ColumnTexts, _ evidence: NumberEvidence, _ first: Int
    ) -> NumberFormat.Decimal? {
        guard let number = evidence.written[first], let pointed = number.pointed,
            let commaed = number.commaed
        else { return nil }
        notes.append(
            .init(
                column: name,
                kind: .refused(
                    "\(quoted(texts, first)) can be \(numberText(pointed)) or \(numberText(commaed)), and no cell "
                        + "tells which",
                    advice:
                        "Say --no-decimal-comma for \(numberText(pointed)) or --decimal-comma for "
                        + "\(numberText(commaed)), in a --schema file {decimal: point} or {decimal: comma} for "
                        + "this column alone, or leave it out (--exclude)")))
        return nil
    }

    // MARK: - What is said

    /// Says how cells are read that are not plain numbers, by the first of them.
    private mutating func noteChoice(
        _ name: String, _ texts: ColumnTexts, _ evidence: NumberEvidence, _ format: NumberFormat,
        _ values: [Double?]
    ) {
        guard options.formats[name]?.number != format else { return }
        var reasons = format.text.map { [$0] } ?? []
        let shown = evidence.written.indices.first { index in
            guard let number = evidence.written[index], values[index] != nil else { return false }
            return number.thousands(format.decimal) != nil || number.isPercent
                || number.currency != nil
        }
        var place = shown
        if format.thousands == nil, let ambiguous = evidence.firstAmbiguous,
            evidence.looksGrouped || evidence.proven == nil && format.decimal == .comma
        {
            place = ambiguous
            reasons.insert("decimal \(format.decimal.rawValue)s", at: 0)
        }
        guard let place, let value = values[place], !reasons.isEmpty else { return }
        notes.append(
            .init(
                column: name,
                kind: .choice(
                    "\(quoted(texts, place)) is read as \(numberText(value)) (\(reasons.joined(separator: "; ")))"
                )))
    }

    private func identityText(
        _ texts: ColumnTexts, _ identity: (index: Int, isPadded: Bool)
    ) -> String {
        let cell = quoted(texts, identity.index)
        return identity.isPadded
            ? "has cells that begin with a zero, as \(cell), which names rather than counts: it is taken as a "
                + "category. If they are numbers, declare {kind: number} in a --schema file"
            : "has whole numbers of more digits than a number keeps apart, as \(cell): it is taken as a category. "
                + "If they are numbers, declare {kind: number} in a --schema file"
    }
}
