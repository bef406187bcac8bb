package import Platform

/// A file of which the schema of an earlier one says how each column is written, so that blocks of its rows can be
/// read one by one and hold what the whole table would hold.
///
/// Decision 26 lets all cells of a column decide how it is read. Of a later file of a known schema most of that is
/// settled beforehand, and what is not is asked of each block (`BlockColumn`). Where an answer is another one, or
/// anything is wrong with the file, the block says so, and who reads takes the whole file (`CSVReader`), which finds the
/// value or the error that it always found.
package struct BlockReading: Sendable {
    /// What a block holds.
    package enum Block: Sendable {
        /// Its rows, and the texts that mean a missing cell.
        case table(Table, MissingTexts)
        /// Some columns must be taken as texts, from the first block on.
        case again(asTexts: Set<String>)
        /// Only the whole file can tell, or says what is wrong.
        case unknown
    }

    /// How much of a file is in memory at once.
    package struct Size: Sendable {
        /// Of a block, at most.
        package var rows = 4096
        /// A block has a multiple of so many rows, but for the last one.
        package var rowStep = 256
        /// Of a block, about as many at most, unless its rows are very long.
        package var blockBytes = 1 << 20
        /// Of a reading from the disk.
        package var bytes = 1 << 20

        package init() {}
    }

    let name: String
    private let options: CSVOptions
    private let layout: CSVLayout
    private let columns: [BlockColumn]
    private let file: PositionedFile
    private let size: Size
    /// The first bytes of the file in UTF-8, where the rows begin among them, on which line, and how many bytes of the
    /// file they are.
    private let head: (bytes: [UInt8], rows: Int, line: Int, count: Int)
    /// About how many bytes a row has.
    private let rowBytes: Int

    /// - Parameters:
    ///   - name: What errors call the file.
    ///   - options: Keeping the texts of a schema; see `CSVOptions.keepingTexts`.
    ///   - wanted: Columns that somebody looks at; others are passed over.
    ///   - texts: Columns that a block asked to have taken as texts.
    /// - Returns: `nil` where the whole file must be read: something is wrong with its beginning, or the schema says too little of a column.
    package init?(
        _ file: PositionedFile, name: String, options: CSVOptions, wanted: Set<String>,
        asTexts texts: Set<String> = [], size: Size = Size()
    ) {
        guard options.decimals.isEmpty, options.orders.isEmpty else { return nil }
        var count = min(size.bytes, file.count)
        while true {
            guard let raw = try? file.bytes(0..<count) else { return nil }
            let reader = CSVReader(
                name: name, options: options,
                bytes: CSVReader.decoded(raw, options, isStart: true))
            guard let header = reader.completeHeader(isWhole: count == file.count) else {
                if count == file.count { return nil }
                count = min(2 * count, file.count)
                continue
            }
            var modes = reader.modes(header)
            for (place, name) in header.names.enumerated() where texts.contains(name) {
                modes[place] = .text
            }
            let mayHaveCommas =
                options.decimalComma == nil
                && zip(header.names, modes).contains {
                    BlockColumn.mayHaveCommas($0, $1, options)
                }
            var columns: [BlockColumn] = []
            for (place, name) in header.names.enumerated() {
                let first = place == 0 ? header.sample.firstNumber(0) : nil
                guard
                    let column = BlockColumn(
                        name, modes[place], first: first, options,
                        isWanted: wanted.contains(name), mayHaveCommas: mayHaveCommas)
                else { return nil }
                columns.append(column)
            }
            var layout = reader.layout(header)
            layout.countsMarks = columns.contains {
                if case .numbers(isWhole: true, _) = $0.way { true } else { false }
            }
            self.columns = columns
            self.layout = layout
            head = (reader.bytes, header.end, header.lineBehind, count)
            rowBytes = max(
                1, (header.sample.end - header.end) / max(1, header.sample.rows))
            break
        }
        self.name = name
        self.options = options
        self.file = file
        self.size = size
    }

    /// The file's blocks from the first one on, for so many who work on them.
    package func blocks(workers: Int) -> RowBlocks {
        // Of a small file each worker should have some.
        let most = min(
            size.rows, file.count / rowBytes / max(1, 4 * workers), size.blockBytes / rowBytes)
        return RowBlocks(
            file, from: head.count,
            RowCutter(
                Array(head.bytes[head.rows...]), firstLine: head.line,
                delimiter: layout.delimiter),
            rows: max(1, most / size.rowStep) * size.rowStep,
            bytes: size.bytes, options)
    }

    /// About as many blocks as the file has at most.
    package var mostBlocks: Int { file.count / rowBytes / size.rowStep + 1 }

    /// Parses a block.
    package func read(_ block: RowBlock) -> Block {
        let bytes = block.bytes.span
        var all: UInt8 = 0
        for at in bytes.indices { all |= bytes[at] }
        if all >= 0x80, UTF8Check.firstInvalid(bytes, 0..<bytes.count) != nil { return .unknown }
        let chunk = CSVChunk(bytes, 0..<bytes.count, layout, columns.map(\.mode))
        guard chunk.problem == nil else { return .unknown }
        var missing = MissingTexts(rows: chunk.rows)
        var cells: [Column] = []
        var texts: Set<String> = []
        for (column, piece) in zip(columns, chunk.pieces) {
            var own: [ReadingNote.TextCount] = []
            switch column.cells(piece, rows: chunk.rows, firstRow: block.firstRow, missing: &own) {
            case .column(let column): cells.append(column)
            case .none: break
            case .asTexts: texts.insert(column.name)
            case .unknown: return .unknown
            }
            if !own.isEmpty { missing.add(own, column: column.name) }
        }
        guard texts.isEmpty else { return .again(asTexts: texts) }
        var lines = RowLines()
        lines.append(chunk.lines, row: 0, line: block.firstLine)
        return .table(
            Table(name: name, rowCount: chunk.rows, columns: cells, lines: lines), missing)
    }

    /// What a person should know of texts that mean missing, in the order of the file's columns.
    ///
    /// - Parameter missing: Of all blocks.
    /// - Returns: `nil` where only the whole file can tell.
    package func notes(_ missing: MissingTexts) -> [ReadingNote]? {
        if columns.contains(where: { $0.isDoubtful(missing) }) { return nil }
        return columns.compactMap { missing.note(column: $0.name) }
    }
}

/// In how many rows a column's cell is missing since a text says so.
package struct MissingTexts: Sendable {
    package private(set) var rows: Int
    private var counts: [String: [String: Int]] = [:]

    package init(rows: Int = 0) { self.rows = rows }

    mutating func add(_ texts: [ReadingNote.TextCount], column: String) {
        for text in texts { counts[column, default: [:]][text.text, default: 0] += text.count }
    }

    /// Those of further rows.
    package mutating func add(_ other: MissingTexts) {
        rows += other.rows
        for (column, texts) in other.counts {
            counts[column, default: [:]].merge(texts, uniquingKeysWith: +)
        }
    }

    func note(column: String) -> ReadingNote? {
        guard let own = counts[column] else { return nil }
        let missing = own.values.reduce(0, +)
        guard Double(missing) > ReadingNote.mostMissingTexts * Double(rows) else { return nil }
        return ReadingNote(
            column: column, kind: .missing(ReadingNote.TextCount.sorted(own), of: rows))
    }
}

/// The blocks of a file's rows, one after another.
package struct RowBlocks: Sendable {
    private let file: PositionedFile
    private var offset: Int
    private var cutter: RowCutter
    private let rows: Int
    private let bytes: Int
    private let options: CSVOptions

    fileprivate init(
        _ file: PositionedFile, from offset: Int, _ cutter: RowCutter, rows: Int, bytes: Int,
        _ options: CSVOptions
    ) {
        self.file = file
        self.offset = offset
        self.cutter = cutter
        self.rows = rows
        self.bytes = bytes
        self.options = options
    }

    /// - Returns: `nil` behind the last one.
    package mutating func next() throws(PlatformError) -> RowBlock? {
        // Doubled where no row ends, so that a quote that is never closed is not scanned again and again.
        var wanted = bytes
        while true {
            let isLast = offset == file.count
            if let block = cutter.next(rows: rows, isLast: isLast) { return block }
            if isLast { return nil }
            let end = min(offset + wanted, file.count)
            cutter.append(
                CSVReader.decoded(try file.bytes(offset..<end), options, isStart: false))
            offset = end
            wanted *= 2
        }
    }
}

extension CSVReader {
    /// The header of a file whose first bytes these are; `nil` where something is wrong with them, or they hold too few
    /// rows to choose by.
    fileprivate func completeHeader(isWhole: Bool) -> CSVHeader? {
        let start = textStart
        guard bytes[start...].contains(where: { $0 > Byte.space }),
            (try? checkKind(from: start)) != nil, let header = try? readHeader(from: start),
            UTF8Check.firstInvalid(bytes.span, 0..<header.end) == nil
        else { return nil }
        let sample = header.sample
        guard sample.problem == nil else { return nil }
        let isFull =
            sample.rows == Self.sampleRows && bytes[sample.end - 1] == Byte.newline
        return isFull || (isWhole && sample.rows > 0) ? header : nil
    }
}

extension CSVChunk {
    /// The number in a column's first row, which was taken as a text; NaN where it is none.
    fileprivate func firstNumber(_ column: Int) -> Double {
        guard let code = pieces[column].codes.first, code >= 0 else { return .nan }
        return CellParsing.number(pieces[column].texts.text(Int(code))) ?? .nan
    }
}
