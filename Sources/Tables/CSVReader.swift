import Dispatch
import Platform
import Synchronization

/// Reads delimited text (RFC 4180 and what people really write) into a typed table.
///
/// The file is cut into chunks between rows; workers parse them at once; the pieces are joined in
/// order, so the result does not depend on the number of workers. A column is of numbers if all its
/// cells that are not missing are numbers, of dates likewise, else of categories.
package struct CSVReader {
    private let name: String
    private let options: CSVOptions
    private let bytes: [UInt8]

    /// - Throws: `TableError` with the line and what to do next.
    package static func read(path: String, options: CSVOptions = CSVOptions()) throws(TableError)
        -> Table
    {
        func fail(_ problem: String, _ advice: String) -> TableError {
            TableError(action: "reading", source: path, problem: problem, advice: advice)
        }
        switch Files.kind(of: path) {
        case nil: throw fail("there is no such file", "Check the path")
        case .folder: throw fail("it is a folder", "Name a CSV file")
        default: break
        }
        do {
            return try read(bytes: try Files.read(path), name: path, options: options)
        } catch let error as TableError {
            throw error
        } catch {
            throw fail("\(error)", "Check the file's permissions")
        }
    }

    package static func read(
        bytes: [UInt8], name: String, options: CSVOptions = CSVOptions()
    ) throws(TableError) -> Table {
        var bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            bytes.removeFirst(3)
        }
        if options.encoding == .windows1252 { bytes = Windows1252.decode(bytes) }
        let reader = CSVReader(name: name, options: options, bytes: bytes)
        return try reader.table()
    }

    private func fail(
        _ problem: String, _ advice: String, line: Int? = nil, column: String? = nil
    ) -> TableError {
        TableError(
            action: "reading", source: name, line: line, column: column, problem: problem,
            advice: advice)
    }

    private func table() throws(TableError) -> Table {
        guard bytes.contains(where: { $0 > Byte.space }) else {
            throw fail("the file is empty", "It needs a header line and rows")
        }
        let headerEnd = endOfRow(from: 0)
        let delimiter = options.delimiter ?? detectDelimiter(headerEnd)
        let names = try header(headerEnd, delimiter)
        var layout = CSVChunk(
            delimiter: delimiter, point: Byte.point, missing: options.missingTokens.map { Array($0.utf8) },
            columnCount: names.count)
        let headerLines = bytes[..<headerEnd].count { $0 == Byte.newline }
        let sample = layout.parse(
            bytes.span, headerEnd..<bytes.count, line: headerLines + 1,
            modes: names.map { _ in .text }, mostRows: 1000)
        if usesDecimalComma(delimiter, sample) {
            layout = CSVChunk(
                delimiter: delimiter, point: Byte.comma, missing: layout.missing,
                columnCount: names.count)
        }
        var modes: [ColumnMode] = zip(names, sample.pieces).map { name, piece in
            switch options.kinds[name] {
            case .category, .date: .text
            case .number: .number
            case nil: looksNumeric(piece, layout) ? .number : .text
            }
        }
        let chunks = try cut(from: headerEnd, line: headerLines + 1)
        let results = try parse(chunks, layout, modes)
        let rows = results.reduce(0) { $0 + $1.rows }
        guard rows > 0 else {
            throw fail("there is a header and no row", "Check that the file is whole")
        }
        // Columns in which a later cell was no number are taken again, as text.
        var again = names.map { _ in ColumnMode.skip }
        for column in names.indices where modes[column] == .number {
            guard let failed = results.compactMap({ $0.pieces[column].failedAt }).first else {
                continue
            }
            guard options.kinds[names[column]] != .number else {
                throw fail(
                    "\"\(failed.text)\" is not a number", "Correct the cell or the schema",
                    line: failed.line, column: names[column])
            }
            again[column] = .text
            modes[column] = .text
        }
        if again.contains(.text) {
            let texts = try parse(chunks, layout, again)
            for (result, more) in zip(results, texts) {
                for column in names.indices where again[column] == .text {
                    result.pieces[column] = more.pieces[column]
                }
            }
        }
        var columns: [Column] = []
        for (index, name) in names.enumerated() {
            let pieces = results.map { $0.pieces[index] }
            let cells =
                modes[index] == .number ? joinNumbers(pieces, rows) : joinTexts(pieces, rows)
            columns.append(try finish(name, cells))
            for result in results { result.pieces[index] = ColumnPiece(.skip) }
        }
        return Table(name: name, rowCount: rows, columns: columns)
    }
}

// MARK: - The header and what it tells

extension CSVReader {
    /// The position behind the line that begins at `start`, newlines in quotes not counted.
    private func endOfRow(from start: Int) -> Int {
        var isQuoted = false
        for at in start..<bytes.count {
            if bytes[at] == Byte.quote { isQuoted.toggle() }
            if bytes[at] == Byte.newline && !isQuoted { return at + 1 }
        }
        return bytes.count
    }

    /// The candidate that the header holds most often outside quotes; a comma if it holds none.
    private func detectDelimiter(_ headerEnd: Int) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for at in 0..<headerEnd {
            if bytes[at] == Byte.quote { isQuoted.toggle() }
            if !isQuoted { counts[bytes[at], default: 0] += 1 }
        }
        let candidates = [Byte.comma, Byte.semicolon, Byte.tab, Byte.bar]
        var best = Byte.comma
        for candidate in candidates where counts[candidate] ?? 0 > counts[best] ?? 0 {
            best = candidate
        }
        return best
    }

    private func header(_ end: Int, _ delimiter: UInt8) throws(TableError) -> [String] {
        var names: [String] = []
        var cells: [[UInt8]] = [[]]
        var isQuoted = false
        for at in 0..<end {
            let byte = bytes[at]
            if byte == Byte.quote {
                if isQuoted, at + 1 < end, bytes[at + 1] == Byte.quote {
                    cells[cells.count - 1].append(byte)
                }
                isQuoted.toggle()
            } else if byte == delimiter && !isQuoted {
                cells.append([])
            } else if isQuoted || (byte != Byte.newline && byte != Byte.carriageReturn) {
                cells[cells.count - 1].append(byte)
            }
        }
        guard !isQuoted else {
            throw fail(
                "a quote that opens here is never closed",
                "Close it, or double it if it is part of the text", line: 1)
        }
        for (position, cell) in cells.enumerated() {
            guard let text = String(validating: cell, as: UTF8.self) else {
                throw invalidBytes(cell, before: 1)
            }
            let name = text.trimmingSpaces
            guard !name.isEmpty else {
                throw fail(
                    "the name of column \(position + 1) is empty", "Give every column a name",
                    line: 1)
            }
            guard !names.contains(name) else {
                throw fail(
                    "two columns are named \"\(name)\"", "Rename or remove one of them", line: 1)
            }
            names.append(name)
        }
        return names
    }

    /// A sample in which some cell reads `3,14` and none `3.14`.
    private func usesDecimalComma(_ delimiter: UInt8, _ sample: CSVChunk.Result) -> Bool {
        if let given = options.decimalComma { return given }
        guard delimiter != Byte.comma else { return false }
        var commas = 0
        for piece in sample.pieces {
            for index in 0..<piece.texts.count where !piece.meansMissing[index] {
                let range = piece.texts.range(index)
                let storage = piece.texts.storage
                let separators = storage[range].filter { $0 == Byte.comma || $0 == Byte.point }
                guard separators.count == 1, let byte = separators.first else { continue }
                let number = CellParsing.number(
                    storage.span, range.lowerBound, range.upperBound, point: byte)
                if number == nil { continue }
                if byte == Byte.point { return false }
                commas += 1
            }
        }
        return commas > 0
    }

    private func looksNumeric(_ piece: ColumnPiece, _ layout: CSVChunk) -> Bool {
        let storage = piece.texts.storage
        for index in 0..<piece.texts.count where !piece.meansMissing[index] {
            let range = piece.texts.range(index)
            let number = CellParsing.number(
                storage.span, range.lowerBound, range.upperBound, point: layout.point)
            if number == nil { return false }
        }
        return true
    }
}

// MARK: - Chunks

extension CSVReader {
    private struct Stretch: Sendable {
        var range: Range<Int>
        var line: Int
    }

    /// What a first look at a stretch of bytes tells.
    private struct Survey: Sendable {
        var quotes = 0
        var newlines = 0
        var hasHighBytes = false
    }

    /// Cuts the rows into chunks of about equal size, each from the start of a row.
    private func cut(from start: Int, line: Int) throws(TableError) -> [Stretch] {
        let total = bytes.count - start
        let wanted = max(1, min(options.threads * 2, total / max(options.minimumChunk, 1)))
        let edges = (0...wanted).map { start + total * $0 / wanted }
        let surveys = inParallel(wanted) { part in
            var survey = Survey()
            let span = bytes.span
            for at in edges[part]..<edges[part + 1] {
                let byte = span[at]
                if byte == Byte.quote { survey.quotes += 1 }
                if byte == Byte.newline { survey.newlines += 1 }
                if byte >= 0x80 { survey.hasHighBytes = true }
            }
            return survey
        }
        if surveys.contains(where: \.hasHighBytes) { try validate() }
        var stretches: [Stretch] = []
        var from = start
        var fromLine = line
        var quotes = 0
        var newlines = 0
        for part in 0..<wanted {
            quotes += surveys[part].quotes
            newlines += surveys[part].newlines
            guard part + 1 < wanted else { break }
            // On to the next newline outside quotes; a quote inside an unquoted cell only makes the
            // chunk longer, or leaves a chunk that parsing rejects as the whole file would be.
            var isQuoted = quotes % 2 == 1
            var at = edges[part + 1]
            var extraLines = 0
            while at < bytes.count {
                if bytes[at] == Byte.quote { isQuoted.toggle() }
                if bytes[at] == Byte.newline {
                    extraLines += 1
                    if !isQuoted { break }
                }
                at += 1
            }
            let end = min(at + 1, bytes.count)
            guard end > from else { continue }
            stretches.append(Stretch(range: from..<end, line: fromLine))
            from = end
            fromLine = line + newlines + extraLines
        }
        if from < bytes.count || stretches.isEmpty {
            stretches.append(Stretch(range: from..<bytes.count, line: fromLine))
        }
        return stretches
    }

    private func parse(
        _ chunks: [Stretch], _ layout: CSVChunk, _ modes: [ColumnMode]
    ) throws(TableError) -> [CSVChunk.Result] {
        let results = inParallel(chunks.count) { chunk in
            Handed(
                layout.parse(
                    bytes.span, chunks[chunk].range, line: chunks[chunk].line, modes: modes))
        }.map(\.value)
        if let problem = results.compactMap(\.problem).first {
            throw fail(problem.problem, problem.advice, line: problem.line)
        }
        return results
    }

    private func inParallel<Value: Sendable>(
        _ count: Int, _ body: @Sendable (Int) -> Value
    ) -> [Value] {
        let results = Mutex<[Value?]>(Array(repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let value = body(index)
            results.withLock { $0[index] = value }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    private func validate() throws(TableError) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        throw invalidBytes(bytes, before: 1)
    }

    private func invalidBytes(_ text: [UInt8], before line: Int) -> TableError {
        // The first line that does not decode alone holds the bad byte: a newline ends any sequence.
        var start = 0
        var number = line
        while start < text.count {
            let end = text[start...].firstIndex(of: Byte.newline) ?? text.count
            let piece = text[start..<end]
            if String(validating: piece, as: UTF8.self) == nil {
                let good = (0..<piece.count).last {
                    String(validating: piece.prefix($0), as: UTF8.self) != nil
                } ?? 0
                return fail(
                    "byte \(good + 1) of the line (\(hexadecimal(piece[start + good]))) is not UTF-8",
                    "If the file is older, try --encoding windows-1252", line: number)
            }
            start = end + 1
            number += 1
        }
        return fail("the text is not UTF-8", "If the file is older, try --encoding windows-1252")
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "0x" + (digits.count < 2 ? "0" : "") + digits
    }
}

/// A worker's result, handed over once.
// Sendable is unchecked because the worker that made the value no longer uses it.
private struct Handed<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

// MARK: - Columns

extension CSVReader {
    private func joinNumbers(_ pieces: [ColumnPiece], _ rows: Int) -> Column.Cells {
        var numbers: [Double] = []
        numbers.reserveCapacity(rows)
        for piece in pieces {
            numbers += piece.numbers
            piece.numbers = []
        }
        return .numbers(numbers)
    }

    /// Joins the pieces' texts in order of first use over the whole file.
    private func joinTexts(_ pieces: [ColumnPiece], _ rows: Int) -> Column.Cells {
        var all = TextTable()
        var values: [String] = []
        var codes: [Int32] = []
        codes.reserveCapacity(rows)
        for piece in pieces {
            let storage = piece.texts.storage
            var renamed = [Int32](repeating: -1, count: piece.texts.count)
            for index in 0..<piece.texts.count where !piece.meansMissing[index] {
                let range = piece.texts.range(index)
                let known = all.index(storage.span, range.lowerBound, range.upperBound)
                if known == values.count { values.append(all.text(known)) }
                renamed[index] = Int32(known)
            }
            for code in piece.codes { codes.append(code < 0 ? -1 : renamed[Int(code)]) }
            piece.codes = []
        }
        return .categories(codes: codes, values: values)
    }

    /// Turns texts that are all dates into dates.
    private func finish(_ name: String, _ cells: Column.Cells) throws(TableError) -> Column {
        let wanted = options.kinds[name]
        guard case .categories(let codes, let values) = cells else {
            return Column(name: name, cells: cells)
        }
        guard wanted != .category else { return Column(name: name, cells: cells) }
        if values.isEmpty, wanted == nil {
            let missing = [Double](repeating: .nan, count: codes.count)
            return Column(name: name, cells: .numbers(missing))
        }
        let orders = CellParsing.DateOrder.allCases.filter { order in
            values.allSatisfy { CellParsing.date($0, order) != nil }
        }
        guard orders.count == 1, let order = orders.first else {
            guard wanted != .date else {
                throw fail(
                    orders.isEmpty
                        ? "not all cells are dates" : "day and month cannot be told apart",
                    "Write dates as 2020-01-31", column: name)
            }
            return Column(name: name, cells: cells)
        }
        let parsed = values.map { CellParsing.date($0, order) ?? (.nan, false) }
        return Column(
            name: name,
            cells: .dates(
                codes.map { $0 < 0 ? .nan : parsed[Int($0)].seconds },
                hasTime: parsed.contains(where: \.hasTime)))
    }
}

extension String {
    var trimmingSpaces: String {
        var view = self[...]
        while view.first?.isWhitespace == true { view = view.dropFirst() }
        while view.last?.isWhitespace == true { view = view.dropLast() }
        return String(view)
    }
}

/// The single-byte encoding of older Windows files.
enum Windows1252 {
    /// The code points of bytes 0x80 to 0x9F; bytes without a character become U+FFFD.
    private static let upper: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]

    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 16)
        for byte in bytes {
            guard byte >= 0x80 else {
                result.append(byte)
                continue
            }
            let code = byte < 0xA0 ? upper[Int(byte) - 0x80] : UInt32(byte)
            if let scalar = Unicode.Scalar(code) { result += Array(String(Character(scalar)).utf8) }
        }
        return result
    }
}
