import RunStore
import Runs

/// What stays of a run in whose place another is put: its looks at the rows stay looks.
struct ReplacedRun {
    /// Of its ledger; none where there is no such run.
    let records: [Ledger.Record]

    init(_ path: String, onEvent: (RunEvent) -> Void) {
        do {
            records = try Ledger.read(path).records
        } catch {
            onEvent(.warning("the ledger of the run that is replaced is lost: \(error)"))
            records = []
        }
    }

    /// Models measured on the same rows before, as the index and the replaced run know.
    ///
    /// - Parameters:
    ///   - data: SHA-256 of the rows' file; `nil` where the index is not asked.
    ///   - weights: SHA-256 of the model that is measured now, which is not counted.
    func modelsBefore(onDataSHA256 data: String?, except weights: String) -> Int {
        let own = Set(records.compactMap { $0.entry.details[Ledger.DetailKey.weightsSHA256] })
            .subtracting([weights])
        guard let data else { return own.count }
        return max(own.count, modelsMeasuredBefore(onDataSHA256: data, except: weights))
    }
}
