package import Models
import Platform
import Prediction
import RunStore
package import Tables

/// The rows that a run learned from, read again from where they stood: training rows, and the
/// validation rows that stopped it, which are a look as long as their answers are among them.
///
/// - Throws: an error that says what to do where the data are gone or were changed since.
package func learnedRows(
    of run: String, threads: Int, kinds: InputKinds = .shipped
) throws -> Sealed<Table> {
    let (table, prepared) = try read(run, threads: threads, kinds)
    return Sealed(table, split: .validation, rows: prepared.split.validation.count)
}

/// The same without the answers: what explanations put in the place of a row's cells, which tells
/// nothing of how good the model is, so that it is no look.
package func backgroundRows(
    of run: String, threads: Int, kinds: InputKinds = .shipped
) throws -> Table {
    let (table, prepared) = try read(run, threads: threads, kinds)
    return Table(
        name: table.name, rowCount: table.rowCount,
        columns: table.columns.filter { $0.name != prepared.target.column }, lines: table.lines)
}

private func read(
    _ run: String, threads: Int, _ kinds: InputKinds
) throws -> (table: Table, prepared: PreparedData) {
    let stored = try FinishedRun.configuration(of: run)
    let made = try Ledger.read(run).lastRun?.details ?? [:]
    let expected = made[Ledger.DetailKey.dataSHA256]
    let advice =
        "Give --reference FILE, a file of rows like those that the model learned from"
    guard let bytes = try? CSVReader.bytes(path: stored.data) else {
        throw VouchError("\(stored.data), which \(run) learned from, cannot be read. \(advice)")
    }
    guard expected == ContentHash.sha256(bytes) else {
        throw VouchError(
            "\(stored.data) was changed since \(run) was trained on it (its SHA-256 differs from the "
                + "ledger's). \(advice)")
    }
    let prepared = try PreparedData.load(
        stored, kinds: kinds, threads: threads, onEvent: { _ in })
    guard made[Ledger.DetailKey.answersSHA256] == prepared.answersSHA256 else {
        throw VouchError(
            "\(stored.answers ?? ""), from which \(run) learned too, was changed since. \(advice)")
    }
    return (
        prepared.table.selecting(
            rows: (prepared.split.train + prepared.split.validation).sorted()), prepared
    )
}
