/// A named column of a table.
///
/// What others want to know of it they ask: `numbers`, `measures`, `categories`, `keys`, `coded`,
/// `texts`, `isMissing`, `text`. Only what makes or changes cells, in this module, looks at how
/// they are kept.
package struct Column: Sendable, Hashable {
    package var name: String
    package var cells: Cells
    /// How the cells were written in the file they are from; `nil` where nothing was learned of it.
    package var format: CellFormat?
    /// The texts of cells that are numbers or dates, where they tell groups or classes; of paths of files, what tells
    /// the files' contents apart.
    package var spelling: Spelling?

    package init(
        name: String, cells: Cells, format: CellFormat? = nil, spelling: Spelling? = nil
    ) {
        self.name = name
        self.cells = cells
        self.format = format
        self.spelling = spelling
    }

    package enum Cells: Sendable, Hashable {
        /// NaN where missing.
        case numbers([Double])
        /// Codes into the values; −1 where missing. Values are distinct, in order of first use.
        case categories(codes: [Int32], values: [String])
        /// Seconds since 1970-01-01 00:00 UTC; NaN where missing. `hasTime` tells dates from
        /// points in time.
        case dates([Double], hasTime: Bool)
        /// Cells that only the encoder of their kind can read, as they stand: paths of files, long
        /// texts; `nil` where missing. A reader makes them only where a person names the kind.
        case texts([String?], kind: ColumnKind)
    }

    /// Cells as they stand in the file.
    package struct Spelling: Sendable, Hashable {
        /// Into the values; −1 where missing.
        package var codes: [Int32]
        /// Distinct, in order of first use.
        package var values: [String]
    }
}

// MARK: - What may be asked of any column

extension Column {
    package var kind: ColumnKind {
        switch cells {
        case .numbers: .number
        case .categories: .category
        case .dates: .date
        case .texts(_, let kind): kind
        }
    }

    package var count: Int {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers.count
        case .categories(let codes, _): codes.count
        case .texts(let texts, _): texts.count
        }
    }

    /// Whether nothing stands in a cell; one that is spelled is not missing, though it may be no
    /// number.
    package func isMissing(_ row: Int) -> Bool {
        if let spelling { return spelling.codes[row] < 0 }
        return switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers[row].isNaN
        case .categories(let codes, _): codes[row] < 0
        case .texts(let texts, _): texts[row] == nil
        }
    }

    /// The cells in which nothing stands; see `isMissing`.
    package var missingCount: Int {
        if let spelling { return spelling.codes.count { $0 < 0 } }
        return switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers.count(where: \.isNaN)
        case .categories(let codes, _): codes.count { $0 < 0 }
        case .texts(let texts, _): texts.count { $0 == nil }
        }
    }

    /// Each cell as 64 bits: equal cells of one column have equal keys, also 0 and −0; `missingKey`
    /// where one is missing.
    ///
    /// - Complexity: O(rows); for cells that are kept as texts, with a look-up each.
    package var keys: [UInt64] {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _):
            numbers.map { $0.isNaN ? Self.missingKey : ($0 == 0 ? 0 : $0.bitPattern) }
        case .categories(let codes, _): codes.map { UInt64(bitPattern: Int64($0)) }
        case .texts: coded.keys
        }
    }

    /// All bits are set, as in the code −1 of a category.
    package static let missingKey = UInt64.max

    /// The distinct texts of the cells, and each cell's place among them; −1 where missing.
    ///
    /// - Complexity: O(1) where `texts` has them, else a text and a look-up a row.
    package var coded: Spelling {
        if let texts { return texts }
        var places: [String: Int32] = [:]
        var values: [String] = []
        let codes = (0..<count).map { row -> Int32 in
            guard let text = text(row) else { return -1 }
            if let known = places[text] { return known }
            let place = Int32(values.count)
            places[text] = place
            values.append(text)
            return place
        }
        return Spelling(codes: codes, values: values)
    }
}

// MARK: - What only some columns answer

extension Column {
    /// Its numbers, NaN where missing; `nil` of another kind.
    package var numbers: [Double]? {
        guard case .numbers(let numbers) = cells else { return nil }
        return numbers
    }

    /// The first of some rows whose cell is not empty and no number; `nil` for none.
    func firstNoNumber(among rows: some Sequence<Int>) -> Int? {
        rows.first { row in text(row).map { CellParsing.number($0) == nil } ?? false }
    }

    /// What can be ordered and subtracted: numbers, or dates in seconds since 1970; NaN where
    /// missing. `nil` of another kind.
    package var measures: [Double]? {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _): numbers
        case .categories, .texts: nil
        }
    }

    /// Its codes, −1 where missing, and what they stand for; `nil` of another kind.
    package var categories: Spelling? {
        guard case .categories(let codes, let values) = cells else { return nil }
        return Spelling(codes: codes, values: values)
    }

    /// The distinct texts of the cells, and each cell's place among them; −1 where missing. `nil`
    /// of numbers and dates whose texts were not kept, and of cells of other kinds.
    package var texts: Spelling? { categories ?? spelling }
}

extension Column.Spelling {
    /// As `Column.keys`.
    package var keys: [UInt64] { codes.map { UInt64(bitPattern: Int64($0)) } }
}

// MARK: - Other rows

extension Column {
    package func selecting(rows: [Int]) -> Column {
        var chosen = self
        switch cells {
        case .numbers(let numbers): chosen.cells = .numbers(rows.map { numbers[$0] })
        case .dates(let seconds, let hasTime):
            chosen.cells = .dates(rows.map { seconds[$0] }, hasTime: hasTime)
        case .categories(let codes, let values):
            chosen.cells = .categories(codes: rows.map { codes[$0] }, values: values)
        case .texts(let texts, let kind):
            chosen.cells = .texts(rows.map { texts[$0] }, kind: kind)
        }
        if let spelling { chosen.spelling?.codes = rows.map { spelling.codes[$0] } }
        return chosen
    }
}

extension Column.Cells {
    /// The same with some of them missing.
    package func emptied(where isEmpty: (Int) -> Bool) -> Column.Cells {
        switch self {
        case .numbers(let numbers):
            .numbers(numbers.enumerated().map { isEmpty($0) ? .nan : $1 })
        case .dates(let seconds, let hasTime):
            .dates(seconds.enumerated().map { isEmpty($0) ? .nan : $1 }, hasTime: hasTime)
        case .categories(let codes, let values):
            .categories(codes: codes.enumerated().map { isEmpty($0) ? -1 : $1 }, values: values)
        case .texts(let texts, let kind):
            .texts(texts.enumerated().map { isEmpty($0) ? nil : $1 }, kind: kind)
        }
    }
}

extension Array<Column> {
    /// Their names, for who asks for one that is not there; of many the first 40.
    package var namesText: String { prefix(40).map(\.name).joined(separator: ", ") }
}
