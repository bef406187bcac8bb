import Foundation
import Testing

/// The branch of the oneDNN version that is not installed here, compiled against its headers.
@Suite struct OneDNNHeaderTests {
    /// Where `oneapi/dnnl/dnnl.h` of another version lies; see `Scripts/check-onednn-headers`.
    static let directory = ProcessInfo.processInfo.environment["VOUCH_ONEDNN_HEADERS"]

    @Test(.enabled(if: directory != nil, "VOUCH_ONEDNN_HEADERS names no directory of headers"))
    func theKernelsCompile() throws {
        let directory = try #require(Self.directory)
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = package.appending(path: "Scripts/check-onednn-headers")
        process.arguments = [directory]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let told = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: told, as: UTF8.self))")
    }
}
