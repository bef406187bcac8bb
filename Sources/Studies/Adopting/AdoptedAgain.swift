import Adoption
import Evidence
import Platform
import RunStore
import Runs

/// An adopted run as probes see it: its model, and its rows read again from where they stood.
///
/// - Throws: where the rows were changed since, or are no longer there.
func adoptedSubject(
    of run: String, _ asked: AdoptConfiguration, threads: Int, onEvent: (RunEvent) -> Void
) throws -> Sealed<Subject> {
    var configuration = asked
    configuration.model = run + "/" + ImportedFiles.model
    configuration.rows = run + "/" + ImportedFiles.rows
    onEvent(.stage("Reading \(configuration.data)"))
    let files = try ImportedFiles(model: configuration.model)
    let model = files.model
    let rows = try AdoptedRows(
        configuration, model, named: Files.name(of: asked.model), sha256: files.sha256, threads: threads, say: { _ in })
    let made = try Ledger.read(run).lastRun?.details ?? [:]
    let expected = [made[Ledger.DetailKey.dataSHA256], made[Ledger.DetailKey.testSHA256]].compactMap { $0 }
    guard expected == rows.hashes else {
        throw VouchError(
            "\(run): its rows were changed since it was adopted (their SHA-256 differs from the ledger's). Adopt the "
                + "model anew on what stands there now, then ask that run")
    }
    let known = rows.hashes.last.map { modelsMeasuredBefore(onDataSHA256: $0, except: files.sha256) } ?? 0
    return Sealed(
        try AdoptedSubject(
            rows, configuration, numbers: ModelFacts(model).numbers, bytes: files.byteCount, modelsBefore: known
        ).subject)
}
