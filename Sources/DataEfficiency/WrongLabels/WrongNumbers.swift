package import Statistics

/// Numbers that a model which did not learn from a row finds far off.
///
/// The doubt of a row is its residual over the spread of residuals at such predictions; a planted number is
/// that of another row, by a random shift of all. Rows outside the conformal interval of their prediction are
/// named; by itself that holds a share of all rows, whatever is wrong, so that the expected share comes from
/// `WrongShare`. Heavy tails cannot be told from wrong numbers: its lower end is 0.
///
/// - Source: Lei et al. 2018, DOI 10.1080/01621459.2017.1307116, for the intervals.
package struct WrongNumbers: Sendable, Hashable {
    package let share: WrongShare
    /// One a row: the interval of its prediction that holds all but a share of right numbers.
    package let intervals: [Bounds]
    /// Two of three numbers that may be wrong are taken to be: a guess, as the lower end is 0.
    private static let middle = 2.0 / 3
    /// Residuals are cut at so many medians of their sizes, so that a wrong number does not hide behind the spread that it
    /// makes itself.
    private static let mostMedians = 4.0

    /// The spread of residuals as a function of the prediction.
    package static func spread(targets: [Double], predictions: [Double]) -> ResidualSpread {
        let sizes = zip(targets, predictions).map { abs($0 - $1) }
        let most = mostMedians * sizes.sorted()[sizes.count / 2]
        return ResidualSpread(
            targets: zip(targets, predictions).map { target, prediction in
                most > 0 ? prediction + min(most, max(-most, target - prediction)) : target
            }, predictions: predictions)
    }

    /// - Parameters:
    ///   - targets: As they were given.
    ///   - predictions: Of models that did not learn from the row.
    ///   - miscoverage: The share of right numbers outside an interval, in (0, 1).
    ///   - shift: How many rows further a planted number comes from, from 1 to the number of rows less one.
    /// - Precondition: two rows at the least, as many predictions as targets.
    package init(targets: [Double], predictions: [Double], miscoverage: Double, shift: Int) {
        precondition(targets.count == predictions.count && targets.count > 1, "rows with predictions")
        precondition((1..<targets.count).contains(shift), "another row")
        precondition(miscoverage > 0 && miscoverage < 1, "a share of the rows")
        let spread = Self.spread(targets: targets, predictions: predictions)
        let spreads = predictions.map { spread($0) }
        let doubts = NumberScore.normalized(
            targets: targets, predictions: predictions, spreads: spreads)
        let planted = targets.indices.map { row in
            PlantedDoubt(
                row: row,
                doubt: abs(targets[(row + shift) % targets.count] - predictions[row]) / spreads[row])
        }
        // All that is doubted may be a heavy tail.
        share = WrongShare(
            doubts: doubts, planted: planted, middle: Self.middle, hardRows: { _ in (lower: 1, upper: 0) })
        let rank = Int(((1 - miscoverage) * Double(doubts.count + 1)).rounded(.up))
        let threshold = doubts.sorted()[min(rank, doubts.count) - 1]
        intervals = NumberScore.intervals(
            predictions: predictions,
            thresholds: [Double](repeating: threshold, count: predictions.count), spreads: spreads)
    }
}
