extension ClassificationSample {
    /// ROC AUC; where the classes are parted completely, with an interval too.
    ///
    /// DeLong's variance is 0 there. But m pairs of a positive and a negative with no row in common are m
    /// independent trials that each succeed with the probability AUC; for m the size of the smaller class, all of
    /// them succeeded, or failed. Clopper and Pearson's interval of m trials holds.
    package func rocAUCAtEdges() -> Estimate {
        let estimate = rocAUC()
        guard let value = estimate.value, estimate.lower == nil, value == 0 || value == 1 else {
            return estimate
        }
        let pairs =
            [Int32(0), 1].map { label in
                let counts = design.counts { labels[$0] == label }
                return counts.clusters ?? counts.rows
            }.min() ?? 0
        var result = estimate
        let edge = shareEstimate(value == 1 ? pairs : 0, of: pairs)
        (result.lower, result.upper, result.form) = (edge.lower, edge.upper, edge.form)
        result.method = "Clopper–Pearson of disjoint pairs"
        result.note = nil
        return result
    }

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
        let calls = calls(threshold: threshold)
        let benefits = (0..<rows).map { Double(1 + calls[$0] - labels[$0]) }
        let total = design.weights.reduce(0, +)
        var (first, second) = (0.0, 0.0)
        for row in 0..<rows {
            first += design.weights[row] * benefits[row]
            second += design.weights[row] * benefits[row] * benefits[row]
        }
        first /= total
        second /= total
        guard first > 0 else {
            let counts = design.counts()
            return Estimate(
                value: nil, method: "Infinitesimal jackknife, log", varied: design.varied,
                count: counts.rows, clusters: counts.clusters,
                note: "every row is a positive that was decided negative")
        }
        let influence = (0..<rows).map { row in
            let b = benefits[row]
            let slope =
                (b * b - second) / (first * first)
                - 2 * second * (b - first) / (first * first * first)
            return design.weights[row] / total * slope / 2
        }
        return design.estimate(
            (second / (first * first) - 1) / 2, influence: influence,
            method: "Infinitesimal jackknife, log", scale: .log)
    }
}
