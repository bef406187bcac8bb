import Platform

/// Reads delimited text (RFC 4180 and what people really write) into a typed table.
///
/// The file is cut into chunks between rows; workers parse them at once; the pieces are joined in
/// order, so the result does not depend on the number of workers. A column is of numbers if nearly all its
/// cells that are not missing are numbers, of dates likewise, else of categories; see `FormatChoice`.
///
/// - Complexity: O(bytes); the file's bytes and the columns are in memory at once.
package struct CSVReader {
    let name: String
    let options: CSVOptions
    let bytes: [UInt8]

    /// - Throws: `TableError` with the line and what to do next.
    package static func read(path: String, options: CSVOptions = CSVOptions()) throws(TableError)
        -> Table
    {
        try read(bytes: try bytes(path: path), name: path, options: options)
    }

    /// A file's bytes, for a caller that needs them too.
    package static func bytes(path: String) throws(TableError) -> [UInt8] {
        func fail(_ problem: String, _ advice: String) -> TableError {
            TableError(action: "reading", source: path, problem: problem, advice: advice)
        }
        switch Files.kind(of: path) {
        case nil: throw fail("there is no such file", "Check the path")
        case .folder: throw fail("it is a folder", "Name a CSV file")
        default: break
        }
        do {
            return try Files.read(path)
        } catch {
            throw fail(error.reason, error.nextStep)
        }
    }

    package static func read(
        bytes: [UInt8], name: String, options: CSVOptions = CSVOptions()
    ) throws(TableError) -> Table {
        try CSVReader(
            name: name, options: options, bytes: decoded(bytes, options, isStart: true)
        ).table()
    }

    /// Bytes of a file in UTF-8.
    ///
    /// - Parameter isStart: Whether the file begins with them.
    static func decoded(_ bytes: [UInt8], _ options: CSVOptions, isStart: Bool) -> [UInt8] {
        guard options.encoding == .windows1252 else { return bytes }
        return Windows1252.decode(isStart ? bytes.withoutByteOrderMark : bytes)
    }

    /// Where the text begins.
    var textStart: Int { bytes.hasByteOrderMark ? 3 : 0 }

    func fail(
        _ problem: String, _ advice: String, line: Int? = nil, column: String? = nil
    ) -> TableError {
        TableError(
            action: "reading", source: name, line: line, column: column, problem: problem,
            advice: advice)
    }

    private func table() throws(TableError) -> Table {
        let start = textStart
        guard bytes[start...].contains(where: { $0 > Byte.space }) else {
            throw fail("the file is empty", "It needs a header line and rows")
        }
        try checkKind(from: start)
        var parts = cut(from: start)
        if parts.hasHighBytes { try checkEncoding(parts) }
        let header = try readHeader(from: start)
        parts.begin(at: header.end)
        var modes = modes(header)
        var parsed = try parse(&parts, header, modes)
        guard parsed.rows > 0 else {
            throw fail("there is a header and no row", "Check that the file is whole")
        }
        // Columns whose numbers are unusual are taken again, as texts.
        let unusual = modes.indices.filter {
            needsTexts(modes[$0], parsed.traits($0), header.names[$0])
        }
        for column in unusual { modes[column] = .text }
        if !unusual.isEmpty {
            let texts = try parse(
                &parts, header,
                modes.indices.map {
                    unusual.contains($0) ? .text : .skip
                })
            for chunk in parsed.chunks.indices {
                for column in unusual {
                    parsed.chunks[chunk].pieces[column] = texts.chunks[chunk].pieces[column]
                }
            }
        }
        let lines = parsed.lines()
        let rows = parsed.rows
        var joined = parsed.joinColumns(threads: options.threads)
        var choice = FormatChoice(self, header, joined, lines)
        let more = choice.columnsToReadAgain
        if !more.isEmpty {
            var again = try parse(
                &parts, header,
                modes.indices.map {
                    more.contains($0) ? .text : .skip
                })
            let texts = again.joinColumns(threads: options.threads)
            for column in more { joined[column] = texts[column] }
            choice = FormatChoice(self, header, joined, lines)
        }
        var columns: [Column] = []
        for index in joined.indices {
            if let column = try choice.column(index) { columns.append(column) }
        }
        return Table(
            name: name, rowCount: rows, columns: columns, lines: lines, notes: choice.notes,
            remarks: header.remarks + choice.remarks)
    }
}

extension [UInt8] {
    var hasByteOrderMark: Bool { starts(with: [0xEF, 0xBB, 0xBF]) }
    fileprivate var withoutByteOrderMark: [UInt8] {
        hasByteOrderMark ? Array(dropFirst(3)) : self
    }
}

// MARK: - Parsing

/// All chunks of a file, in order.
struct ParsedCSV {
    var chunks: [CSVChunk]
    /// The line on which each chunk begins, from 1.
    var firstLines: [Int]

    var rows: Int { chunks.reduce(0) { $0 + $1.rows } }

    func lines() -> RowLines {
        var lines = RowLines()
        var row = 0
        for (chunk, first) in zip(chunks, firstLines) {
            lines.append(chunk.lines, row: row, line: first)
            row += chunk.rows
        }
        return lines
    }
}

extension CSVReader {
    /// Parses all parts. One that turns out to begin elsewhere than guessed is parsed again.
    private func parse(
        _ parts: inout CSVParts, _ header: CSVHeader, _ modes: [ColumnMode]
    ) throws(TableError) -> ParsedCSV {
        let layout = layout(header)
        let guess = parts
        var chunks = inParallel(guess.count, threads: options.threads) { part in
            CSVChunk(bytes.span, guess.range(part), layout, modes)
        }
        var firstLines: [Int] = []
        var line = header.lineBehind
        for part in chunks.indices {
            if part > 0, parts.starts[part] != chunks[part - 1].end {
                parts.starts[part] = chunks[part - 1].end
                chunks[part] = CSVChunk(bytes.span, parts.range(part), layout, modes)
            }
            if let problem = chunks[part].problem {
                throw fail(problem, firstLine: line, columnCount: layout.columnCount)
            }
            firstLines.append(line)
            line += chunks[part].lineCount
        }
        return ParsedCSV(chunks: chunks, firstLines: firstLines)
    }

    func fail(_ problem: CSVProblem, firstLine: Int, columnCount: Int) -> TableError {
        let line = firstLine + problem.line
        switch problem.kind {
        case .unclosedQuote:
            return fail(
                "a quote that opens here is never closed",
                "Close it, or double it if it is part of the text", line: line)
        case .textBehindQuote(let closing):
            let place = closing > problem.line ? " on line \(firstLine + closing)" : ""
            return fail(
                "a quoted cell begins here, and text follows its closing quote\(place)",
                "Put the whole cell in quotes and double the quotes inside", line: line)
        case .cellCount(let count):
            return fail(
                "the row has \(count) cells where the header has \(columnCount)",
                "Quote cells that contain the delimiter, or choose --delimiter", line: line)
        }
    }
}
