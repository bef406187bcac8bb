import Foundation
import Platform
import RunStore
import Testing

/// Many processes record in one ledger and one index at once, and some are killed.
@Suite struct ConcurrentRecordingTests {
    /// A process that records looks; its output goes to files, which a kill leaves whole.
    private struct Recorder {
        let process = Process()
        let output: String
        let errors: String

        init(_ place: RunIndexTests.Place, run: String, number: Int, count: Int) throws {
            let binaries = URL(fileURLWithPath: CommandLine.arguments[0])
                .deletingLastPathComponent()
            output = place.path + "/output\(number)"
            errors = place.path + "/errors\(number)"
            process.executableURL = binaries.appendingPathComponent("RunStoreKillHelper")
            process.arguments = ["record", run, place.database, "\(number)", "\(count)"]
            process.standardOutput = try Self.emptyFile(output)
            process.standardError = try Self.emptyFile(errors)
            try process.run()
        }

        private static func emptyFile(_ path: String) throws -> FileHandle {
            try Data().write(to: URL(fileURLWithPath: path))
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }

        /// The hashes that the process reported after a word.
        func hashes(_ word: String) throws -> [String] {
            let text = String(decoding: try Files.read(output), as: UTF8.self)
            // A line that the kill cut off reports nothing.
            return text.split(separator: "\n").filter {
                $0.hasPrefix(word + " ") && $0.count == word.count + 65
            }.map { String($0.suffix(64)) }
        }
    }

    @Test func whatWasReportedIsThere() throws {
        let place = try RunIndexTests.Place()
        let run = try place.write("a", made: "2026-11-24T10:00:00Z")
        // The odd ones record until they are killed.
        let recorders = try (0..<32).map {
            try Recorder(place, run: run, number: $0, count: $0 % 2 == 0 ? 6 : 100_000)
        }
        let doomed = recorders.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        for recorder in doomed.shuffled() {
            usleep(UInt32.random(in: 20_000...250_000))
            kill(recorder.process.processIdentifier, SIGKILL)
        }
        for recorder in recorders { recorder.process.waitUntilExit() }
        for (number, recorder) in recorders.enumerated() {
            let errors = String(decoding: try Files.read(recorder.errors), as: UTF8.self)
            #expect(errors.isEmpty, "process \(number): \(errors)")
            if number % 2 == 0 {
                #expect(recorder.process.terminationStatus == 0)
                #expect(try recorder.hashes("indexed").count == 6)
            } else {
                #expect(recorder.process.terminationReason == .uncaughtSignal)
            }
        }
        let ledger = try Ledger.read(run)
        let recorded = Set(ledger.records.map(\.hash))
        let committed = try recorders.flatMap { try $0.hashes("committed") }
        #expect(recorded.isSuperset(of: committed))
        #expect(committed.count >= 16 * 6 + 16, "the killed ones reported too little")
        // Each killed process may have written at most one record that it did not report.
        #expect(recorded.count <= committed.count + 16)

        var index = try place.index()
        let indexed = Set(try index.looks(ofRunAt: run).map(\.hash))
        #expect(indexed.isSubset(of: recorded))
        #expect(indexed.isSuperset(of: try recorders.flatMap { try $0.hashes("indexed") }))
        try index.record(runAt: run)
        let before = try RunIndexTests.Dump(index)
        #expect(before.looks == [try index.looks(ofRunAt: run)])
        #expect(before.looks[0].map(\.hash) == ledger.records.map(\.hash))
        try place.removeIndex()
        index = try place.index()
        _ = try index.rebuild(from: [place.runs])
        #expect(try RunIndexTests.Dump(index) == before)
        #expect(try index.looks(atDataSHA256: RunIndexTests.data) == recorded.count)
    }
}
