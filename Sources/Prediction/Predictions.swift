package import Statistics

/// What a model says of rows.
package struct Predictions: Sendable, Hashable {
    package var rows: Int
    /// The classes in order; empty for a regression.
    package var classes: [String]
    /// `[rows, classes]` probabilities, or `[rows]` in the target's unit.
    package var values: [Double]
    /// Of a regression that predicts two quantiles: these, one pair a row, in the target's unit.
    package var bounds: [Bounds]?
    /// Where they were asked for: `values` by each model that the mean is of.
    package var byModel: [[Double]]?

    /// - Precondition: `values` has a number for each row and class.
    package init(
        rows: Int, classes: [String], values: [Double], bounds: [Bounds]? = nil,
        byModel: [[Double]]? = nil
    ) {
        precondition(values.count == rows * max(classes.count, 1), "a number a row and class")
        self.rows = rows
        self.classes = classes
        self.values = values
        self.bounds = bounds
        self.byModel = byModel
    }

    /// Numbers of one row.
    package var width: Int { max(classes.count, 1) }

    /// The predictions of some rows, in the given order.
    package func selecting(_ chosen: [Int]) -> Predictions {
        var picked: [Double] = []
        picked.reserveCapacity(chosen.count * width)
        for row in chosen { picked += values[row * width..<(row + 1) * width] }
        return Predictions(
            rows: chosen.count, classes: classes, values: picked,
            bounds: bounds.map { all in chosen.map { all[$0] } },
            byModel: byModel.map { models in
                models.map { all in
                    chosen.flatMap { all[$0 * width..<($0 + 1) * width] }
                }
            })
    }
}

extension Predictions {
    /// Of two classes the probability of the second, one a row.
    package var positiveScores: [Double] {
        stride(from: 1, to: values.count, by: 2).map { values[$0] }
    }
}
