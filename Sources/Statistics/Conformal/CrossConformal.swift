/// CV+: conformal prediction from out-of-fold predictions, so that no row is given to calibration
/// alone.
///
/// Each row is scored by the model that did not learn from it, and a new row is compared with each of
/// them under that same model. Coverage is at least `2c − 1` for any model and about c for stable
/// ones.
///
/// - Source: Barber et al. 2021, DOI 10.1214/20-AOS1965; classes, Romano et al. 2020,
///   arXiv:2006.02544.
package struct CrossConformal: Sendable, Hashable {
    /// Of each row, by the model that did not learn from it; ascending in each fold.
    private let scores: [[Double]]
    private let rows: Int
    package let level: ConformalLevel

    /// - Parameters:
    ///   - scores: Of each row.
    ///   - folds: The model, from 0, that did not learn from the row.
    /// - Throws: where a score is not a number, or the rows are too few.
    package init(
        scores: [Double], folds: [Int], level: ConformalLevel
    ) throws(StatisticsError) {
        precondition(scores.count == folds.count, "a fold each")
        guard !scores.contains(where: \.isNaN) else {
            throw StatisticsError(
                "a conformal score is not a number. Correct its prediction or answer")
        }
        guard scores.count >= level.rowsNeeded else {
            throw StatisticsError(
                "\(scores.count) rows calibrate, but a coverage of \(level.coverage) needs "
                    + "\(level.rowsNeeded) at least")
        }
        var byFold = [[Double]](repeating: [], count: (folds.max() ?? 0) + 1)
        for (score, fold) in zip(scores, folds) { byFold[fold].append(score) }
        self.scores = byFold.map { $0.sorted() }
        rows = scores.count
        self.level = level
    }

    /// The interval of a new row from absolute residuals.
    ///
    /// From the `⌊(1 − c)(n + 1)⌋`-th smallest `ŷᵢ − Rᵢ` to the `⌈c(n + 1)⌉`-th smallest `ŷᵢ + Rᵢ`,
    /// where ŷᵢ is what the model that did not learn from row i says of the new row.
    ///
    /// - Parameter predictions: Of the new row, one a fold.
    /// - Complexity: O(folds · log rows), times the bits of a double.
    package func interval(predictions: [Double]) -> Bounds {
        // Mirrored, so that one rank serves both ends.
        Bounds(
            lower: -rankedSum(predictions.map { -$0 }),
            upper: rankedSum(predictions))
    }

    /// The value of the level's rank among all `predictions[fold] + score`.
    private func rankedSum(_ predictions: [Double]) -> Double {
        let rank = level.rank(of: rows)
        func first(_ fold: Int, above value: Double) -> Int {
            scores[fold].firstPlace { predictions[fold] + $0 > value }
        }
        func count(upTo value: Double) -> Int {
            scores.indices.reduce(0) { $0 + first($1, above: value) }
        }
        let ends = scores.indices.filter { !scores[$0].isEmpty }.map {
            (predictions[$0] + scores[$0][0], predictions[$0] + scores[$0][scores[$0].count - 1])
        }
        var high = ends.map(\.1).max() ?? 0
        var low = (ends.map(\.0).min() ?? 0).nextDown
        // Until nothing but the wanted value lies between.
        while true {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { break }
            if count(upTo: middle) >= rank { high = middle } else { low = middle }
        }
        return scores.indices.compactMap { fold in
            let place = first(fold, above: low)
            return place < scores[fold].count ? predictions[fold] + scores[fold][place] : nil
        }.min() ?? high
    }

    /// Whether a class belongs to a new row's set: `#{i : scoreᵢ < score of the class} < c(n + 1)`.
    ///
    /// - Parameter candidate: The class's score under each fold's model.
    package func includes(scores candidate: [Double]) -> Bool {
        var below = 0
        for (fold, known) in scores.enumerated() {
            // The first that is not below, by halving.
            var (low, high) = (0, known.count)
            while low < high {
                let middle = (low + high) / 2
                if known[middle] < candidate[fold] { low = middle + 1 } else { high = middle }
            }
            below += low
        }
        return Double(below) < level.coverage * Double(rows + 1)
    }
}
