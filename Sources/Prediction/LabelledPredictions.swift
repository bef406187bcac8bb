/// Rows with known answers, and what a model says of them: all that most probes need, whoever's
/// the model is.
package struct LabelledPredictions: Sendable, Hashable {
    package var split: RowSplit
    package var predictions: Predictions
    package var answers: Answers
    package var weights: [Double]?
    /// Equal codes belong together; `nil` where every row stands alone.
    package var clusters: [Int32]?
    /// A group of every row for each protected column.
    package var protected: [ProtectedColumn]
    /// Probability from which the second of two classes is decided.
    package var threshold: Double
    package var costs: Costs?
    /// Of rows that each were predicted by the one model that did not learn from them: which one, from 0.
    package var folds: [Int]?
    /// Models that were measured on these rows so far, this one among them: so many a reader may have
    /// picked it from.
    package var models = 1

    package enum Answers: Sendable, Hashable {
        /// Class numbers, one a row.
        case classes([Int32])
        /// Numbers in the target's unit.
        case numbers([Double])
    }

    package struct ProtectedColumn: Sendable, Hashable {
        package var name: String
        /// The group's name, one a row.
        package var groups: [String]

        package init(name: String, groups: [String]) {
            self.name = name
            self.groups = groups
        }
    }

    /// What wrong decisions cost.
    package struct Costs: Codable, Sendable, Hashable {
        package var falsePositive: Double
        package var falseNegative: Double

        package init(falsePositive: Double, falseNegative: Double) {
            self.falsePositive = falsePositive
            self.falseNegative = falseNegative
        }

        /// The probability above which a positive decision costs less: `fp / (fp + fn)`.
        package var threshold: Double { falsePositive / (falsePositive + falseNegative) }
    }

    package init(
        split: RowSplit, predictions: Predictions, answers: Answers, weights: [Double]? = nil,
        clusters: [Int32]? = nil, protected: [ProtectedColumn] = [], threshold: Double = 0.5,
        costs: Costs? = nil
    ) {
        self.split = split
        self.predictions = predictions
        self.answers = answers
        self.weights = weights
        self.clusters = clusters
        self.protected = protected
        self.threshold = threshold
        self.costs = costs
    }

    package var rows: Int { predictions.rows }

    /// The same rows with other predictions, as a remedy or a changed table gives them.
    package func with(_ predictions: Predictions) -> LabelledPredictions {
        precondition(predictions.rows == rows, "the same rows")
        var result = self
        result.predictions = predictions
        return result
    }
}

extension LabelledPredictions {
    /// Some rows, in the given order.
    package func selecting(_ chosen: [Int]) -> LabelledPredictions {
        var result = self
        result.predictions = predictions.selecting(chosen)
        result.folds = folds.map { all in chosen.map { all[$0] } }
        switch answers {
        case .classes(let labels): result.answers = .classes(chosen.map { labels[$0] })
        case .numbers(let targets): result.answers = .numbers(chosen.map { targets[$0] })
        }
        result.weights = weights.map { weights in chosen.map { weights[$0] } }
        result.clusters = clusters.map { clusters in chosen.map { clusters[$0] } }
        result.protected = protected.map { column in
            ProtectedColumn(name: column.name, groups: chosen.map { column.groups[$0] })
        }
        return result
    }
}
