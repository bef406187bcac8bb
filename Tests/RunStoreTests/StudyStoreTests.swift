import Foundation
import Platform
import Synchronization
import Testing

import RunStore

/// Trials of a study, claimed and finished by many at once.
@Suite struct StudyStoreTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/study-store-" + UUID().uuidString
        try StudyStore.create(in: folder, request: "what was asked", first: "the default")
    }

    private func removeFolder() { try? Files.remove(folder) }

    private func joined(
        _ now: Double = 0, isLeader: Bool = false
    ) throws -> (store: StudyStore, number: Int, presence: StudyPresence) {
        let store = try StudyStore(opening: folder)
        let (number, presence) = try store.join(process: 1, now: now, isLeader: isLeader)
        return (store, number, presence)
    }

    /// Rungs of eight, whose plans follow from results before.
    private static func rungs(_ count: Int, after trials: [StudyStore.Trial]) -> [StudyStore.Trial] {
        let rung = trials.count / 8
        let sum = trials.reduce(0) { $0 + (Int($1.result ?? "") ?? 0) }
        guard rung < count else { return [] }
        return (0..<8).map {
            StudyStore.Trial(number: trials.count + $0, rung: rung, plan: "\(sum % 1000 + $0)")
        }
    }

    private static func result(_ trial: StudyStore.Trial) -> String {
        "\((Int(trial.plan) ?? 7) * 31 % 997)"
    }

    private func claimed(
        _ store: StudyStore, _ worker: Int, _ now: Double = 0, below limit: Int? = nil
    ) throws -> StudyStore.Claim {
        try store.claim(as: worker, now: now, below: limit) { Self.rungs(2, after: $0) }
    }

    private func trial(_ claim: StudyStore.Claim) throws -> StudyStore.Trial {
        guard case .trial(let trial) = claim else {
            Issue.record("no trial but \(claim)")
            throw CancellationError()
        }
        return trial
    }

    @Test func itIsMadeWholeAndOpened() throws {
        defer { removeFolder() }
        let store = try StudyStore(opening: folder)
        #expect(try store.request() == "what was asked")
        #expect(try store.trials().map(\.plan) == ["the default"])
        #expect(!Files.exists(folder + "/" + StudyStore.fileName + "-wal.lock"))
        #expect(throws: RunStoreError.self) {
            try StudyStore.create(in: folder, request: "another", first: "")
        }
        #expect(try store.request() == "what was asked")
        let none = #expect(throws: RunStoreError.self) { try StudyStore(opening: folder + "/no") }
        #expect(none?.problem == "there is no such study")
        let other = #expect(throws: RunStoreError.self) {
            try StudyStore(opening: folder + "/workers")
        }
        #expect(other?.problem.contains("not a study") == true)
    }

    /// The rest of a rung that an end cut, else the next one.
    private static func continued(
        _ count: Int, after trials: [StudyStore.Trial]
    ) -> [StudyStore.Trial] {
        let cut = trials.count % 8
        return Array(rungs(count, after: Array(trials.dropLast(cut))).dropFirst(cut))
    }

    /// What one that works alone, and is never ended, makes of three rungs.
    private static func alone() -> [StudyStore.Trial] {
        (0..<3).reduce(into: []) { found, _ in
            found += rungs(3, after: found).map {
                var trial = $0
                trial.result = result($0)
                return trial
            }
        }
    }

    /// Sixteen connections: each trial is finished once, each rung planned once, and nobody meets a locked database.
    @Test func sixteenWorkAtOnce() throws {
        defer { removeFolder() }
        let counts = Mutex([Int: Int]())
        let errors = Mutex([String]())
        let folder = folder
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            do {
                let store = try StudyStore(opening: folder)
                let (number, presence) = try store.join(process: 1, now: 0, isLeader: false)
                defer { withExtendedLifetime(presence) {} }
                while true {
                    let claim = try store.claim(as: number, now: 0) { Self.rungs(3, after: $0) }
                    switch claim {
                    case .trial(var trial):
                        trial.result = Self.result(trial)
                        if try store.finish(trial, as: number) {
                            counts.withLock { $0[trial.number, default: 0] += 1 }
                        }
                    case .wait: usleep(500)
                    case .exhausted, .over: return
                    }
                }
            } catch {
                errors.withLock { $0.append("\(error)") }
            }
        }
        #expect(errors.withLock { $0 } == [])
        #expect(counts.withLock { $0 } == Dictionary(uniqueKeysWithValues: (-1..<24).map { ($0, 1) }))
        // The plans are those of one that works alone.
        let alone = Self.alone()
        let trials = try StudyStore(opening: folder).trials().filter { $0.number >= 0 }
        #expect(trials.map(\.plan) == alone.map(\.plan))
        #expect(trials.map(\.result) == alone.map(\.result))
    }

    /// Who is gone loses its claim at once, who is silent after a while, who lives keeps it.
    @Test func claimsOfTheDeadAreTakenOver() throws {
        defer { removeFolder() }
        let (store, first, presence) = try joined()
        let (_, second, other) = try joined()
        var mine = try trial(claimed(store, first))
        #expect(mine.number == StudyStore.Trial.first)
        let next = try trial(claimed(store, second))
        #expect(next.number == 0 && next.rung == 0)
        try leaveAlone(2)
        let (_, fourth, last) = try joined()
        let taken = try trial(claimed(store, fourth, 1))
        #expect(taken.number == 1, "of the one that is gone; the others live")
        // Who asks again before it has finished has the same.
        #expect(try trial(claimed(store, second, 1)).number == 0)
        withExtendedLifetime(presence) {}
        var late = next
        late.result = "late"
        // The second is silent for longer than the lease, and the first takes its trial.
        mine.result = "1"
        #expect(try store.finish(mine, as: first))
        let lease = store.leaseSeconds
        let over = try trial(claimed(store, first, 2 + lease))
        #expect(over.number == 0)
        #expect(try !store.finish(late, as: second), "it is not its own any more")
        #expect(try !store.beat(second, now: 3 + lease, trial: 0))
        #expect(try store.beat(first, now: 3 + lease, trial: 0))
        withExtendedLifetime((other, last)) {}
    }

    /// Claims the next trial as somebody who ends without a word.
    private func leaveAlone(_ number: Int) throws {
        let (store, worker, presence) = try joined()
        #expect(try trial(claimed(store, worker)).number == number - 1)
        #expect(!store.isGone(worker))
        withExtendedLifetime(presence) {}
    }

    @Test func nobodyTakesWhatAnotherHas() throws {
        defer { removeFolder() }
        let (store, first, presence) = try joined()
        let (_, second, other) = try joined()
        _ = try trial(claimed(store, first, 0, below: 0))
        #expect(try claimed(store, second, 0, below: 0) == .wait)
        try store.leave(first, now: 1)
        #expect(try trial(claimed(store, second, 1, below: 0)).number == StudyStore.Trial.first)
        withExtendedLifetime((presence, other)) {}
    }

    /// What is closed counts as many trials as were said; others are refused, and the last one is planned or given up.
    @Test func closingForgetsWhatDoesNotCount() throws {
        defer { removeFolder() }
        let (store, worker, presence) = try joined()
        for number in -1..<3 {
            var done = try trial(claimed(store, worker))
            #expect(done.number == number)
            done.result = "1"
            #expect(try store.finish(done, as: worker))
        }
        var open = try trial(claimed(store, worker))
        #expect(
            try store.close { trials, number in
                (after: trials.count { $0.result != nil } - 1, last: number == -2 ? "the best" : "")
            })
        #expect(try !store.close { _, _ in (0, nil) })
        open.result = "2"
        #expect(try !store.finish(open, as: worker))
        #expect(try store.closedAfter() == 3)
        #expect(try store.trials().map(\.number) == [-2, -1, 0, 1, 2])
        #expect(try trial(claimed(store, worker)).plan == "the best")
        try store.leaveOutLast()
        #expect(try store.lastIsLeftOut())
        #expect(try claimed(store, worker) == .over)
        var ends = 0
        for _ in 0..<2 { try store.end { ends += 1 } }
        #expect(try ends == 1 && store.isEnded())
        withExtendedLifetime(presence) {}
    }

    /// Ended within a rung, and gone on with by sixteen, half of whom die with a trial in hand: what counts is that of a study
    /// that was never ended.
    @Test func whatIsGoneOnWithIsAsIfItHadNotEnded() throws {
        defer { removeFolder() }
        let (store, worker, presence) = try joined(0, isLeader: true)
        while case .trial(var one) = try claimed(store, worker, 0, below: 11) {
            one.result = Self.result(one)
            #expect(try store.finish(one, as: worker))
        }
        #expect(throws: RunStoreError.self) {
            try store.join(process: 1, now: 1, isLeader: true, reopening: "longer")
        }
        #expect(try store.close { _, _ in (11, "the best") })
        var last = try trial(claimed(store, worker, 0, below: 11))
        last.result = "7"
        #expect(try store.finish(last, as: worker))
        try store.leave(worker, now: 10)
        // Its end is not done.
        let interrupted = #expect(throws: RunStoreError.self) {
            try store.join(process: 1, now: 11, isLeader: true, reopening: "longer")
        }
        #expect(interrupted?.problem.contains("interrupted") == true)
        #expect(try store.closedAfter() == 11 && store.terms() == nil && store.workers().count == 1)
        try store.end {}
        withExtendedLifetime(presence) {}

        let (leader, other) = try store.join(
            process: 1, now: 100, isLeader: true, reopening: "longer")
        #expect(try store.closedAfter() == nil && !store.isEnded() && store.terms() == "longer")
        let end = try #require(store.ends().first)
        #expect(try store.ends().count == 1 && end.counted == 11 && !end.lastIsLeftOut)
        #expect(try store.spentSeconds() == 10)
        let errors = Mutex([String]())
        let folder = folder
        DispatchQueue.concurrentPerform(iterations: 16) { place in
            do {
                let store = try StudyStore(opening: folder)
                let (number, presence) = try store.join(process: 1, now: 0, isLeader: false)
                defer { withExtendedLifetime(presence) {} }
                while true {
                    let claim = try store.claim(as: number, now: 0) { Self.continued(3, after: $0) }
                    switch claim {
                    case .trial(var trial):
                        if place % 2 == 1 { return }
                        trial.result = Self.result(trial)
                        _ = try store.finish(trial, as: number)
                    case .wait: usleep(500)
                    case .exhausted, .over: return
                    }
                }
            } catch {
                errors.withLock { $0.append("\(error)") }
            }
        }
        #expect(errors.withLock { $0 } == [])
        let trials = try store.trials().filter { $0.number >= 0 }
        #expect(trials.map(\.plan) == Self.alone().map(\.plan))
        #expect(trials.map(\.result) == Self.alone().map(\.result))
        #expect(try store.trials().first?.result == "7", "what its end trained stays")
        // A second end has a last one of its own.
        #expect(try store.close { _, number in (24, "\(number)") })
        let second = try trial(claimed(store, leader))
        #expect(second.number == -3 && second.plan == "-3" && second.isLast)
        withExtendedLifetime(other) {}
    }

    /// A limit ends the search within a rung, whose other trials nobody trains.
    @Test func aLimitIsKept() throws {
        defer { removeFolder() }
        let (store, worker, presence) = try joined()
        var numbers: [Int] = []
        while case .trial(var one) = try claimed(store, worker, 0, below: 5) {
            numbers.append(one.number)
            one.result = "1"
            #expect(try store.finish(one, as: worker))
        }
        #expect(numbers == [-1, 0, 1, 2, 3, 4])
        #expect(try claimed(store, worker, 0, below: 5) == .exhausted)
        withExtendedLifetime(presence) {}
    }

    /// Only the time of leaders counts: what one was alive for, by its last sign of life where it was killed.
    @Test func aBudgetIsOfAllCommandsTogether() throws {
        defer { removeFolder() }
        let (store, first, presence) = try joined(100, isLeader: true)
        try store.begin(first, budgetSeconds: 60)
        #expect(try store.deadline() == 160)
        try store.beat(first, now: 120)
        let (_, helper, other) = try joined(110)
        try store.leave(helper, now: 150)
        // Killed at 120; gone on with at 1000.
        #expect(try store.spentSeconds() == 20)
        let (_, second, third) = try joined(1000, isLeader: true)
        try store.begin(second, budgetSeconds: 60)
        #expect(try store.deadline() == 1040)
        // Trials are counted from now on.
        try store.begin(second, budgetSeconds: nil)
        #expect(try store.deadline() == nil)
        withExtendedLifetime((presence, other, third)) {}
    }

    /// Processes that are killed lose nothing: others finish the study, as one alone would, though it was ended in the
    /// middle of a rung and gone on with.
    @Test func killedProcessesLoseNothing() throws {
        defer { removeFolder() }
        let (store, ended, presence) = try joined()
        while case .trial(var one) = try store.claim(
            as: ended, now: 0, below: 5,
            planning: { trials in
                trials.isEmpty
                    ? (0..<8).map { .init(number: $0, rung: 0, plan: "\($0)") } : []
            })
        {
            one.result = one.number < 0 ? "1" : "\((Int(one.plan) ?? 0) * 31 % 997)"
            #expect(try store.finish(one, as: ended))
        }
        #expect(try store.close { _, _ in (5, nil) })
        try store.end {}
        try store.leave(ended, now: 0)
        withExtendedLifetime(presence) {}
        let longer = try store.join(process: 1, now: 0, isLeader: true, reopening: "longer")
        try store.leave(longer.number, now: 0)
        func started() throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
                .deletingLastPathComponent().appendingPathComponent("RunStoreKillHelper")
            process.arguments = ["study", folder, "4"]
            try process.run()
            return process
        }
        let processes = try (0..<6).map { _ in try started() }
        for process in processes.prefix(3) {
            usleep(UInt32.random(in: 5_000...60_000))
            kill(process.processIdentifier, SIGKILL)
        }
        for process in processes { process.waitUntilExit() }
        let last = try started()
        last.waitUntilExit()
        #expect(last.terminationStatus == 0)
        let trials = try StudyStore(opening: folder).trials().filter { $0.number >= 0 }
        #expect(trials.count == 32 && trials.allSatisfy { $0.result != nil })
        var plans: [String] = []
        var sum = 0
        for rung in 0..<4 {
            let own = (0..<8).map { sum % 1000 + $0 + rung }
            plans += own.map { "\($0)" }
            sum += own.reduce(0) { $0 + $1 * 31 % 997 }
        }
        #expect(trials.map(\.plan) == plans)
    }
}
