import RealModule

/// An effect between two samples, and the chance of one as large where the populations are the same.
package struct TwoSampleResult: Sendable, Hashable {
    /// From 0 to 1.
    package var effect: Estimate
    package var pValue: Double

    package init(effect: Estimate, pValue: Double) {
        self.effect = effect
        self.pValue = pValue
    }
}

/// Two samples of numbers: the distance of their distribution functions, by Kolmogorov and Smirnov.
///
/// `P(D ≥ d) ≈ 2 Σ (−1)^(k−1) exp(−2 k² λ²)` with `λ = (√m + 0.12 + 0.11/√m) d` and m = ab/(a + b). Ties
/// make it smaller than stated, never larger.
///
/// - Parameters:
///   - a: Finite, not empty.
///   - b: Finite, not empty.
/// - Source: Stephens 1970, DOI 10.1111/j.2517-6161.1970.tb00821.x.
package func compareNumbers(_ a: [Double], _ b: [Double]) -> TwoSampleResult {
    let effect = distributionDistance(a, b)
    let root = (Double(a.count) * Double(b.count) / Double(a.count + b.count)).squareRoot()
    let scaled = (root + 0.12 + 0.11 / root) * (effect.value ?? 0)
    return TwoSampleResult(effect: effect, pValue: kolmogorovTail(scaled))
}

/// `Q(λ) = 2 Σ_{k ≥ 1} (−1)^(k−1) exp(−2 k² λ²)`.
func kolmogorovTail(_ lambda: Double) -> Double {
    guard lambda > 0.2 else { return 1 }
    var sum = 0.0
    for k in 1...100 {
        let term = Double.exp(-2 * Double(k * k) * lambda * lambda)
        sum += k % 2 == 1 ? term : -term
        if term < 1e-18 { break }
    }
    return min(1, max(0, 2 * sum))
}

/// Two samples of categories: their total variation, by the χ² test of homogeneity.
///
/// `½ Σ |p − q|` over categories. For the test, categories of which fewer than five are expected in
/// either sample are taken together. The interval adds and takes, for each sample of n rows,
/// `½ Σ √(p(1 − p)/n) + √(log(2/0.025)/(2n))`: the mean distance of a sample from its population, and
/// what a sample may be farther. Of a category's variances by its share in one sample and in both together the larger
/// counts, as few rows miss most of many categories.
///
/// - Parameters:
///   - a: Rows of each category.
///   - b: Likewise, in the same order.
/// - Source: the bound: McDiarmid 1989, DOI 10.1017/CBO9781107359949.008.
package func compareCategories(_ a: [Int], _ b: [Int]) -> TwoSampleResult {
    precondition(a.count == b.count, "the samples have different categories")
    let (total, other) = (Double(a.reduce(0, +)), Double(b.reduce(0, +)))
    precondition(total > 0 && other > 0, "a sample is empty")
    var distance = 0.0
    var (reachA, reachB) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        let (p, q) = (Double(x) / total, Double(y) / other)
        distance += abs(p - q) / 2
        let both = Double(x + y) / (total + other)
        let pooled = both * (1 - both)
        reachA += (max(p * (1 - p), pooled) / total).squareRoot() / 2
        reachB += (max(q * (1 - q), pooled) / other).squareRoot() / 2
    }
    let logarithm = Double.log(2 / 0.025)
    let reach =
        reachA + reachB + (logarithm / (2 * total)).squareRoot()
        + (logarithm / (2 * other)).squareRoot()
    return TwoSampleResult(
        effect: Estimate(
            value: distance, lower: max(0, distance - reach), upper: min(1, distance + reach),
            method: "McDiarmid", count: Int(total + other)),
        pValue: homogeneity(a, b))
}

/// Pearson's χ² test that two samples have the same shares.
private func homogeneity(_ a: [Int], _ b: [Int]) -> Double {
    let (total, other) = (Double(a.reduce(0, +)), Double(b.reduce(0, +)))
    var cells: [(Double, Double)] = []
    var rest = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        let pair = (Double(x), Double(y))
        let least = (pair.0 + pair.1) * min(total, other) / (total + other)
        if least >= 5 { cells.append(pair) } else { rest = (rest.0 + pair.0, rest.1 + pair.1) }
    }
    if rest.0 + rest.1 > 0 { cells.append(rest) }
    guard cells.count > 1 else { return 1 }
    var statistic = 0.0
    for (x, y) in cells {
        let expected = (x + y) * total / (total + other)
        let expectedOther = (x + y) * other / (total + other)
        statistic += (x - expected) * (x - expected) / expected
        statistic += (y - expectedOther) * (y - expectedOther) / expectedOther
    }
    return SpecialFunctions.chiSquareTail(statistic, degrees: cells.count - 1)
}

/// Two samples of yes and no: the difference of their shares, without its sign.
///
/// The test is that of categories; the interval that of the difference (MOVER), cut at 0.
///
/// - Precondition: Neither sample is empty.
package func compareShares(
    _ hits: Int, of rows: Int, _ otherHits: Int, of otherRows: Int
) -> TwoSampleResult {
    let difference = shareEstimate(otherHits, of: otherRows).minus(shareEstimate(hits, of: rows))
    var effect = difference
    if let value = difference.value, let lower = difference.lower, let upper = difference.upper {
        effect.value = abs(value)
        effect.lower = lower > 0 ? lower : upper < 0 ? -upper : 0
        effect.upper = max(abs(lower), abs(upper))
    }
    return TwoSampleResult(
        effect: effect,
        pValue: homogeneity([hits, rows - hits], [otherHits, otherRows - otherHits]))
}
