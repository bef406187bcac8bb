/// Center: the median of the values that are there. Scale: the interquartile range, or where that
/// is 0 the standard deviation, or where that is 0 one.
package func robustScale(_ values: [Double]) -> (center: Double, scale: Double) {
    let present = values.filter { !$0.isNaN }.sorted()
    guard !present.isEmpty else { return (0, 1) }
    let center = sortedQuantile(present, 0.5)
    let range = sortedQuantile(present, 0.75) - sortedQuantile(present, 0.25)
    if range > 0 { return (center, range) }
    let mean = present.reduce(0, +) / Double(present.count)
    let variance = present.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(present.count)
    return (center, variance > 0 ? variance.squareRoot() : 1)
}

/// `x / √(1 + (x/3)²)`: nearly `x` for small `x`, never beyond ±3.
///
/// - Source: Holzmüller et al. 2024, arXiv:2407.04491, "smooth clipping".
package func squash(_ x: Double) -> Float {
    let bound = Squashing.bound
    guard abs(x) < Squashing.limit else { return Float(x > 0 ? bound : -bound) }
    return Float(x / (1 + (x / bound) * (x / bound)).squareRoot())
}

/// What `squash` computes with.
package enum Squashing {
    /// No number is squashed beyond it.
    package static let bound = 3.0
    /// From here on a number is the bound itself.
    package static let limit = 1e9
}
