import Testing

/// Compares every element with its reference.
///
/// A result may differ by `units` of 2⁻²⁴ times a scale: 2⁻²⁴ is what one rounding to float32 costs
/// at most. The scale is the largest reference element, because a sum that cancels keeps the
/// roundings of its terms. Where the scale is 0 the result must be 0.
///
/// - Parameter terms: A larger scale, where the terms are known to be larger than the result.
func expectEqual(
    _ actual: [Float], _ expected: [Double], units: Double, terms: Double = 0,
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record(
            "\(what): \(actual.count) elements, should be \(expected.count)",
            sourceLocation: sourceLocation)
        return
    }
    let scale = max(expected.reduce(0) { max($0, abs($1)) }, terms)
    let allowed = units * 0x1p-24 * scale
    // Written so that NaN counts as wrong.
    let wrong = actual.indices.filter { !(abs(Double(actual[$0]) - expected[$0]) <= allowed) }
    guard let first = wrong.first else { return }
    Issue.record(
        """
        \(what): \(wrong.count) of \(actual.count) elements differ by more than \(allowed); \
        element \(first) is \(actual[first]), should be \(expected[first])
        """, sourceLocation: sourceLocation)
}
