import Evidence
import Platform
import Prediction
import Reporting
import Runs
import Studies
import Synchronization
import Tables
import Testing

/// Files that were once read wrongly without a word, on their way through training, audit and use.
@Suite struct ReadingFaultTests {
    private func rows(_ count: Int, _ row: (Int) -> String) -> String {
        (0..<count).map { row($0) + "\n" }.joined()
    }

    /// Texts of files of a folder that commands would write to standard error.
    private func noticed(_ scratch: Scratch, _ work: () throws -> Void) rethrows -> [String] {
        let texts = Collected()
        try RowNotices.listening({ text in texts.add(text) }, work)
        return texts.all.filter { $0.contains(scratch.path) }
    }

    private final class Collected: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    @Test func groupsKeepTheirSpellingInTraining() throws {
        let scratch = try Scratch()
        let data = try scratch.write(
            "a,code,class\n" + rows(120) { "\($0 % 17),\(["01", "1", "2"][$0 % 3]),\($0 % 2)" },
            to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.columns.protected = ["code"] },
            control: RunControl(threads: 1))
        let test = try storedRows(run, .test)
        #expect(Set(test.protected.flatMap(\.groups)) == ["01", "1", "2"])
    }

    @Test func groupsOf64BitsStayApart() throws {
        let scratch = try Scratch()
        let data = try scratch.write(
            "a,who,class\n" + rows(240) { "\($0 % 17),\(1_925_036_343_869_800_000 + $0 / 2),\($0 % 2)" },
            to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.columns.group = "who" }, control: RunControl(threads: 1))
        let test = try storedRows(run, .test)
        #expect(Set(test.clusters ?? []).count == test.rows / 2)
    }

    @Test func classesKeepTheirSpelling() throws {
        let scratch = try Scratch()
        let data = try scratch.write(
            "a,class\n" + rows(120) { "\($0),\($0 % 2 == 0 ? "02116" : "00701")" }, to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.columns.positive = "02116" }, control: RunControl(threads: 1))
        let test = try storedRows(run, .test)
        #expect(test.predictions.classes == ["00701", "02116"])
    }

    /// Ages are put into ranges by an audit as by a training.
    @Test func anAuditPutsNumbersIntoRanges() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            "age,y,p\n" + rows(360) { "\(20 + $0 % 60),\($0 % 2),0.\(1 + $0 % 8)" }, to: "scores.csv")
        var audit = AuditConfiguration(
            file: file,
            predicted: .probability("p"))
        audit.target = "y"
        audit.protected = ["age"]
        audit.only = [.bias]
        audit.threads = 1
        let report = String(
            decoding: try auditPredictions(audit, arguments: []).json(), as: UTF8.self)
        for range in ["≤ 34.75", "34.75 – 49.5", "49.5 – 64.25", "> 64.25"] {
            #expect(report.contains(range))
        }
        #expect(!report.contains("\"20\""))
    }

    @Test func percentCellsAreProbabilitiesToAnAudit() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            "y,p\n" + rows(60) { "\($0 % 2 == 0 ? "yes" : "no"),\(20 + $0)%" }, to: "scores.csv")
        var audit = AuditConfiguration(
            file: file,
            predicted: .probability("p"))
        audit.target = "y"
        audit.threads = 1
        let said = try noticed(scratch) { _ = try auditPredictions(audit, arguments: []) }
        #expect(said.contains { $0.contains("\"20%\" (line 2) is read as 0.2") }, "\(said)")
        let wrong = try scratch.write("y,p\nyes,0.5\nno,0.2\nno,often\n", to: "wrong.csv")
        audit.file = wrong
        let configured = audit
        let error = try #require(throws: TableError.self) {
            try auditPredictions(configured, arguments: [])
        }
        #expect("\(error)".contains("line 4") && "\(error)".contains("\"often\" is not a number"))
        #expect(!"\(error)".contains("trained"))
    }

    @Test func whatNewRowsHaveThatTrainingRowsHadNotIsSaid() throws {
        let scratch = try Scratch()
        let data = try scratch.write(
            "a,b,colour,class\n" + rows(120) { "\($0),\($0 % 7),\($0 % 3 == 0 ? "blue" : "green"),\($0 % 2)" },
            to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(quick(data, out: run), control: RunControl(threads: 1))
        let new = try scratch.write(
            "a,b,colour,class\n" + rows(40) { "\($0),,Red,\($0 % 4 < 2 ? "" : "\($0 % 2)")" },
            to: "new.csv")
        let evaluated = try noticed(scratch) {
            _ = try evaluateRun(run: run, rows: new, reading: .init(), threads: 1)
        }
        for part in [
            "20 of 40 rows have no target and are left out",
            "column \"colour\": 40 of 40 rows have a category that no training row had (such as \"Red\", line 2)",
            "column \"b\": all 40 cells are missing",
        ] {
            #expect(evaluated.contains { $0.contains(part) }, "\(evaluated)")
        }
        let predicted = try noticed(scratch) { _ = try predictRows(PredictionRequest(run: run, rows: new)) }
        #expect(predicted.count == 2, "\(predicted)")
        let usual = try noticed(scratch) { _ = try predictRows(PredictionRequest(run: run, rows: data)) }
        #expect(usual.isEmpty, "\(usual)")
        let renamed = try scratch.write("a,b,color\n1,2,blue\n", to: "renamed.csv")
        let error = try #require(throws: TableError.self) {
            try predictRows(PredictionRequest(run: run, rows: renamed))
        }
        #expect(error.advice.contains("Is \"color\" the column \"colour\"?"), "\(error)")
    }

    /// A file of one row is read as the training file was: its marks, its percent, its missing texts.
    @Test func laterFilesAreReadAsTheTrainingFileWas() throws {
        let scratch = try Scratch()
        let data = try scratch.write(
            "price;share;code;class\n"
                + rows(120) { "\($0 % 9 + 1).02\($0 % 10);\($0 % 90 + 1),5%;\($0 % 5 == 0 ? "none" : "k\($0 % 3)");\($0 % 2)" },
            to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.reading.missing = ["none"] }, control: RunControl(threads: 1))
        func prediction(_ text: String) throws -> String {
            let file = try scratch.write(text, to: "new.csv")
            let csv = try predictRows(PredictionRequest(run: run, rows: file)).bytes
            return String(String(decoding: csv, as: UTF8.self).split(separator: "\n")[1])
        }
        let whole = try prediction("price;share;code\n1.020;80,0%;none\n")
        #expect(whole == (try prediction("price;share;code\n1020;80,00%;\n")))
        #expect(whole != (try prediction("price;share;code\n9000;80,0%;\n")))
    }

    @Test func manyClassesOfOneRowAreSaidOnce() throws {
        let scratch = try Scratch()
        let data = try scratch.write(
            "a,class\n" + rows(120) { "\($0),\($0 < 60 ? "x" : "only \($0)")" }, to: "data.csv")
        let said = Collected()
        var control = RunControl(threads: 1)
        control.onEvent = { if case .warning(let text) = $0 { said.add(text) } }
        _ = try? trainRun(quick(data, out: scratch.path + "/run"), control: control)
        let warnings = said.all.filter { $0.contains("one row each") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("60 of 61 classes") == true)
    }

    @Test func rowIndexAndDelimitersAtLineEndsAreLeftOut() throws {
        let scratch = try Scratch()
        let index = try scratch.write(",a,class\n" + rows(30) { "\($0),\($0 % 7),x" }, to: "i.csv")
        let ends = try scratch.write("a,class,\n" + rows(30) { "\($0 % 7),x," }, to: "e.csv")
        let stated = try scratch.write("sep=;\na;class\n" + rows(30) { "\($0 % 7);x" }, to: "s.csv")
        for (file, says) in [
            (index, "row index"), (ends, "delimiters end its lines"), (stated, "sep=;"),
        ] {
            let text = try inspectTable(file, columns: .init(), reading: .init()).text
            let first = text.split(separator: "\n")[0]
            #expect(first.contains("30 rows, 2 columns") && first.contains(says), "\(first)")
        }
        // A name is asked for where cells stand below, and no index.
        let error = try #require(throws: TableError.self) {
            let file = try scratch.write("a,class,\n1,x,\n2,y,3\n", to: "n.csv")
            _ = try inspectTable(file, columns: .init(), reading: .init())
        }
        #expect(error.problem == "the name of column 3 is empty")
    }
}
