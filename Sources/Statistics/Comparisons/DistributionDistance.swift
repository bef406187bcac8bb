import RealModule

/// The largest distance of the distribution functions of two samples, `max |F(x) − G(x)|`.
///
/// The interval adds and takes `√(log(2/a)/(2n)) + √(log(2/a)/(2m))` with a = 0.025/comparisons: each
/// sample's distribution function lies that near its population's everywhere, at once, whatever the
/// population is, ties included. It is valid for any sample size, and wider than an approximate one.
///
/// - Parameters:
///   - a: Finite, not empty.
///   - b: Finite, not empty.
///   - comparisons: How many such distances the reader chooses from (Bonferroni).
/// - Complexity: O(n log n).
/// - Source: Kolmogorov 1933; Smirnov 1939; the bound: Massart 1990, DOI 10.1214/aop/1176990746.
package func distributionDistance(_ a: [Double], _ b: [Double], comparisons: Int = 1) -> Estimate {
    precondition(!a.isEmpty && !b.isEmpty, "a sample is empty")
    let distance = sortedDistance(a.sorted(), b.sorted())
    let logarithm = Double.log(2 * Double(max(comparisons, 1)) / 0.025)
    let reach =
        (logarithm / (2 * Double(a.count))).squareRoot()
        + (logarithm / (2 * Double(b.count))).squareRoot()
    return Estimate(
        value: distance, lower: max(0, distance - reach), upper: min(1, distance + reach),
        method: "Dvoretzky–Kiefer–Wolfowitz"
            + (comparisons > 1 ? ", Bonferroni over \(comparisons)" : ""),
        count: a.count + b.count)
}

/// `max |F − G|` of sorted samples.
func sortedDistance(_ a: [Double], _ b: [Double]) -> Double {
    var (i, j) = (0, 0)
    var largest = 0.0
    while i < a.count, j < b.count {
        let value = min(a[i], b[j])
        while i < a.count, a[i] == value { i += 1 }
        while j < b.count, b[j] == value { j += 1 }
        largest = max(largest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
    }
    return largest
}
