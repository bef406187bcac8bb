import GRDB
import Platform

/// A study of many trainings in a folder: a SQLite file of what was planned, who trains it and what came of it.
///
/// Any number of processes of one machine may work at it at once. Each holds the lock of a file of its own
/// (`StudyPresence`), which the system frees however the process ends: that is how others know that it is gone, whatever
/// took its number since. What is claimed by one that is gone, or that was not heard of for `leaseSeconds`, is claimed anew.
/// A claim, a result and the plan of a rung are one immediate transaction each.
package struct StudyStore: Sendable {
    /// The study's folder.
    package let folder: String
    private let queue: DatabaseQueue
    /// After that silence a process that lives counts as gone, such as one that was stopped.
    package var leaseSeconds = 300.0

    package static let fileName = "study.sqlite"
    static let workersName = "workers"

    /// What is known of the whole study.
    enum Fact: String {
        case request
        /// By what it is to end; of a study that was gone on with, else the request says it.
        case terms
        /// How many trials counted when the study was closed.
        case closedAfter
        /// Whether the last trial was given up, as there was no time for it.
        case lastIsLeftOut
        /// Whether what is done once at its end is done.
        case ended
        /// When the budget is over, in seconds since 1970.
        case deadline
    }

    /// Makes the folder of a new study, whole or not at all.
    ///
    /// - Parameters:
    ///   - request: What every worker must know, as its owner writes it.
    ///   - first: The plan of the first trial.
    /// - Throws: where something stands there already, or cannot be written.
    package static func create(in folder: String, request: String, first: String) throws {
        do {
            let new = try AtomicFolder(at: folder, overwrite: false)
            try Files.makeFolder(new.partialPath + "/" + workersName)
            let queue = try SQLiteFile.queue(new.partialPath + "/" + fileName)
            try migrator.migrate(queue)
            try queue.write { database in
                try database.setStudyValue(.request, request)
                try database.insert(Trial(number: Trial.first, rung: -1, plan: first))
            }
            try queue.close()
            try new.commit()
        } catch {
            throw explained(error, folder)
        }
    }

    /// Opens a study that exists.
    ///
    /// - Throws: `RunStoreError` where there is none, or one of a newer version.
    package init(opening folder: String) throws {
        self.folder = folder
        let path = folder + "/" + Self.fileName
        guard Files.kind(of: path) == .file else {
            throw RunStoreError(
                file: folder,
                problem: Files.exists(folder)
                    ? "this is not a study: it holds no \(Self.fileName)" : "there is no such study",
                nextStep: "Check the spelling, or begin one with `vouch tune DATA --target COLUMN --out \(folder)`.")
        }
        do {
            let turn = try SQLiteFile.turn(path, for: "opening the study by")
            defer { withExtendedLifetime(turn) {} }
            queue = try SQLiteFile.queue(path)
            let migrator = Self.migrator
            if try !queue.read({ try migrator.hasBeenSuperseded($0) }) {
                try migrator.migrate(queue)
                return
            }
        } catch {
            throw Self.explained(error, folder)
        }
        throw RunStoreError(
            file: path, problem: "the study was made by a newer version of vouch",
            nextStep: "Use that version.")
    }

    /// What every worker must know, as it was written.
    package func request() throws -> String { try read { try $0.studyValue(.request) } ?? "" }

    // MARK: - Trials

    package func trials() throws -> [Trial] { try read { try $0.studyTrials() } }

    /// How many trials counted when it was closed; `nil` while it is open.
    package func closedAfter() throws -> Int? {
        try read { try $0.studyValue(.closedAfter) }.flatMap(Int.init)
    }

    /// Whether the last trial was given up for want of time.
    package func lastIsLeftOut() throws -> Bool {
        try read { try $0.studyValue(.lastIsLeftOut) } != nil
    }

    package enum Claim: Sendable, Hashable {
        case trial(Trial)
        /// What is open is in the hands of others.
        case wait
        /// Nothing is left to try; who learns it closes the study.
        case exhausted
        /// It is closed, and all is finished.
        case over
    }

    /// Claims the next trial, the lowest number first. Where all of a rung is finished, the next one is planned.
    ///
    /// - Parameters:
    ///   - limit: Numbers from here on are not trained; `nil` for no limit.
    ///   - next: The next rung, from the finished trials of all rungs so far; empty where there is none.
    package func claim(
        as worker: Int, now: Double, below limit: Int? = nil,
        planning next: ([Trial]) throws -> [Trial]
    ) throws -> Claim {
        try write { database in
            try database.execute(
                sql: "UPDATE workers SET beat = ? WHERE number = ?", arguments: [now, worker])
            let isClosed = try database.studyValue(.closedAfter) != nil
            var trials = try database.studyTrials()
            let inRungs = trials.filter { $0.number >= 0 }
            if !isClosed, inRungs.allSatisfy({ $0.result != nil }) {
                guard inRungs.count < limit ?? .max else {
                    return try claimed(trials, as: worker, now, database) ?? .exhausted
                }
                let planned = try next(inRungs)
                for trial in planned { try database.insert(trial) }
                trials += planned
            }
            let open = trials.filter { $0.number < 0 || $0.number < limit ?? .max }
            return try claimed(open, as: worker, now, database) ?? (isClosed ? .over : .exhausted)
        }
    }

    /// - Returns: `nil` where all are finished.
    private func claimed(
        _ trials: [Trial], as worker: Int, _ now: Double, _ database: Database
    ) throws -> Claim? {
        let open = trials.filter { $0.result == nil }
        guard !open.isEmpty else { return nil }
        let beats = Dictionary(
            uniqueKeysWithValues: try database.studyWorkers().map { ($0.number, $0.beat) })
        let free = open.first { trial in
            guard let holder = trial.worker, holder != worker else { return true }
            return now - (beats[holder] ?? 0) > leaseSeconds || isGone(holder)
        }
        guard var mine = free else { return .wait }
        mine.worker = worker
        try database.execute(
            sql: "UPDATE trials SET worker = ? WHERE number = ?", arguments: [worker, mine.number])
        return .trial(mine)
    }

    /// Keeps what came of a trial.
    ///
    /// - Returns: Whether it was kept: another process may have taken the trial over and finished it, or the study was closed
    ///   without it.
    package func finish(_ trial: Trial, as worker: Int) throws -> Bool {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE trials SET result = ?, seconds = ?, writingSeconds = ?, weightsSHA256 = ?
                    WHERE number = ? AND worker = ? AND result IS NULL
                    """,
                arguments: [
                    trial.result, trial.seconds, trial.writingSeconds, trial.weightsSHA256,
                    trial.number, worker,
                ])
            return database.changesCount == 1
        }
    }

    /// Ends the search: what is not among the trials that count is forgotten, and a last one may be planned.
    ///
    /// - Parameter decide: By the trials and the number of a last one: how many count, and the plan of the last one.
    /// - Returns: Whether it was open until now.
    @discardableResult
    package func close(
        _ decide: ([Trial], Int) throws -> (after: Int, last: String?)
    ) throws -> Bool {
        try write { database in
            guard try database.studyValue(.closedAfter) == nil else { return false }
            let number = Trial.last - (try database.studyEnds().count)
            let decided = try decide(try database.studyTrials(), number)
            try database.setStudyValue(.closedAfter, "\(decided.after)")
            try database.execute(
                sql: "DELETE FROM trials WHERE number >= ?", arguments: [decided.after])
            if let last = decided.last {
                try database.insert(Trial(number: number, rung: -1, plan: last))
            }
            return true
        }
    }

    /// There is no time for the last trial.
    package func leaveOutLast() throws {
        try write { database in
            try database.execute(
                sql: "DELETE FROM trials WHERE number < ? AND result IS NULL",
                arguments: [Trial.first])
            if database.changesCount == 1 { try database.setStudyValue(.lastIsLeftOut, "1") }
        }
    }

    /// Does what is to be done once when the study is over, whoever comes to it first. A kill in the middle of it leaves it to
    /// be done again.
    package func end(_ work: () throws -> Void) throws {
        try write { database in
            guard try database.studyValue(.ended) == nil else { return }
            try work()
            try database.setStudyValue(.ended, "1")
        }
    }

    /// Whether nothing is left to do.
    package func isEnded() throws -> Bool { try read { try $0.studyValue(.ended) } != nil }

    // MARK: - Transactions

    func write<Value>(_ updates: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.writeWithoutTransaction { database in
                var value: Value?
                // Immediate: what it reads first is what it then changes.
                try database.inTransaction(.immediate) {
                    value = try updates(database)
                    return .commit
                }
                guard let value else { preconditionFailure("a transaction gives its value") }
                return value
            }
        } catch {
            throw Self.isOwn(error) ? Self.explained(error, folder) : error
        }
    }

    func read<Value>(_ value: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.read(value)
        } catch {
            throw Self.explained(error, folder)
        }
    }

    /// Others are those of who plans.
    private static func isOwn(_ error: any Error) -> Bool {
        error is DatabaseError || error is PlatformError
    }

    static func explained(_ error: any Error, _ folder: String) -> RunStoreError {
        SQLiteFile.explained(
            error, path: folder + "/" + fileName, name: "the study",
            repair: "The file is damaged; begin another study.",
            elsewhere: "Write the study to a folder you may write to.")
    }
}
