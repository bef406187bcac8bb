/// The decisions that thresholds on a score allow: a point (false-positive rate, true-positive rate) each.
///
/// Mixing two thresholds at random gives every point between theirs; what that can reach is the region under the upper
/// convex hull, from (0, 0) to (1, 1).
///
/// - Source: Provost & Fawcett 2001, DOI 10.1023/A:1007601015854.
package struct ROCThresholds: Sendable, Hashable {
    /// A threshold that no probability reaches: nobody is decided 1.
    package static let nobody = 2.0

    /// From nobody to everybody; both rates rise.
    package let points: [Point]
    /// The weight of the rows with label 1, and of all others.
    package let positives: Double
    package let negatives: Double

    package struct Point: Sendable, Hashable {
        /// Scores from here on are decided 1.
        package var threshold: Double
        package var falsePositiveRate: Double
        package var truePositiveRate: Double
    }

    /// - Parameter scores: In [0, 1].
    /// - Note: The rate of a label that is missing is 0.
    package init(scores: [Double], labels: [Bool], weights: [Double]? = nil) {
        precondition(scores.count == labels.count, "one label a score")
        func weight(_ row: Int) -> Double { weights?[row] ?? 1 }
        var total = (positive: 0.0, negative: 0.0)
        for row in labels.indices {
            if labels[row] { total.positive += weight(row) } else { total.negative += weight(row) }
        }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var points = [Point(threshold: Self.nobody, falsePositiveRate: 0, truePositiveRate: 0)]
        var (hits, alarms) = (0.0, 0.0)
        for (place, row) in order.enumerated() {
            if labels[row] { hits += weight(row) } else { alarms += weight(row) }
            let next = place + 1 < order.count ? scores[order[place + 1]] : -1
            if next == scores[row] { continue }
            // Halfway to the next score, as the next row to be decided will not score the same.
            points.append(
                Point(
                    threshold: next < 0 ? 0 : (scores[row] + next) / 2,
                    falsePositiveRate: total.negative > 0 ? alarms / total.negative : 0,
                    truePositiveRate: total.positive > 0 ? hits / total.positive : 0))
        }
        self.points = points
        positives = total.positive
        negatives = total.negative
    }

    /// The corners of the upper convex hull, from nobody to everybody.
    package var hull: [Point] {
        var corners: [Point] = []
        for point in points {
            while corners.count > 1,
                !turnsRight(corners[corners.count - 2], corners[corners.count - 1], point)
            {
                corners.removeLast()
            }
            corners.append(point)
        }
        return corners
    }

    private func turnsRight(_ a: Point, _ b: Point, _ c: Point) -> Bool {
        (b.falsePositiveRate - a.falsePositiveRate) * (c.truePositiveRate - a.truePositiveRate)
            < (b.truePositiveRate - a.truePositiveRate)
            * (c.falsePositiveRate - a.falsePositiveRate)
    }

    /// The share of rows decided 1.
    package func selectionRate(_ point: Point) -> Double {
        let rows = positives + negatives
        guard rows > 0 else { return 0 }
        return (positives * point.truePositiveRate + negatives * point.falsePositiveRate) / rows
    }
}
