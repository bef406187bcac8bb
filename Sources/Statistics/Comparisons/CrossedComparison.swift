/// A remedy that trains again, judged over several paired seeds on the same rows.
///
/// Both seeds and rows are drawn from a wider world, and every row meets every seed: with `dᵢₖ` the
/// difference that row i sees under seed k,
///
/// `dᵢₖ = δ + rᵢ + sₖ + eᵢₖ`, so `var(mean d) = σ²ᵣ/n + σ²ₛ/K + σ²ₑ/(nK)`.
///
/// Three mean squares estimate it (two-way random effects). As variances of the mean, from K seeds:
///
/// - `A = Σₖ (θₖ − θ̄)² / (K(K − 1))`, of the seeds' differences θₖ; expects `σ²ₛ/K + σ²ₑ/(nK)`;
/// - `B`, the jackknife's over the rows of θ̄; expects `σ²ᵣ/n + σ²ₑ/(nK)`;
/// - `C = Σₖ var(θₖ − θ̄) / (K(K − 1))`, the jackknife's over the rows; expects `σ²ₑ/(nK)`.
///
/// The variance is `max(A, C) + max(B − C, 0)`: no component is taken as negative. The first part has
/// `K − 1` degrees of freedom (where C is larger, C's, as many times the rows'), the second the rows',
/// and the interval allows for each with its own t (`VarianceComponents`).
///
/// With the deletions of `JackknifedValue` in place of rows, the same holds for weighted rows, for
/// clusters, and for any metric: exactly for means and ratios of sums; for AUC, average precision and
/// calibration error to the first order, with the influence values of each seed's difference. The
/// noise that adds to a calibration error is about the same before and after; it is not corrected.
///
/// - Source: Searle et al. 1992, Variance Components, ISBN 978-0-470-00959-8, chapter 4. The pigeonhole
///   bootstrap (Owen 2007, DOI 10.1214/07-AOAS122; Owen & Eckles 2012, DOI 10.1214/12-AOAS547)
///   resamples seeds and rows of the same model. Its variance is nearly `A (K − 1)/K + B + C (K − 1)/K`:
///   a fifth of A too small with five seeds, and its percentiles know no degrees of freedom.
package struct CrossedComparison<Sample: ComparedSample>: Sendable {
    /// For each seed, before (`first`) and after (`second`).
    package let pairs: [PairedComparison<Sample>]

    /// With fewer, the spread over the seeds is hardly known: t is 2.8 at five, 4.3 at three.
    package static var fewestSeeds: Int { crossedFewestSeeds }

    /// - Throws: With fewer than five pairs, or where they are of different rows.
    package init(_ pairs: [PairedComparison<Sample>]) throws(StatisticsError) {
        try requireSeeds(pairs.count)
        for pair in pairs.dropFirst()
        where pair.design != pairs[0].design || !pair.first.hasTruth(of: pairs[0].first) {
            throw StatisticsError(
                "the seeds were measured on different rows. Give every seed's predictions for the "
                    + "same rows, in the same order")
        }
        self.pairs = pairs
    }

    /// A difference of any metric, such as a gap between groups, from its deletions.
    package func difference(
        note: String = "undefined on these rows",
        of metric: (_ sample: Sample, _ threshold: Double) -> JackknifedValue?
    ) -> Difference {
        crossedDifference(
            pairs.map { $0.jackknifed(metric) }, isSame: pairs.allSatisfy(\.isSame),
            design: pairs[0].design, note: note)
    }
}

extension CrossedComparison where Sample == ClassificationSample {
    package func difference(of metric: ClassificationMetric) -> Difference {
        var found = difference(note: metric.undefinedNote) { sample, threshold in
            sample.jackknifed(metric, threshold: threshold)
        }
        if let share = metric.share {
            // As if rows of a cluster were gained together.
            let sample = pairs[0].first
            let counts = sample.design.counts { share.isChosen(sample.labels[$0]) }
            found.varianceOfEffect = 1 / Double(max(1, counts.clusters ?? counts.rows))
        }
        return found
    }
}

extension CrossedComparison where Sample == RegressionSample {
    package func difference(of metric: RegressionMetric) -> Difference {
        difference(note: "all targets are equal") { sample, _ in sample.jackknifed(metric) }
    }
}

/// The mean difference of a number a row, such as its loss, over seeds and rows; of fewer than ten rows without an interval.
///
/// - Parameters:
///   - before: `[seeds][rows]`, finite; five seeds or more.
///   - after: `[seeds][rows]`, of the same seeds and rows.
///   - weights: One a row, or `nil` for ones.
///   - clusters: Rows with equal codes belong together; a negative code stands alone.
package func crossedMeanDifference(
    before: [[Double]], after: [[Double]], weights: [Double]? = nil, clusters: [Int32]? = nil
) throws(StatisticsError) -> Difference {
    try requireSeeds(before.count)
    let rows = before[0].count
    guard after.count == before.count, (before + after).allSatisfy({ $0.count == rows }) else {
        throw StatisticsError(
            "\(before.count) seeds before and \(after.count) after, or rows that differ between "
                + "them. Give the same seeds and rows, before and after")
    }
    let design = try SamplingDesign(rows: rows, weights: weights, clusters: clusters)
    let values = zip(before, after).map { pair in
        JackknifedValue(meanOf: zip(pair.0, pair.1).map { $1 - $0 }, design: design)
    }
    return crossedDifference(values, isSame: before == after, design: design)
}

/// The difference over seeds and rows from each seed's difference; see `CrossedComparison`.
///
/// - Parameter isSame: Whether before and after said the same of every row.
package func crossedDifference(
    _ values: [JackknifedValue?], isSame: Bool = false, design: SamplingDesign,
    note: String = "undefined on these rows"
) -> Difference {
    let method = "Crossed variance components, t of each"
    let defined = values.compactMap { $0 }
    let varied = "seeds and \(design.varied)"
    guard defined.count == values.count, defined.count > 1 else {
        var none = Difference(undefined: note, method: method, design: design)
        none.estimate.varied = varied
        return none
    }
    let mean = JackknifedValue.mean(of: defined)
    guard let rowDeletions = mean.deletions else {
        return Difference(
            mean.value, nil, method: method, varied: varied, shortage: mean.shortage,
            design: design)
    }
    let seeds = Double(defined.count)
    var (spread, interaction) = (0.0, 0.0)
    for value in defined {
        let rest = value - mean
        spread += rest.value * rest.value
        interaction += rest.deletions?.variance ?? 0
    }
    let seedVariance = spread / (seeds * (seeds - 1))
    let noise = interaction / (seeds * (seeds - 1))
    let rowDegrees = rowDeletions.degrees
    let components = VarianceComponents(parts: [
        seedVariance >= noise
            ? (seedVariance, seeds - 1) : (noise, (seeds - 1) * rowDegrees),
        (max(0, rowDeletions.variance - noise), rowDegrees),
    ])
    return Difference(
        mean.value, components, method: method, varied: varied, isSame: isSame, design: design)
}

private let crossedFewestSeeds = 5

private func requireSeeds(_ count: Int) throws(StatisticsError) {
    guard count >= crossedFewestSeeds else {
        throw StatisticsError(
            "\(count) paired seeds do not show how much training again varies. "
                + "Train before and after with \(crossedFewestSeeds) seeds or more")
    }
}
