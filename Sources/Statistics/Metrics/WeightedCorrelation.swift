import RealModule

/// Pearson's correlation of pairs that weigh differently, with Fisher's interval.
///
/// `r = Σ w (x − x̄)(y − ȳ) / √(Σ w (x − x̄)² Σ w (y − ȳ)²)`, and `tanh(atanh r ± z/√(n − 3))` for n pairs.
///
/// - Parameters:
///   - x: One a pair, finite.
///   - y: One a pair, finite.
///   - weights: One a pair, > 0.
/// - Returns: No value where x or y is constant; the whole range of three pairs and fewer, no interval where all
///   pairs lie on a line.
/// - Source: Fisher 1921, "On the probable error of a coefficient of correlation", Metron 1:3–32.
package func weightedCorrelation(_ x: [Double], _ y: [Double], weights: [Double]) -> Estimate {
    precondition(x.count == y.count && x.count == weights.count, "one weight a pair")
    let total = weights.reduce(0, +)
    func mean(_ values: [Double]) -> Double {
        zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    }
    let (meanX, meanY) = (mean(x), mean(y))
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (index, weight) in weights.enumerated() {
        xx += weight * (x[index] - meanX) * (x[index] - meanX)
        yy += weight * (y[index] - meanY) * (y[index] - meanY)
        xy += weight * (x[index] - meanX) * (y[index] - meanY)
    }
    var result = Estimate(value: nil, method: "Fisher's transform", count: x.count)
    guard xx > 0, yy > 0 else {
        result.note = "one of the two is constant"
        return result
    }
    let value = min(1, max(-1, xy / (xx * yy).squareRoot()))
    result.value = value
    guard x.count > 3 else {
        (result.lower, result.upper) = (-1, 1)
        return result
    }
    guard abs(value) < 1 else {
        result.note = "all pairs lie on a line: no spread to judge by, no interval"
        return result
    }
    let reach = SpecialFunctions.normalQuantile(0.975) / Double(x.count - 3).squareRoot()
    result.lower = Double.tanh(Double.atanh(value) - reach)
    result.upper = Double.tanh(Double.atanh(value) + reach)
    return result
}
