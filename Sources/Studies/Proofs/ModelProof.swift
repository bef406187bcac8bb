import Evidence
import Models
import Prediction
import RunStore
import Runs

/// Makes another model of a run's by a remedy and judges both on the run's test rows, each of their predictions timed by
/// turns.
///
/// The remedy calibrates and chooses on validation rows, which calibrate nothing more: neither side has them. Both looks are
/// recorded in the run's ledger. The run's model stays as it is.
func proveModelRemedy(
    _ remedy: any ModelRemedy, strength: Double?, run: String, threads: Int,
    onEvent: (RunEvent) -> Void
) throws -> Proof {
    let finished = try FinishedRun(run, threads: threads, onEvent: onEvent)
    var door = HeldOutRows(of: run, for: "proof of \(remedy.description.name)")
    let model = try ModelBundle(run: run)
    let changed = try remedy.noted(
        model, strength: strength, on: door.open(finished.calibrationRows(of: model)),
        by: finished)
    let before = try door.open(finished.subject())
    let after = try door.open(finished.subject(of: changed.model))
    onEvent(.stage("Measuring both models on \(before.test.rows) test rows"))
    let hash = ContentHash.sha256(changed.model.encodedWeights())
    return try Proof(
        remedy.description,
        means: "\(changed.text); its weights have the SHA-256 \(hash.prefix(12))…",
        over: "\(before.test.rows) \(before.test.split) rows, and repeats of what a clock tells",
        before: [before], after: [after])
}

extension ModelRemedy {
    /// The changed model, whose provenance says by what, how and on which rows it was made of which weights.
    ///
    /// - Throws: where there are no rows to choose on, or the model cannot be changed so.
    func noted(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, by run: FinishedRun
    ) throws -> ChangedModel {
        guard rows.rows.rows > 0 else {
            throw VouchError(
                "\(run.path) has no validation rows, on which \(description.id) chooses. Train it "
                    + "with some (--validation), then try again")
        }
        var changed = try changed(model, strength: strength, on: rows, pool: run.pool)
        changed.model = changed.model.noting(
            .init(
                remedy: description.id, detail: changed.text,
                weightsSHA256: ContentHash.sha256(model.encodedWeights()),
                rows: .init(split: rows.rows.split, count: rows.rows.rows), version: vouchVersion))
        return changed
    }
}
