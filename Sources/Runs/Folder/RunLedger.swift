import Platform
import Reporting
import RunStore

/// The records of a run's ledger as a table, and the head.
///
/// - Throws: an error that names the line at which the ledger is not as it was recorded.
package func ledgerText(run: String) throws -> String {
    let ledger = try checkedLedger(run: run, head: nil)
    var rows = [["record", "time", "kind", "split", "rows", "purpose", "hash"]]
    for record in ledger.records {
        let entry = record.entry
        rows.append(
            [
                "\(record.sequence)", entry.time, entry.kind.rawValue, entry.split ?? "",
                entry.rows.map { "\($0)" } ?? "", entry.purpose, record.hash.prefix(12) + "…",
            ].map { visible($0) })
    }
    return alignedTable(rows, rightAligned: [0, 4]) + "\n" + summary(of: ledger)
}

/// Checks every byte of a run's ledger, and that it holds a head that was printed earlier.
///
/// - Returns: what was found, for the terminal.
/// - Throws: an error that says which line is not as it was recorded, and what to do.
package func verifyLedger(run: String, head: String?) throws -> String {
    let ledger = try checkedLedger(run: run, head: head)
    var text = "Every record is as it was written, and none is missing before the last.\n"
    if let head {
        let line = try ledger.line(ofHead: head, file: Ledger.path(in: run))
        let later = ledger.records.count - line
        text +=
            "The given head is the hash of line \(line); \(later) "
            + (later == 1 ? "record was" : "records were") + " added since.\n"
    } else {
        text +=
            "Whether records were cut off the end only an earlier head can tell: "
            + "give the one that the report prints with --head.\n"
    }
    return text + "\n" + summary(of: ledger)
}

/// The records of a run's ledger for machines, after every byte was checked.
///
/// - Parameter head: One that was printed earlier and that the ledger must hold.
/// - Throws: as `verifyLedger`.
package func ledgerJSON(run: String, head: String? = nil) throws -> [UInt8] {
    struct Row: Encodable {
        var sequence: Int
        var time: String
        var kind: String
        var split: String?
        var rows: Int?
        var purpose: String
        var hash: String
    }
    struct Shown: Encodable {
        var records: [Row]
        var looks: [String: Int]
        var head: String
        var unfinishedBytes: Int
        /// Records after the head that was given.
        var recordsSinceHead: Int?
    }
    let ledger = try checkedLedger(run: run, head: head)
    let rows = ledger.records.map { record in
        let entry = record.entry
        return Row(
            sequence: record.sequence, time: entry.time, kind: entry.kind.rawValue,
            split: entry.split, rows: entry.rows, purpose: entry.purpose, hash: record.hash)
    }
    let since = try head.map {
        try ledger.records.count - ledger.line(ofHead: $0, file: Ledger.path(in: run))
    }
    return try JSON.encode(
        Shown(
            records: rows, looks: ledger.looks, head: ledger.head,
            unfinishedBytes: ledger.unfinishedBytes, recordsSinceHead: since))
        + [UInt8(ascii: "\n")]
}

private func checkedLedger(run: String, head: String?) throws -> Ledger {
    let path = Ledger.path(in: run)
    try RunFolder.checkPlace(run)
    guard Files.exists(path) else {
        throw RunStoreError(
            file: path,
            problem: "the run has no ledger: it was removed, or the version of vouch that made the "
                + "run kept none",
            nextStep: "Copy the run folder again from where it came, or train again.")
    }
    return try Ledger.verify(Files.read(path), file: path, head: head)
}

private func summary(of ledger: Ledger) -> String {
    let looks = ledger.looks.sorted { $0.key < $1.key }
        .map { "\(visible($0.key)) \($0.value)" }.joined(separator: ", ")
    var text =
        "\(ledger.records.count) records; looks: \(looks.isEmpty ? "none" : looks)\n"
        + "head \(ledger.head)\n"
    if ledger.unfinishedBytes > 0 {
        text +=
            "! \(ledger.unfinishedBytes) bytes at the end are the beginning of a record whose "
            + "writer was killed; it was never recorded, and the next record replaces it.\n"
    }
    return text
}
