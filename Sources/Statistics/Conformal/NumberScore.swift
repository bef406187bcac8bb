/// Bounds of a number.
package struct Bounds: Sendable, Hashable {
    package var lower: Double
    package var upper: Double

    package init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    package var width: Double { upper - lower }

    package func holds(_ value: Double) -> Bool { lower <= value && value <= upper }
}

/// How badly a number fits a prediction, and the interval of the numbers that fit well enough.
package enum NumberScore {
    /// `|y − ŷ|`, and `ŷ ± threshold`.
    ///
    /// - Source: Lei et al. 2018, DOI 10.1080/01621459.2017.1307116.
    package static func absolute(targets: [Double], predictions: [Double]) -> [Double] {
        zip(targets, predictions).map { abs($0 - $1) }
    }

    /// `|y − ŷ| / σ̂`, and `ŷ ± threshold · σ̂`.
    ///
    /// - Parameter spreads: σ̂ of each row, > 0, made from rows that do not calibrate.
    /// - Source: Lei et al. 2018, section 5.2.
    package static func normalized(
        targets: [Double], predictions: [Double], spreads: [Double]
    ) -> [Double] {
        targets.indices.map { abs(targets[$0] - predictions[$0]) / spreads[$0] }
    }

    /// `max(lower − y, y − upper)` of two predicted quantiles, and `[lower − threshold, upper +
    /// threshold]`: conformalised quantile regression. Negative where the quantiles were too far apart.
    ///
    /// - Source: Romano et al. 2019, arXiv:1905.03222.
    package static func quantile(targets: [Double], predicted: [Bounds]) -> [Double] {
        zip(targets, predicted).map { max($1.lower - $0, $0 - $1.upper) }
    }

    /// - Parameters:
    ///   - thresholds: One a row.
    ///   - spreads: `nil` for absolute residuals.
    package static func intervals(
        predictions: [Double], thresholds: [Double], spreads: [Double]? = nil
    ) -> [Bounds] {
        predictions.indices.map { row in
            let reach = thresholds[row] * (spreads?[row] ?? 1)
            return Bounds(lower: predictions[row] - reach, upper: predictions[row] + reach)
        }
    }

    /// Of conformalised quantile regression. Where the ends would cross, both are their middle.
    package static func intervals(predicted: [Bounds], thresholds: [Double]) -> [Bounds] {
        zip(predicted, thresholds).map { bounds, threshold in
            let (lower, upper) = (bounds.lower - threshold, bounds.upper + threshold)
            guard lower > upper else { return Bounds(lower: lower, upper: upper) }
            let middle = (lower + upper) / 2
            return Bounds(lower: middle, upper: middle)
        }
    }
}

/// The spread of a model's errors as a function of what it predicts: the mean absolute residual of the
/// rows whose predictions are nearest.
///
/// - Source: k nearest neighbours, Fix & Hodges 1951, DOI 10.2307/1403797; as the spread of conformal
///   intervals, Papadopoulos et al. 2011, DOI 10.1613/jair.3198.
package struct ResidualSpread: Sendable, Hashable {
    /// Ascending.
    private let predictions: [Double]
    /// `Σ |y − ŷ|` of the rows before each place.
    private let sums: [Double]
    /// Rows that are averaged.
    private let neighbours: Int
    /// No spread is below this share of the mean one, so that no interval has no width.
    private static let leastShare = 0.01

    /// - Precondition: a row at least.
    package init(targets: [Double], predictions: [Double]) {
        precondition(!targets.isEmpty && targets.count == predictions.count, "a target each")
        let order = predictions.indices.sorted { (predictions[$0], $0) < (predictions[$1], $1) }
        self.predictions = order.map { predictions[$0] }
        var sums = [0.0]
        for row in order {
            sums.append(sums[sums.count - 1] + abs(targets[row] - predictions[row]))
        }
        self.sums = sums
        neighbours = min(order.count, max(10, Int(Double(order.count).squareRoot().rounded())))
    }

    /// The spread at a prediction: of the `√n` nearest rows, at least ten.
    ///
    /// - Complexity: O(log rows).
    package func callAsFunction(_ prediction: Double) -> Double {
        // The window of nearest rows starts where leaving its first row for the next is a loss.
        var (low, high) = (0, predictions.count - neighbours)
        while low < high {
            let middle = (low + high) / 2
            if prediction - predictions[middle] > predictions[middle + neighbours] - prediction {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let mean = (sums[low + neighbours] - sums[low]) / Double(neighbours)
        let least = Self.leastShare * sums[sums.count - 1] / Double(predictions.count)
        return max(mean, least, .leastNormalMagnitude)
    }
}
