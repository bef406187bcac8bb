import Foundation
import Platform
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct MachineTests {
    @Test func clocksGoForward() {
        let start = (Clock.monotonicSeconds(), Clock.threadCPUSeconds(), Clock.processCPUSeconds())
        var sum = 0.0
        while Clock.threadCPUSeconds() - start.1 < 0.02 { sum += sin(sum + 1) }
        #expect(sum.isFinite)
        #expect(Clock.monotonicSeconds() - start.0 >= 0.019)
        #expect(Clock.processCPUSeconds() - start.2 >= 0.019)
        #expect(abs(Clock.unixSeconds() - Date().timeIntervalSince1970) < 5)
    }

    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00Z"), (951_782_400.9, "2000-02-29T00:00:00Z"),
        (1_709_251_199, "2024-02-29T23:59:59Z"), (-1, "1969-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ]) func dates(seconds: Double, text: String) {
        #expect(Clock.text(unixSeconds: seconds) == text)
        let style = Date.ISO8601FormatStyle()
        #expect(
            Date(timeIntervalSince1970: seconds.rounded(.down)).formatted(style) == text)
    }

    @Test func peakMemoryCountsWhatWasTouched() {
        let before = Machine.peakMemoryBytes()
        let block = [UInt8](repeating: 1, count: before + 50_000_000)
        #expect(block.last == 1)
        #expect(Machine.peakMemoryBytes() > before + 40_000_000)
        #expect(Machine.memoryBytes() > Machine.peakMemoryBytes())
    }

    @Test func machineTellsOfItself() {
        #expect(Machine.cores >= 1)
        #expect(Machine.cores <= ProcessInfo.processInfo.processorCount)
        #expect(!Machine.processorName().isEmpty)
        #expect(Terminal(.output).width >= 20)
    }

    /// In a process of its own, as other tests of this one would stop too.
    @Test func aSignalRaisesTheFlagAndNothingElse() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("RunStoreKillHelper")
        process.arguments = ["interrupt"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let reading = output.fileHandleForReading
        #expect(String(decoding: reading.availableData, as: UTF8.self) == "false\n")
        kill(process.processIdentifier, SIGTERM)
        let text = String(decoding: reading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "true \(SIGTERM)\nfalse\n")
        #expect(process.terminationStatus == 0)
    }
}
