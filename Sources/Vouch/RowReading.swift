import Synchronization
import Tables

/// Where what a reader notices of rows in use goes, such as standard error; nowhere unless a caller says.
///
/// One receiver a process, set once by the program's entry before any command runs, so that a command says
/// it once for all that it calls and the library stays silent. (Task-local values crashed the optimised
/// program outside of tasks, Swift 6.3.1.)
package enum RowNotices {
    private static let receiver = Mutex<@Sendable (String) -> Void>({ _ in })

    /// Sends all that is reported from now on to a function.
    package static func send(to receive: @escaping @Sendable (String) -> Void) {
        receiver.withLock { $0 = receive }
    }

    static func report(_ text: String) {
        // Outside of the lock: a receiver may do anything.
        let receive = receiver.withLock { $0 }
        receive(text)
    }
}

extension StoredModel {
    /// Rows of a file's bytes, read as the training file was; what is unusual in them is reported.
    func rows(
        _ bytes: [UInt8], name: String, reading: TrainConfiguration.ReadingOptions, threads: Int
    ) throws -> Table {
        let options = try csvOptions(reading, threads: threads).keepingTexts(of: schema)
        let table = try CSVReader.read(bytes: bytes, name: name, options: options)
        for notice in notices(on: table) { RowNotices.report("\(name): \(notice)") }
        return table
    }

    /// What is unusual in new rows: cells that were read by a choice, and those that training rows never had.
    private func notices(on table: Table) -> [String] {
        let used = Set(encoder.requiredColumns + [description.target.column] + schema.protected)
        let roles = Dictionary(
            schema.columns.map { ($0.name, $0.role) }, uniquingKeysWith: { first, _ in first })
        return table.notes.filter { used.contains($0.column) }.compactMap { note in
            note.warning(roles[note.column] ?? .feature).map { "column \"\(note.column)\" \($0)" }
        } + encoder.unseen(in: table)
    }
}
