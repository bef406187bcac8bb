import Platform
import RunStore

/// A look at rows that must not be learnt from, after the run was written.
struct Look {
    /// `validation`, `test`, or the name of a file.
    var split: String
    var rows: Int
    var purpose: String
    /// Of a file of its own; `nil` for rows of the files that the run was made from.
    var dataSHA256: String?

    /// Adds the look to the run's ledger, and to the index where that knows the run.
    ///
    /// - Throws: where the ledger refuses; then nobody should be told what was seen.
    func record(in run: String) throws {
        let made = try Ledger.read(run).lastRun?.details ?? [:]
        var details: [String: String] = [:]
        details[Ledger.DetailKey.weightsSHA256] = made[Ledger.DetailKey.weightsSHA256]
        let data = made[Ledger.DetailKey.dataSHA256]
        details[Ledger.DetailKey.dataSHA256] =
            dataSHA256 ?? (split == "test" ? made[Ledger.DetailKey.testSHA256] ?? data : data)
        try Ledger.append(
            [
                .init(
                    time: Clock.text(unixSeconds: Clock.unixSeconds()), kind: .look, split: split,
                    rows: rows, purpose: purpose, details: details)
            ], in: run)
        // The index can be made anew from the folders, so that its troubles are no reason to fail.
        if let index = try? RunIndex.openExisting(), (try? index.run(at: run)) != nil {
            _ = try? index.record(runAt: run)
        }
    }
}

/// Models measured on the rows of a file before, by all runs that the index knows.
///
/// - Parameter weights: SHA-256 of the model that is measured now, which is not counted.
/// - Returns: 0 where there is no index, or it cannot be read.
func modelsMeasuredBefore(onDataSHA256 data: String, except weights: String) -> Int {
    guard let index = try? RunIndex.openExisting() else { return 0 }
    return (try? index.models(measuredOnDataSHA256: data, except: weights)) ?? 0
}
