package import Statistics

/// Confident learning: which class a row is confidently of, beside the label that it was given.
///
/// A row is confidently of class `j` where `p(j) ≥ tⱼ`, the mean of `p(j)` over rows labelled `j`; of several such
/// classes the likeliest counts. `counts[given][likely]` are these rows; the joint spreads each row of
/// counts over the rows that were given the label, and divides by all rows.
///
/// - Source: Northcutt et al. 2021, arXiv:1911.00068, equations 1 to 3.
package struct ConfidentJoint: Sendable, Hashable {
    package let classes: Int
    /// One a class; `nil` of a class that no row was given.
    package let thresholds: [Double?]
    /// `[given][likely]`.
    package let counts: [[Int]]
    /// `[given][likely]`, its sum 1.
    package let joint: [[Double]]
    private static let slack = 1e-6

    package init(_ given: GivenLabels) {
        let classes = given.classes
        var sums = [Double](repeating: 0, count: classes)
        var rows = [Int](repeating: 0, count: classes)
        for (row, label) in given.labels.enumerated() {
            sums[label] += given.probability(row, label)
            rows[label] += 1
        }
        let thresholds = (0..<classes).map { rows[$0] > 0 ? sums[$0] / Double(rows[$0]) : nil }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        for (row, label) in given.labels.enumerated() {
            var best: Int?
            for other in 0..<classes {
                guard let threshold = thresholds[other],
                    given.probability(row, other) >= threshold - Self.slack
                else { continue }
                if best.map({ given.probability(row, other) > given.probability(row, $0) }) ?? true {
                    best = other
                }
            }
            if let best { counts[label][best] += 1 }
        }
        // Each class has a row that is rightly labelled.
        for label in 0..<classes { counts[label][label] = max(counts[label][label], 1) }
        self.classes = classes
        self.thresholds = thresholds
        self.counts = counts
        let all = Double(max(given.rows, 1))
        joint = counts.indices.map { label in
            let sum = Double(counts[label].reduce(0, +))
            return counts[label].map { Double($0) / sum * Double(rows[label]) / all }
        }
    }

    /// The share of rows confidently of a class that were given a label, with its interval over rows: the noise
    /// rate from the class to the label, where rows that are plainly of a class are labelled like the others.
    ///
    /// Hard rows that are confidently taken for another class are counted as wrong, so that it leans upwards.
    package func rate(from likely: Int, to given: Int) -> Estimate {
        shareEstimate(counts[given][likely], of: counts.reduce(0) { $0 + $1[likely] })
    }

    /// An entry of the joint: of all rows those that were given a label and are confidently of another class. The interval is over
    /// the rows confidently of any class; how many rows were given the label is counted.
    package func share(from likely: Int, to given: Int) -> Estimate {
        let among = shareEstimate(counts[given][likely], of: counts[given].reduce(0, +))
        let labelled = joint[given].reduce(0, +)
        return Estimate(
            value: joint[given][likely], lower: among.lower.map { $0 * labelled },
            upper: among.upper.map { $0 * labelled }, method: among.method, count: among.count)
    }
}
