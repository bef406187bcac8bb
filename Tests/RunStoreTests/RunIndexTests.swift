import Foundation
import Platform
import RunStore
import Testing

@Suite struct RunIndexTests {
    static let data = String(repeating: "d", count: 64)

    /// A folder for runs, `runs`, and an index beside it; without links in the path.
    struct Place {
        let scratch: RunFolderTests.Scratch
        let path: String
        var runs: String { path + "/runs" }
        var database: String { path + "/home/runs.sqlite" }

        init() throws {
            scratch = try RunFolderTests.Scratch()
            path = try Files.absolutePath(scratch.path)
        }

        func index() throws -> RunIndex { try RunIndex.open(at: database) }

        func removeIndex() throws { try Files.remove(path + "/home") }

        /// A run folder with the files that the index reads.
        @discardableResult
        func write(_ name: String, made: String, value: String = "0.93") throws -> String {
            var writer = RunFolder.Writer()
            try writer.add(
                "configuration.json",
                text: #"{"columns": {"target": "class"}, "data": "x/a.csv", "test": "x/b.csv"}"#)
            try writer.add(
                "measurements.json",
                text: """
                    {"title": "class </script>", "facts": [{"label": "Model", "value": "linear"}],
                     "environment": [{"label": "Made", "value": "\(made)"},
                       {"label": "SHA-256 of a.csv", "value": "aa"},
                       {"label": "SHA-256 of b.csv", "value": "bb"}],
                     "headlines": ["rocAUC", "accuracy"],
                     "measurements": [{"metric": "rocAUC", "group": "sex = F", "value": 0.1},
                       {"metric": "rocAUC", "value": \(value)}]}
                    """)
            try writer.add("weights.safetensors", Array(name.utf8))
            let path = runs + "/" + name
            try writer.commit(to: path, overwrite: true)
            return path
        }

        func look(_ run: String, _ purpose: String, split: String = "test") throws {
            let entry = Ledger.Entry(
                time: "2026-11-23T20:35:37Z", kind: .look, split: split, rows: 10,
                purpose: purpose, details: [Ledger.DetailKey.dataSHA256: RunIndexTests.data])
            try Ledger.append([entry], in: run)
        }
    }

    /// All that an index holds.
    struct Dump: Equatable {
        var runs: [RunIndex.Run]
        var looks: [[RunIndex.Look]]

        init(_ index: RunIndex) throws {
            runs = try index.runs()
            looks = try runs.map { try index.looks(ofRunAt: $0.path) }
        }
    }

    @Test func saysWhatTheFolderSays() throws {
        let place = try Place()
        let index = try place.index()
        let path = try place.write("a", made: "2026-11-24T10:00:00Z")
        try place.look(path, "report")
        try RunTags.change(path, adding: "good")
        let run = try index.record(runAt: path)
        let expected = RunIndex.Run(
            path: path, made: "2026-11-24T10:00:00Z", title: "class </script>", model: "linear",
            target: "class", dataSHA256: "aa", testSHA256: "bb",
            weightsSHA256: ContentHash.sha256([97]), metric: "rocAUC", value: 0.93,
            tags: ["good"], problem: nil)
        #expect(run == expected)
        #expect(try index.runs() == [expected] && index.run(at: path) == expected)
        let looks = try index.looks(ofRunAt: path)
        #expect(looks.map(\.hash) == (try Ledger.read(path).records.map(\.hash)))
        #expect(looks.first?.purpose == "report" && looks.first?.rows == 10)
        // The ledger of a run knows its data better than the report does.
        let trained = Ledger.Entry(
            time: "2026-11-24T10:00:01Z", kind: .run, purpose: "train",
            details: ["dataSHA256": "cc", "testSHA256": "dd"])
        try Ledger.append([trained], in: path)
        let again = try index.record(runAt: path)
        #expect(again.dataSHA256 == "cc" && again.testSHA256 == "dd")
        #expect(try index.runs() == [again])
    }

    @Test func writesAreSyncedAndAhead() throws {
        let index = try Place().index()
        #expect(try index.setting("journal_mode") == "wal")
        #expect(try index.setting("synchronous") == "2")
        #expect(try index.setting("busy_timeout") == "30000")
        #expect(try index.setting("foreign_keys") == "1")
    }

    @Test func aDeletedIndexComesBackEqual() throws {
        let place = try Place()
        var index = try place.index()
        for number in 0..<6 {
            let path = try place.write("deep/\(number)/run", made: "2026-11-2\(number)T10:00:00Z")
            for look in 0..<number { try place.look(path, "look \(look)") }
            if number % 2 == 0 { try RunTags.change(path, adding: "even \"\(number)\"") }
            try index.record(runAt: path)
            try place.look(path, "after the first recording")
            try index.record(runAt: path)
        }
        let before = try Dump(index)
        #expect(before.runs.count == 6 && before.looks[0].count == 6)
        try place.removeIndex()
        index = try place.index()
        #expect(try index.runs().isEmpty)
        let rebuilt = try index.rebuild(from: [place.runs])
        #expect(rebuilt.recorded.count == 6 && rebuilt.skipped.isEmpty)
        #expect(try Dump(index) == before)
        // Once more changes nothing.
        #expect(try index.rebuild(from: []).forgotten.isEmpty)
        #expect(try Dump(index) == before)
        #expect(try index.runs(tag: "even \"2\"").map(\.made) == ["2026-11-22T10:00:00Z"])
    }

    @Test func looksAtOneFileAreCountedOverAllRuns() throws {
        let place = try Place()
        let index = try place.index()
        for name in ["a", "b"] {
            let path = try place.write(name, made: "2026-11-24T10:00:00Z")
            try place.look(path, "report of \(name)")
            try place.look(path, "early stopping of \(name)", split: "validation")
            try index.record(runAt: path)
        }
        #expect(try index.looks(atDataSHA256: Self.data) == 4)
        #expect(try index.looks(atDataSHA256: Self.data, split: "test") == 2)
        #expect(try index.looks(atDataSHA256: "other") == 0)
        // A copy of a run holds the same looks.
        try FileManager.default.copyItem(atPath: place.runs + "/a", toPath: place.runs + "/c")
        try index.record(runAt: place.runs + "/c")
        #expect(try index.looks(atDataSHA256: Self.data) == 4)
        try index.remove(runAt: place.runs + "/b")
        #expect(try index.looks(atDataSHA256: Self.data) == 2)
        #expect(try index.looks(ofRunAt: place.runs + "/b").isEmpty)
    }

    /// A run that was replaced has another ledger: nothing of the old one stays.
    @Test func aReplacedRunHasItsNewLooks() throws {
        let place = try Place()
        let index = try place.index()
        for (round, count) in [3, 5, 2, 0].enumerated() {
            let path = try place.write("a", made: "2026-11-24T10:00:00Z")
            for look in 0..<count { try place.look(path, "look \(look) of round \(round)") }
            try index.record(runAt: path)
            #expect(
                try index.looks(ofRunAt: path).map(\.hash) == Ledger.read(path).records.map(\.hash))
        }
    }

    @Test func damageIsToldAndDoesNotStop() throws {
        let place = try Place()
        let index = try place.index()
        let path = try place.write("a", made: "2026-11-24T10:00:00Z", value: #""nan""#)
        #expect(try index.record(runAt: path).value == nil)
        try Data("{".utf8).write(to: URL(fileURLWithPath: path + "/measurements.json"))
        var run = try index.record(runAt: path)
        #expect(run.problem?.contains("measurements.json") == true && run.title == nil)
        #expect(run.target == "class")
        try place.write("a", made: "2026-11-24T10:00:00Z")
        try Data("x\n".utf8).write(to: URL(fileURLWithPath: path + "/ledger.jsonl"))
        run = try index.record(runAt: path)
        #expect(run.problem?.contains("line 1") == true)
        // A damaged list of files: told by record, forgotten by rebuild.
        try Data("{}".utf8).write(to: URL(fileURLWithPath: path + "/manifest.json"))
        #expect(throws: RunStoreError.self) { try index.record(runAt: path) }
        try place.write("b", made: "2026-11-24T10:00:00Z")
        let rebuilt = try index.rebuild(from: [place.runs])
        #expect(rebuilt.recorded == [place.runs + "/b"] && rebuilt.forgotten == [path])
        #expect(rebuilt.skipped.map(\.path) == [path])
        #expect(throws: RunStoreError.self) { try index.record(runAt: place.runs + "/none") }
        #expect(throws: RunStoreError.self) { try index.rebuild(from: [place.runs + "/none"]) }
    }

    @Test func deletedAndMovedRunsAreForgotten() throws {
        let place = try Place()
        let index = try place.index()
        for name in ["a", "b"] {
            try index.record(runAt: place.write(name, made: "2026-11-24T10:00:00Z"))
        }
        try AtomicFolder.delete(place.runs + "/a")
        #expect(try Files.names(in: place.runs) == ["b"])
        try Files.rename(place.runs + "/b", to: place.path + "/moved")
        let rebuilt = try index.rebuild(from: [place.path])
        #expect(rebuilt.forgotten == [place.runs + "/a", place.runs + "/b"])
        #expect(rebuilt.recorded == [place.path + "/moved"])
    }

    @Test func tagsAreASet() throws {
        let place = try Place()
        let path = try place.write("a", made: "2026-11-24T10:00:00Z")
        #expect(try RunTags.read(path) == [])
        #expect(try RunTags.change(path, adding: "b") == ["b"])
        #expect(try RunTags.change(path, adding: "a") == ["a", "b"])
        #expect(try RunTags.change(path, adding: "a") == ["a", "b"])
        #expect(try RunTags.change(path, removing: "b") == ["a"])
        #expect(try RunTags.read(path) == ["a"])
        _ = try RunFolder.open(path)
        for wrong in ["", " a", "a\n", "\u{1B}[2J", String(repeating: "x", count: 101)] {
            #expect(throws: RunStoreError.self) { try RunTags.change(path, adding: wrong) }
        }
    }

    @Test func itsPlace() throws {
        func path(_ environment: [String: String]) throws -> String {
            try RunIndex.defaultPath { environment[$0] }
        }
        #expect(try path(["VOUCH_HOME": "v", "HOME": "/h"]) == "v/runs.sqlite")
        #expect(try path(["XDG_DATA_HOME": "/x", "HOME": "/h"]) == "/x/vouch/runs.sqlite")
        let home = "/h/.local/share/vouch/runs.sqlite"
        #expect(try path(["XDG_DATA_HOME": "x", "VOUCH_HOME": "", "HOME": "/h"]) == home)
        #expect(throws: RunStoreError.self) { try path([:]) }
    }

    @Test func whatCannotBeOpenedIsTold() throws {
        let place = try Place()
        try Data("a".utf8).write(to: URL(fileURLWithPath: place.path + "/file"))
        var error = #expect(throws: RunStoreError.self) {
            try RunIndex.open(at: place.path + "/file/runs.sqlite")
        }
        #expect(error?.nextStep.contains("VOUCH_HOME") == true)
        let wrong = place.path + "/wrong.sqlite"
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: wrong))
        error = #expect(throws: RunStoreError.self) { try RunIndex.open(at: wrong) }
        #expect(error?.file == wrong && error?.nextStep.contains("vouch runs rebuild") == true)
    }
}
