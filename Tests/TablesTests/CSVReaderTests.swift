import Platform
import Tables
import Testing

@Suite struct CSVGrammarTests {
    @Test func quotesDelimitersAndLineBreaksInCells() throws {
        let table = try read(
            "name,note\n\"Smith, J.\",\"said \"\"no\"\"\"\n\"two\nlines\",\"\"\"\"\n\"\",plain\n")
        #expect(
            table.rows == [
                ["Smith, J.", "said \"no\""], ["two\nlines", "\""], [nil, "plain"],
            ])
    }

    @Test(arguments: ["\n", "\r\n"], [true, false])
    func lineEnds(end: String, isLastEnded: Bool) throws {
        let lines = ["a,b", "1,x", "2,\"y\"", "3,"]
        let table = try read(lines.joined(separator: end) + (isLastEnded ? end : ""))
        #expect(table.columns.map(\.name) == ["a", "b"])
        #expect(table.rows == [["1", "x"], ["2", "y"], ["3", nil]])
    }

    @Test func lineBreaksInQuotesStayAsTheyAre() throws {
        let table = try read("a,b\r\n\"x\r\ny\",1\r\n")
        #expect(table.texts("a") == ["x\r\ny"])
    }

    @Test func byteOrderMarkIsNoPartOfTheFirstName() throws {
        let table = try read("\u{FEFF}\"a,b\",c\n1,2\n")
        #expect(table.columns.map(\.name) == ["a,b", "c"])
    }

    @Test func blankLinesAreNoRows() throws {
        let table = try read("\n\na,b\n\n1,2\n   \n\r\n3,4\n\n\n  ")
        #expect(table.rows == [["1", "2"], ["3", "4"]])
        #expect(table.fileLines == [5, 8])
    }

    @Test func delimitersAloneAreARowOfMissingCells() throws {
        #expect(try read("a,b\n,\n1,2\n").rows == [[nil, nil], ["1", "2"]])
        #expect(try read("a\tb\n\t\n1\t2\n").rows == [[nil, nil], ["1", "2"]])
    }

    @Test func spacesAroundCellsAreCut() throws {
        let table = try read("a , \"b\" ,c\n 1 ,  \" x \"  ,y z \n")
        #expect(table.columns.map(\.name) == ["a", "b", "c"])
        #expect(table.rows == [["1", " x ", "y z"]])
    }

    @Test func aSpaceCanBeTheDelimiter() throws {
        let table = try read("a b\n1 \"x y\"\n2 z\n") { $0.delimiter = UInt8(ascii: " ") }
        #expect(table.rows == [["1", "x y"], ["2", "z"]])
    }

    @Test func aQuoteInsideAnUnquotedCellIsText() throws {
        let table = try read("size (5\"),b\n6\" pipe,x\n7\",\"y\nz\"\n")
        #expect(table.columns.map(\.name) == ["size (5\")", "b"])
        #expect(table.rows == [["6\" pipe", "x"], ["7\"", "y\nz"]])
    }

    @Test func oneColumn() throws {
        #expect(try read("a\n1\n\"\"\n3\n").numbers("a")?.map { $0.isNaN ? -1 : $0 } == [1, -1, 3])
    }

    @Test func windows1252() throws {
        var options = CSVOptions()
        options.encoding = .windows1252
        let bytes: [UInt8] =
            Array("naïve,preis\n".utf8).flatMap { byte -> [UInt8] in
                byte == 0xC3 ? [] : byte == 0xAF ? [0xEF] : [byte]
            } + Array("caf".utf8) + [0xE9, 0x2C, 0x80, 0x0A] + [0x93, 0x61, 0x94, 0x2C, 0xDF, 0x0A]
        let table = try CSVReader.read(bytes: bytes, name: "w", options: options)
        #expect(table.columns.map(\.name) == ["naïve", "preis"])
        #expect(table.rows == [["café", "€"], ["“a”", "ß"]])
    }

    @Test func everyWindows1252ByteIsTheCharacterOfItsTable() throws {
        // Python 3: bytes([b]).decode("cp1252"), U+FFFD for the five without a character.
        let upper = "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ"
        for (offset, expected) in upper.unicodeScalars.enumerated() {
            var options = CSVOptions()
            options.encoding = .windows1252
            let table = try CSVReader.read(
                bytes: [0x61, 0x0A, UInt8(0x80 + offset), 0x0A], name: "w", options: options)
            #expect(table.texts("a") == [String(expected)])
        }
    }
}

@Suite struct CSVDetectionTests {
    @Test(arguments: [",", ";", "\t", "|"])
    func delimiter(delimiter: String) throws {
        let table = try read(
            ["a", "\"b,;|\t\"", "c"].joined(separator: delimiter) + "\n"
                + ["1", "x", "2"].joined(separator: delimiter) + "\n")
        #expect(table.columns.map(\.name) == ["a", "b,;|\t", "c"])
        #expect(table.rows == [["1", "x", "2"]])
    }

    @Test func delimiterOption() throws {
        let table = try read("a;b,c\n1;2,3\n") { $0.delimiter = UInt8(ascii: ",") }
        #expect(table.columns.map(\.name) == ["a;b", "c"])
    }

    @Test func decimalCommaIsDetectedBesideASemicolon() throws {
        let table = try read("a;b\n3,14;1\n-2,5;2\n")
        #expect(table.numbers("a") == [3.14, -2.5])
        #expect(table.numbers("b") == [1, 2])
    }

    /// Each column's own cells tell its mark, whatever another one has.
    @Test func aPointInOneColumnAndACommaInAnother() throws {
        let table = try read("a;b\n3,14;1.5\n")
        #expect(table.numbers("a") == [3.14])
        #expect(table.numbers("b") == [1.5])
    }

    @Test func decimalCommaOption() throws {
        #expect(try read("a;b\n3,14;1\n") { $0.decimalComma = false }.kind("a") == .category)
        #expect(try read("a,b\n\"3,14\",1\n") { $0.decimalComma = true }.numbers("a") == [3.14])
        #expect(try read("a;b\n1;2\n") { $0.decimalComma = true }.numbers("a") == [1])
    }

    @Test func decimalCommaBehindThousandsOfWholeNumbers() throws {
        let whole = (0..<3000).map { "\($0);x\n" }.joined()
        let table = try read("a;b\n" + whole + "3,5;y\n")
        #expect(table.numbers("a")?.last == 3.5)
        // A number with a point elsewhere does not speak against it.
        let mixed = try read("a;b\n" + whole.replacing("x", with: "1") + "3,5;2.5\n")
        #expect(mixed.numbers("a")?.last == 3.5)
        #expect(mixed.numbers("b")?.last == 2.5)
    }

    @Test func missingTokens() throws {
        let table = try read("a,b\n1,x\nNA,?\n,\"NA\"\nnan,y\n")
        #expect(table.numbers("a")?.map(\.isNaN) == [false, true, true, true])
        #expect(table.texts("b") == ["x", nil, nil, "y"])
        let other = try read("a,b\n1,NA\n-999,-999\n") { $0.missingTokens = ["-999"] }
        #expect(other.numbers("a")?.map(\.isNaN) == [false, true])
        #expect(other.texts("b") == ["NA", nil])
    }

    @Test func missingTokenThatIsANumberInAColumnOfNumbers() throws {
        let table = try read("a\n1\n-999\n-999.0\n") { $0.missingTokens = ["-999"] }
        #expect(table.numbers("a")?.map { $0.isNaN ? 0 : $0 } == [1, 0, -999])
    }

    @Test func kinds() throws {
        let table = try read(
            "number,whole,text,date,time,empty,mixed\n"
                + "1.5,1,x,2020-01-31,2020-01-31T10:00:00Z,,1\n"
                + "-2e3,2,y,1999-12-01,2020-01-31 23:59,NA,x\n")
        #expect(
            table.columns.map(\.kind) == [
                .number, .number, .category, .date, .date, .number, .category,
            ])
    }

    @Test func kindsThatWereAskedFor() throws {
        let table = try read("zip,when,empty,none\n01234,2020-01-01,,\n00501,2020-02-01,,\n") {
            $0.kinds = ["zip": .category, "when": .category, "empty": .date, "none": .category]
        }
        #expect(table.texts("zip") == ["01234", "00501"])
        #expect(table.texts("when") == ["2020-01-01", "2020-02-01"])
        #expect(table.kind("empty") == .date)
        #expect(table.kind("none") == .category)
    }

    @Test func laterCellsThatAreNoNumbersMakeTheColumnText() throws {
        let rows = (0..<5000).map { "\($0),\($0)\n" }.joined()
        let others = (0..<300).map { "x\($0),7\n" }.joined()
        let table = try read("a,b\n" + rows + others) {
            $0.threads = 4
            $0.minimumChunk = 1000
        }
        #expect(table.texts("a").last == "x299")
        #expect(table.texts("a")[4321] == "4321")
        #expect(table.numbers("b")?.last == 7)
    }
}

@Suite struct CSVNumberTests {
    /// Against the C library's conversion, through Swift's; every bit.
    @Test func numbersAreCorrectlyRounded() throws {
        var draws = Draws(seed: 7)
        var texts = [
            "0", "-0", "+5", "1.", ".5", "1e5", "1E-5", "1e+05", "0.1", "123456789012345678",
            "9007199254740993", "9007199254740992.999", "1.7976931348623157e308", "5e-324",
            "2.2250738585072011e-308", "0.3", "1e22", "1e23", "8.5e22", "1e-22", "1e-23",
            "18446744073709551615", "18446744073709551616", "1844674407370955161.6",
            "0.000000000000000000000000000001", "9999999999999999999999999999", "1e-400",
            "0.50000000000000005551115123125783", "00000000000000000000000000000000001.5",
        ]
        // One number of 16 or more digits in about 2,000 is so near to a tie that the bits cut off
        // from 64 decide.
        for index in 0..<120_000 {
            let digits =
                index % 6 == 0 ? 1 + draws.integer(below: 22) : 16 + draws.integer(below: 4)
            var text = draws.integer(below: 2) == 0 ? "-" : ""
            let point = draws.integer(below: digits + 1)
            for digit in 0..<digits {
                if digit == point { text += "." }
                text += String(draws.integer(below: 10))
            }
            if draws.integer(below: 3) == 0 { text += "e\(draws.integer(below: 60) - 30)" }
            texts.append(text)
        }
        for _ in 0..<20_000 {
            let number = Double(bitPattern: draws.bits())
            if number.isFinite { texts.append("\(number)") }
        }
        let table = try read("a\n" + texts.joined(separator: "\n") + "\n")
        let numbers = try #require(table.numbers("a"))
        #expect(numbers.count == texts.count)
        let wrong = zip(texts, numbers).filter { Double($0)?.bitPattern != $1.bitPattern }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    /// Short texts of the bytes of numbers, and of their neighbours, against the grammar written
    /// out: at the end of the file and before more text.
    @Test func textsThatAreNearlyNumbers() throws {
        let grammar = #/[+\-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+\-]?[0-9]+)?/#
        var draws = Draws(seed: 11)
        let bytes = ["0", "1", "5", "8", "9", "3", "7", ".", "-", "+", "e", "E", ":", "/"]
        var numbers = 0
        for _ in 0..<8000 {
            let kinds = 7 + draws.integer(below: 8)
            let text = (0...draws.integer(below: 12)).map { _ in
                bytes[draws.integer(below: kinds)]
            }.joined()
            let number = text.wholeMatch(of: grammar) == nil ? nil : Double(text)
            let expected = number.flatMap { $0.isFinite ? $0 : nil }
            // 1.580.933 has points between thousands.
            if text.wholeMatch(of: #/[+\-]?[1-9][0-9]{0,2}(\.[0-9]{3}){2,}/#) != nil { continue }
            for file in ["a\n" + text, "a,b\n\(text),12345678\n"] {
                let table = try? read(file) { $0.kinds["a"] = .number }
                let found = table?.numbers("a")?.first
                #expect(found?.bitPattern == expected?.bitPattern, "\(text)")
            }
            numbers += expected == nil ? 0 : 1
        }
        #expect((2000..<6000).contains(numbers))
    }

    @Test(arguments: [
        "1e", "e5", ".", "-", "+", "1e+", "0x10", "inf", "-Infinity", "1_000", "1,00,0", "1 00",
        "--1", "1.2.3", "1e5.0", "1e999", "-1e999", "٣", "12:45", "9:", "1234567:", "12345678:",
        "1/2", "-12345678x",
    ])
    func whatIsNoNumber(text: String) throws {
        let table = try read("a,b\n1,2\n\"\(text)\",3\n")
        #expect(table.texts("a") == ["1", text])
    }
}

@Suite struct CSVDateTests {
    @Test(arguments: [
        ("1970-01-01", 0.0), ("2000-02-29", 951_782_400), ("1969-12-31", -86_400),
        ("1600-03-01", -11_670_912_000), ("2020/01/31", 1_580_428_800),
        ("31.01.2020", 1_580_428_800), ("31/01/2020", 1_580_428_800),
        ("01/31/2020", 1_580_428_800), ("2020-1-5", 1_578_182_400),
        ("2020-01-31T10:00:00Z", 1_580_464_800), ("2020-01-31 10:00", 1_580_464_800),
        ("2020-01-31T10:00:00+02:00", 1_580_457_600), ("2020-01-31T10:00:00-0530", 1_580_484_600),
        ("2020-01-31T10:00:00.25", 1_580_464_800.25), ("9999-12-31", 253_402_214_400),
    ])
    func knownDates(text: String, seconds: Double) throws {
        let table = try read("a\n\(text)\n")
        guard case .dates(let found, let hasTime) = table.columns[0].cells else {
            Issue.record("\(text) is not read as a date")
            return
        }
        #expect(found == [seconds])
        #expect(hasTime == text.contains(":"))
    }

    @Test(arguments: [
        "2021-02-29", "2020-13-01", "2020-00-01", "2020-01-32", "1900-02-29", "2020-01/31",
        "2020-01-31T24:00", "2020-01-31T10", "2020-01-31x", "20200131x", "2020-01-31T10:00+99:00",
    ])
    func whatIsNoDate(text: String) throws {
        #expect(try read("a\n\(text)\n").kind("a") == .category)
    }

    @Test func dayAndMonthAreToldApartByTheWholeColumn() throws {
        let table = try read("a\n03/04/2020\n13/04/2020\n")
        #expect(table.texts("a") == ["2020-04-03", "2020-04-13"])
        #expect(try read("a\n03/04/2020\n04/13/2020\n").texts("a") == ["2020-03-04", "2020-04-13"])
        #expect(try read("a\n03/04/2020\n").kind("a") == .category)
        #expect(try read("a\n13/04/2020\n04/13/2020\n").kind("a") == .category)
    }

    @Test func missingDates() throws {
        let table = try read("a\n2020-01-31\nNA\n\"\"\n")
        #expect(table.texts("a") == ["2020-01-31", nil, nil])
    }
}

@Suite struct CSVErrorTests {
    @Test func noSuchFile() throws {
        let error = try #require(throws: TableError.self) {
            try CSVReader.read(path: "/nowhere/at all.csv")
        }
        #expect(error.source == "/nowhere/at all.csv")
        #expect("\(error)" == "reading /nowhere/at all.csv: there is no such file. Check the path")
    }

    @Test func aFolder() throws {
        let error = try #require(throws: TableError.self) { try CSVReader.read(path: "/") }
        #expect(error.problem == "it is a folder")
    }

    @Test(arguments: ["", "\n\r\n  \n", "\u{FEFF}", "\u{FEFF}\n"])
    func emptyFile(text: String) throws {
        let error = try readingError(text)
        #expect(error.problem == "the file is empty")
        #expect(error.advice == "It needs a header line and rows")
    }

    @Test(arguments: ["a,b", "a,b\n", "a,b\r\n\r\n  \n"])
    func headerOnly(text: String) throws {
        #expect(try readingError(text).problem == "there is a header and no row")
    }

    @Test func lineEndsOfOldMacs() throws {
        #expect(try readingError("a,b\r1,2\r").problem.contains("carriage returns"))
    }

    @Test func unclosedQuote() throws {
        let error = try readingError("a,b\n\"x\ny\",1\nz,\"open\n1,2\n3,4\n")
        #expect(error.line == 4)
        #expect(error.problem == "a quote that opens here is never closed")
        #expect(!error.advice.isEmpty)
        #expect("\(error)".hasPrefix("reading t.csv, line 4: "))
        #expect(try readingError("\n\na,\"b\n1,2\n").line == 3)
    }

    @Test func textBehindAClosingQuote() throws {
        #expect(try readingError("a,b\n\"x\"y,1\n").line == 2)
        // A quote left open shows where the next one opens; the line is of the first.
        let error = try readingError("a,b\n1,\"x\n2,y\n3,\"z\"\n")
        #expect(error.line == 2)
        #expect(error.problem.contains("line 4"))
        #expect(try readingError("a,b\n\"x\"\ry,1\n").line == 2)
    }

    @Test func raggedRow() throws {
        let short = try readingError("a,b\n\n1,\"x\ny\"\n7\n3,4\n")
        #expect(short.line == 5)
        #expect(short.problem == "the row has 1 cells where the header has 2")
        #expect(try readingError("a,b\n1,2\n1,2,3\n").line == 3)
    }

    @Test func raggedRowInALaterChunk() throws {
        let rows = String(repeating: "1,\"x\ny\"\n\n", count: 1000)
        let error = try readingError("a,b\n" + rows + "1\n" + rows + "1\n") {
            $0.threads = 8
            $0.minimumChunk = 100
        }
        #expect(error.line == 3002)
    }

    @Test(
        arguments: [
            [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0x80], [0xE2, 0x82],
            [0xE2, 0x82, 0x20], [0xF0, 0x9F, 0x98], [0xC3], [0xE9, 0x2C],
        ] as [[UInt8]])
    func invalidBytes(bytes: [UInt8]) throws {
        for chunk in [1, 3, 1 << 20] {
            var options = CSVOptions()
            options.threads = 16
            options.minimumChunk = chunk
            let text = Array("a,b\n\"ü\n€😀\",1\nxyz".utf8) + bytes + Array("\n".utf8)
            let error = try #require(throws: TableError.self) {
                try CSVReader.read(bytes: text, name: "t", options: options)
            }
            #expect(error.line == 4)
            #expect(error.problem.hasPrefix("byte 4 of the line (0x"))
            #expect(error.advice.contains("windows-1252"))
        }
    }

    @Test func utf16() throws {
        let error = try #require(throws: TableError.self) {
            try CSVReader.read(bytes: [0xFF, 0xFE, 0x61, 0, 0x0A, 0], name: "t")
        }
        #expect(error.advice.contains("UTF-16"))
    }

    @Test func names() throws {
        let twice = try readingError("\na,b,\"a\"\n1,2,3\n")
        #expect(twice.line == 2)
        #expect(twice.column == "a")
        #expect(twice.problem == "columns 1 and 3 are both named \"a\"")
        let empty = try readingError("a,,c\n1,2,3\n")
        #expect(empty.line == 1)
        #expect(empty.problem == "the name of column 2 is empty")
    }

    @Test func aCellThatIsNotWhatWasAskedFor() throws {
        let number = try readingError("a,b\n\"x\ny\",1\n\nz,2\nu,abc\n") { $0.kinds["b"] = .number }
        #expect(number.line == 6)
        #expect(number.column == "b")
        #expect(number.problem == "\"abc\" is not a number")
        let date = try readingError("a,b\n\"x\ny\",2020-01-01\n\nz,2020-02-30\n") {
            $0.kinds["b"] = .date
        }
        #expect(date.line == 5)
        #expect(date.column == "b")
        let order = try readingError("a\n\n01/02/2020\n") { $0.kinds["a"] = .date }
        #expect(order.line == 3)
        #expect(order.problem.contains("cannot be told apart"))
    }

    @Test func laterErrorsNameTheLineOfTheFile() throws {
        let text = "a,b\n\"x\ny\",1\n\nz,2\n"
        let read = try read(text) { $0.kinds["b"] = .category }
        #expect(read.fileLines == [2, 5])
        #expect(read.selecting(rows: [1, 0, 1]).fileLines == [5, 2, 5])
        let target = try TargetEncoder(
            read.columns[1], source: "t", rows: [0, 1], task: nil, positive: nil)
        let other = try Tables.CSVReader.read(bytes: Array("b\n\n1\n\n9\n".utf8), name: "u")
        let error = try #require(throws: TableError.self) {
            try target.labels(other.columns[0], source: "u", lines: other.lines)
        }
        #expect(error.line == 5)
        #expect(error.column == "b")
        let inMemory = try #require(throws: TableError.self) {
            try target.labels(other.columns[0], source: "u")
        }
        #expect(inMemory.line == nil)
        #expect("\(inMemory)".contains("u, row 2, column \"b\""))
    }
}

@Suite struct CSVChunkTests {
    /// Texts in which quotes, doubled quotes, line breaks and blank lines stand everywhere.
    private static let texts: [String] = [
        file("a,b\n", 60) { "\"line \($0)\n\n\"\"quoted\"\", \",\($0)\n" },
        file("a,b\r\n", 60) { "\"\r\n\",\($0 % 7)\r\n" },
        // A lone quote inside an unquoted cell turns the parity of all quotes behind it.
        file("a,b\n1,5\" pipe\n", 60) { "\($0),\"a\nb,\($0)\"\n" },
        file("a,b\n", 80) { $0 % 9 == 0 ? "6\",7\n" : "\($0),\"\n\"\n\n" },
        "\u{FEFF}a,b\n\"" + String(repeating: "\n\"\"", count: 300) + "\",2\n3,4\n",
        file("n,t\n", 100) { "\($0),ü€😀\($0 % 3)\n" } + file("", 20) { "x\($0),y\n" } + "x,y",
    ]

    private static func file(_ header: String, _ rows: Int, _ row: (Int) -> String) -> String {
        header + (0..<rows).map(row).joined()
    }

    @Test(arguments: texts.indices)
    func sameTableWhateverTheChunks(index: Int) throws {
        let text = Self.texts[index]
        let whole = try read(text) { $0.minimumChunk = .max }
        for threads in [1, 2, 3, 8, 64] {
            for minimum in [1, 2, 3, 5, 17, 100] {
                let parts = try read(text) {
                    $0.threads = threads
                    $0.minimumChunk = minimum
                }
                #expect(parts == whole, "\(threads) threads, chunks of \(minimum)")
            }
        }
    }

    @Test func sameErrorWhateverTheChunks() throws {
        let rows = (0..<40).map { "\"x\ny\",\($0)\n" }.joined()
        for bad in ["z,\"open\n", "q\n", "\"x\"y,1\n", "1,2,3\n"] {
            let text = "a,b\n" + rows + bad + rows
            let whole = try readingError(text) { $0.minimumChunk = .max }
            #expect(whole.line == 82)
            for minimum in [1, 7, 50] {
                let parts = try readingError(text) {
                    $0.threads = 16
                    $0.minimumChunk = minimum
                }
                #expect(parts == whole)
            }
        }
    }

    @Test func categoriesAreInOrderOfFirstUse() throws {
        let table = try read("a\nz\ny\nNA\nz\nx\n") {
            $0.threads = 8
            $0.minimumChunk = 1
        }
        #expect(
            table.columns[0].cells
                == .categories(codes: [0, 1, -1, 0, 2], values: ["z", "y", "x"]))
    }

    @Test func longTextsAreToldApartByEveryByte() throws {
        let text = Array("an example of a text".utf8)
        let variants =
            (0..<text.count).map { place in
                String(decoding: text.enumerated().map { $0 == place ? 0x5A : $1 }, as: UTF8.self)
            } + (1...text.count).map { String(decoding: text.prefix($0), as: UTF8.self) }
        let rows = (variants + variants.reversed()).map { "\"\($0)\"" }
        let table = try read("a\n" + rows.joined(separator: "\n")) { $0.threads = 3 }
        // Spaces in quotes are text, so that no two of the prefixes are one.
        let order = variants.indices.map(Int32.init)
        #expect(
            table.columns[0].cells
                == .categories(
                    codes: order + order.reversed(), values: variants))
    }

    @Test func aFileOnDisk() throws {
        let path = "/tmp/vouch-tables-\(UInt64.random(in: 0 ... .max)).csv"
        try AtomicFile.write(Array("a,b\n1,2\n".utf8), to: path)
        defer { try? Files.remove(path) }
        let table = try CSVReader.read(path: path)
        #expect(table.name == path)
        #expect(table.rows == [["1", "2"]])
    }
}
