import Tables
import Testing

@Suite struct CSVRoundTripTests {
    private static let pieces = [
        "a", "Z", "0", "7", " ", "  ", ",", ";", "\"", "\"\"", "\n", "\r\n", "\r", "\t", "|", ".",
        "-", "é", "😀", "\u{0}", "NA", "中",
    ]

    private static func text(_ draws: inout Draws) -> String {
        (0...draws.integer(below: 6)).map { _ in draws.element(pieces) }.joined()
    }

    private static func column(_ name: String, _ rows: Int, _ draws: inout Draws) -> Column {
        let isMissing = (0..<rows).map { _ in draws.integer(below: 5) == 0 }
        switch draws.integer(below: 4) {
        case 0:
            return numbers(name, isMissing.map { $0 ? nil : number(&draws) })
        case 1:
            let seconds = isMissing.map { missing in
                missing ? .nan : Double(draws.integer(below: 200_000) - 100_000) * 86_400
            }
            return Column(name: name, cells: .dates(seconds, hasTime: false))
        case 2:
            let seconds = isMissing.map { missing in
                missing ? .nan : Double(draws.integer(below: 8_000_000_000) - 4_000_000_000) / 4
            }
            return Column(name: name, cells: .dates(seconds, hasTime: true))
        default:
            return category(name, isMissing.map { $0 ? nil : text(&draws) })
        }
    }

    private static func number(_ draws: inout Draws) -> Double {
        switch draws.integer(below: 3) {
        case 0: return Double(draws.integer(below: 2000) - 1000)
        case 1: return Double(draws.integer(below: 1_000_000)) / 1000
        default:
            let number = Double(bitPattern: draws.bits())
            return number.isFinite ? number : 0.1
        }
    }

    /// What is written reads back the same, if empty is the only text that means missing and the
    /// kinds are known.
    @Test(arguments: UInt64(0)..<200)
    func writtenTablesReadBack(seed: UInt64) throws {
        var draws = Draws(seed: seed)
        let rows = 1 + draws.integer(below: 40)
        let columns = (0...draws.integer(below: 5)).map { index in
            Self.column("\(index)" + Self.text(&draws), rows, &draws)
        }
        let written = Table(name: "t", rowCount: rows, columns: columns)
        var options = CSVOptions()
        options.missingTokens = []
        options.threads = 1 + draws.integer(below: 8)
        options.minimumChunk = draws.element([1, 10, 1 << 20])
        options.delimiter = UInt8(ascii: ",")
        for column in columns { options.kinds[column.name] = column.kind }
        let back = try CSVReader.read(
            bytes: CSVWriter.bytes(written), name: "t", options: options)
        #expect(back.columns.map(\.name) == written.columns.map(\.name))
        for (old, new) in zip(written.columns, back.columns) {
            #expect(old.kind == new.kind)
            for row in 0..<rows { #expect(old.text(row) == new.text(row)) }
            if case .numbers(let before) = old.cells, case .numbers(let after) = new.cells {
                #expect(
                    zip(before, after).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
            }
        }
    }

    @Test func whatIsQuoted() {
        let table = table([
            category("a,b", ["x", " y", "z\"", nil]), numbers("n", [1, 0.5, 1e300, nil]),
        ])
        let expected = "\"a,b\",n\nx,1\n\" y\",0.5\n\"z\"\"\",1e+300\n,\n"
        #expect(String(decoding: CSVWriter.bytes(table), as: UTF8.self) == expected)
    }

    @Test func aLineWithoutTextIsStillARow() throws {
        let written = table([category("a", ["x", nil, "y"])])
        let back = try CSVReader.read(bytes: CSVWriter.bytes(written), name: "t")
        #expect(back.rows == [["x"], [nil], ["y"]])
    }

    @Test func datesAsText() {
        let dates = Column(
            name: "d",
            cells: .dates([0, -86_400, 951_782_400 + 3661.25, .nan], hasTime: true))
        #expect(
            (0..<4).map(dates.text) == [
                "1970-01-01T00:00:00", "1969-12-31T00:00:00", "2000-02-29T01:01:01.25", nil,
            ])
    }
}
