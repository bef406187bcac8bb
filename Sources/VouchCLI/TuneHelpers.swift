import Foundation
import Platform

/// Further processes of this program that work at the same study: what a process takes is then what its own trials take.
/// Each ends when this one has, however that ended.
final class TuneHelpers {
    private var processes: [Process] = []

    func start(_ count: Int, at study: String, threads: Int) throws {
        for _ in 0..<max(0, count) {
            let process = Process()
            process.executableURL = URL(
                filePath: Bundle.main.executablePath ?? CommandLine.arguments[0])
            process.arguments = [
                "tune", "search", "--join", study, "--threads", "\(threads)", "--quiet",
                "--helper-of", "\(Processes.own)",
            ]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            processes.append(process)
        }
    }

    /// Until all have ended, as they do when the study is over.
    func wait() {
        for process in processes { process.waitUntilExit() }
        processes = []
    }

    /// Ends those that still work; they give back what they have not finished.
    func end() {
        for process in processes where process.isRunning { process.terminate() }
        wait()
    }
}
