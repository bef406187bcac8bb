/// The share of simple rows that are hits, with the interval that `SamplingDesign` gives such rows:
/// Clopper and Pearson's where hits or misses are fewer than 50, Wilson's from there on.
///
/// - Precondition: `0 ≤ hits ≤ rows`.
package func shareEstimate(_ hits: Int, of rows: Int) -> Estimate {
    precondition(hits >= 0 && hits <= rows, "more hits than rows")
    guard rows > 0 else {
        return Estimate(value: nil, method: "Wilson", count: 0, note: "there are no rows")
    }
    let share = Double(hits) / Double(rows)
    let effective = EffectiveRows(simple: Double(rows), limit: Double(rows))
    let (lower, upper, isExact) = effective.interval(share)
    return Estimate(
        value: share, lower: lower, upper: upper,
        method: isExact ? "Clopper–Pearson" : "Wilson", count: rows, form: .share(effective))
}
