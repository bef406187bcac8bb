import Platform

/// The lines of a run folder's `ledger.jsonl`: what was trained, and every look at rows that must
/// not be learnt from.
///
/// The file only grows. Each line holds the hash of the line before it, so that a line that was
/// changed, moved or removed breaks the chain. Whoever knows an earlier `head`, such as the one
/// printed in a report, can also tell whether the end was cut off or everything was written anew.
/// The manifest does not list the file, since a run's folder is final and its ledger is not.
package struct Ledger: Sendable, Hashable {
    package static let fileName = "ledger.jsonl"
    /// What stands before the first record.
    package static let origin = String(repeating: "0", count: 64)

    package internal(set) var records: [Record]
    /// Bytes after the last whole line: a write that was cut off, which nobody was told of.
    package internal(set) var unfinishedBytes: Int

    /// The hash of the last record; it stands for all of them.
    package var head: String { records.last?.hash ?? Self.origin }

    /// What was recorded when the run that stands in the folder was written.
    package var lastRun: Entry? { records.last { $0.entry.kind == .run }?.entry }

    /// How often each split was looked at.
    package var looks: [String: Int] {
        var counts: [String: Int] = [:]
        for record in records where record.entry.kind == .look {
            counts[record.entry.split ?? "", default: 0] += 1
        }
        return counts
    }

    package static func path(in folder: String) -> String { folder + "/" + fileName }

    /// The verified ledger of a run folder; one without records where there is no file.
    ///
    /// Needs no lock: a line that another process is writing is not whole yet and is left out.
    ///
    /// - Throws: `RunStoreError` as `verify` does; `PlatformError` where the system refuses.
    package static func read(_ folder: String) throws -> Ledger {
        let path = path(in: folder)
        guard Files.exists(path) else { return Ledger(records: [], unfinishedBytes: 0) }
        return try verify(Files.read(path), file: path)
    }

    /// Adds records to the ledger of a folder. When this returns they are on the disk, in one piece
    /// and in this order, whatever other processes append.
    ///
    /// A kill leaves the ledger as it was, or with all the records, or with a part of a line, which
    /// the next `append` cuts off. Only the last line is checked here, so that damage further up
    /// does not keep later looks from being recorded.
    ///
    /// - Parameters:
    ///   - entries: What to record.
    ///   - folder: A folder that exists.
    ///   - timeoutSeconds: The longest wait for other processes.
    /// - Returns: The new records; the hash of the last is the ledger's head.
    /// - Throws: `RunStoreError` where the last line is damaged; `PlatformError` where the system
    ///   refuses, or after the wait, naming who may hold the lock. Then nothing was recorded.
    @discardableResult
    package static func append(
        _ entries: [Entry], in folder: String, timeoutSeconds: Double = 30
    ) throws -> [Record] {
        let path = path(in: folder)
        var file = try AppendOnlyFile(
            path, timeoutSeconds: timeoutSeconds, for: "adding to the ledger")
        let (end, last) = try lastRecord(file.bytes, path: path)
        let records = records(of: entries, after: last)
        guard !records.isEmpty else { return [] }
        try file.append(encoded(records), keeping: end)
        return records
    }

    /// Records that continue a chain.
    package static func records(of entries: [Entry], after last: Record?) -> [Record] {
        var records: [Record] = []
        for entry in entries {
            let before = records.last ?? last
            records.append(
                Record(
                    entry, sequence: before.map { $0.sequence + 1 } ?? 0,
                    previous: before?.hash ?? origin))
        }
        return records
    }

    static func encoded(_ records: [Record]) -> [UInt8] {
        records.flatMap { $0.encoded() + [newline] }
    }

    static let newline = UInt8(ascii: "\n")

    /// Where the whole lines end, and the last of them.
    private static func lastRecord(
        _ bytes: [UInt8], path: String
    ) throws(RunStoreError) -> (end: Int, record: Record?) {
        let end = (bytes.lastIndex(of: newline) ?? -1) + 1
        let lines = bytes[..<end].count { $0 == newline }
        try checkUnfinished(bytes[end...], line: lines + 1, file: path)
        guard end > 0 else { return (0, nil) }
        let start = (bytes[..<(end - 1)].lastIndex(of: newline) ?? -1) + 1
        do throws(Record.Problem) {
            let record = try Record(line: bytes[start..<end - 1])
            guard record.hash == record.expectedHash, record.sequence == lines - 1 else {
                throw Record.Problem("it was changed, or lines before it were added or removed")
            }
            return (end, record)
        } catch {
            throw damaged(path, line: lines, error.text)
        }
    }
}
