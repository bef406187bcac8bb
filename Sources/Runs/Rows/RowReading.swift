package import Models
import Synchronization
package import Tables

/// Where what a reader notices of rows in use goes, such as standard error; nowhere unless somebody listens.
///
/// Listeners are shared by all threads, under a lock; a text goes to all of them. A command listens once for all that
/// it calls, and the library stays silent.
package enum RowNotices {
    private static let listeners = Mutex<[Int: @Sendable (String) -> Void]>([:])

    /// Tells all that listen.
    package static func report(_ text: String) {
        for listener in listeners.withLock({ Array($0.values) }) { listener(text) }
    }

    /// Does something while a listener is told, of the same thing once: a file may be read more than once.
    package static func listening<Result>(
        _ listener: @escaping @Sendable (String) -> Void, _ body: () throws -> Result
    ) rethrows -> Result {
        let told = Mutex<Set<String>>([])
        let key = listeners.withLock { all in
            let key = (all.keys.max() ?? 0) + 1
            all[key] = { text in
                if told.withLock({ $0.insert(text).inserted }) { listener(text) }
            }
            return key
        }
        defer { listeners.withLock { all in all[key] = nil } }
        return try body()
    }
}

extension DescribedModel {
    /// How a file of new rows is read: as the training file was.
    package func newRowOptions(
        _ reading: TrainConfiguration.ReadingOptions, threads: Int
    ) throws(VouchError) -> CSVOptions {
        try csvOptions(reading, threads: threads).keepingTexts(of: schema)
    }

    /// Rows of a file's bytes, read as the training file was; what is unusual in them is reported.
    package func rows(
        _ bytes: [UInt8], name: String, reading: TrainConfiguration.ReadingOptions, threads: Int
    ) throws -> Table {
        let table = try CSVReader.read(
            bytes: bytes, name: name,
            options: newRowOptions(reading, threads: threads).readingPictures(of: name))
        reportNotices(name, notes: table.notes, unseen: unseenCells(in: table))
        return table
    }

    /// Columns of new rows that are looked at.
    package var columnsOfNewRows: Set<String> {
        Set(requiredColumns + [target.column] + schema.protected)
    }

    /// Reports what is unusual in new rows: cells that were read by a choice, and those that training rows never had.
    package func reportNotices(_ file: String, notes: [ReadingNote], unseen: UnseenCells?) {
        let used = columnsOfNewRows
        let roles = Dictionary(
            schema.columns.map { ($0.name, $0.role) }, uniquingKeysWith: { first, _ in first })
        let choices = notes.filter { used.contains($0.column) }.compactMap { note in
            note.warning(roles[note.column] ?? .feature).map { "column \"\(note.column)\" \($0)" }
        }
        for notice in choices + (unseen?.sentences ?? []) { RowNotices.report("\(file): \(notice)") }
    }
}
