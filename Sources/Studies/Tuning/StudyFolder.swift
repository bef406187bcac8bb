import Foundation
import Platform
import RunStore
import Runs
import Tuning

/// A study's folder: its store, with trials as values, and the places of its runs.
struct StudyFolder {
    let path: String
    let store: StudyStore
    let request: StudyRequest

    /// - Throws: `RunStoreError` where there is no study; `VouchError` where this version cannot read it.
    init(_ path: String) throws {
        self.path = path
        store = try StudyStore(opening: path)
        request = try Self.value(StudyRequest.self, store.request(), path)
    }

    /// Makes a new one.
    static func create(_ path: String, _ request: StudyRequest) throws {
        let first = PlannedTrial(
            number: StudyStore.Trial.first, rung: -1, point: .standard, fidelity: .whole,
            seed: request.seed)
        try StudyStore.create(in: path, request: try text(request), first: try text(first))
    }

    func trials() throws -> [StudyStore.Trial] { try store.trials() }

    func plan(_ trial: StudyStore.Trial) throws -> PlannedTrial {
        try Self.value(PlannedTrial.self, trial.plan, path)
    }

    /// Of those that are finished, in the store's order.
    func finished(_ trials: [StudyStore.Trial]) throws -> [FinishedTrial] {
        try trials.compactMap { trial in
            try trial.result.map { try Self.value(FinishedTrial.self, $0, path) }
        }
    }

    /// Those that count: the default, those of rungs before the first that is not finished, and the last.
    func counted(_ trials: [StudyStore.Trial]) -> [StudyStore.Trial] {
        let inRungs = trials.filter { $0.number >= 0 }
        let count = StudyStanding.counted(inRungs.map { $0.result != nil })
        return trials.filter { $0.number < 0 } + inRungs.prefix(count)
    }

    func standing(_ trials: [StudyStore.Trial]) throws -> StudyStanding {
        StudyStanding(try finished(trials), seed: request.seed, bounds: request.bounds)
    }

    /// Makes the link to the run of the incumbent of the trials that count, and removes runs that cannot become it any more;
    /// the default's stays, and what the study had ended with before. Without a trial that keeps all requirements there is no link.
    ///
    /// - Returns: The best, whether it keeps them or not.
    @discardableResult
    func settleIncumbent() throws -> FinishedTrial? {
        // Whoever comes later has read later.
        let turn = try AppendOnlyFile(
            path + "/.incumbent.lock", timeoutSeconds: 30, for: "settling the incumbent of")
        defer { withExtendedLifetime(turn) {} }
        let counted = counted(try trials())
        let standing = try standing(counted)
        guard let best = standing.incumbent else { return nil }
        let link = path + "/" + Self.incumbentName
        if standing.meetsAll(best) {
            try Files.link(link, to: Self.name(of: best.plan.number))
        } else {
            try Files.remove(link)
        }
        let kept = try kept(beside: best)
        for trial in standing.trials
        where standing.isWhole(trial.plan) && !kept.contains(trial.plan.number) {
            try Files.remove(place(of: trial.plan.number))
        }
        return best
    }

    /// Numbers of the runs that stay: the best, the default's, and what the study had ended with before.
    func kept(beside best: FinishedTrial) throws -> [Int] {
        [best.plan.number, StudyStore.Trial.first] + (try formerIncumbents())
    }

    /// Removes runs that were written and do not count, of a study that is over.
    ///
    /// Reads nothing of the store, so that it may be a part of what the store does at the end.
    func removeRuns(but numbers: [Int]) throws {
        let kept = Set(numbers.map { Self.name(of: $0) })
        for name in try Files.names(in: path + "/runs") where !kept.contains("runs/" + name) {
            try Files.remove(path + "/runs/" + name)
        }
    }

    /// Where the run of a trial is written.
    func place(of number: Int) -> String { path + "/" + Self.name(of: number) }

    static func name(of number: Int) -> String {
        switch number {
        case StudyStore.Trial.first: "runs/default"
        case StudyStore.Trial.last: "runs/last"
        case ..<StudyStore.Trial.last: "runs/last-\(StudyStore.Trial.first - number)"
        default: "runs/trial-\(number)"
        }
    }

    /// A link to the incumbent's run.
    static let incumbentName = "incumbent"

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(
        _ type: Value.Type, _ text: String, _ path: String
    ) throws(VouchError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw VouchError(
                "\(path)/\(StudyStore.fileName) was written by another version of vouch, and this one cannot read "
                    + "it; use that version, or begin another study")
        }
    }
}
