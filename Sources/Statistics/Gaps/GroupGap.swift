extension ClassificationSample {
    /// The largest less the smallest of a metric over groups of rows, with its deletions.
    ///
    /// First order: the two groups that are farthest apart are taken as given. Where several groups are
    /// about equally far apart, noise alone adds to the gap; see `FoldedGaps` for how much it can.
    ///
    /// - Parameter codes: A group for every row; negative for none.
    /// - Returns: `nil` with fewer than two groups in which the metric is defined.
    package func jackknifedGap(
        of metric: ClassificationMetric, codes: [Int32], threshold: Double = 0.5
    ) -> JackknifedValue? {
        precondition(codes.count == rows, "one group a row")
        let groups = Set(codes).filter { $0 >= 0 }.sorted()
        let values = groups.compactMap { group in
            weighting { codes[$0] == group ? design.weights[$0] : 0 }?
                .jackknifed(metric, threshold: threshold)
        }
        guard values.count > 1,
            let highest = values.max(by: { $0.value < $1.value }),
            let lowest = values.min(by: { $0.value < $1.value })
        else { return nil }
        return highest - lowest
    }

    /// The same rows and clusters with other weights; `nil` if all are 0.
    private func weighting(_ weight: (Int) -> Double) -> ClassificationSample? {
        try? ClassificationSample(
            labels: labels, probabilities: probabilities, classes: classes,
            weights: (0..<rows).map(weight),
            clusters: design.clusters.map { all in all.map { Int32($0) } })
    }
}
