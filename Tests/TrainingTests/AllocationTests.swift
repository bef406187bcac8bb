import Foundation
import Testing

/// Heap allocations of a training step and of a prediction, counted by a malloc that notes who called it.
@Suite struct AllocationTests {
    private struct Unexpected: Error { var text: String }

    private static let uncounted: Comment = "malloc cannot be replaced here, so nothing is counted"

    /// `nil` where malloc cannot be replaced: outside of Linux, and under the sanitizers, for which the program that
    /// counts is not built.
    private static func count(_ arguments: String...) throws -> (ours: Int, text: String)? {
        guard ProcessInfo.processInfo.environment["VOUCH_ENGINE_ALONE"] == nil else { return nil }
        let process = Process()
        let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = binaries.appendingPathComponent("AllocationHelper")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let words = text.split(separator: " ")
        if text == "uncounted\n" { return nil }
        guard words.count >= 2, words[0] == "ours", let ours = Int(words[1]) else {
            throw Unexpected(text: text)
        }
        return (ours, text)
    }

    /// Counted once for all tests, so that they say *skipped* where nothing is counted.
    private static let isCounted: Bool = {
        // What fails is for the tests to tell.
        do { return try count("predictor") != nil } catch { return true }
    }()

    @Test(.enabled(if: isCounted, uncounted), arguments: ["mlp", "ensemble"])
    func aStepAllocatesNothing(_ network: String) throws {
        let found = try #require(try Self.count(network))
        #expect(found.ours == 0, "\(found.text)")
    }

    @Test(.enabled(if: isCounted, uncounted)) func aPredictionAllocatesNothing() throws {
        let found = try #require(try Self.count("predictor"))
        #expect(found.ours == 0, "\(found.text)")
    }

    /// The counter sees what it should: one array a step or call.
    @Test(.enabled(if: isCounted, uncounted), arguments: [("mlp", 50), ("predictor", 1000)])
    func aPlantedAllocationIsSeen(_ network: String, _ least: Int) throws {
        let found = try #require(try Self.count(network, "planted"))
        #expect(found.ours >= least)
    }
}
