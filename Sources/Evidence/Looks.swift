package import Prediction
import Tables

extension Subject {
    /// The held-out rows that a probe is shown, as a ledger tells them: of each split what it is
    /// called here, and how many rows.
    package func looks(of probe: ProbeDescription) -> [(split: RowSplit, rows: Int)] {
        probe.looksAt.sorted().compactMap { split in
            split == .test
                ? (test.split, test.rows) : calibration.map { ($0.split, $0.rows) }
        }
    }

    /// This without the held-out rows of splits that a probe did not name, so that it cannot look
    /// at them.
    ///
    /// - Parameter splits: As `ProbeDescription.looksAt`.
    func showing(_ splits: Set<RowSplit>) -> Subject {
        var shown = self
        if !splits.contains(.validation) { shown.calibration = nil }
        if !splits.contains(.test) {
            shown.test = test.selecting([])
            shown.tables?.test = nil
            if let table = model?.table { shown.model?.table = table.selecting(rows: []) }
        }
        return shown
    }
}
