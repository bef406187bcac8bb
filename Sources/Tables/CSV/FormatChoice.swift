/// Decides from all cells of each column how they are read.
///
/// A column's own cells decide where one of them can be read one way only: `1,234.5`, `1,234,567`, `12,5`, a day above 12. Else
/// the other columns of the file do, by the mark that they have before decimals, and else what is usual between commas, a
/// decimal point. Where two readings remain the column is refused with both. See decision 26.
struct FormatChoice {
    let reader: CSVReader
    let header: CSVHeader
    let columns: [JoinedColumn]
    let lines: RowLines
    let numbers: [NumberEvidence?]
    /// The mark before decimals that other columns show; `nil` where they show none, or both.
    let fileDecimal: NumberFormat.Decimal?
    private let hasCommaDecimals: Bool
    var notes: [ReadingNote] = []
    var remarks: [String] = []

    var options: CSVOptions { reader.options }

    init(_ reader: CSVReader, _ header: CSVHeader, _ columns: [JoinedColumn], _ lines: RowLines) {
        self.reader = reader
        self.header = header
        // What an earlier file had as single odd cells is missing here, too; where texts tell groups it stays one.
        let columns = zip(header.names, columns).map { name, column in
            guard case .texts(let texts) = column, !reader.options.spelled.contains(name),
                let missing = reader.options.formats[name]?.missing
            else { return column }
            return JoinedColumn.texts(texts.lacking(Set(missing)))
        }
        self.columns = columns
        self.lines = lines
        numbers = zip(header.names, columns).map { name, column in
            guard case .texts(let texts) = column, !name.isEmpty,
                reader.options.kinds[name] ?? .number == .number
            else { return nil }
            return NumberEvidence(texts)
        }
        var found = Set<NumberFormat.Decimal>()
        for (column, evidence) in zip(columns, numbers) {
            switch column {
            case .numbers(_, let point, let traits) where traits.decimal > 0:
                found.insert(point == Byte.comma ? .comma : .point)
            case .texts:
                guard let evidence, let proven = evidence.proven,
                    evidence.readable(proven) * 20 >= evidence.present * 19
                else { continue }
                // Groups alone, as in 1,234,567, prove a mark too.
                found.insert(proven)
            default: break
            }
        }
        hasCommaDecimals = found.contains(.comma)
        let isUsual = header.delimiter == Byte.comma && !hasCommaDecimals
        fileDecimal = found.count == 1 ? found.first : isUsual ? .point : nil
    }

    /// Columns that were taken for numbers with a decimal point, and may have points between thousands as the file has
    /// decimal commas.
    var columnsToReadAgain: Set<Int> {
        guard hasCommaDecimals, options.decimalComma == nil else { return [] }
        return Set(
            columns.indices.filter { index in
                guard case .numbers(_, Byte.point, let traits) = columns[index],
                    options.decimals[header.names[index]] == nil,
                    options.formats[header.names[index]]?.number == nil
                else { return false }
                return header.delimiter == Byte.comma
                    || (traits.grouped > 0 && traits.decimal * 50 < traits.grouped)
            })
    }

    /// The column; `nil` for one without a name that is rightly left out.
    mutating func column(_ index: Int) throws(TableError) -> Column? {
        let name = header.names[index]
        if name.isEmpty {
            try leaveOut(index)
            return nil
        }
        let learned = options.formats[name]
        switch columns[index] {
        case .skipped: return nil
        case .numbers(let numbers, let point, let traits):
            let hasMarks =
                traits.decimal + traits.grouped > 0
                || numbers.contains { !$0.isNaN && $0 != $0.rounded() }
            let own = NumberFormat(decimal: point == Byte.comma ? .comma : .point)
            return Column(
                name: name, cells: .numbers(numbers),
                format: learned ?? (hasMarks ? CellFormat(number: own) : nil))
        case .texts(let texts):
            let missing = texts.missing.reduce(0) { $0 + $1.count }
            if Double(missing) > ReadingNote.mostMissingTexts * Double(texts.codes.count) {
                notes.append(
                    .init(column: name, kind: .missing(texts.missing, of: texts.codes.count)))
            }
            return try column(name, texts, numbers[index])
        }
    }

    // MARK: - Columns without a name

    private mutating func leaveOut(_ index: Int) throws(TableError) {
        let line = header.lineBehind - 1
        switch columns[index] {
        case .numbers(let numbers, _, _) where index == 0:
            let first = numbers.first ?? 0
            guard first == 0 || first == 1,
                numbers.indices.allSatisfy({ numbers[$0] == first + Double($0) })
            else { throw reader.emptyName(index, line: line) }
            remarks.append("its first column, a row index without a name, is left out")
        case .texts(let texts) where texts.present == 0 && texts.missing.isEmpty:
            remarks.append(
                "column \(index + 1), without a name and without a cell, is left out: delimiters end its lines"
            )
        case .numbers(let numbers, _, _) where numbers.allSatisfy(\.isNaN):
            remarks.append(
                "column \(index + 1), without a name and without a cell, is left out: delimiters end its lines"
            )
        default: throw reader.emptyName(index, line: line)
        }
    }

    // MARK: - Texts

    private mutating func column(
        _ name: String, _ texts: ColumnTexts, _ evidence: NumberEvidence?
    ) throws(TableError) -> Column {
        let wanted = options.kinds[name]
        let learned = options.formats[name]
        if let wanted, !ColumnKind.told.contains(wanted) {
            return Column(
                name: name,
                cells: .texts(
                    texts.codes.map { $0 < 0 ? nil : texts.values[Int($0)] }, kind: wanted))
        }
        let text = Column(
            name: name, cells: .categories(codes: texts.codes, values: texts.values),
            format: learned)
        if wanted == .category { return text }
        guard texts.present > 0 else {
            let missing = [Double](repeating: .nan, count: texts.codes.count)
            let isDate = wanted == .date || learned?.date != nil
            return Column(
                name: name,
                cells: isDate ? .dates(missing, hasTime: false) : .numbers(missing),
                format: learned)
        }
        if wanted != .date, learned?.date == nil,
            let column = try numberColumn(name, texts, evidence)
        {
            return column
        }
        if wanted != .number, learned?.number == nil, let column = try dateColumn(name, texts) {
            return column
        }
        return text
    }

    // MARK: - Cells that are not what the others are

    /// A column is of numbers or dates where this share of its cells is, and no more than so many texts are not.
    private static let leastShare = 0.95
    private static let mostOddTexts = 10

    /// What becomes of a column of which some texts are numbers or dates.
    enum Share {
        /// All are, or all but some odd ones.
        case all(odd: [String])
        case too(few: ReadingNote.OddCells)
    }

    /// Judges a column by its texts that are no numbers or dates, and notes what a person should know.
    ///
    /// - Parameters:
    ///   - values: A number for each text, `nil` where it is none.
    ///   - what: What the others are: `numbers` or `dates`.
    /// - Throws: where the column was asked for as such, naming the first odd cell.
    mutating func share(
        _ name: String, _ texts: ColumnTexts, _ values: [Double?], _ what: String
    ) throws(TableError) -> Share {
        let odd = texts.values.indices.filter { values[$0] == nil }
        guard let first = odd.first else { return .all(odd: []) }
        let cells = ReadingNote.OddCells(
            others: what, count: odd.reduce(0) { $0 + texts.counts[$1] }, present: texts.present,
            examples: odd.prefix(3).map { example(texts, $0) })
        if options.kinds[name] != nil {
            throw reader.fail(
                what == "numbers"
                    ? "\"\(texts.values[first])\" is not a number"
                    : "\"\(texts.values[first])\" is not a date as the ones above it are, or none at all",
                what == "numbers"
                    ? "Correct the cell or the schema" : "Write dates as 2020-01-31",
                line: texts.firstRow(first).map { lines[$0] }, column: name)
        }
        let allowsOdd = options.formats[name] == nil || options.spelled.contains(name)
        guard allowsOdd, odd.count <= Self.mostOddTexts,
            Double(cells.count) <= (1 - Self.leastShare) * Double(texts.present)
        else { return .too(few: cells) }
        notes.append(.init(column: name, kind: .odd(cells)))
        return .all(odd: odd.map { texts.values[$0] })
    }

    /// A category, though more than half of the cells are numbers or dates.
    mutating func noteCategory(_ name: String, _ cells: ReadingNote.OddCells) {
        guard cells.count * 2 <= cells.present, options.formats[name] == nil else { return }
        notes.append(.init(column: name, kind: .category(cells)))
    }

    func example(_ texts: ColumnTexts, _ index: Int) -> ReadingNote.OddCells.Example {
        .init(line: texts.firstRow(index).map { lines[$0] }, text: texts.values[index])
    }

    /// Such as `"1,020" (line 2)`.
    func quoted(_ texts: ColumnTexts, _ index: Int) -> String {
        let example = example(texts, index)
        return "\"\(example.text)\"" + (example.line.map { " (line \($0))" } ?? "")
    }

    /// The cells of a column from its texts' numbers; NaN where a text is none.
    func cells(_ texts: ColumnTexts, _ values: [Double?]) -> [Double] {
        texts.codes.map { $0 < 0 ? .nan : values[Int($0)] ?? .nan }
    }

    func spelling(_ name: String, _ texts: ColumnTexts) -> Column.Spelling? {
        options.spelled.contains(name) ? .init(codes: texts.codes, values: texts.values) : nil
    }
}
