/// A line through the middle of points that a few far ones do not move.
///
/// The slope is the median of the slopes between all pairs of points whose x differ, 0 where there are none; the start is the
/// median of `y − slope · x`. So where x is the same for all, the line says the median of y.
///
/// - Source: Sen 1968, DOI 10.1080/01621459.1968.10480934.
package struct MedianLine: Hashable, Sendable {
    package let start: Double
    package let slope: Double

    /// - Parameters:
    ///   - xs: `[points]`, finite; at least one.
    ///   - ys: `[points]`, finite.
    /// - Complexity: O(points² · log points).
    package init(xs: [Double], ys: [Double]) {
        precondition(!xs.isEmpty && xs.count == ys.count, "a y for each x")
        var slopes: [Double] = []
        for (place, x) in xs.enumerated() {
            for other in xs.indices.dropFirst(place + 1) where xs[other] != x {
                slopes.append((ys[other] - ys[place]) / (xs[other] - x))
            }
        }
        let slope = slopes.isEmpty ? 0 : Self.median(slopes)
        self.slope = slope
        start = Self.median(zip(xs, ys).map { $1 - slope * $0 })
    }

    package func value(at x: Double) -> Double { start + slope * x }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
