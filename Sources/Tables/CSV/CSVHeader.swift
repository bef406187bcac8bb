/// The names of a file's columns, and what the rows below let guess about it.
struct CSVHeader {
    let delimiter: UInt8
    /// Empty for a column without a name, which must be left out.
    let names: [String]
    /// What was seen above the rows, in a clause each.
    let remarks: [String]
    /// Where the rows begin.
    let end: Int
    /// The line on which the rows begin, from 1.
    let lineBehind: Int
    /// The first rows, all as text.
    let sample: CSVChunk
}

extension CSVReader {
    /// Rows by which columns are taken at first.
    static let sampleRows = 1000

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

    func readHeader(from beginning: Int) throws(TableError) -> CSVHeader {
        let stated = statedDelimiter(from: beginning)
        let start = stated?.end ?? beginning
        let linesBefore = stated == nil ? 0 : 1
        let delimiter = options.delimiter ?? stated?.delimiter ?? detectDelimiter(from: start)
        let (cells, line, scanner): ([CellRange], Int, CSVScanner)
        do throws(CSVProblem) {
            (cells, line, scanner) = try headerCells(from: start, delimiter)
        } catch {
            throw fail(error, firstLine: 1 + linesBefore, columnCount: 0)
        }
        let names = try names(cells, line: line + 1 + linesBefore)
        let layout = CSVLayout(
            delimiter: delimiter, missing: missingTexts, columnCount: names.count)
        return CSVHeader(
            delimiter: delimiter, names: names,
            remarks: stated.map { ["its first line, \"\($0.text)\", names the delimiter"] } ?? [],
            end: scanner.position, lineBehind: scanner.line + 1 + linesBefore,
            sample: CSVChunk(
                bytes.span, scanner.position..<bytes.count, layout, names.map { _ in .text },
                mostRows: Self.sampleRows))
    }

    /// The delimiter that Excel's `sep=;` states on the first line, and where that line ends.
    private func statedDelimiter(
        from start: Int
    ) -> (delimiter: UInt8, text: String, end: Int)? {
        let rest = bytes[start...].prefix(16)
        guard let newline = rest.firstIndex(of: Byte.newline) else { return nil }
        let line = rest[..<newline].filter { $0 != Byte.carriageReturn && $0 != Byte.quote }
        guard line.count == 5,
            String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep="
        else { return nil }
        return (line[4], String(decoding: line, as: UTF8.self), newline + 1)
    }

    /// The columns' names. The first may have none, as a row index has, and the last ones, where delimiters end the lines;
    /// whether this is so, their cells tell.
    private func names(_ cells: [CellRange], line: Int) throws(TableError) -> [String] {
        let texts = cells.map { String(decoding: $0.text(bytes.span), as: UTF8.self) }
        let named = texts.indices.filter { !texts[$0].isEmpty }
        var names: [String] = []
        var positions: [String: Int] = [:]
        for (position, name) in texts.enumerated() {
            guard !name.isEmpty else {
                let mayBeLeftOut = position == 0 || position > named.last ?? .max
                guard mayBeLeftOut, !named.isEmpty else {
                    throw emptyName(position, line: line)
                }
                names.append(name)
                continue
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

    func emptyName(_ position: Int, line: Int) -> TableError {
        fail(
            "the name of column \(position + 1) is empty", "Give every column a name",
            line: line)
    }
}

// MARK: - What the sample tells

extension CSVReader {
    private var missingTexts: [[UInt8]] { options.missingTokens.map { Array($0.utf8) } }

    func layout(_ header: CSVHeader) -> CSVLayout {
        CSVLayout(
            delimiter: header.delimiter, missing: missingTexts, columnCount: header.names.count)
    }

    private func isNumber(_ text: ArraySlice<UInt8>, point: UInt8) -> Bool {
        CellParsing.number(text.span, 0, text.count, point: point) != nil
    }

    /// How to take each column at first: as numbers where all cells of the sample are, with one mark; else as texts.
    func modes(_ header: CSVHeader) -> [ColumnMode] {
        zip(header.names, header.sample.pieces).map { name, piece in
            if options.spelled.contains(name) { return .text }
            if let kind = options.kinds[name], kind != .number { return .text }
            for point in points(name) {
                if piece.presentTexts.allSatisfy({ isNumber($0, point: point) }) {
                    return .number(point: point)
                }
            }
            return options.kinds[name] == .number && options.formats[name]?.number == nil
                ? .number(point: points(name)[0]) : .text
        }
    }

    /// The marks that may stand before a column's decimals, the likelier first.
    private func points(_ name: String) -> [UInt8] {
        if let format = options.formats[name]?.number {
            return format.isPlain ? [format.decimal.byte] : []
        }
        if let decimal = options.decimals[name] { return [decimal.byte] }
        return switch options.decimalComma {
        case true?: [Byte.comma]
        case false?: [Byte.point]
        case nil: [Byte.point, Byte.comma]
        }
    }

    /// Whether a column that was taken for numbers must be looked at as texts.
    func needsTexts(_ mode: ColumnMode, _ traits: NumberTraits, _ name: String) -> Bool {
        guard case .number(let point) = mode else { return false }
        if traits.hasOthers { return true }
        if options.kinds[name] == nil, options.formats[name] == nil,
            traits.hasPadding || traits.hasHuge
        {
            return true
        }
        guard options.decimalComma == nil, options.decimals[name] == nil,
            options.formats[name]?.number == nil
        else { return false }
        // Three digits behind every point are usual decimals; beside whole numbers, or behind commas, they may be thousands.
        return traits.grouped > 0 && traits.decimal * 50 < traits.grouped
            && (traits.whole > 0 || point == Byte.comma)
    }
}

extension ColumnPiece {
    /// The distinct texts that do not mean a missing cell.
    fileprivate var presentTexts: some Sequence<ArraySlice<UInt8>> {
        (0..<texts.count).lazy.filter { !meansMissing[$0] }
            .map { texts.storage[texts.range($0)] }
    }
}
