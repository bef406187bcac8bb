package import Statistics

/// What answers of rows that were drawn at random tell of a pool.
///
/// Each round draws rows uniformly from the rows that are open then, and the model of that round has said beforehand
/// what it thinks of them. So the share that it got right estimates, without bias, its accuracy on the rows that were
/// open: a model is never scored on rows that it learned from. Of rounds of unequal size the estimand is the mean of
/// these accuracies, each weighed by the rows that were drawn.
package struct RandomRows: Sendable {
    /// Of one round.
    package struct Round: Sendable, Hashable {
        /// Answered rows that were drawn at random.
        package var rows: Int
        /// Of those, the ones that the model got right.
        package var hits: Int
        /// Rows that were open when they were drawn.
        package var open: Int

        package init(rows: Int, hits: Int, open: Int) {
            self.rows = rows
            self.hits = hits
            self.open = open
        }
    }

    /// The share of hits over all rounds, for rows drawn without replacement.
    ///
    /// Wilson's interval with `n (N − 1) / (N − n)` rows in the place of n, summed over rounds: a sample that is a large
    /// part of what was open leaves less unknown. Within rounds of different accuracy the variance is smaller than
    /// the binomial's of their mean, so that it covers rather more.
    ///
    /// - Returns: Without an interval for fewer than ten rows.
    /// - Source: Wilson 1927, DOI 10.1080/01621459.1927.10502953; the correction is Cochran 1977, Sampling Techniques,
    ///   ISBN 978-0-471-16240-7, section 2.6.
    package static func accuracy(_ rounds: [Round]) -> Estimate {
        let used = rounds.filter { $0.rows > 0 }
        let rows = used.reduce(0) { $0 + $1.rows }
        var result = Estimate(value: nil, method: "Wilson, finite pool", count: rows)
        guard rows > 0 else {
            result.note = "no row that was drawn at random has an answer"
            return result
        }
        let hits = used.reduce(0) { $0 + $1.hits }
        result.value = Double(hits) / Double(rows)
        guard rows >= 10 else {
            result.note = "too few rows for an interval: \(rows) where 10 are needed"
            return result
        }
        // One where the whole of a pool was drawn, of which nothing is unknown.
        let unknown = used.contains { $0.rows < $0.open }
        guard unknown else {
            (result.lower, result.upper) = (result.value, result.value)
            return result
        }
        // The mean of rounds has the variance Σ (nₜ/n)² · p(1 − p)/nₜ · (Nₜ − nₜ)/(Nₜ − 1).
        let variance = used.reduce(0.0) { sum, round in
            let (own, open) = (Double(round.rows), Double(max(round.open, 2)))
            return sum + own * max(0, open - own) / (open - 1)
        }
        let effective = Double(rows) * Double(rows) / variance
        let (lower, upper) = wilson(
            share: Double(hits) / Double(rows), rows: effective,
            z: -SpecialFunctions.normalQuantile(0.025))
        (result.lower, result.upper) = (lower, upper)
        return result
    }
}
