import Foundation
import Platform
import RunStore
import Runs

/// What was asked and answered over all rounds of a run, and of the runs that were trained on from it.
///
/// `labels.jsonl` in a folder beside the run: it only grows, a line a round or a file of answers, under a lock, so that
/// answers that arrive at once are all kept. What a kill leaves is at most a part of a line, which the next one who
/// writes cuts off. Runs that are trained on name a file of the same folder (`answered-N-HASH.csv`), which never
/// changes.
struct LabelStore {
    static let fileName = "labels.jsonl"
    private static let lockSeconds = 30.0

    let folder: String
    private(set) var rounds: [AskedRound] = []
    private(set) var given: [GivenAnswers] = []

    /// The folder of a run: of one that was trained on, its first run's.
    static func folder(of run: String) throws -> String {
        if let answers = try FinishedRun.configuration(of: run).answers {
            return Files.folder(of: answers)
        }
        var run = run
        while run.count > 1, run.hasSuffix("/") { run.removeLast() }
        return run + ".labels"
    }

    /// What stands in a folder; nothing where there is none.
    static func read(_ folder: String) throws -> LabelStore {
        let path = folder + "/" + fileName
        guard Files.exists(path) else { return LabelStore(folder: folder) }
        return try decoded(folder, Files.read(path)).store
    }

    /// Adds a record that is made of what stands there at that moment, which nobody changes meanwhile.
    ///
    /// - Parameters:
    ///   - make: `nil` to add nothing.
    ///   - then: Told the store with it, while nobody else writes.
    /// - Returns: The store with it.
    static func adding(
        to folder: String, _ make: (LabelStore) throws -> LabelRecord?,
        then: (LabelStore) throws -> Void = { _ in }
    ) throws -> LabelStore {
        try Files.makeFolder(folder)
        let path = folder + "/" + fileName
        var file = try AppendOnlyFile(
            path, timeoutSeconds: lockSeconds, for: "adding to the labels")
        var (store, end) = try decoded(folder, file.bytes)
        if let record = try make(store) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try file.append(Array(encoder.encode(record)) + [newline], keeping: end)
            store.add(record)
        }
        try then(store)
        return store
    }

    private static let newline = UInt8(ascii: "\n")

    private init(folder: String) { self.folder = folder }

    /// - Returns: The store, and where its whole lines end.
    private static func decoded(
        _ folder: String, _ bytes: [UInt8]
    ) throws -> (store: LabelStore, end: Int) {
        var store = LabelStore(folder: folder)
        let end = (bytes.lastIndex(of: newline) ?? -1) + 1
        for (number, line) in bytes[..<end].split(separator: newline).enumerated() {
            guard let record = try? JSONDecoder().decode(LabelRecord.self, from: Data(line)) else {
                throw VouchError(
                    "\(folder)/\(fileName), line \(number + 1), is damaged: it was changed, or another "
                        + "version wrote it. Take the file from a copy; nothing was added")
            }
            store.add(record)
        }
        return (store, end)
    }

    private mutating func add(_ record: LabelRecord) {
        if let asked = record.asked { rounds.append(asked) }
        if let answers = record.given { given.append(answers) }
    }
}

// MARK: - What follows from it

/// A row that was asked, with its answer.
struct AnsweredRow {
    var key: AskedKey
    var label: String
    var columns: [String]
    var row: AskedRound.Row
}

extension LabelStore {
    /// The answer that holds of each row: the last that was given.
    var labels: [AskedKey: GivenAnswers.Answer] {
        var labels: [AskedKey: GivenAnswers.Answer] = [:]
        for answer in given.flatMap(\.answers) { labels[answer.key] = answer }
        return labels
    }

    /// Rows with an answer, in the order in which they were asked; of one that was asked again the last answer.
    var answered: [AnsweredRow] {
        let labels = labels
        var latest: [PoolRow: Int] = [:]
        for round in rounds {
            for row in round.rows
            where labels[AskedKey(round: round.round, row: row.row)] != nil {
                latest[PoolRow(pool: round.poolSHA256, row: row.row)] = round.round
            }
        }
        return rounds.flatMap { round in
            round.rows.compactMap { row in
                let key = AskedKey(round: round.round, row: row.row)
                guard latest[PoolRow(pool: round.poolSHA256, row: row.row)] == round.round else {
                    return nil
                }
                return labels[key].map {
                    AnsweredRow(key: key, label: $0.label, columns: round.columns, row: row)
                }
            }
        }
    }

    private struct PoolRow: Hashable {
        var pool: String
        var row: Int
    }

    /// Rows that were asked and have no answer.
    var waiting: Int { rounds.reduce(0) { $0 + $1.rows.count } - labels.count }
}
