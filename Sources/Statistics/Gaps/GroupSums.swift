extension ClassificationSample {
    /// Mean score − share of positives: how far the scores are too high in the large.
    ///
    /// The scores are taken as given; the interval is that of the share. It therefore does not shrink to a
    /// point where a few rows have no positive among them, as the spread of the differences does.
    package func meanScoreError() -> Estimate {
        var result = design.share(
            of: { labels[$0] == 1 }, among: { _ in true }, empty: "no row has a weight")
        guard let share = result.value, let mean = meanScore().value else { return result }
        result.value = mean - share
        result.form = nil
        result.method += " of the answers"
        if let lower = result.lower, let upper = result.upper {
            (result.lower, result.upper) = (mean - upper, mean - lower)
        }
        return result
    }

    /// Inequality of benefits b = 1 + decision − answer: `½ mean ((b/μ)² − 1)`, 0 where all are equal.
    ///
    /// - Source: Speicher et al. 2018, DOI 10.1145/3219819.3220046, α = 2; it is half the squared coefficient
    ///   of variation.
    package func generalizedEntropy(threshold: Double = 0.5) -> Estimate {
        // With s the share of negatives decided positive and l that of positives decided negative:
        // mean b = 1 + s − l, mean b² = 1 + 3s − l.
        let calls = calls(threshold: threshold)
        var result = design.functionOfShares(
            [{ calls[$0] > labels[$0] }, { calls[$0] < labels[$0] }],
            method: "Variance recovery from the shares of both errors"
        ) { shares in
            let mean = 1 + shares[0] - shares[1]
            return mean > 0
                ? max(0, ((1 + 3 * shares[0] - shares[1]) / (mean * mean) - 1) / 2) : .infinity
        }
        result.lower = result.lower.map { max(0, $0) }
        if result.value == nil { result.note = "every row is a positive that was decided negative" }
        return result
    }
}
