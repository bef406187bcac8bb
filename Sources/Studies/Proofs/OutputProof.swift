import Evidence
import Prediction
import Reporting
import Runs

extension Proof {
    /// Fits a remedy that changes outputs on some rows and compares before and after, paired, on others. The fitting rows
    /// calibrate nothing more: neither side has them.
    ///
    /// - Parameters:
    ///   - fitting: Validation rows, which no part of the model learned from.
    ///   - test: Predictions of rows that neither the model nor the remedy has seen, as they are without it.
    init(
        _ remedy: any OutputRemedy, fittedOn fitting: LabelledPredictions,
        provedOn test: MeasuredSubject
    ) throws {
        let fitted = try remedy.fitted(on: fitting)
        let rows = test.subject.test
        let after = Subject(test: rows.with(fitted.applied(to: rows.predictions)))
        try self.init(
            remedy.description,
            means: "\(fitted.text), fitted on \(fitting.rows) \(fitting.split) rows",
            over: "\(rows.rows) \(rows.split) rows", before: [test],
            after: [MeasuredSubject(after)])
    }
}

/// Fits a remedy that changes outputs on a run's validation rows and judges it on its test rows.
///
/// Both looks are recorded in the run's ledger, and the proof in its folder, so that its report shows
/// it from then on.
func proveOutputRemedy(_ remedy: any OutputRemedy, run: String) throws -> Proof {
    var door = HeldOutRows(of: run, for: "proof of \(remedy.description.name)")
    let fitting = try door.open(.validation)
    return try Proof(
        remedy, fittedOn: fitting,
        provedOn: MeasuredSubject(Subject(test: door.open(.test))))
}
