import Foundation
import Platform
import RunStore
import Runs
import Testing

/// `vouch ledger` and `vouch runs`, on run folders that need no training.
@Suite struct RunCommandsTests {
    /// A scratch folder with one run in it and an index of its own.
    private struct Place {
        let scratch: Scratch
        var run: String { scratch.path + "/runs/a" }

        init() throws {
            scratch = try Scratch()
            var writer = RunFolder.Writer()
            try writer.add("configuration.json", text: #"{"columns": {"target": "\u001b[2J"}}"#)
            try writer.commit(to: run, overwrite: false)
        }

        func look() throws -> String {
            let look = Ledger.Entry(
                time: "2026-11-23T20:35:37Z", kind: .look, split: "test", rows: 7,
                purpose: "report \u{1B}[2J")
            return try Ledger.append([look], in: run)[0].hash
        }

        func vouch(_ arguments: String...) throws -> CommandTests.Outcome {
            let process = Process()
            process.executableURL = CommandTests.program
            process.arguments = arguments
            process.environment = ["VOUCH_HOME": scratch.path + "/home"]
            let output = Pipe()
            let error = Pipe()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = error
            try process.run()
            let bytes = output.fileHandleForReading.readDataToEndOfFile()
            let errorBytes = error.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return CommandTests.Outcome(
                status: process.terminationStatus,
                output: String(decoding: bytes, as: UTF8.self),
                error: String(decoding: errorBytes, as: UTF8.self))
        }
    }

    @Test func aLedgerIsShownAndVerified() throws {
        let place = try Place()
        var outcome = try place.vouch("ledger", "verify", place.run)
        #expect(outcome.status == 1 && outcome.error.contains("has no ledger"))
        let first = try place.look()
        let head = try place.look()
        outcome = try place.vouch("ledger", "show", place.run)
        #expect(outcome.status == 0 && outcome.output.contains("head \(head)\n"))
        #expect(outcome.output.contains("looks: test 2") && !outcome.output.contains("\u{1B}"))
        outcome = try place.vouch("ledger", "verify", place.run, "--head", first)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("line 1; 1 record was added since"))
        let path = Ledger.path(in: place.run)
        var bytes = try Files.read(path)
        bytes.removeLast()
        try AtomicFile.write(bytes, to: path)
        outcome = try place.vouch("ledger", "verify", place.run)
        #expect(outcome.status == 0 && outcome.output.contains("writer was killed"))
        outcome = try place.vouch("ledger", "verify", place.run, "--head", head)
        #expect(outcome.status == 1 && outcome.error.contains("cut off"))
        bytes[20] ^= 1
        try AtomicFile.write(bytes, to: path)
        outcome = try place.vouch("ledger", "verify", place.run)
        #expect(outcome.status == 1 && outcome.error.contains("line 1 "))
    }

    @Test func runsAreListedTaggedAndDeleted() throws {
        let place = try Place()
        _ = try place.look()
        var outcome = try place.vouch("runs", "list")
        #expect(outcome.status == 0 && outcome.output.contains("knows no run"))
        outcome = try place.vouch("runs", "rebuild", place.scratch.path)
        #expect(outcome.status == 0 && outcome.output.contains("holds 1 run."))
        outcome = try place.vouch("runs", "list")
        #expect(outcome.output.contains(place.run) && !outcome.output.contains("\u{1B}"))
        outcome = try place.vouch("runs", "tag", place.run, "good")
        #expect(outcome.output == "Tags: good\n")
        outcome = try place.vouch("runs", "list", "--json", "--tag", "good")
        let list = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        #expect((list as? [[String: Any]])?.first?["tags"] as? [String] == ["good"])
        outcome = try place.vouch("runs", "tag", place.run, "good", "--remove")
        #expect(outcome.output == "Tags: none\n")
        outcome = try place.vouch("runs", "list", "--json", "--tag", "good")
        #expect(outcome.output == "[\n\n]\n")
        outcome = try place.vouch("runs", "show", place.run)
        #expect(outcome.status == 0 && outcome.output.contains("looks at test"))
        outcome = try place.vouch("runs", "tag", place.run, "\u{1B}[2J")
        #expect(outcome.status == 1 && !outcome.error.contains("\u{1B}"))

        outcome = try place.vouch("runs", "delete", place.run)
        #expect(outcome.status == 1 && outcome.error.contains("--yes"))
        #expect(Files.exists(place.run))
        outcome = try place.vouch("runs", "delete", place.scratch.path, "--yes")
        #expect(outcome.status == 1 && outcome.error.contains("not a run folder"))
        outcome = try place.vouch("runs", "delete", place.run, "--yes")
        #expect(outcome.status == 0)
        #expect(try Files.names(in: place.scratch.path + "/runs").isEmpty)
        outcome = try place.vouch("runs", "list")
        #expect(outcome.output.contains("knows no run"))
    }
}
