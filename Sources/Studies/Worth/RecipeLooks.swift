import Prediction
import RunStore

/// Recipes that were judged on a run's test rows: the ledger's lines say which.
enum RecipeLooks {
    private static let beginning = "was it worth it: "

    /// What the ledger says of a look. The same recipe under more seeds is another look.
    static func purpose(_ recipe: String, seeds: Int) -> String {
        "\(beginning)\(recipe) (\(seeds) seeds)"
    }

    /// How many recipes were judged on the test rows of a run's file so far, by this run and by all that the index knows.
    ///
    /// It errs on the wide side where runs hold other rows of one file back.
    ///
    /// - Parameter purpose: Of this one, which is counted.
    /// - Throws: where the run's ledger is damaged.
    static func count(_ purpose: String, run: String) throws -> Int {
        let ledger = try Ledger.read(run)
        let test = RowSplit.test.rawValue
        var known: Set<String> = [purpose]
        for record in ledger.records {
            let entry = record.entry
            if entry.kind == .look, entry.split == test, entry.purpose.hasPrefix(beginning) {
                known.insert(entry.purpose)
            }
        }
        let made = ledger.lastRun?.details ?? [:]
        let hash =
            made[Ledger.DetailKey.testSHA256] ?? made[Ledger.DetailKey.dataSHA256]
        if let hash, let index = try? RunIndex.openExisting() {
            let others = try? index.purposes(
                ofLooksAtDataSHA256: hash, split: test, beginning: beginning)
            known.formUnion(others ?? [])
        }
        return known.count
    }
}
