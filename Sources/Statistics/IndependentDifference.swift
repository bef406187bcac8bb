import RealModule

extension Estimate {
    /// This minus another estimate from other rows, with an interval recovered from both.
    ///
    /// `d = a − b; lower = d − √((a − a₋)² + (b₊ − b)²); upper = d + √((a₊ − a)² + (b − b₋)²)`
    ///
    /// - Parameters:
    ///   - other: Of rows that are independent of these; both at the same level.
    ///   - comparisons: How many such differences the reader chooses from; the arms of both intervals
    ///     are lengthened by `z(1 − 0.025/comparisons)/z(0.975)` (Bonferroni).
    /// - Returns: No value where one of the two has none, no interval where one has none.
    /// - Source: the method of variance estimates recovery (MOVER), Zou & Donner 2008,
    ///   DOI 10.1002/sim.3095.
    package func minus(_ other: Estimate, comparisons: Int = 1) -> Estimate {
        var result = Estimate(
            value: nil, level: level,
            method: "MOVER of \(method)"
                + (comparisons > 1 ? ", Bonferroni over \(comparisons)" : ""),
            varied: varied, count: count + other.count,
            clusters: clusters.flatMap { mine in other.clusters.map { mine + $0 } })
        guard let a = value, let b = other.value else {
            result.note = note ?? other.note
            return result
        }
        result.value = a - b
        guard let lower, let upper, let otherLower = other.lower, let otherUpper = other.upper
        else {
            result.note = note ?? other.note
            return result
        }
        let stretch =
            SpecialFunctions.normalQuantile(1 - 0.025 / Double(max(comparisons, 1)))
            / SpecialFunctions.normalQuantile(0.975)
        func arm(_ x: Double, _ y: Double) -> Double { stretch * (x * x + y * y).squareRoot() }
        result.lower = a - b - arm(a - lower, otherUpper - b)
        result.upper = a - b + arm(upper - a, b - otherLower)
        return result
    }
}
