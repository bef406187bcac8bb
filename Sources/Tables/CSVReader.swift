import Platform

/// Reads delimited text (RFC 4180 and what people really write) into a typed table.
///
/// The file is cut into chunks between rows; workers parse them at once; the pieces are joined in
/// order, so the result does not depend on the number of workers. A column is of numbers if all its
/// cells that are not missing are numbers, of dates likewise, else of categories.
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
        let isDecoded = options.encoding == .windows1252
        let bytes = isDecoded ? Windows1252.decode(bytes.withoutByteOrderMark) : bytes
        return try CSVReader(name: name, options: options, bytes: bytes).table()
    }

    func fail(
        _ problem: String, _ advice: String, line: Int? = nil, column: String? = nil
    ) -> TableError {
        TableError(
            action: "reading", source: name, line: line, column: column, problem: problem,
            advice: advice)
    }

    private func table() throws(TableError) -> Table {
        let start = bytes.hasByteOrderMark ? 3 : 0
        guard bytes[start...].contains(where: { $0 > Byte.space }) else {
            throw fail("the file is empty", "It needs a header line and rows")
        }
        var parts = cut(from: start)
        if parts.hasHighBytes { try checkEncoding(parts) }
        let header = try readHeader(from: start)
        parts.begin(at: header.end)
        var parsed = try parse(&parts, header)
        guard parsed.rows > 0 else {
            throw bytes.contains(Byte.newline) || !bytes.contains(Byte.carriageReturn)
                ? fail("there is a header and no row", "Check that the file is whole")
                : fail(
                    "its lines end with carriage returns alone",
                    "Save it with the line ends of Unix or Windows")
        }
        let lines = parsed.lines()
        let columns = parsed.joinColumns(threads: options.threads)
        return Table(
            name: name, rowCount: parsed.rows,
            columns: try finish(columns, header.names, lines), lines: lines)
    }
}

extension [UInt8] {
    fileprivate var hasByteOrderMark: Bool { starts(with: [0xEF, 0xBB, 0xBF]) }
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

    /// The first cell of a column that is no number, with its line.
    func failure(_ column: Int) -> (line: Int, text: String)? {
        for (chunk, first) in zip(chunks, firstLines) {
            guard let failure = chunk.pieces[column].failure else { continue }
            return (
                first + chunk.lines[failure.row], String(decoding: failure.text, as: UTF8.self)
            )
        }
        return nil
    }

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
    /// Parses all rows, each column as numbers where all its cells are.
    private func parse(
        _ parts: inout CSVParts, _ header: CSVHeader
    ) throws(TableError) -> ParsedCSV {
        let usesComma = usesDecimalComma(header)
        let layout = layout(header, point: usesComma ?? false ? Byte.comma : Byte.point)
        var modes = modes(header, layout)
        var parsed = try parse(&parts, header, layout, modes)
        var failed = modes.indices.filter { parsed.failure($0) != nil }
        if usesComma == nil, failed.contains(where: { isCommaNumber(parsed.failure($0)?.text) }) {
            // The sample had whole numbers only; the comma holds if it breaks no column.
            let layout = self.layout(header, point: Byte.comma)
            let again = try parse(&parts, header, layout, modes)
            let failedAgain = modes.indices.filter { again.failure($0) != nil }
            if Set(failedAgain).isStrictSubset(of: failed) {
                parsed = again
                failed = failedAgain
            }
        }
        guard !failed.isEmpty else { return parsed }
        for column in failed where options.kinds[header.names[column]] == .number {
            guard let failure = parsed.failure(column) else { continue }
            throw fail(
                "\"\(failure.text)\" is not a number", "Correct the cell or the schema",
                line: failure.line, column: header.names[column])
        }
        // Columns in which a later cell was no number are taken again, as text.
        modes = modes.map { _ in .skip }
        for column in failed { modes[column] = .text }
        let texts = try parse(&parts, header, layout, modes)
        for chunk in parsed.chunks.indices {
            for column in failed {
                parsed.chunks[chunk].pieces[column] = texts.chunks[chunk].pieces[column]
            }
        }
        return parsed
    }

    /// Parses all parts. One that turns out to begin elsewhere than guessed is parsed again.
    private func parse(
        _ parts: inout CSVParts, _ header: CSVHeader, _ layout: CSVLayout, _ modes: [ColumnMode]
    ) throws(TableError) -> ParsedCSV {
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
