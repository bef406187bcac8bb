/// How a column's cells are taken while a chunk is parsed.
enum ColumnMode: Sendable, Hashable {
    /// With the mark before the decimals.
    case number(point: UInt8)
    case text, skip
}

/// A column's cells from one chunk.
struct ColumnPiece: Sendable {
    let mode: ColumnMode
    private(set) var numbers: [Double] = []
    /// Indices into the texts; −1 where missing.
    private(set) var codes: [Int32] = []
    private(set) var texts = TextTable()
    /// For each distinct text whether it means a missing cell.
    private(set) var meansMissing: [Bool] = []
    /// For each distinct text that means a missing cell in how many rows it stands.
    private(set) var missingRows: [Int32] = []
    /// What the numbers look like, in a column taken for numbers.
    private(set) var traits = NumberTraits()

    init(_ mode: ColumnMode) { self.mode = mode }

    mutating func reserve(_ rows: Int) {
        switch mode {
        case .number: numbers.reserveCapacity(rows)
        case .text: codes.reserveCapacity(rows)
        case .skip: break
        }
    }

    /// Takes the cells `column`, `column + stride`, … of so many rows.
    mutating func take(
        _ bytes: Span<UInt8>, _ cells: Span<CellRange>, column: Int, stride: Int, rows: Int,
        _ layout: CSVLayout
    ) {
        switch mode {
        case .number(let point):
            for row in 0..<rows { takeNumber(bytes, cells[row * stride + column], point, layout) }
        case .text:
            for row in 0..<rows { takeText(bytes, cells[row * stride + column], layout) }
        case .skip: break
        }
    }

    @inline(__always)
    private mutating func takeNumber(
        _ bytes: Span<UInt8>, _ cell: CellRange, _ point: UInt8, _ layout: CSVLayout
    ) {
        if !layout.missingHoldsNumbers,
            let number = CellParsing.number(bytes, cell.start, cell.end, point: point)
        {
            numbers.append(number)
            traits.note(number, bytes, cell)
        } else {
            numbers.append(unusualNumber(bytes, cell, point, layout))
        }
        if layout.countsMarks { traits.countMark(bytes, cell, point) }
    }

    /// The number of a cell that may be missing; NaN if it is, or is no number.
    private mutating func unusualNumber(
        _ bytes: Span<UInt8>, _ cell: CellRange, _ point: UInt8, _ layout: CSVLayout
    ) -> Double {
        if cell.start == cell.end { return .nan }
        if layout.isMissing(bytes, cell.start, cell.end) {
            traits.missingTexts += 1
            return .nan
        }
        if let number = CellParsing.number(bytes, cell.start, cell.end, point: point) {
            traits.note(number, bytes, cell)
            return number
        }
        traits.hasOthers = true
        return .nan
    }

    @inline(__always)
    private mutating func takeText(_ bytes: Span<UInt8>, _ cell: CellRange, _ layout: CSVLayout) {
        if cell.hasDoubledQuotes {
            let text = cell.unescaped(bytes)
            takeText(text.span, 0, text.count, layout)
        } else {
            takeText(bytes, cell.start, cell.end, layout)
        }
    }

    @inline(__always)
    private mutating func takeText(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ layout: CSVLayout
    ) {
        let index = texts.index(bytes, start, end)
        if index == meansMissing.count {
            meansMissing.append(start == end || layout.isMissing(bytes, start, end))
            missingRows.append(0)
        }
        if meansMissing[index] {
            missingRows[index] += 1
            codes.append(-1)
        } else {
            codes.append(Int32(index))
        }
    }
}

/// What is unusual about a column's numbers, so that they are looked at again as texts.
struct NumberTraits: Sendable {
    /// Whether a cell is no number.
    var hasOthers = false
    /// Cells with a text that means missing.
    var missingTexts = 0
    /// Whether a number begins with a zero and another digit, as codes do.
    private(set) var hasPadding = false
    /// Whether a number is so large that neighbouring whole numbers are one.
    private(set) var hasHuge = false
    /// Cells whose mark may stand between thousands: one to three digits, the mark, three digits.
    private(set) var grouped = 0
    /// Cells with a mark that can stand before decimals only.
    private(set) var decimal = 0
    /// Cells without a mark.
    private(set) var whole = 0

    @inline(__always)
    mutating func note(_ number: Double, _ bytes: Span<UInt8>, _ cell: CellRange) {
        let start = cell.start
        let isPadded =
            bytes[start] == Byte.zero && cell.end - start > 1
            && bytes[start + 1] &- Byte.zero <= 9
        hasPadding = hasPadding || isPadded
        hasHuge = hasHuge || number.magnitude > 0x1p53
    }

    @inline(__always)
    mutating func countMark(_ bytes: Span<UInt8>, _ cell: CellRange, _ point: UInt8) {
        var at = cell.start
        let end = cell.end
        guard at < end else { return }
        if bytes[at] == Byte.minus || bytes[at] == Byte.plus { at += 1 }
        let first = at
        while at < end, bytes[at] != point { at += 1 }
        if at == end {
            whole += 1
        } else if end - at == 4, (1...3).contains(at - first), bytes[first] != Byte.zero {
            grouped += 1
        } else {
            decimal += 1
        }
    }

    func joined(_ other: NumberTraits) -> NumberTraits {
        var all = self
        all.hasOthers = hasOthers || other.hasOthers
        all.hasPadding = hasPadding || other.hasPadding
        all.hasHuge = hasHuge || other.hasHuge
        all.missingTexts += other.missingTexts
        all.grouped += other.grouped
        all.decimal += other.decimal
        all.whole += other.whole
        return all
    }
}

/// How the cells of a file are told apart and read.
struct CSVLayout: Sendable {
    let delimiter: UInt8
    let missing: [[UInt8]]
    /// Whether a text that means a missing cell would else be a number, such as −999.
    let missingHoldsNumbers: Bool
    let columnCount: Int

    /// Whether the marks in numbers are counted: elsewhere than between commas they may have two meanings.
    var countsMarks: Bool

    init(delimiter: UInt8, missing: [[UInt8]], columnCount: Int) {
        self.delimiter = delimiter
        self.missing = missing
        self.columnCount = columnCount
        countsMarks = delimiter != Byte.comma
        missingHoldsNumbers = missing.contains { text in
            [Byte.point, Byte.comma].contains {
                CellParsing.number(text.span, 0, text.count, point: $0) != nil
            }
        }
    }

    func isMissing(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        missing.contains { token in
            token.count == end - start
                && token.indices.allSatisfy { token[$0] == bytes[start + $0] }
        }
    }
}

/// The rows that begin within a stretch of a file.
struct CSVChunk: Sendable {
    /// A piece a column, in order.
    var pieces: [ColumnPiece]
    var rows = 0
    /// From the chunk's first line, which is 0.
    var lines = RowLines()
    /// Lines in all, blank ones included.
    var lineCount = 0
    /// Where the next chunk's first line begins.
    var end: Int
    /// What ended the chunk early.
    var problem: CSVProblem?

    /// - Parameters:
    ///   - range: Begins between rows. A row that begins within is read to its end, beyond the
    ///     range where it must.
    ///   - mostRows: Stops after so many rows; for a sample.
    init(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ layout: CSVLayout, _ modes: [ColumnMode],
        mostRows: Int = .max
    ) {
        pieces = modes.map(ColumnPiece.init)
        end = range.lowerBound
        var scanner = CSVScanner(delimiter: layout.delimiter, position: range.lowerBound)
        // Some rows are scanned, then each column takes its cells: they are still in the cache.
        let blockRows = max(1, 4096 / layout.columnCount)
        var cells = [CellRange](repeating: .nowhere, count: blockRows * layout.columnCount)
        while problem == nil, rows < mostRows {
            let wanted = min(blockRows, mostRows - rows)
            let found = scan(
                bytes, &scanner, before: range.upperBound, wanted, layout, &cells)
            if found == 0 { break }
            for column in pieces.indices {
                pieces[column].take(
                    bytes, cells.span, column: column, stride: layout.columnCount, rows: found,
                    layout)
            }
            if rows == 0 { reserve(range, scanner.position, found) }
            rows += found
        }
        end = scanner.position
        lineCount = scanner.line
    }

    /// Scans up to `wanted` rows into the cells.
    private mutating func scan(
        _ bytes: Span<UInt8>, _ scanner: inout CSVScanner, before limit: Int, _ wanted: Int,
        _ layout: CSVLayout, _ cells: inout [CellRange]
    ) -> Int {
        var cells = cells.mutableSpan
        var found = 0
        while found < wanted, scanner.findsRow(bytes, before: limit) {
            let line = scanner.line
            do throws(CSVProblem) {
                let count = try scanner.scanRow(
                    bytes, into: &cells, from: found * layout.columnCount, most: layout.columnCount)
                guard count == layout.columnCount else {
                    throw CSVProblem(line: line, kind: .cellCount(count))
                }
            } catch {
                problem = error
                break
            }
            lines.append(row: rows + found, line: line)
            found += 1
        }
        return found
    }

    /// Makes room for as many rows as the first ones let expect.
    private mutating func reserve(_ range: Range<Int>, _ position: Int, _ found: Int) {
        let expected = range.count / max(1, (position - range.lowerBound) / found)
        guard expected > 2 * found else { return }
        for column in pieces.indices { pieces[column].reserve(expected + expected / 16) }
    }
}
