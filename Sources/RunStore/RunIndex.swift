import GRDB
import Platform

/// The index of all runs on this machine and of their looks at held-out rows, in SQLite.
///
/// The run folders are the truth, the index a mirror of them: one that was deleted comes back equal
/// by `rebuild`. Any number of processes may use it at once. A transaction is on the disk when it
/// returns; a kill leaves the index as it was before or after it.
package struct RunIndex: Sendable {
    package let path: String
    private let queue: DatabaseQueue

    /// Opens the index and makes it where there is none.
    ///
    /// - Parameter path: The database's file; `defaultPath` if not given.
    /// - Throws: `RunStoreError` where it cannot be opened, as in a home that is read-only. A
    ///   training should then go on without it: a later `rebuild` makes up for it.
    package static func open(at path: String? = nil) throws -> RunIndex {
        let path = try path ?? defaultPath()
        do {
            try Files.makeFolder(Files.folder(of: path))
            let turn = try SQLiteFile.turn(path, for: "opening the index of runs by")
            defer { withExtendedLifetime(turn) {} }
            return try RunIndex(path: path)
        } catch let error as PlatformError {
            throw RunStoreError(
                file: path,
                problem: "the index of runs cannot be opened: \(error.operation) "
                    + "'\(error.path)': \(error.reason)",
                nextStep: error.nextStep + " Or set VOUCH_HOME to a folder you may write to.")
        }
    }

    /// Opens the usual index where there is one already; `nil` where there is none.
    package static func openExisting() throws -> RunIndex? {
        let path = try defaultPath()
        return Files.exists(path) ? try open(at: path) : nil
    }

    private init(path: String) throws(RunStoreError) {
        self.path = path
        do {
            queue = try SQLiteFile.queue(path)
            let migrator = Self.migrator
            let isNewer = try queue.read { try migrator.hasBeenSuperseded($0) }
            if !isNewer {
                try migrator.migrate(queue)
                return
            }
        } catch {
            throw Self.explained(error, path: path)
        }
        throw RunStoreError(
            file: path, problem: "the index was made by a newer version of vouch",
            nextStep: "Use that version, or set VOUCH_HOME to another folder.")
    }

    // MARK: writing

    /// Makes the index say of one run what its folder says: its facts, its tags, its ledger.
    ///
    /// The folder is read inside the transaction, so that of two processes that record one run at
    /// once the later never writes the older state.
    ///
    /// - Returns: What the index now holds.
    /// - Throws: `RunStoreError` where it is not a run folder, or the index refuses.
    @discardableResult
    package func record(runAt path: String) throws -> Run {
        try record(absolutePath: Files.absolutePath(path))
    }

    @discardableResult
    func record(absolutePath path: String) throws -> Run {
        try write { database in
            let facts = try Facts(runAt: path)
            try database.upsert(facts.run)
            try database.mirror(facts.records, path: path)
            if let plan = facts.plan { try database.add(plan, path: path) }
            return facts.run
        }
    }

    /// Forgets a run; its folder is not touched. One that is not known is fine.
    package func remove(runAt path: String) throws {
        try remove(absolutePath: Files.absolutePath(path))
    }

    func remove(absolutePath path: String) throws {
        try write { try $0.execute(sql: "DELETE FROM runs WHERE path = ?", arguments: [path]) }
    }

    // MARK: reading

    /// All runs, or those with a tag: the latest first.
    package func runs(tag: String? = nil) throws -> [Run] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM runs ORDER BY made DESC, path").map(
                Run.init)
        }.filter { run in tag.map(run.tags.contains) ?? true }
    }

    /// What the index knows of one run; `nil` if nothing.
    package func run(at path: String) throws -> Run? {
        let path = try Files.absolutePath(path)
        return try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM runs WHERE path = ?", arguments: [path])
                .map(Run.init)
        }
    }

    /// The looks of one run's ledger, in order.
    package func looks(ofRunAt path: String) throws -> [Look] {
        let path = try Files.absolutePath(path)
        return try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM looks WHERE path = ? ORDER BY sequence",
                arguments: [path]
            ).map(Look.init)
        }
    }

    /// What runs were expected to take and took, the latest first: those that stand and those that were replaced or removed.
    package func plans(limit: Int) throws -> [Plan] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM plans ORDER BY made DESC, rowid DESC LIMIT ?",
                arguments: [limit]
            ).map(Plan.init)
        }
    }

    /// How often the rows of a data file were looked at over all runs. A copy of a run folder holds
    /// the same records, which count once.
    ///
    /// - Parameters:
    ///   - hash: SHA-256 of the file, as in the records' details.
    ///   - split: Only looks at this split of it.
    package func looks(atDataSHA256 hash: String, split: String? = nil) throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT COUNT(DISTINCT hash) FROM looks
                    WHERE kind = 'look' AND dataSHA256 = ?1 AND (?2 IS NULL OR split = ?2)
                    """, arguments: [hash, split]) ?? 0
        }
    }

    /// What the rows of a data file were looked at for, over all runs; each purpose once.
    ///
    /// - Parameters:
    ///   - hash: SHA-256 of the file, as in the records' details.
    ///   - split: Only looks at this split of it.
    ///   - beginning: Only purposes that begin so.
    package func purposes(
        ofLooksAtDataSHA256 hash: String, split: String, beginning: String
    ) throws -> Set<String> {
        try read { database in
            try String.fetchSet(
                database,
                sql: """
                    SELECT DISTINCT purpose FROM looks
                    WHERE kind = 'look' AND dataSHA256 = ?1 AND split = ?2
                        AND substr(purpose, 1, length(?3)) = ?3
                    """, arguments: [hash, split, beginning])
        }
    }

    /// How many models were measured on held-out rows of a data file, over all runs that the index
    /// knows; one that was trained twice alike counts once.
    ///
    /// Rows that stopped a training or fitted thresholds are not meant: only those on which a
    /// reader is told how good a model is.
    ///
    /// - Parameters:
    ///   - hash: SHA-256 of the file, as in the records' details.
    ///   - weights: SHA-256 of a model that is not counted.
    package func models(measuredOnDataSHA256 hash: String, except weights: String) throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT COUNT(DISTINCT COALESCE(
                        looks.weightsSHA256, runs.weightsSHA256, looks.path))
                    FROM looks JOIN runs USING (path)
                    WHERE kind = 'look' AND looks.dataSHA256 = ?1
                        AND split NOT IN ('train', 'validation', 'calibration')
                        AND COALESCE(looks.weightsSHA256, runs.weightsSHA256, '') <> ?2
                    """, arguments: [hash, weights]) ?? 0
        }
    }

    /// A setting of the connection, by the name of SQLite's pragma.
    package func setting(_ pragma: String) throws -> String? {
        try read { try String.fetchOne($0, sql: "PRAGMA \(pragma)") }
    }

    // MARK: errors

    private func write<Value>(_ updates: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.write(updates)
        } catch {
            throw Self.explained(error, path: path)
        }
    }

    private func read<Value>(_ value: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.read(value)
        } catch {
            throw Self.explained(error, path: path)
        }
    }

    private static func explained(_ error: any Error, path: String) -> RunStoreError {
        SQLiteFile.explained(
            error, path: path, name: "the index of runs",
            repair: "Remove the file, and those beside it that begin with its name; then bring it "
                + "back with `vouch runs rebuild ROOT`.",
            elsewhere: "Set VOUCH_HOME to a folder you may write to.")
    }
}
