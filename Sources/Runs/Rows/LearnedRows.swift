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
    if case .adopted(let asked) = try RunConfiguration(run: run) {
        guard asked.training != nil else {
            throw VouchError(
                "\(run) was adopted without the rows that its model learned from (--train). \(referenceAdvice)")
        }
        // None of them was held back by a training of ours.
        return Sealed(try adoptedRows(asked, of: run, threads: threads), split: .validation, rows: 0)
    }
    let (table, prepared) = try read(run, threads: threads, kinds)
    return Sealed(table, split: .validation, rows: prepared.split.validation.count)
}

/// The same without the answers: what explanations put in the place of a row's cells, which tells
/// nothing of how good the model is, so that it is no look.
package func backgroundRows(
    of run: String, threads: Int, kinds: InputKinds = .shipped
) throws -> Table {
    if case .adopted(let asked) = try RunConfiguration(run: run) {
        return try adoptedRows(asked, of: run, threads: threads).without(asked.columns.target)
    }
    let (table, prepared) = try read(run, threads: threads, kinds)
    return table.without(prepared.target.column)
}

/// What `backgroundRows` are, in words: of a model that was adopted without the rows that it learned from, those that
/// it was measured on.
package func backgroundName(of run: String) throws -> String {
    guard case .adopted(let asked) = try RunConfiguration(run: run), asked.training == nil else {
        return "training rows"
    }
    return "rows of \(Files.name(of: asked.data))"
}

extension Table {
    fileprivate func without(_ column: String) -> Table {
        Table(
            name: name, rowCount: rowCount, columns: columns.filter { $0.name != column }, lines: lines)
    }
}

private let referenceAdvice =
    "Give --reference FILE, a file of rows like those that the model learned from"

/// The rows that an imported model learned from; those that it was measured on where the others are not at hand.
private func adoptedRows(_ asked: AdoptConfiguration, of run: String, threads: Int) throws -> Table {
    let path = asked.training ?? asked.data
    let made = try Ledger.read(run).lastRun?.details ?? [:]
    guard let bytes = try? CSVReader.bytes(path: path) else {
        throw VouchError("\(path), with which \(run) was adopted, cannot be read. \(referenceAdvice)")
    }
    guard made[Ledger.DetailKey.dataSHA256] == ContentHash.sha256(bytes) else {
        throw VouchError(
            "\(path) was changed since \(run) was adopted (its SHA-256 differs from the ledger's). "
                + referenceAdvice)
    }
    return try CSVReader.read(
        bytes: bytes, name: path,
        options: RunModel(run: run).newRowOptions(asked.reading, threads: threads))
}

private func read(
    _ run: String, threads: Int, _ kinds: InputKinds
) throws -> (table: Table, prepared: PreparedData) {
    let stored = try FinishedRun.configuration(of: run)
    let made = try Ledger.read(run).lastRun?.details ?? [:]
    let expected = made[Ledger.DetailKey.dataSHA256]
    guard let bytes = try? rowBytes(stored.data, of: .learned) else {
        throw VouchError("\(stored.data), which \(run) learned from, cannot be read. \(referenceAdvice)")
    }
    guard expected == ContentHash.sha256(bytes) else {
        throw VouchError(
            "\(stored.data) was changed since \(run) was trained on it (its SHA-256 differs from the "
                + "ledger's). \(referenceAdvice)")
    }
    let prepared = try PreparedData.load(
        stored, kinds: kinds, threads: threads, onEvent: { _ in })
    guard made[Ledger.DetailKey.answersSHA256] == prepared.answersSHA256 else {
        throw VouchError(
            "\(stored.answers ?? ""), from which \(run) learned too, was changed since. \(referenceAdvice)")
    }
    return (
        prepared.table.selecting(
            rows: (prepared.split.train + prepared.split.validation).sorted()), prepared
    )
}
