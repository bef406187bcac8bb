package import CPURuntime

/// Chooses the range in which numbers become bytes.
///
/// A wide range has coarse steps, a narrow one cuts off what lies beyond. Tried are the numbers' own range and shares of
/// it, and taken is the one of least expected squared error, `Σ cut-off² + step²/12` over the numbers, counted in
/// a histogram; of equals the widest.
///
/// - Source: Jacob et al. 2018, arXiv:1712.05877, for ranges from data; Banner et al. 2019, arXiv:1810.05723, for the
///   cut at the least squared error, here of the histogram in place of a fitted distribution.
package struct ActivationRange {
    private static let bins = 2048
    /// Shares of the whole range that are tried: 1, 0.98, … 0.2.
    private static let shares = (0...40).map { 1 - 0.02 * Double($0) }

    /// - Parameter numbers: Finite ones.
    package static func leastError(_ numbers: [Float]) -> QuantizationRange {
        var (lower, upper) = (Float(0), Float(0))
        for number in numbers {
            lower = min(lower, number)
            upper = max(upper, number)
        }
        let width = Double(upper) - Double(lower)
        guard width > 0 else { return QuantizationRange(lower: lower, upper: upper) }
        var counts = [Double](repeating: 0, count: bins)
        for number in numbers {
            let place = Int((Double(number) - Double(lower)) / width * Double(bins))
            counts[min(place, bins - 1)] += 1
        }
        var best = (error: Double.infinity, share: 1.0)
        for share in shares {
            let (from, to) = (Double(lower) * share, Double(upper) * share)
            let rounding = (to - from) * (to - from) / (255 * 255 * 12)
            var error = 0.0
            for (place, count) in counts.enumerated() where count > 0 {
                let middle = Double(lower) + (Double(place) + 0.5) * width / Double(bins)
                let beyond = middle < from ? from - middle : max(middle - to, 0)
                error += count * (beyond * beyond + (beyond > 0 ? 0 : rounding))
            }
            if error < best.error { best = (error, share) }
        }
        return QuantizationRange(
            lower: Float(Double(lower) * best.share), upper: Float(Double(upper) * best.share))
    }
}
