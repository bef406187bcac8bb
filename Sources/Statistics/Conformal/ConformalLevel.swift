/// The coverage that conformal prediction is asked for, and the threshold that gives it.
///
/// A score says how badly an answer fits a prediction. Of rows like the calibration rows, at least
/// the share `coverage` has a score up to the threshold, whatever the model and the scores are, on
/// average over calibration rows drawn anew.
///
/// - Source: Vovk et al. 2005, ISBN 978-0-387-00152-4; Lei et al. 2018,
///   DOI 10.1080/01621459.2017.1307116.
package struct ConformalLevel: Sendable, Hashable {
    package let coverage: Double

    /// - Throws: where the coverage is not between 0 and 1.
    package init(_ coverage: Double) throws(StatisticsError) {
        guard coverage > 0, coverage < 1 else {
            throw StatisticsError(
                "the coverage is \(coverage); it must lie between 0 and 1, as 0.9 does")
        }
        self.coverage = coverage
    }

    /// What rounding may add to a rank, such as that of 0.9 · 10, as a share of it.
    private static let rounding = 1e-11

    /// The rank of the threshold among n sorted scores: `⌈(n + 1) · coverage⌉`; above n where the
    /// scores are too few.
    package func rank(of count: Int) -> Int {
        Int((Double(count + 1) * coverage * (1 - Self.rounding)).rounded(.up))
    }

    /// The fewest calibration rows from which a finite threshold can be had: `⌈c/(1 − c)⌉`.
    package var rowsNeeded: Int {
        Int((coverage / (1 - coverage) * (1 - Self.rounding)).rounded(.up))
    }

    /// The smallest number below which enough scores lie.
    ///
    /// Of simple rows that is the score of `rank`. Of weighted rows it is the first one, in order,
    /// at which the weights reach `coverage · (Σ w + w_max)`: the new row may weigh as much as the
    /// heaviest.
    ///
    /// - Parameters:
    ///   - scores: Of the calibration rows, in any order.
    ///   - weights: Finite, ≥ 0; `nil` for ones.
    /// - Returns: `+∞` where the rows are too few: then every answer has to be allowed.
    /// - Throws: where a score is not a number.
    /// - Source: weights, Tibshirani et al. 2019, arXiv:1904.06019.
    package func threshold(
        of scores: [Double], weights: [Double]? = nil
    ) throws(StatisticsError) -> Double {
        if let row = scores.firstIndex(where: \.isNaN) {
            throw StatisticsError(
                "the conformal score of calibration row \(row) is not a number. Correct its prediction "
                    + "or its answer")
        }
        guard let weights else {
            let rank = rank(of: scores.count)
            return rank > scores.count ? .infinity : scores.sorted()[rank - 1]
        }
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        let heaviest = weights.max() ?? 0
        let needed = coverage * (weights.reduce(0, +) + heaviest) * (1 - Self.rounding)
        var reached = 0.0
        for row in order {
            reached += weights[row]
            if reached >= needed, reached > 0 { return scores[row] }
        }
        return .infinity
    }

    /// A threshold for each category of rows by itself: Mondrian conformal prediction. With the rows'
    /// classes as categories it is class-conditional.
    ///
    /// - Parameters:
    ///   - categories: A number below `count` for each score.
    /// - Returns: `[count]`; `+∞` for a category of fewer rows than are needed.
    /// - Source: Vovk et al. 2005, section 4.5; classes, Vovk 2012, arXiv:1209.2673.
    package func thresholds(
        of scores: [Double], weights: [Double]? = nil, categories: [Int], count: Int
    ) throws(StatisticsError) -> [Double] {
        precondition(categories.count == scores.count, "a category each")
        var members = [[Int]](repeating: [], count: count)
        for (row, category) in categories.enumerated() { members[category].append(row) }
        var thresholds: [Double] = []
        for rows in members {
            thresholds.append(
                try threshold(
                    of: rows.map { scores[$0] },
                    weights: weights.map { all in rows.map { all[$0] } }))
        }
        return thresholds
    }
}
