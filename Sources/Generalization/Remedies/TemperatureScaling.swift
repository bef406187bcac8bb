package import Evidence
package import Prediction
import RealModule
import Statistics

/// One number that makes all probabilities bolder or more careful: `pₖ ← pₖ^(1/T) / Σⱼ pⱼ^(1/T)`.
///
/// T minimises the mean log loss, weighted, of the rows it is fitted on; above 1 it takes confidence
/// away. The order of the classes stays, so that decisions by the most probable class do too.
///
/// - Source: Guo et al. 2017, arXiv:1706.04599.
package struct TemperatureScaling: OutputRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "temperature-scaling", name: "Temperature scaling", drawback: .overfitting,
        judgedBy: .logLoss, source: "Guo et al. 2017, arXiv:1706.04599")

    /// Temperatures that are looked at.
    private static let range = 0.05...20.0

    /// - Complexity: O(60 · rows · classes).
    package func fitted(on rows: LabelledPredictions) throws -> any FittedOutputRemedy {
        guard case .classes = rows.answers else { throw RemedyError.noClasses }
        func loss(_ logarithm: Double) throws -> Double {
            let scaled = Temperature(value: Double.exp(logarithm)).applied(to: rows.predictions)
            return try rows.weightedMean(rows.with(scaled).rowLosses)
        }
        // The loss is convex in 1/T, so that it has one valley in log T: golden sections.
        var low = Double.log(Self.range.lowerBound)
        var high = Double.log(Self.range.upperBound)
        let golden = (5.0.squareRoot() - 1) / 2
        var (a, b) = (high - golden * (high - low), low + golden * (high - low))
        var (lossA, lossB) = (try loss(a), try loss(b))
        while high - low > 1e-6 {
            if lossA <= lossB {
                (high, b, lossB) = (b, a, lossA)
                a = high - golden * (high - low)
                lossA = try loss(a)
            } else {
                (low, a, lossA) = (a, b, lossB)
                b = low + golden * (high - low)
                lossB = try loss(b)
            }
        }
        return Temperature(value: Double.exp((low + high) / 2))
    }
}

/// A fitted temperature.
package struct Temperature: FittedOutputRemedy, Hashable {
    package var value: Double

    package init(value: Double) { self.value = value }

    package var text: String { "temperature \((value * 1e4).rounded() / 1e4)" }

    package func applied(to predictions: Predictions) -> Predictions {
        let width = predictions.width
        var result = predictions
        for row in 0..<predictions.rows {
            let range = row * width..<(row + 1) * width
            // Far below any probability that matters, far above where a logarithm overflows.
            let logits = range.map { Double.log(max(predictions.values[$0], 1e-30)) / value }
            result.values.replaceSubrange(range, with: softmax(logits))
        }
        return result
    }
}

package enum RemedyError: Error, Hashable, CustomStringConvertible {
    case noClasses
    case oneClass

    package var description: String {
        switch self {
        case .noClasses: "calibration changes probabilities, and a regression has none"
        case .oneClass: "all rows to fit on are of one class; give rows of several"
        }
    }
}
