import Foundation
import Platform
import Tables
import Testing

/// A file that is read block by block, against the same file read as one table.
@Suite struct BlockReadingTests {
    /// The same bytes in pieces of any size give the same blocks, which together are all rows.
    @Test func aCutterFindsTheSameRowsHoweverBytesArrive() throws {
        let text =
            "1,a\n\n2,\"b\nb\"\r\n3, \"c\"\"\n,\" \r\n   \r\n4,5\" wide\n\"\",\n6,\"x\"\n7,last"
        let bytes = Array(text.utf8)
        func blocks(rows: Int, piece: Int) -> [RowBlock] {
            var cutter = RowCutter(
                Array(bytes.prefix(piece)), firstLine: 2, delimiter: UInt8(ascii: ","))
            var at = min(piece, bytes.count)
            var blocks: [RowBlock] = []
            while true {
                if let block = cutter.next(rows: rows, isLast: at == bytes.count) {
                    blocks.append(block)
                } else if at == bytes.count {
                    return blocks
                } else {
                    cutter.append(Array(bytes[at..<min(at + piece, bytes.count)]))
                    at = min(at + piece, bytes.count)
                }
            }
        }
        for rows in [1, 2, 3, 100] {
            let whole = blocks(rows: rows, piece: bytes.count)
            #expect(whole.count == (7 + rows - 1) / rows)
            #expect(whole.map(\.firstRow) == whole.indices.map { $0 * rows })
            for piece in 1...12 {
                let pieces = blocks(rows: rows, piece: piece)
                #expect(pieces.map(\.bytes) == whole.map(\.bytes), "\(rows) \(piece)")
                #expect(pieces.map(\.firstRow) == whole.map(\.firstRow))
            }
        }
        #expect(blocks(rows: 1, piece: 5)[1].bytes == Array("\n2,\"b\nb\"\r\n".utf8))
    }

    @Test func aRowThatCannotBeReadEndsTheBlocks() {
        var cutter = RowCutter(
            Array("1,2\n\"a\"b,2\n3,4\n".utf8), firstLine: 2, delimiter: UInt8(ascii: ","))
        #expect(cutter.next(rows: 1, isLast: false)?.bytes == Array("1,2\n".utf8))
        #expect(cutter.next(rows: 5, isLast: false)?.bytes == Array("\"a\"b,2\n3,4\n".utf8))
        #expect(cutter.next(rows: 1, isLast: true) == nil)
    }

    // MARK: - Files

    /// A column of each kind: an identifier, whole and other numbers, decimal commas with thousands, dates, categories,
    /// and the target, which is a number that keeps its text.
    private static let names = ["id", "whole", "part", "price", "day", "colour", "y"]

    private static func row(_ row: Int) -> [String] {
        [
            "007\(row)", "\(row % 9)", "\(row % 7).5", "1.\(100 + row % 800),5",
            "2020-0\(row % 9 + 1)-11", row % 5 == 0 ? "red \"hot\"\nor,not" : "blue\(row % 3)",
            "\(row % 2)",
        ]
    }

    private static func text(
        _ rows: Int, from first: Int = 0, newline: String = "\n", header: [String]? = nil,
        _ change: (Int, inout [String]) -> Void = { _, _ in }
    ) -> String {
        func line(_ cells: [String]) -> String {
            cells.map { cell in
                cell.contains { ",\"\n".contains($0) }
                    ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
            }.joined(separator: ",") + newline
        }
        return line(header ?? names)
            + (first..<first + rows).map { number in
                var cells = row(number)
                change(number, &cells)
                return line(cells)
            }.joined()
    }

    private static func options() throws -> CSVOptions {
        let table = try read(text(400)) { $0.decimals["price"] = .comma }
        var roles = SchemaOptions()
        roles.target = "y"
        roles.id = ["id"]
        let schema = try Schema.infer(table, roles).schema
        var options = CSVOptions().keepingTexts(of: schema)
        options.threads = 1
        return options
    }

    private enum Found {
        /// With the number of blocks.
        case same(Int)
        /// Left to who reads the whole table.
        case unknown
    }

    /// Reads a text block by block and expects what the whole table has.
    private func compared(
        _ text: String, blockRows: Int = 50, wanted: [String] = names,
        encoding: CSVOptions.Encoding = .utf8,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Found {
        let path = FileManager.default.temporaryDirectory.path + "/vouch-" + UUID().uuidString
        let bytes =
            encoding == .utf8
            ? Array(text.utf8) : text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        try AtomicFile.write(bytes, to: path)
        defer { try? Files.remove(path) }
        var options = try Self.options()
        options.encoding = encoding
        var size = BlockReading.Size()
        size.rows = blockRows
        size.rowStep = 1
        size.bytes = 64
        var asTexts: Set<String> = []
        attempts: while let reading = BlockReading(
            try PositionedFile(path), name: path, options: options, wanted: Set(wanted),
            asTexts: asTexts, size: size)
        {
            var blocks = reading.blocks(workers: 1)
            var tables: [Table] = []
            var missing = MissingTexts()
            while let block = try blocks.next() {
                switch reading.read(block) {
                case .table(let table, let texts):
                    tables.append(table)
                    missing.add(texts)
                case .again(let more):
                    guard asTexts.isDisjoint(with: more) else { return .unknown }
                    asTexts.formUnion(more)
                    continue attempts
                case .unknown: return .unknown
                }
            }
            let whole = try CSVReader.read(bytes: bytes, name: path, options: options)
            #expect(missing.rows == whole.rowCount, sourceLocation: sourceLocation)
            guard let notes = reading.notes(missing) else { return .unknown }
            #expect(
                notes == whole.notes.filter { wanted.contains($0.column) },
                sourceLocation: sourceLocation)
            var row = 0
            for table in tables {
                for own in 0..<table.rowCount {
                    #expect(table.lines?[own] == whole.lines?[row], sourceLocation: sourceLocation)
                    for name in wanted {
                        guard let column = table.column(named: name),
                            let other = whole.column(named: name)
                        else {
                            #expect(
                                whole.column(named: name) == nil, sourceLocation: sourceLocation)
                            continue
                        }
                        let same =
                            column.kind == other.kind && column.text(own) == other.text(row)
                            && column.isMissing(own) == other.isMissing(row)
                            && column.measures?[own].bitPattern == other.measures?[row].bitPattern
                        #expect(same, "row \(row), \(name)", sourceLocation: sourceLocation)
                    }
                    row += 1
                }
            }
            return .same(tables.count)
        }
        return .unknown
    }

    private func isSame(
        _ text: String, blockRows: Int = 50, encoding: CSVOptions.Encoding = .utf8,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Bool {
        let found = try compared(
            text, blockRows: blockRows, encoding: encoding, sourceLocation: sourceLocation)
        if case .same = found { return true }
        return false
    }

    @Test func blocksHoldWhatTheTableHolds() throws {
        // More rows than columns are chosen by, so that the last ones arrive in pieces of 64 bytes.
        guard case .same(let blocks) = try compared(Self.text(1100), blockRows: 200) else {
            Issue.record("the whole table was asked for")
            return
        }
        #expect(blocks == 6)
        #expect(try isSame(Self.text(60, newline: "\r\n"), blockRows: 7))
        #expect(try isSame(Self.text(1)))
        #expect(try isSame(String(Self.text(3).dropLast()) + "\n\n \n"))
        #expect(try isSame("\u{FEFF}" + Self.text(20)))
        #expect(try isSame("sep=,\n" + Self.text(20)))
        #expect(try isSame(Self.text(30) { $1[5] = "caf\u{E9}" }, encoding: .windows1252))
        // Missing cells in every way, a text that was no number in the first file's rows, other categories.
        #expect(
            try isSame(
                Self.text(120) { row, cells in
                    if row % 3 == 0 { cells[1] = row % 40 == 0 ? "NA" : "" }
                    if row % 4 == 0 { cells[2] = "?" }
                    if row % 2 == 0 { cells[3] = "" }
                    if row % 5 < 2 { cells[4] = "null" }
                    if row % 2 == 1 { cells[5] = row % 4 == 1 ? "None" : "green" }
                    cells[6] = ""
                }, blockRows: 11))
    }

    @Test func columnsNobodyLooksAtAreLeftAlone() throws {
        let header = ["", "id", "whole", "more", "y"]
        let text =
            header.joined(separator: ",") + "\n"
            + (0..<40).map { "\($0 + 1),a\($0),\($0),\"1,5\",1\n" }.joined()
        guard case .same = try compared(text, blockRows: 9, wanted: ["id", "whole", "y"]) else {
            Issue.record("the whole table was asked for")
            return
        }
    }

    /// What only all cells tell, and whatever is wrong, is left to the table way.
    @Test func doubtsAreLeftToTheWholeTable() throws {
        func isUnknown(
            _ text: String, sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> Bool {
            try !isSame(text, blockRows: 50, sourceLocation: sourceLocation)
        }
        // A text, or a decimal, late in a column of whole numbers.
        #expect(try isUnknown(Self.text(1100) { if $0 == 1090 { $1[1] = "many" } }))
        #expect(try isUnknown(Self.text(1100) { if $0 == 1090 { $1[1] = "1.500" } }))
        #expect(try isUnknown(Self.text(1100) { if $0 == 1090 { $1[4] = "sometime" } }))
        #expect(try isUnknown(Self.text(1100) { if $0 == 1090 { $1[0] += "\u{0}\",x" } } + "1,2\n"))
        // Beside decimal commas whole numbers are looked at as texts, and many that mean missing are told.
        #expect(try isUnknown(Self.text(100) { if $0 % 4 == 0 { $1[1] = "NA" } }))
        #expect(try isUnknown(Self.text(30) + "\"never closed,1\n"))
        #expect(try isUnknown(Self.text(0)))
        #expect(try isUnknown(""))
        #expect(try isUnknown(",id\n1,a\n2,b\n4,c\n"))
    }

    /// A cell without a number is found late in a column that was taken for numbers: it is taken as texts from the
    /// beginning, and holds the same numbers.
    @Test func aColumnIsTakenAsTextsWhereALateCellAsksForIt() throws {
        let table = try read(
            "a,y\n" + (0..<400).map { "\($0 == 300 ? "unknown" : "\($0).5"),1\n" }.joined())
        let schema = try Schema.infer(table, SchemaOptions()).schema
        #expect(schema.columns.first?.format?.missing == ["unknown"])
        let path = FileManager.default.temporaryDirectory.path + "/vouch-" + UUID().uuidString
        let text =
            "a,y\n" + (0..<1200).map { "\($0 == 1150 ? "unknown" : "\($0).25"),1\n" }.joined()
        try AtomicFile.write(Array(text.utf8), to: path)
        defer { try? Files.remove(path) }
        let options = CSVOptions().keepingTexts(of: schema)
        func last(_ asTexts: Set<String>) throws -> BlockReading.Block? {
            let reading = try #require(
                BlockReading(
                    try PositionedFile(path), name: path, options: options, wanted: ["a"],
                    asTexts: asTexts))
            var blocks = reading.blocks(workers: 1)
            var last: BlockReading.Block?
            while let block = try blocks.next() { last = reading.read(block) }
            return last
        }
        guard case .again(let asked) = try last([]), case .table(let found, _) = try last(["a"])
        else {
            Issue.record("the column was not taken as texts")
            return
        }
        #expect(asked == ["a"])
        let whole = try CSVReader.read(bytes: Array(text.utf8), name: path, options: options)
        let ours = try #require(found.numbers("a"))
        let theirs = try #require(whole.numbers("a")).suffix(ours.count)
        #expect(ours.map(\.bitPattern) == theirs.map(\.bitPattern) || ours.contains(where: \.isNaN))
        #expect(zip(ours, theirs).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
        #expect(ours.count(where: \.isNaN) == 1)
    }
}
