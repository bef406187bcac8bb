package import Models
package import Prediction
import Statistics
package import Tables
import TensorCore

/// Shapley values of raw columns: how a prediction came from the mean over background rows, column by column.
///
/// The value of a set S of columns is `v(S) = mean over background rows z of f(x on S, z elsewhere)`. The
/// Shapley value of column j is the mean over all orders of the columns of what it adds when it enters,
/// `v(before ∪ j) − v(before)`. The values sum to `f(x) − mean f(z)`. A category is one column, however it is encoded. It
/// says what the model uses, not what causes the outcome.
///
/// - Source: Shapley 1953; Štrumbelj & Kononenko 2014, DOI 10.1007/s10115-013-0679-x; orders in pairs of
///   opposites: Mitchell et al. 2022, arXiv:2104.12199.
package struct ShapleyExplainer: Sendable {
    private let predictor: any Predictor
    private let mixture: ColumnMixture
    private let columns: [String]
    private let output: @Sendable (Predictions, Int) -> Double
    private let backgroundValues: [Double]
    /// The mean prediction of the background rows.
    package let base: Double

    /// The most columns whose subsets are all tried.
    package static let mostExactColumns = 12

    /// - Parameters:
    ///   - background: One row or more, such as training rows; columns that are not the predictor's are ignored.
    ///   - output: The number to explain, from predictions and a row: a class's probability, say.
    /// - Throws: what the predictor throws of the background.
    package init(
        _ predictor: any Predictor, background: Table,
        output: @escaping @Sendable (Predictions, Int) -> Double
    ) throws {
        precondition(background.rowCount > 0, "a background needs a row")
        self.predictor = predictor
        mixture = ColumnMixture(predictor: predictor, background: background, output: output)
        self.output = output
        columns = predictor.features
        let predictions = try predictor.predictions(for: background)
        let values = (0..<background.rowCount).map { output(predictions, $0) }
        backgroundValues = values
        base = values.reduce(0, +) / Double(values.count)
    }

    /// Values from random orders: each background row is used with `pairs` orders and their opposites.
    ///
    /// - Parameters:
    ///   - table: Holds the row, with the columns of the predictor.
    ///   - pairs: One or more.
    /// - Complexity: `2·pairs·background·(columns − 1)` predictions.
    package func sampled(
        _ row: Int, of table: Table, pairs: Int = 1, seed: UInt64 = 0
    ) throws -> Attribution {
        precondition(pairs > 0, "Shapley values need an order")
        let random = CounterRandom(seed: seed, name: "Shapley orders")
        let width = columns.count
        var orders: [[Int]] = []
        for place in 0..<mixture.background.rowCount * pairs {
            let order = random.permutation(of: width, step: UInt32(truncatingIfNeeded: place))
            orders += [order, order.reversed()]
        }
        // Of an order that begins with k of the row's columns, for k from 1 to width − 1.
        let mixed = try mixture.values(
            row, table,
            count: orders.count * (width - 1)
        ) { place in
            let (order, taken) = (place / (width - 1), place % (width - 1) + 1)
            return (orders[order].prefix(taken), order / (2 * pairs))
        }
        let value = try value(row, table)
        var samples = [[Double]](
            repeating: [Double](repeating: 0, count: width), count: orders.count / 2)
        for (index, order) in orders.enumerated() {
            var before = backgroundValues[index / (2 * pairs)]
            for (taken, column) in order.enumerated() {
                let after = taken + 1 < width ? mixed[index * (width - 1) + taken] : value
                samples[index / 2][column] += (after - before) / 2
                before = after
            }
        }
        return explanation(value, samples, evaluations: mixed.count + 1)
    }

    /// Values from all subsets of the columns.
    ///
    /// - Precondition: there are at most `mostExactColumns`.
    /// - Complexity: `2^columns · background` predictions.
    package func exact(_ row: Int, of table: Table) throws -> Attribution {
        let width = columns.count
        precondition(width <= Self.mostExactColumns, "too many columns for all of their subsets")
        let sets = 1 << width
        let rows = mixture.background.rowCount
        let all = try mixture.values(row, table, count: sets * rows) { place in
            let set = place / rows
            return ((0..<width).filter { set >> $0 & 1 == 1 }[...], place % rows)
        }
        let worth = (0..<sets).map { set in
            all[set * rows..<(set + 1) * rows].reduce(0, +) / Double(rows)
        }
        // |S|! (n − |S| − 1)! / n!
        var weights = [1 / Double(width)]
        for size in 1..<max(width, 1) {
            weights.append(weights[size - 1] * Double(size) / Double(width - size))
        }
        var values = [Double](repeating: 0, count: width)
        for column in 0..<width {
            for set in 0..<sets where set >> column & 1 == 0 {
                let gain = worth[set | (1 << column)] - worth[set]
                values[column] += weights[set.nonzeroBitCount] * gain
            }
        }
        return explanation(try value(row, table), [values], evaluations: all.count + 1)
    }

    private func value(_ row: Int, _ table: Table) throws -> Double {
        output(try predictor.predictions(for: table.selecting(rows: [row])), 0)
    }

    private func explanation(
        _ value: Double, _ samples: [[Double]], evaluations: Int
    ) -> Attribution {
        let found = SampledContributions(samples: Array(samples.joined()), count: samples.count)
        return Attribution(
            base: base, value: value, contributions: found.contributions(of: columns),
            resolved: found.resolved, evaluations: evaluations)
    }
}
