import GRDB
import Platform

/// Who works at a study, and how long.
extension StudyStore {
    /// Takes part from now on.
    ///
    /// - Parameters:
    ///   - now: In seconds since 1970, as everywhere here; of a leader, when its command began.
    ///   - isLeader: Whether its time counts for the budget.
    ///   - terms: By what the study is to end from now on, though it has ended; `nil` for what was asked.
    /// - Returns: Its number, and what must be kept while it works.
    /// - Throws: with `terms`, where others work at the study, or its end is not done.
    package func join(
        process: Int, now: Double, isLeader: Bool, reopening terms: String? = nil
    ) throws -> (number: Int, presence: StudyPresence) {
        let number = try write { database in
            if let terms { try reopen(by: terms, database) }
            try database.execute(
                sql: "INSERT INTO workers (process, began, beat, isLeader) VALUES (?, ?, ?, ?)",
                arguments: [process, now, now, isLeader])
            return Int(database.lastInsertedRowID)
        }
        do {
            return (number, try StudyPresence(at: place(of: number)))
        } catch {
            throw Self.explained(error, folder)
        }
    }

    /// Trials keep their numbers and their results. What an end forgot is planned again by whoever claims it.
    private func reopen(by terms: String, _ database: Database) throws {
        func refusal(_ problem: String, _ nextStep: String) -> RunStoreError {
            RunStoreError(file: folder, problem: problem, nextStep: nextStep)
        }
        guard try database.studyWorkers().allSatisfy({ $0.ended != nil || isGone($0.number) })
        else {
            throw refusal(
                "others work at this study, by what it was asked for",
                "Go on with it for longer when they have ended; `vouch tune status \(folder)` names them.")
        }
        if let counted = try database.studyValue(.closedAfter).flatMap(Int.init) {
            guard try database.studyValue(.ended) != nil else {
                throw refusal(
                    "the end of this study was interrupted",
                    "`vouch tune --resume \(folder)` alone finishes it; go on for longer then.")
            }
            try database.keepStudyEnd(counted: counted)
        }
        try database.setStudyValue(.terms, terms)
    }

    /// By what it is to end since it was gone on with; `nil` where the request says it.
    package func terms() throws -> String? { try read { try $0.studyValue(.terms) } }

    /// Ends after which it was gone on with, in their order.
    package func ends() throws -> [End] { try read { try $0.studyEnds() } }

    /// Gives back what it has not finished.
    package func leave(_ worker: Int, now: Double) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE trials SET worker = NULL WHERE worker = ? AND result IS NULL",
                arguments: [worker])
            try database.execute(
                sql: "UPDATE workers SET beat = ?1, ended = ?1 WHERE number = ?2",
                arguments: [now, worker])
        }
    }

    /// Gives one trial back.
    package func release(_ trial: Int, of worker: Int) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE trials SET worker = NULL
                    WHERE number = ? AND worker = ? AND result IS NULL
                    """, arguments: [trial, worker])
        }
    }

    /// Says that it lives, and perhaps what it took.
    ///
    /// - Parameter trial: What it works at; `nil` for nothing.
    /// - Returns: Whether that is still its own, and still counts.
    @discardableResult
    package func beat(
        _ worker: Int, now: Double, trial: Int? = nil, usage: String? = nil
    ) throws -> Bool {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE workers SET beat = ?, usage = COALESCE(?, usage) WHERE number = ?
                    """, arguments: [now, usage, worker])
            guard let trial else { return true }
            return try Int.fetchOne(
                database,
                sql: "SELECT 1 FROM trials WHERE number = ? AND worker = ? AND result IS NULL",
                arguments: [trial, worker]) != nil
        }
    }

    package func workers() throws -> [Worker] { try read { try $0.studyWorkers() } }

    /// Whether its process has ended.
    package func isGone(_ worker: Int) -> Bool { !StudyPresence.isKept(at: place(of: worker)) }

    private func place(of worker: Int) -> String {
        folder + "/" + Self.workersName + "/\(worker)"
    }

    // MARK: - Time

    /// What leaders took so far: each from its beginning to its end, or to its last sign of life.
    package func spentSeconds() throws -> Double {
        try read { Self.spent(try $0.studyWorkers().filter(\.isLeader)) }
    }

    private static func spent(_ leaders: [Worker]) -> Double {
        leaders.reduce(0) { $0 + max(0, ($1.ended ?? $1.beat) - $1.began) }
    }

    /// What is left of a budget begins to run for a leader that has joined.
    ///
    /// - Parameter budgetSeconds: Of all leaders together.
    package func begin(_ leader: Int, budgetSeconds: Double?) throws {
        try write { database in
            guard let budgetSeconds else {
                try database.execute(
                    sql: "DELETE FROM study WHERE name = ?", arguments: [Fact.deadline.rawValue])
                return
            }
            let leaders = try database.studyWorkers().filter(\.isLeader)
            let began = leaders.first { $0.number == leader }?.began ?? 0
            let spent = Self.spent(leaders.filter { $0.number < leader })
            try database.setStudyValue(.deadline, "\(began + budgetSeconds - spent)")
        }
    }

    /// When the budget is over; `nil` without one.
    package func deadline() throws -> Double? {
        try read { try $0.studyValue(.deadline) }.flatMap(Double.init)
    }
}

/// What a process keeps while it works at a study: the lock of a file, freed by the system however the process ends.
package final class StudyPresence {
    private let lock: FileLock

    fileprivate init(at path: String) throws(PlatformError) {
        try AtomicFile.write([], to: path)
        // Who looks whether it is kept holds it for a moment.
        lock = try FileLock(waitingFor: path, timeoutSeconds: 10, for: "taking part by")
    }

    static func isKept(at path: String) -> Bool {
        guard Files.exists(path) else { return false }
        do {
            let lock = try FileLock(path)
            withExtendedLifetime(lock) {}
            return false
        } catch {
            return true
        }
    }
}
