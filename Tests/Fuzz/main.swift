import Foundation
import FuzzedModels
import FuzzedTables
import Kernels
import Platform
import Synchronization

/// Runs made-up tables, or changed ONNX models, through the program. Arguments: tables|models FOLDER FIRST COUNT [refusals].
///
/// The number of a case is in the folder's `current` before it runs, so that a crash names its case, and what a case has as a fault
/// is printed; a summary of how far the cases came stands at the end. Exit code 1: faults; 4: a model took longer than it may.
let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 4, ["tables", "models"].contains(arguments[0]), let first = UInt64(arguments[2]),
    let count = UInt64(arguments[3])
else {
    Terminal(.error).write("usage: Fuzz tables|models FOLDER FIRST COUNT [refusals]\n")
    exit(2)
}
let (kind, folder) = (arguments[0], arguments[1])
let tellsRefusals = arguments.count > 4
let output = Terminal(.output)
var reached: [String: Int] = [:]
var faults = 0
let start = Clock.monotonicSeconds()

@MainActor func note(_ seed: UInt64, steps: [String], refusals: [String], found: [String], name: String = "") {
    for step in steps { reached[step, default: 0] += 1 }
    if tellsRefusals {
        for refusal in refusals { output.write("told \(seed): \(refusal)\n") }
    }
    for fault in found {
        faults += 1
        output.write("case \(seed): \(name)\(fault)\n")
    }
}

@MainActor func runTables() throws {
    for seed in first..<first + count {
        try AtomicFile.write(Array("\(seed)\n".utf8), to: folder + "/current")
        let before = Clock.monotonicSeconds()
        let outcome = FuzzedCase(seed, in: folder).run()
        let seconds = Clock.monotonicSeconds() - before
        if seconds > 20 { output.write("case \(seed) took \(Int(seconds)) s\n") }
        note(seed, steps: outcome.steps, refusals: outcome.refusals, found: outcome.faults)
    }
}

/// Ends the process where a case takes longer than it may: of the processor, so that others on the machine change nothing, and
/// by the clock where it waits.
final class Watch: Sendable {
    static let mostSeconds = 10.0
    static let mostWaited = 300.0
    private let running = Mutex<(name: String, computed: Double, since: Double)?>(nil)

    func begin(_ name: String) {
        running.withLock { $0 = (name, Clock.processCPUSeconds(), Clock.monotonicSeconds()) }
    }
    func end() { running.withLock { $0 = nil } }

    func start() {
        Thread.detachNewThread { [self] in
            while true {
                Processes.pause(seconds: 0.2)
                guard let (name, computed, since) = running.withLock({ $0 }),
                    Clock.processCPUSeconds() - computed > Self.mostSeconds
                        || Clock.monotonicSeconds() - since > Self.mostWaited
                else { continue }
                Terminal(.output).write("\(name): takes over \(Int(Self.mostSeconds)) s\n")
                exit(4)
            }
        }
    }
}

@MainActor func runModels() throws {
    /// What the process may hold, of which the program itself and the seeds are a part.
    let mostBytes = 2 << 30
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let seeds = try SeedModel.all(in: tests)
    try FuzzedModelCase.prepare(folder)
    let pool = WorkerPool(threads: 1)
    let watch = Watch()
    watch.start()
    var isAbove = false
    for number in first..<first + count {
        try Data("\(number)\n".utf8).write(to: URL(filePath: folder + "/current"))
        let one = FuzzedModelCase(number, of: seeds, in: folder)
        try one.write()
        watch.begin("case \(number): \(one.name)")
        let before = Clock.processCPUSeconds()
        var outcome = one.run(pool: pool)
        watch.end()
        let seconds = Clock.processCPUSeconds() - before
        if tellsRefusals, seconds > 1 { output.write("took \(number): \(seconds) s, \(one.name)\n") }
        if !isAbove, Machine.peakMemoryBytes() > mostBytes {
            isAbove = true
            outcome.faults.append("holds \(Machine.peakMemoryBytes() >> 20) MiB, over \(mostBytes >> 20)")
        }
        note(number, steps: outcome.steps, refusals: outcome.refusals, found: outcome.faults, name: "\(one.name): ")
        if !outcome.faults.isEmpty {
            try? FileManager.default.copyItem(
                atPath: folder + "/model/model.onnx", toPath: "\(folder)/case-\(number).onnx")
        }
    }
}

if kind == "tables" { try runTables() } else { try runModels() }
let seconds = Clock.monotonicSeconds() - start
output.write("\(count) \(kind) from \(first) in \(Int(seconds)) s; \(faults) faults\n")
for (step, number) in reached.sorted(by: { $0.key < $1.key }) {
    output.write("  \(step): \(number)\n")
}
exit(faults == 0 ? 0 : 1)
