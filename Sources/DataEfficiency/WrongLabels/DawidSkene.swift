import RealModule

/// What several annotators' labels come to when each errs in a way of its own.
///
/// Classes `π`, and of annotator `a` the chance `θₐ[true][given]`, by expectation and maximisation, which begins with the
/// share of votes. Each count is smoothed by `smoothing` of a row, so that an annotator of few rows is not
/// taken for sure. The posterior of a row is `∝ πⱼ Π θₐ[j][label]`.
///
/// It takes annotators to err independently given the class, and more often right than wrong.
///
/// - Source: Dawid & Skene 1979, DOI 10.2307/2346806.
package struct DawidSkene: Sendable, Hashable {
    /// `[row][class]`; the classes' shares where nobody labelled the row.
    package let posteriors: [[Double]]
    package let shares: [Double]
    /// `[annotator][true][given]`.
    package let confusions: [[[Double]]]
    package let rounds: Int
    /// Whether the last round moved no posterior by more than the tolerance.
    package let converged: Bool

    /// - Parameters:
    ///   - labels: `[annotator][row]`; `nil` where an annotator did not label a row.
    ///   - smoothing: Added to each count of a confusion, and of the classes; ≥ 0.
    /// - Precondition: annotators with as many rows each, and labels among the classes.
    package init(
        labels: [[Int?]], classes: Int, smoothing: Double = 0.01, mostRounds: Int = 500,
        tolerance: Double = 1e-8
    ) {
        let rows = labels.first?.count ?? 0
        precondition(labels.allSatisfy { $0.count == rows }, "as many rows each")
        precondition(
            labels.allSatisfy { $0.allSatisfy { $0.map { (0..<classes).contains($0) } ?? true } },
            "labels among the classes")
        var posteriors = (0..<rows).map { row -> [Double] in
            var votes = [Double](repeating: 0, count: classes)
            for annotator in labels { if let label = annotator[row] { votes[label] += 1 } }
            let sum = votes.reduce(0, +)
            return votes.map { sum > 0 ? $0 / sum : 1 / Double(classes) }
        }
        var shares: [Double] = []
        var confusions: [[[Double]]] = []
        var round = 0
        var moved = Double.infinity
        while round < mostRounds, moved > tolerance {
            (shares, confusions) = Self.maximised(posteriors, labels, classes, smoothing)
            let next = (0..<rows).map { Self.posterior($0, labels, shares, confusions) }
            moved = 0
            for (old, new) in zip(posteriors, next) {
                for (one, other) in zip(old, new) { moved = max(moved, abs(one - other)) }
            }
            posteriors = next
            round += 1
        }
        self.posteriors = posteriors
        self.shares = shares
        self.confusions = confusions
        rounds = round
        converged = moved <= tolerance
    }

    private static func maximised(
        _ posteriors: [[Double]], _ labels: [[Int?]], _ classes: Int, _ smoothing: Double
    ) -> (shares: [Double], confusions: [[[Double]]]) {
        func normalised(_ counts: [Double]) -> [Double] {
            let sum = counts.reduce(0, +)
            return counts.map { sum > 0 ? $0 / sum : 1 / Double(counts.count) }
        }
        var sums = [Double](repeating: smoothing, count: classes)
        for (row, posterior) in posteriors.enumerated()
        where labels.contains(where: { $0[row] != nil }) {
            for label in 0..<classes { sums[label] += posterior[label] }
        }
        let confusions = labels.map { annotator -> [[Double]] in
            var counts = [[Double]](
                repeating: [Double](repeating: smoothing, count: classes), count: classes)
            for (row, label) in annotator.enumerated() {
                guard let label else { continue }
                for likely in 0..<classes { counts[likely][label] += posteriors[row][likely] }
            }
            return counts.map(normalised)
        }
        return (normalised(sums), confusions)
    }

    private static func posterior(
        _ row: Int, _ labels: [[Int?]], _ shares: [Double], _ confusions: [[[Double]]]
    ) -> [Double] {
        var logs = shares.map { Double.log(max($0, .leastNormalMagnitude)) }
        for (annotator, given) in labels.enumerated() {
            guard let label = given[row] else { continue }
            for likely in logs.indices {
                logs[likely] += .log(
                    max(confusions[annotator][likely][label], .leastNormalMagnitude))
            }
        }
        let most = logs.max() ?? 0
        let weights = logs.map { Double.exp($0 - most) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }
}
