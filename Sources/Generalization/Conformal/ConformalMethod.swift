package import Prediction

/// How sets of classes or intervals of numbers are made from predictions.
package enum ConformalMethod: String, Sendable, CaseIterable {
    /// Least ambiguous classes: the smallest sets on average.
    case lac
    /// Adaptive sets, randomised: larger where the model is less sure.
    case aps
    /// Regularised adaptive sets, randomised; penalty and free ranks from a fifth of the rows.
    case raps
    /// The same width everywhere.
    case absolute
    /// Wider where rows of like predictions had larger errors; the spread from half of the rows.
    case normalized
    /// Conformalised quantile regression: two predicted quantiles, moved apart or together.
    case cqr
    /// CV+ of a run of folds: each calibration row by the model that did not learn from it, and a new row under that same
    /// model; numbers by absolute residuals.
    case crossed = "cv+"
    /// CV+ of least ambiguous classes.
    case crossedClasses = "cv+lac"

    package var isOfClasses: Bool {
        switch self {
        case .lac, .aps, .raps, .crossedClasses: true
        case .absolute, .normalized, .cqr, .crossed: false
        }
    }

    /// Whether the models of a run's folds are asked one by one.
    package var isCrossed: Bool { self == .crossed || self == .crossedClasses }

    /// What is taken where nothing was asked for.
    package static func usual(of predictions: Predictions) -> ConformalMethod {
        guard predictions.classes.isEmpty else { return .lac }
        return predictions.bounds == nil ? .absolute : .cqr
    }
}

/// What is asked of conformal prediction.
package struct ConformalRequest: Sendable, Hashable {
    package var method: ConformalMethod
    package var coverage: Double
    package var categories: Categories
    /// Of the random numbers of adaptive sets, and of the choice of the rows that fit a spread.
    package var seed: UInt64

    /// Within what the coverage is to hold.
    package enum Categories: Sendable, Hashable {
        /// Over all rows.
        case all
        /// Within every group of a protected column.
        case groups(column: String)
        /// Within every true class.
        case classes
    }

    package init(
        _ method: ConformalMethod, coverage: Double, within categories: Categories = .all,
        seed: UInt64 = 0
    ) {
        self.method = method
        self.coverage = coverage
        self.categories = categories
        self.seed = seed
    }
}

/// Why conformal prediction cannot be had.
package struct ConformalError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
}
