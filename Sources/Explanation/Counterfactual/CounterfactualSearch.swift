package import Models
import Prediction
package import Tables
import TensorCore

/// Looks for the smallest changes of a row that give its prediction a wanted outcome; asks the model for predictions
/// only.
///
/// Fewest columns first, then the least distance, `Σ |a − b| / MAD` over numbers and 1 for each category. All changes of one
/// column are tried; of two columns those that are best if effects of columns add up in the score; of more, the best
/// so far get another column. If that ends without success, the row takes cells from its nearest training rows with the wanted
/// prediction, and as many as possible back. A number is then moved as near to the row's own as the outcome allows.
/// Rows that are unlike the training rows are only given where no other was found (see `PairSupport` and
/// `Neighbourhood`). Every changed cell is one that a training row has.
///
/// - Source: Wachter et al. 2017, arXiv:1711.00399 (the distance); Brughmans et al. 2023, DOI 10.1007/s10618-023-00930-y (NICE:
///   cells of the nearest unlike row); Mothilal et al. 2020, arXiv:1905.07697 (DiCE: diverse sets). It differs from DiCE in
///   that sets are diverse by their columns: of two answers none changes all the columns of the other.
package struct CounterfactualSearch: Sendable {
    package struct Options: Sendable, Hashable {
        /// Answers that are wanted.
        package var count = 3
        /// Columns that an answer may change.
        package var mostColumns = 6
        package var plausibility = Plausibility.preferred
        /// Whether all pairs of the cells that are tried alone are tried, too.
        package var triesAllPairs = false

        package init() {}
    }

    package enum Plausibility: String, Sendable, Hashable, CaseIterable {
        /// Rows unlike the training rows are given if there are no others.
        case preferred
        /// They are never given.
        case required
        /// They are as good as others.
        case ignored
    }

    let predictor: any Predictor
    let space: RowSpace
    /// The first axes; behind them stand columns that the model does not look at.
    let features: Int
    let support: PairSupport
    let neighbourhood: Neighbourhood
    /// Predictions of the sampled training rows.
    let samplePredictions: Predictions

    /// - Parameters:
    ///   - training: Rows of which changed cells may be, with the predictor's columns.
    ///   - context: Further columns whose cells should go with the changed ones, such as protected ones.
    ///   - sampleRows: Of them so many are compared with; all if there are fewer.
    package init(
        _ predictor: any Predictor, training: Table, context: [String] = [], sampleRows: Int = 2000,
        seed: UInt64 = 0
    ) throws {
        self.predictor = predictor
        let order = CounterRandom(seed: seed, name: "rows to compare with")
            .permutation(of: training.rowCount)
        let sample = order.prefix(sampleRows).sorted()
        space = RowSpace(training, columns: predictor.features + context, sample: sample)
        features = predictor.features.count
        support = PairSupport(space.axes)
        neighbourhood = Neighbourhood(space, axes: features)
        samplePredictions = try predictor.predictions(for: training.selecting(rows: sample))
    }

    /// What training rows have in a column of numbers or dates, ascending.
    package func numbers(in column: String) -> [Double]? {
        space.axis(named: column).map { space.axes[$0].numbers }
    }

    /// - Parameter isOver: Asked before every few hundred predictions; the best so far is given where it is true.
    /// - Precondition: the row's prediction does not meet the goal.
    package func search(
        _ row: Int, of table: Table, goal: Goal, rules: ChangeRules, options: Options = Options(),
        isOver: () -> Bool = { false }
    ) throws -> CounterfactualAnswer {
        try withoutActuallyEscaping(isOver) { isOver in
            var attempt = try SearchAttempt(
                self, row, table, goal: goal, rules: rules, options: options, isOver: isOver)
            return try attempt.run()
        }
    }
}

/// What was found for a row.
package struct CounterfactualAnswer: Sendable, Hashable {
    /// Of the row as it is: the wanted class's probability, or the number.
    package var value: Double
    /// From fewer columns to more, then from near to far. None is an answer, too.
    package var found: [Counterfactual]
    /// Rows that were predicted.
    package var evaluations: Int
    /// Whether the time ended the search.
    package var endedByTime: Bool
}

/// A changed row with the wanted outcome.
package struct Counterfactual: Sendable, Hashable {
    package var changes: [Change]
    /// Of the changed row.
    package var value: Double
    /// From the row as it is.
    package var distance: Double
    /// Whether it is as near to training rows, and has no pair of cells that exclude each other.
    package var isLikeTraining: Bool

    package struct Change: Sendable, Hashable {
        package var column: String
        /// `nil` where missing.
        package var from: String?
        package var to: String
    }
}
