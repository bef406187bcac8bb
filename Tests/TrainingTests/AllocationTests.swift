import Foundation
import Testing

/// Heap allocations of a training step and of a prediction, counted by a malloc that notes who called it.
@Suite struct AllocationTests {
    private struct Unexpected: Error { var text: String }

    /// `nil` where malloc cannot be replaced: outside of Linux, and under the sanitizers.
    private static func count(_ arguments: String...) throws -> (ours: Int, text: String)? {
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

    @Test(arguments: ["mlp", "ensemble"]) func aStepAllocatesNothing(_ network: String) throws {
        guard let found = try Self.count(network) else { return }
        #expect(found.ours == 0, "\(found.text)")
    }

    @Test func aPredictionAllocatesNothing() throws {
        guard let found = try Self.count("predictor") else { return }
        #expect(found.ours == 0, "\(found.text)")
    }

    /// The counter sees what it should: one array a step or call.
    @Test(arguments: [("mlp", 50), ("predictor", 1000)])
    func aPlantedAllocationIsSeen(_ network: String, _ least: Int) throws {
        guard let found = try Self.count(network, "planted") else { return }
        #expect(found.ours >= least)
    }
}
