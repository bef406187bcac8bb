package import Prediction
package import Statistics

/// Decisions that are made only where they are sure enough to keep a risk.
package struct Abstention: Sendable {
    package let control: RiskControl
    /// `nil` where the calibration rows do not show the risk for any share of rows: nothing is
    /// decided.
    package let acceptance: RiskControl.Acceptance?
    private let threshold: Double

    /// - Parameter rows: Calibration rows, which the model did not learn from.
    /// - Throws: where the target is a number, the rows are too few (saying how many are needed), or a
    ///   prediction is not a number.
    package init(_ control: RiskControl, fittedOn rows: LabelledPredictions) throws {
        guard let (losses, confidences) = rows.decisionLosses else {
            throw ConformalError(
                description: "the target is a number: there are no decisions to abstain from")
        }
        if let row = confidences.firstIndex(where: { !$0.isFinite }) {
            throw ConformalError(
                description: "the prediction of calibration row \(row + 1) is not a finite number")
        }
        guard rows.rows >= control.rowsNeeded else {
            throw ConformalError(
                description: "\(rows.rows) rows calibrate, but a risk of \(control.risk) needs "
                    + "\(control.rowsNeeded) at least. Give more rows (--calibrate) or allow more")
        }
        self.control = control
        threshold = rows.threshold
        acceptance = control.acceptance(
            losses: losses, confidences: confidences, design: try rows.design)
    }

    /// Whether each row is decided.
    package func accepts(_ predictions: Predictions) -> [Bool] {
        guard let acceptance else { return [Bool](repeating: false, count: predictions.rows) }
        return predictions.decisions(threshold: threshold).confidences
            .map { $0 > acceptance.threshold }
    }
}
