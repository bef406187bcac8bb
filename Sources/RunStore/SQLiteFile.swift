import GRDB
import Platform

/// How a database is opened that any number of processes may use at once.
///
/// A transaction is on the disk when it returns; a kill leaves the database as it was before or after it.
enum SQLiteFile {
    /// The longest wait for other processes.
    static let waitSeconds = 30.0

    /// Kept while a database is opened and made: SQLite does not wait where two processes make one at the same moment.
    ///
    /// - Parameter operation: What it is opened for, as a gerund; it stands in the error.
    static func turn(
        _ path: String, for operation: String
    ) throws(PlatformError) -> AppendOnlyFile {
        try AppendOnlyFile(path + ".lock", timeoutSeconds: waitSeconds, for: operation)
    }

    static func queue(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(waitSeconds)
        configuration.prepareDatabase { database in
            // Not by `journalMode`, which would set `synchronous` to NORMAL.
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// SQLite's error as one that says what to do; others as they are, for the file they name.
    ///
    /// - Parameters:
    ///   - name: What the database is.
    ///   - repair: What to do where it is damaged.
    ///   - elsewhere: What to do where it cannot be written.
    static func explained(
        _ error: any Error, path: String, name: String, repair: String, elsewhere: String
    ) -> RunStoreError {
        switch error {
        case let error as RunStoreError: return error
        case let error as PlatformError:
            return RunStoreError(
                file: error.path, problem: "\(error.operation): \(error.reason)",
                nextStep: error.nextStep)
        case let error as DatabaseError:
            let nextStep =
                switch error.resultCode {
                case .SQLITE_BUSY:
                    "Another process has written to it for \(Int(waitSeconds)) s: wait until it "
                        + "has ended, then try again."
                case .SQLITE_CORRUPT, .SQLITE_NOTADB: repair
                case .SQLITE_FULL: "Free some space on that disk, then try again."
                case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: elsewhere
                default: "Check the disk, then try again. " + elsewhere
                }
            return RunStoreError(
                file: path, problem: "\(name): \(error.message ?? "error \(error.resultCode)")",
                nextStep: nextStep)
        default:
            return RunStoreError(
                file: path, problem: "\(name): \(error)", nextStep: "Try again. " + elsewhere)
        }
    }
}
