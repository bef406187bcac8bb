/// How a column's cells are taken while a chunk is parsed.
enum ColumnMode { case number, text, skip }

/// A column's cells from one chunk.
final class ColumnPiece {
    let mode: ColumnMode
    var numbers: [Double] = []
    var codes: [Int32] = []
    var texts = TextTable()
    /// For each distinct text whether it means a missing cell.
    var meansMissing: [Bool] = []
    /// Where a cell that is no number stands in a column taken for numbers.
    var failedAt: (line: Int, text: String)?

    init(_ mode: ColumnMode) { self.mode = mode }
}

/// A problem of the text, at a line of its file.
struct CSVProblem: Error {
    var line: Int
    var problem: String
    var advice: String
}

/// Parses the rows of a stretch of a file that begins and ends between rows.
struct CSVChunk {
    let delimiter: UInt8
    let point: UInt8
    let missing: [[UInt8]]
    let columnCount: Int

    /// What a chunk gives: a piece a column, in order.
    final class Result {
        var pieces: [ColumnPiece]
        var rows = 0
        var problem: CSVProblem?

        init(_ modes: [ColumnMode]) { pieces = modes.map(ColumnPiece.init) }
    }

    /// - Parameters:
    ///   - range: The chunk's bytes.
    ///   - line: The number of its first line, the header being 1.
    ///   - mostRows: Stops after so many rows; for a sample.
    func parse(
        _ bytes: Span<UInt8>, _ range: Range<Int>, line firstLine: Int, modes: [ColumnMode],
        mostRows: Int = .max
    ) -> Result {
        let result = Result(modes)
        let pieces = result.pieces
        var at = range.lowerBound
        var line = firstLine
        var unescaped: [UInt8] = []
        while at < range.upperBound, result.rows < mostRows {
            // A blank line is no row.
            if bytes[at] == Byte.newline {
                at += 1
                line += 1
                continue
            }
            if bytes[at] == Byte.carriageReturn, at + 1 < range.upperBound,
                bytes[at + 1] == Byte.newline
            {
                at += 2
                line += 1
                continue
            }
            let rowLine = line
            var column = 0
            while true {
                var start = at
                var end = at
                var isQuoted = false
                while start < range.upperBound, bytes[start] == Byte.space, delimiter != Byte.space {
                    start += 1
                }
                if start < range.upperBound, bytes[start] == Byte.quote {
                    isQuoted = true
                    let openedAt = line
                    start += 1
                    at = start
                    var hasEscapes = false
                    while true {
                        guard at < range.upperBound else {
                            result.problem = CSVProblem(
                                line: openedAt, problem: "a quote that opens here is never closed",
                                advice: "Close it, or double it if it is part of the text")
                            return result
                        }
                        if bytes[at] == Byte.quote {
                            guard at + 1 < range.upperBound, bytes[at + 1] == Byte.quote else { break }
                            hasEscapes = true
                            at += 2
                            continue
                        }
                        if bytes[at] == Byte.newline { line += 1 }
                        at += 1
                    }
                    end = at
                    at += 1
                    while at < range.upperBound, bytes[at] == Byte.space, delimiter != Byte.space {
                        at += 1
                    }
                    if at < range.upperBound, bytes[at] != delimiter, bytes[at] != Byte.newline,
                        bytes[at] != Byte.carriageReturn
                    {
                        result.problem = CSVProblem(
                            line: line, problem: "text follows a closing quote",
                            advice: "Put the whole cell in quotes and double the quotes inside")
                        return result
                    }
                    if hasEscapes {
                        unescaped.removeAll(keepingCapacity: true)
                        var from = start
                        while from < end {
                            unescaped.append(bytes[from])
                            from += bytes[from] == Byte.quote ? 2 : 1
                        }
                        if column < columnCount {
                            take(
                                unescaped.span, 0, unescaped.count, pieces[column], line: rowLine,
                                isQuoted: true)
                        }
                    }
                    if !hasEscapes, column < columnCount {
                        take(bytes, start, end, pieces[column], line: rowLine, isQuoted: true)
                    }
                } else {
                    at = start
                    while at < range.upperBound {
                        let byte = bytes[at]
                        if byte == delimiter || byte == Byte.newline { break }
                        at += 1
                    }
                    end = at
                    if end > start, bytes[end - 1] == Byte.carriageReturn,
                        at == range.upperBound || bytes[at] == Byte.newline
                    {
                        end -= 1
                    }
                    while end > start, bytes[end - 1] == Byte.space { end -= 1 }
                }
                if !isQuoted, column < columnCount {
                    take(bytes, start, end, pieces[column], line: rowLine, isQuoted: false)
                }
                column += 1
                if at < range.upperBound, bytes[at] == Byte.carriageReturn { at += 1 }
                if at < range.upperBound, bytes[at] == delimiter {
                    at += 1
                    continue
                }
                if at < range.upperBound { at += 1 }
                line += 1
                break
            }
            guard column == columnCount else {
                result.problem = CSVProblem(
                    line: rowLine,
                    problem: "the row has \(column) cells where the header has \(columnCount)",
                    advice: "Quote cells that contain the delimiter, or choose --delimiter")
                return result
            }
            result.rows += 1
        }
        return result
    }

    @inline(__always)
    private func take(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ piece: ColumnPiece, line: Int,
        isQuoted: Bool
    ) {
        switch piece.mode {
        case .number:
            if start == end {
                piece.numbers.append(.nan)
            } else if let number = CellParsing.number(bytes, start, end, point: point) {
                piece.numbers.append(number)
            } else {
                piece.numbers.append(.nan)
                if piece.failedAt == nil, !isMissing(bytes, start, end) {
                    piece.failedAt = (line, Self.text(bytes, start, end))
                }
            }
        case .text:
            let index = piece.texts.index(bytes, start, end)
            if index == piece.meansMissing.count {
                piece.meansMissing.append(start == end || isMissing(bytes, start, end))
            }
            piece.codes.append(piece.meansMissing[index] ? -1 : Int32(index))
        case .skip: break
        }
    }

    private func isMissing(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        missing.contains { token in
            token.count == end - start && token.indices.allSatisfy { token[$0] == bytes[start + $0] }
        }
    }

    static func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
        var copy: [UInt8] = []
        for at in start..<end { copy.append(bytes[at]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
