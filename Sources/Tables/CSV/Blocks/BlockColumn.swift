/// How a column's cells are read in every block of a file, as the schema of an earlier file says.
///
/// Each is what `FormatChoice` comes to from all cells of such a column, under a condition that every block can ask
/// for itself. Where one does not hold, the file is read as a whole.
struct BlockColumn: Sendable {
    enum Way: Sendable {
        /// Not looked at.
        case skipped
        /// Without a name: consecutive whole numbers, from one on.
        case rowIndex(first: Double)
        /// Without a name and without a cell.
        case empty
        /// Digits and one mark. Where nothing was learned of the mark, whole numbers only, which are the same under
        /// either; beside decimal commas the whole file takes them as texts (`isDoubtful` where it may have some).
        case numbers(isWhole: Bool, isDoubtful: Bool)
        /// Numbers among other texts, or with more than digits and a mark.
        case written(NumberFormat?)
        case dates(DateOrder)
        case categories
        /// As they stand.
        case texts(ColumnKind)
    }

    /// What a block's cells are.
    enum Cells {
        case column(Column)
        case none
        /// They are no plain numbers: they must be taken as texts.
        case asTexts
        /// What they are, only the whole file can tell.
        case unknown
    }

    let name: String
    let way: Way
    let mode: ColumnMode
    let learned: CellFormat?
    /// Whether texts are kept beside numbers.
    let isSpelled: Bool

    /// - Parameters:
    ///   - mode: As the file's first rows suggest.
    ///   - first: The number in the file's first row, of the first column.
    ///   - isWanted: Whether anybody looks at the column.
    ///   - mayHaveCommas: Whether the file may have decimal commas.
    /// - Returns: `nil` where the schema says too little of the column.
    init?(
        _ name: String, _ mode: ColumnMode, first: Double?, _ options: CSVOptions, isWanted: Bool,
        mayHaveCommas: Bool
    ) {
        guard
            let way = Self.way(
                name, mode, first, options, isWanted: isWanted, mayHaveCommas: mayHaveCommas)
        else { return nil }
        self.name = name
        self.way = way
        if case .skipped = way { self.mode = .skip } else { self.mode = mode }
        learned = options.formats[name]
        isSpelled = options.spelled.contains(name)
    }

    private static func way(
        _ name: String, _ mode: ColumnMode, _ first: Double?, _ options: CSVOptions,
        isWanted: Bool, mayHaveCommas: Bool
    ) -> Way? {
        let areNumbers = mode != .text
        if name.isEmpty {
            guard areNumbers else { return nil }
            return first.map { .rowIndex(first: $0) } ?? .empty
        }
        if !isWanted { return .skipped }
        if let kind = options.kinds[name] {
            if kind == .category { return .categories }
            return ColumnKind.told.contains(kind) ? nil : .texts(kind)
        }
        guard let learned = options.formats[name] else { return nil }
        if let order = learned.date { return areNumbers ? nil : .dates(order) }
        guard areNumbers else { return .written(learned.number) }
        let isWhole = learned.number == nil
        return .numbers(isWhole: isWhole, isDoubtful: isWhole && mayHaveCommas)
    }

    /// Whether a column may have decimal commas, such as a text that no schema knows.
    static func mayHaveCommas(_ name: String, _ mode: ColumnMode, _ options: CSVOptions) -> Bool {
        if name.isEmpty || options.kinds[name] != nil { return false }
        guard let learned = options.formats[name] else {
            return mode != .number(point: Byte.point)
        }
        if let number = learned.number { return number.decimal == .comma }
        return mode == .number(point: Byte.comma)
    }

    /// Whether the whole file might say more of the missing cells.
    func isDoubtful(_ missing: MissingTexts) -> Bool {
        if case .numbers(_, isDoubtful: true) = way { return missing.note(column: name) != nil }
        return false
    }

    /// The cells of a block.
    ///
    /// - Parameter missing: Takes the texts that mean a missing cell, with how many do.
    func cells(
        _ piece: ColumnPiece, rows: Int, firstRow: Int, missing: inout [ReadingNote.TextCount]
    ) -> Cells {
        switch way {
        case .skipped: return .none
        case .rowIndex(let first):
            let start = first + Double(firstRow)
            let isIndex =
                (first == 0 || first == 1) && !piece.traits.hasOthers
                && piece.numbers.indices.allSatisfy { piece.numbers[$0] == start + Double($0) }
            return isIndex ? .none : .unknown
        case .empty:
            let isEmpty = !piece.traits.hasOthers && piece.numbers.allSatisfy(\.isNaN)
            return isEmpty ? .none : .unknown
        case .numbers(let isWhole, let isDoubtful):
            if piece.traits.hasOthers { return .asTexts }
            if isDoubtful, piece.traits.missingTexts > 0 {
                missing = [.init(text: "", count: piece.traits.missingTexts)]
            }
            if isWhole, piece.traits.grouped + piece.traits.decimal > 0 { return .unknown }
            return .column(Column(name: name, cells: .numbers(piece.numbers), format: learned))
        case .categories, .texts, .written, .dates:
            let texts = joinTexts([piece], rows)
            missing = texts.missing
            return cells(texts)
        }
    }

    private func cells(_ all: ColumnTexts) -> Cells {
        switch way {
        case .written(let format):
            let texts = present(all)
            return column(texts, texts.values.map { Self.number($0, format) }, learned) {
                .numbers($0)
            }
        case .dates(let order):
            let texts = present(all)
            let written = texts.values.map { WrittenDate($0.utf8) }
            let hasTime = written.contains { $0?.hasTime ?? false }
            return column(
                texts, written.map { $0?.seconds(order) }, CellFormat(date: order)
            ) { .dates($0, hasTime: hasTime) }
        case .texts(let kind):
            let cells = all.codes.map { $0 < 0 ? nil : all.values[Int($0)] }
            return .column(Column(name: name, cells: .texts(cells, kind: kind)))
        default:
            return .column(
                Column(
                    name: name, cells: .categories(codes: all.codes, values: all.values),
                    format: learned))
        }
    }

    /// Without what an earlier file had as single odd cells; where texts tell groups such a cell stays one.
    private func present(_ texts: ColumnTexts) -> ColumnTexts {
        guard !isSpelled, let missing = learned?.missing else { return texts }
        return texts.lacking(Set(missing))
    }

    /// The column, where every text is one of its values.
    private func column(
        _ texts: ColumnTexts, _ values: [Double?], _ format: CellFormat?,
        _ cells: ([Double]) -> Column.Cells
    ) -> Cells {
        guard !values.contains(where: { $0 == nil }) else { return .unknown }
        let numbers = texts.codes.map { $0 < 0 ? .nan : values[Int($0)] ?? .nan }
        return .column(
            Column(
                name: name, cells: cells(numbers), format: texts.present == 0 ? learned : format,
                spelling: isSpelled ? .init(codes: texts.codes, values: texts.values) : nil))
    }

    /// What a text is as a number; without a format only where all readings agree, and nothing of it is unusual.
    private static func number(_ text: String, _ format: NumberFormat?) -> Double? {
        guard let written = WrittenNumber(text.utf8) else { return nil }
        if let format { return format.number(written) }
        guard let number = written.pointed, written.commaed == number, !written.isPercent,
            written.currency == nil, written.pointedThousands == nil,
            written.commaedThousands == nil
        else { return nil }
        return number
    }
}
