/// Where a cell's text stands in a file.
struct CellRange: BitwiseCopyable {
    /// The first byte, behind an opening quote.
    let start: Int
    /// The end; its complement where the text holds doubled quotes.
    private let markedEnd: Int

    init(start: Int, end: Int, hasDoubledQuotes: Bool = false) {
        self.start = start
        markedEnd = hasDoubledQuotes ? ~end : end
    }

    static let nowhere = CellRange(start: 0, end: 0)

    /// The end of the text, before a closing quote.
    var end: Int { markedEnd < 0 ? ~markedEnd : markedEnd }
    var hasDoubledQuotes: Bool { markedEnd < 0 }

    /// The text of a cell with doubled quotes.
    func unescaped(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var at = start
        while at < end {
            text.append(bytes[at])
            at += bytes[at] == Byte.quote ? 2 : 1
        }
        return text
    }

    func text(_ bytes: Span<UInt8>) -> [UInt8] {
        hasDoubledQuotes ? unescaped(bytes) : (start..<end).map { bytes[$0] }
    }
}

/// What keeps a row from being read. Lines are counted from where the scanner began, which is 0.
struct CSVProblem: Error, Sendable {
    enum Kind: Sendable {
        case unclosedQuote
        case textBehindQuote(closingLine: Int)
        case cellCount(Int)
    }

    var line: Int
    var kind: Kind
}

/// Finds the cells of rows of delimited text.
///
/// The grammar is that of RFC 4180, with what people really write: a row ends with LF, CRLF or the
/// text; blank lines are no rows; spaces around a cell or its quotes are no part of it, unless the
/// delimiter is a space. A quote opens a quoted cell only where the cell begins; elsewhere it is
/// text.
struct CSVScanner {
    let delimiter: UInt8
    /// Where the next line begins.
    private(set) var position: Int
    /// Lines passed since the scanner began.
    private(set) var line = 0

    init(delimiter: UInt8, position: Int) {
        self.delimiter = delimiter
        self.position = position
    }

    private var trimsSpaces: Bool { delimiter != Byte.space }

    /// Goes past blank lines to a row.
    ///
    /// - Returns: Whether a row begins before `limit`.
    @inline(__always)
    mutating func findsRow(_ bytes: Span<UInt8>, before limit: Int) -> Bool {
        while position < limit {
            if bytes[position] > Byte.space { return true }
            guard let next = endOfBlankLine(bytes) else { return true }
            position = next
            line += 1
        }
        return false
    }

    private func endOfBlankLine(_ bytes: Span<UInt8>) -> Int? {
        var at = position
        while trimsSpaces, at < bytes.count, bytes[at] == Byte.space { at += 1 }
        if at < bytes.count, bytes[at] == Byte.carriageReturn { at += 1 }
        if at == bytes.count { return at }
        return bytes[at] == Byte.newline ? at + 1 : nil
    }

    /// Finds the cells of the row that begins at the position, and goes past it.
    ///
    /// - Parameters:
    ///   - cells: Takes the first `most` cells from index `first` on.
    /// - Returns: The number of cells, those beyond `most` included.
    @inline(__always)
    mutating func scanRow(
        _ bytes: Span<UInt8>, into cells: inout MutableSpan<CellRange>, from first: Int, most: Int
    ) throws(CSVProblem) -> Int {
        let trimsSpaces = trimsSpaces
        let delimiter = delimiter
        var at = position
        var column = 0
        while true {
            while trimsSpaces, at < bytes.count, bytes[at] == Byte.space { at += 1 }
            let cell: CellRange
            if at < bytes.count, bytes[at] == Byte.quote {
                (cell, at) = try scanQuoted(bytes, at)
            } else {
                let start = at
                at = Self.endOfText(bytes, at, delimiter)
                var end = at
                if end > start, bytes[end - 1] == Byte.carriageReturn,
                    at == bytes.count || bytes[at] == Byte.newline
                {
                    end -= 1
                }
                while trimsSpaces, end > start, bytes[end - 1] == Byte.space { end -= 1 }
                cell = CellRange(start: start, end: end)
            }
            if column < most { cells[first + column] = cell }
            column += 1
            guard at < bytes.count, bytes[at] == delimiter else { break }
            at += 1
        }
        position = min(at + 1, bytes.count)
        line += 1
        return column
    }

    /// Goes past the row that begins at the position, wherever its cells stand.
    mutating func passRow(_ bytes: Span<UInt8>) throws(CSVProblem) {
        var none: [CellRange] = []
        var nowhere = none.mutableSpan
        _ = try scanRow(bytes, into: &nowhere, from: 0, most: 0)
    }

    /// Goes past a row without quotes, whose newline, or the text's end, is known.
    @inline(__always)
    mutating func passRow(endingAt end: Int, of count: Int) {
        position = min(end + 1, count)
        line += 1
    }

    /// The next delimiter or newline, or the end.
    @inline(__always)
    static func endOfText(
        _ bytes: Span<UInt8>, _ start: Int, _ delimiter: UInt8
    ) -> Int {
        let delimiters = Words.repeating(delimiter)
        let newlines = Words.repeating(Byte.newline)
        var at = start
        while at + 8 <= bytes.count {
            let word = Words.load(bytes, at)
            let found = Words.zeros(word ^ delimiters) | Words.zeros(word ^ newlines)
            if found != 0 { return at + found.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < bytes.count, bytes[at] != delimiter, bytes[at] != Byte.newline { at += 1 }
        return at
    }

    /// The quoted cell that opens at `opening`, and the end of its row or the delimiter behind it.
    private mutating func scanQuoted(
        _ bytes: Span<UInt8>, _ opening: Int
    ) throws(CSVProblem) -> (CellRange, Int) {
        let openingLine = line
        var at = opening + 1
        var hasDoubledQuotes = false
        while true {
            guard at < bytes.count else {
                throw CSVProblem(line: openingLine, kind: .unclosedQuote)
            }
            if bytes[at] == Byte.newline { line += 1 }
            if bytes[at] == Byte.quote {
                guard at + 1 < bytes.count, bytes[at + 1] == Byte.quote else { break }
                hasDoubledQuotes = true
                at += 1
            }
            at += 1
        }
        let cell = CellRange(start: opening + 1, end: at, hasDoubledQuotes: hasDoubledQuotes)
        at += 1
        while trimsSpaces, at < bytes.count, bytes[at] == Byte.space { at += 1 }
        if at < bytes.count, bytes[at] == delimiter { return (cell, at) }
        if at < bytes.count, bytes[at] == Byte.carriageReturn { at += 1 }
        guard at == bytes.count || bytes[at] == Byte.newline else {
            throw CSVProblem(line: openingLine, kind: .textBehindQuote(closingLine: line))
        }
        return (cell, at)
    }
}
