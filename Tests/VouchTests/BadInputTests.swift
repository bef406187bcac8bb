import Cost
import Platform
import Runs
import Studies
import Tables
import Testing

/// What is wrong with the data or the request is said with its place and a next step, and nothing
/// is left behind.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// `nil` for no file.
        var file: [UInt8]?
        /// Texts that the error must hold.
        var says: [String]
        var change: @Sendable (inout TrainConfiguration) -> Void = { _ in }

        var testDescription: String { name }
    }

    static let good =
        "a,b,class\n"
        + (0..<60).map { "\($0),\($0 * 7 % 11),\($0 % 2 == 0 ? "x" : "y")\n" }
        .joined()

    private static func rows(_ row: (Int) -> String) -> String {
        (0..<60).map { row($0) + "\n" }.joined()
    }

    static let cases: [Case] = [
        Case(name: "no such file", file: nil, says: ["data.csv", "no such file"]),
        Case(name: "empty file", file: [], says: ["data.csv", "empty"]),
        Case(name: "header only", file: Array("a,b,class\n".utf8), says: ["no row"]),
        Case(
            name: "unclosed quote", file: Array("a,b,class\n1,2,x\n3,\"4,y\n5,6,x\n".utf8),
            says: ["line 3", "quote"]),
        Case(
            name: "ragged row", file: Array("a,b,class\n1,2,x\n3,4\n5,6,x\n".utf8),
            says: ["line 3", "2 cells", "3"]),
        Case(
            name: "invalid bytes",
            file: Array("a,b,class\n1,2,x\n3,".utf8) + [0xFF, 0xFE] + Array(",y\n".utf8),
            says: ["line 3", "UTF-8", "--encoding"]),
        Case(
            name: "duplicate column", file: Array("a,a,class\n1,2,x\n3,4,y\n".utf8),
            says: ["line 1", "\"a\""]),
        Case(
            name: "target absent", file: Array(good.utf8), says: ["\"klass\"", "\"class\"?"],
            change: { $0.columns.target = "klass" }),
        Case(
            name: "target of one value", file: Array("a,class\n1,x\n2,x\n3,x\n".utf8),
            says: ["column \"class\"", "same target \"x\""]),
        Case(
            name: "no row has a target", file: Array("a,class\n1,\n2,\n3,\n".utf8),
            says: ["column \"class\"", "no row has a target"]),
        Case(
            name: "protected column absent", file: Array(good.utf8),
            says: ["\"sex\"", "--protected"],
            change: { $0.columns.protected = ["sex"] }),
        Case(
            name: "output not writable", file: Array(good.utf8), says: ["/proc/self"],
            change: { $0.output = "/proc/self/out" }),
        Case(
            name: "negative weight",
            file: Array((good + "60,-1,x\n").utf8), says: ["line 62", "column \"b\"", "-1"],
            change: { $0.columns.weight = "b" }),
        Case(
            name: "weights that are all zero",
            file: Array(("a,w,class\n" + rows { "\($0),0,\($0 % 2 == 0 ? "x" : "y")" }).utf8),
            says: ["column \"w\"", "all 60 rows are 0"], change: { $0.columns.weight = "w" }),
        Case(
            name: "weights that leave no validation row",
            file: Array(("a,w,class\n" + rows { "\($0),\($0 == 7 ? 1 : 0),\($0 % 2)" }).utf8),
            says: ["column \"w\"", "rows are 0", "--weight"], change: { $0.columns.weight = "w" }),
        Case(
            name: "a class of no weight",
            file: Array(
                ("a,w,class\n" + rows { "\($0),\($0 % 2),\($0 % 2 == 0 ? "x" : "y")" }).utf8),
            says: ["class \"x\"", "weight 0", "nothing to tell apart"],
            change: { $0.columns.weight = "w" }),
        Case(
            name: "one cell of a target of numbers that is none",
            file: Array(("a,class\n" + rows { $0 == 3 ? "3,inf" : "\($0),\($0).5" }).utf8),
            says: ["line 5", "column \"class\"", "59 of 60 cells are numbers", "\"inf\""]),
        Case(
            name: "a class that means missing",
            file: Array(
                ("a,class\n" + rows { "\($0),\(["None", "Mild", "Severe"][$0 % 3])" }).utf8),
            says: ["column \"class\"", "20 of 60 rows", "20 \"None\"", "--missing"]),
        Case(
            name: "two readings",
            file: Array(("a;class\n" + rows { "\($0 % 7 + 1),12\($0 % 9 + 1);\($0 % 2)" }).utf8),
            says: ["column \"a\"", "1,121", "1121 or 1.121", "--decimal-comma", "{decimal: comma}"]),
        Case(
            name: "an Excel workbook", file: [0x50, 0x4B, 3, 4] + Array(repeating: 7, count: 90),
            says: ["zip archive", ".xlsx", "CSV"]),
        Case(
            name: "a compressed file", file: [0x1F, 0x8B, 8, 0] + Array(repeating: 7, count: 90),
            says: ["gzip", "gunzip"]),
        Case(
            name: "bytes that are no text", file: (0..<400).map { UInt8($0 % 40) },
            says: ["not text"]),
        Case(
            name: "carriage returns alone", file: Array(good.replacing("\n", with: "\r").utf8),
            says: ["carriage returns", "CR LF"]),
        Case(
            name: "a column named for two things", file: Array(good.utf8), says: ["\"a\"", "both"],
            change: {
                $0.columns.id = ["a"]
                $0.columns.weight = "a"
            }),
        Case(
            name: "too few rows", file: Array("a,class\n1,x\n2,y\n".utf8), says: ["2 rows"]),
        Case(
            name: "dropout out of range", file: Array(good.utf8), says: ["--dropout", "1.5"],
            change: { $0.model.dropout = 1.5 }),
        Case(
            name: "bins without curves", file: Array(good.utf8), says: ["--bins", "periodic"],
            change: {
                $0.model.numbers = .periodic
                $0.model.bins = 8
            }),
        Case(
            name: "codes of plain numbers", file: Array(good.utf8), says: ["--value-codes"],
            change: {
                $0.model.kind = .mlp
                $0.model.valueCodes = .all
            }),
        Case(
            name: "refit in a budget", file: Array(good.utf8), says: ["--refits", "--budget"],
            change: {
                $0.learning.refits = 1
                $0.learning.budget = .seconds(9)
            }),
    ]

    @Test(arguments: cases) func saysWhatIsWrong(_ wrong: Case) throws {
        let scratch = try Scratch()
        let data = scratch.path + "/data.csv"
        if let file = wrong.file { _ = try scratch.write(file, to: "data.csv") }
        let before = try scratch.names
        var configuration = quick(data, out: scratch.path + "/out")
        wrong.change(&configuration)
        let configured = configuration
        let error = #expect(throws: (any Error).self) {
            try trainRun(configured, control: RunControl(threads: 1))
        }
        #expect(error is any PlainError)
        let text = asTyped(error)
        for part in wrong.says { #expect(text.contains(part), "\(text)") }
        #expect(try scratch.names == before, "something was left behind")
    }

    @Test(arguments: ["", "abc", "-5s", "60", "5 parsecs", "nans", "infs"])
    func durationsAreTimes(_ text: String) {
        let error = #expect(throws: VouchError.self) {
            try parseDuration(text, option: "--time-budget")
        }
        #expect(error?.description.contains("60s") == true)
        #expect(error?.description.contains("--time-budget") == true)
        let refused = #expect(throws: VouchError.self) { try parseBudget(text) }
        #expect(refused?.settings == ["budget"])
    }

    @Test func durationsHaveUnits() throws {
        func parsed(_ text: String) throws -> Double { try parseDuration(text, option: "--x") }
        #expect(try parsed("60s") == 60)
        #expect(try parsed("2m") == 120)
        #expect(try parsed("1.5h") == 5400)
        #expect(try parsed("250ms") == 0.25)
    }

    @Test(arguments: ["", "fp=1", "fp=1,fn=x", "fp=1,fn=2,xx=3", "1,5"])
    func costsAreTwoNumbers(_ text: String) {
        #expect(throws: VouchError.self) { try parseCosts(text) }
    }

    @Test func anExistingRunIsNotReplacedUnasked() throws {
        let scratch = try Scratch()
        let data = try scratch.write(Self.good, to: "data.csv")
        let run = quick(data, out: scratch.path + "/out")
        _ = try trainRun(run, control: RunControl(threads: 1))
        let before = try Files.read(scratch.path + "/out/manifest.json")
        let error = #expect(throws: PlatformError.self) {
            try trainRun(run, control: RunControl(threads: 1))
        }
        #expect(error?.description.contains("--overwrite") == true)
        #expect(try Files.read(scratch.path + "/out/manifest.json") == before)
        _ = try trainRun(run, control: RunControl(threads: 1, overwrite: true))
    }

    @Test func aFlippedByteInAnyFileIsNoticed() throws {
        let scratch = try Scratch()
        let data = try scratch.write(Self.good, to: "data.csv")
        let run = scratch.path + "/out"
        _ = try trainRun(quick(data, out: run), control: RunControl(threads: 1))
        // The ledger has a chain of its own; the page is a view of what is sealed, written anew when a
        // finding is added.
        let names = try Files.names(in: run).filter { $0 != "ledger.jsonl" && $0 != "report.html" }
        #expect(names.count == 12)
        for (position, name) in names.enumerated() {
            let file = run + "/" + name
            let whole = try Files.read(file)
            var damaged = whole
            damaged[whole.count * (position + 1) / (names.count + 1)] ^= 1
            try AtomicFile.write(damaged, to: file)
            let error = #expect(throws: (any Error).self) {
                try predictRows(.init(run: run, rows: data)).bytes
            }
            #expect((error as? any PlainError)?.description.contains(name) == true)
            try AtomicFile.write(whole, to: file)
        }
        _ = try predictRows(.init(run: run, rows: data)).bytes
    }

    /// An empty cell is not called "nan", which nobody wrote.
    @Test func aMissingScoreIsCalledMissing() throws {
        let scratch = try Scratch()
        var audit = AuditConfiguration(
            file: try scratch.write("y,p\nno,0.2\nyes,\nno,0.4\nyes,0.9\n", to: "scores.csv"),
            predicted: .probability("p"))
        audit.target = "y"
        let error = #expect(throws: TableError.self) {
            try auditPredictions(audit, arguments: [])
        }
        let text = error?.description ?? ""
        #expect(text.contains("line 3") && text.contains("a probability is missing"), "\(text)")
    }
}
