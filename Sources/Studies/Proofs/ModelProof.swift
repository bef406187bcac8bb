import Documents
import Evidence
import Models
import Prediction
import RunStore
import Runs

/// Makes other models of a run's by remedies and judges one on the run's test rows, each of both models' predictions timed by
/// turns.
///
/// A remedy calibrates and chooses on validation rows, which calibrate nothing more: neither side has them. Both looks are
/// recorded in the run's ledger. The run's model stays as it is.
struct ModelProof {
    let finished: FinishedRun
    let model: ModelBundle
    /// What remedies trained, and how.
    let small: SmallModels
    private var door: HeldOutRows

    /// - Parameter purpose: What the ledger says that rows are opened for.
    init(
        run: String, purpose: String, threads: Int, onEvent: (RunEvent) -> Void
    ) throws {
        finished = try FinishedRun(run, threads: threads, onEvent: onEvent)
        model = try ModelBundle(run: run)
        small = SmallModels(finished)
        door = HeldOutRows(of: run, for: purpose)
    }

    /// The validation rows, on which remedies choose.
    ///
    /// - Parameter user: Who chooses on them, for the error.
    /// - Throws: where there are none.
    mutating func calibrationRows(for user: String) throws -> CalibrationRows {
        var rows = try door.open(finished.calibrationRows(of: model))
        guard rows.rows.rows > 0 else {
            throw VouchError(
                "\(finished.path) has no validation rows, on which \(user) chooses. Train it "
                    + "with some (--validation), then try again")
        }
        rows.training = small
        return rows
    }

    /// The changed model, whose provenance says by what, how and on which rows it was made of which weights.
    ///
    /// - Throws: where the model cannot be changed so.
    func changed(
        by remedy: any ModelRemedy, strength: Double?, on rows: CalibrationRows
    ) throws -> ChangedModel {
        var changed = try remedy.changed(
            model, strength: strength, on: rows, pool: finished.pool)
        changed.model.provenance.changes =
            model.provenance.changes + [
                .init(
                    remedy: remedy.description.id, detail: changed.text,
                    weightsSHA256: ContentHash.sha256(model.encodedWeights()),
                    rows: .init(split: rows.rows.split, count: rows.rows.rows),
                    version: vouchVersion)
            ]
        return changed
    }

    /// Opens the test rows and compares both models on them.
    ///
    /// - Returns: The proof, and both models' predictions of the test rows.
    mutating func proof(
        of remedy: RemedyDescription, _ changed: ChangedModel, onEvent: (RunEvent) -> Void
    ) throws -> (proof: Proof, before: LabelledPredictions, after: LabelledPredictions) {
        let origin = try small.origin(of: changed.model)
        let before = try door.open(finished.subject())
        let after = try door.open(
            finished.subject(of: changed.model, encoded: origin?.features))
        onEvent(.stage("Measuring both models on \(before.test.rows) test rows"))
        let hash = ContentHash.sha256(changed.model.encodedWeights())
        let proof = try Proof(
            remedy,
            means: "\(changed.text); its weights have the SHA-256 \(hash.prefix(12))…",
            over: "\(before.test.rows) \(before.test.split) rows, and repeats of what a clock tells",
            before: [before], after: [after])
        return (proof, before.test, after.test)
    }
}
