import Foundation
import Platform
import RunStore

/// Works until it is done or killed. Arguments:
/// - `folder PATH VERSION`: writes version after version of one run folder, from that number.
/// - `study FOLDER RUNGS`: works at a study until so many rungs of eight trials are finished.
/// - `interrupt`: waits for a signal that raises the flag.
/// - `record FOLDER INDEX NAME COUNT`: records looks in the folder's ledger and in the index, and
///   prints `committed HASH` and `indexed HASH` after each.
let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "folder" where arguments.count == 3:
        try writeFolders(to: arguments[1], from: UInt8(arguments[2]) ?? 0)
    case "record" where arguments.count == 5:
        try recordLooks(
            in: arguments[1], index: arguments[2], name: arguments[3],
            count: Int(arguments[4]) ?? 0)
    case "study" where arguments.count == 3:
        try workAtStudy(arguments[1], rungs: Int(arguments[2]) ?? 0)
    case "interrupt": waitForSignal()
    default: Terminal(.error).write("these arguments are not known: \(arguments)\n")
    }
} catch {
    // Printed, not thrown: a crash would first write a long backtrace.
    Terminal(.error).write("\(error)\n")
}

/// Prints the flag before a signal, with the signal's number after it, and when it was lowered.
func waitForSignal() {
    let output = Terminal(.output)
    InterruptFlag.install()
    output.write("\(InterruptFlag.isRaised)\n")
    let deadline = Clock.monotonicSeconds() + 60
    while !InterruptFlag.isRaised, Clock.monotonicSeconds() < deadline { sched_yield() }
    output.write("\(InterruptFlag.isRaised) \(InterruptFlag.signalNumber ?? 0)\n")
    InterruptFlag.clear()
    output.write("\(InterruptFlag.isRaised)\n")
}

func writeFolders(to path: String, from first: UInt8) throws {
    var version = first
    while true {
        var writer = RunFolder.Writer()
        for name in ["a.bin", "b/c.bin", "d.bin"] {
            try writer.add(name, [UInt8](repeating: version, count: 20_000))
        }
        try writer.commit(to: path, overwrite: true)
        version &+= 1
    }
}

func recordLooks(in folder: String, index path: String, name: String, count: Int) throws {
    let output = Terminal(.output)
    let index = try RunIndex.open(at: path)
    var last: String?
    for round in 0..<count {
        let look = Ledger.Entry(
            time: Clock.text(unixSeconds: Clock.unixSeconds()), kind: .look, split: "test",
            rows: round, purpose: "look \(round) of process \(name)",
            details: [Ledger.DetailKey.dataSHA256: String(repeating: "d", count: 64)])
        let hash = try Ledger.append([look], in: folder).last?.hash ?? ""
        output.write("committed \(hash)\n")
        // Whoever recorded since has read the ledger since: no look goes missing again.
        let known = try index.looks(ofRunAt: folder).map(\.hash)
        if let last, !known.contains(last) {
            Terminal(.error).write("the look \(last) is not in the index any more\n")
        }
        try index.record(runAt: folder)
        output.write("indexed \(hash)\n")
        last = hash
    }
}

/// Plans follow from the results before, so that a trial that is lost or done twice shows.
func workAtStudy(_ folder: String, rungs: Int) throws {
    let store = try StudyStore(opening: folder)
    let (number, presence) = try store.join(
        process: Processes.own, now: Clock.unixSeconds(), isLeader: false)
    defer { withExtendedLifetime(presence) {} }
    while true {
        let claim = try store.claim(as: number, now: Clock.unixSeconds()) { trials in
            let rung = trials.count / 8
            // An end may have cut the rung.
            let before = trials.prefix(8 * rung)
            let sum = before.reduce(0) { $0 + (Int($1.result ?? "") ?? 0) }
            guard rung < rungs else { return [] }
            return (0..<8).dropFirst(trials.count - before.count).map {
                StudyStore.Trial(
                    number: before.count + $0, rung: rung, plan: "\(sum % 1000 + $0 + rung)")
            }
        }
        switch claim {
        case .trial(var trial):
            Processes.pause(seconds: 0.002)
            trial.result = "\((Int(trial.plan) ?? 0) * 31 % 997)"
            _ = try store.finish(trial, as: number)
        case .wait: Processes.pause(seconds: 0.002)
        case .exhausted, .over: return
        }
    }
}
