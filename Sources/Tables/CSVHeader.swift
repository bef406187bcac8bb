/// The names of a file's columns, and what the rows below let guess about it.
struct CSVHeader {
    let delimiter: UInt8
    let names: [String]
    /// Where the rows begin.
    let end: Int
    /// The line on which the rows begin, from 1.
    let lineBehind: Int
    /// The first rows, all as text.
    let sample: CSVChunk
}

extension CSVReader {
    private static let sampleRows = 1000

    /// The header's cells under a delimiter.
    private func headerCells(
        from start: Int, _ delimiter: UInt8
    ) throws(CSVProblem) -> (cells: [CellRange], line: Int, scanner: CSVScanner) {
        let span = bytes.span
        var scanner = CSVScanner(delimiter: delimiter, position: start)
        _ = scanner.findsRow(span, before: span.count)
        let line = scanner.line
        var counting = scanner
        var none: [CellRange] = []
        var nowhere = none.mutableSpan
        let count = try counting.scanRow(span, into: &nowhere, from: 0, most: 0)
        var cells = [CellRange](repeating: .nowhere, count: count)
        var places = cells.mutableSpan
        _ = try scanner.scanRow(span, into: &places, from: 0, most: count)
        return (cells, line, scanner)
    }

    /// The candidate that gives the header the most cells; a comma if none gives more than one.
    private func detectDelimiter(from start: Int) -> UInt8 {
        var best = (delimiter: Byte.comma, cells: 1)
        for candidate in [Byte.comma, Byte.semicolon, Byte.tab, Byte.bar] {
            let count = (try? headerCells(from: start, candidate))?.cells.count ?? 0
            if count > best.cells { best = (candidate, count) }
        }
        return best.delimiter
    }

    func readHeader(from start: Int) throws(TableError) -> CSVHeader {
        let delimiter = options.delimiter ?? detectDelimiter(from: start)
        let (cells, line, scanner): ([CellRange], Int, CSVScanner)
        do throws(CSVProblem) {
            (cells, line, scanner) = try headerCells(from: start, delimiter)
        } catch {
            throw fail(error, firstLine: 1, columnCount: 0)
        }
        let names = try names(cells, line: line + 1)
        let layout = CSVLayout(
            delimiter: delimiter, point: Byte.point, missing: missingTexts,
            columnCount: names.count)
        return CSVHeader(
            delimiter: delimiter, names: names, end: scanner.position,
            lineBehind: scanner.line + 1,
            sample: CSVChunk(
                bytes.span, scanner.position..<bytes.count, layout, names.map { _ in .text },
                mostRows: Self.sampleRows))
    }

    private func names(_ cells: [CellRange], line: Int) throws(TableError) -> [String] {
        var names: [String] = []
        var positions: [String: Int] = [:]
        for (position, cell) in cells.enumerated() {
            let name = String(decoding: cell.text(bytes.span), as: UTF8.self)
            guard !name.isEmpty else {
                throw fail(
                    "the name of column \(position + 1) is empty", "Give every column a name",
                    line: line)
            }
            if let earlier = positions.updateValue(position, forKey: name) {
                throw fail(
                    "columns \(earlier + 1) and \(position + 1) are both named \"\(name)\"",
                    "Rename or remove one of them", line: line, column: name)
            }
            names.append(name)
        }
        return names
    }
}

// MARK: - What the sample tells

extension CSVReader {
    private var missingTexts: [[UInt8]] { options.missingTokens.map { Array($0.utf8) } }

    func layout(_ header: CSVHeader, point: UInt8) -> CSVLayout {
        CSVLayout(
            delimiter: header.delimiter, point: point, missing: missingTexts,
            columnCount: header.names.count)
    }

    /// Whether some cell of the sample reads `3,14` and none `3.14`; `nil` where neither is found.
    func usesDecimalComma(_ header: CSVHeader) -> Bool? {
        if let given = options.decimalComma { return given }
        guard header.delimiter != Byte.comma else { return false }
        var usesComma: Bool?
        for piece in header.sample.pieces {
            for text in piece.presentTexts {
                if text.contains(Byte.comma), isNumber(text, point: Byte.comma) {
                    usesComma = true
                } else if text.contains(Byte.point), isNumber(text, point: Byte.point) {
                    return false
                }
            }
        }
        return usesComma
    }

    func isCommaNumber(_ text: String?) -> Bool {
        guard let text, text.utf8.contains(Byte.comma) else { return false }
        return isNumber(Array(text.utf8)[...], point: Byte.comma)
    }

    private func isNumber(_ text: ArraySlice<UInt8>, point: UInt8) -> Bool {
        CellParsing.number(text.span, 0, text.count, point: point) != nil
    }

    /// How to take each column: as asked for, or as the sample suggests.
    func modes(_ header: CSVHeader, _ layout: CSVLayout) -> [ColumnMode] {
        zip(header.names, header.sample.pieces).map { name, piece in
            switch options.kinds[name] {
            case .category, .date: .text
            case .number: .number
            case nil:
                piece.presentTexts.allSatisfy { isNumber($0, point: layout.point) }
                    ? .number : .text
            }
        }
    }
}

extension ColumnPiece {
    /// The distinct texts that do not mean a missing cell.
    fileprivate var presentTexts: some Sequence<ArraySlice<UInt8>> {
        (0..<texts.count).lazy.filter { !meansMissing[$0] }
            .map { texts.storage[texts.range($0)] }
    }
}
