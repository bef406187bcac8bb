package import Tables
import TensorCore

extension Learner {
    /// The same learning problem on a few rows, for a rehearsal: rows that train or validate stand in for the test rows
    /// too, so that nobody looks at those. Where there are too few rows, some stand in it twice.
    ///
    /// - Parameters:
    ///   - features: Of all rows, encoded.
    ///   - counts: Rows that train, validate and measure.
    package func sampling(
        _ features: EncodedFeatures, _ counts: (train: Int, validation: Int, test: Int)
    ) throws(TableError) -> (learner: Learner, features: EncodedFeatures) {
        let known = prepared.knownRows
        let order = CounterRandom(seed: configuration.learning.seed, name: "rehearsal")
            .permutation(of: known.count)
        let total = counts.train + counts.validation + counts.test
        let rows = (0..<total).map { known[order[$0 % known.count]] }
        let ends = (counts.train, counts.train + counts.validation)
        var split = Split(
            train: Array(0..<ends.0), validation: Array(ends.0..<ends.1),
            test: Array(ends.1..<total))
        var result = self
        result.configuration.test = nil
        result.configuration.learning.budget = nil
        result.prepared.table = prepared.table.selecting(rows: rows)
        result.prepared.testTable = result.prepared.table
        result.prepared.split = split
        split.test = []
        result.prepared.folds = [split]
        result.prepared.recipe.refits = 0
        result.prepared.canaries = nil
        result.prepared.duplicates = try result.prepared.recountedDuplicates()
        return (result, features.selecting(rows: rows))
    }
}
