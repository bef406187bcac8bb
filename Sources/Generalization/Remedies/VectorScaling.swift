package import Evidence
package import Prediction
import RealModule
import Statistics

/// A slope and a shift of each class's logarithm: `pₖ ← softmax(aₖ log pₖ + bₖ)`.
///
/// They minimise the mean log loss, weighted, of the rows they are fitted on, plus 1e-6 of their
/// squared distances from 1 and 0, so that a class without rows keeps a probability.
///
/// - Source: Guo et al. 2017, arXiv:1706.04599.
package struct VectorScaling: OutputRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "vector-scaling", name: "Vector scaling", drawback: .overfitting,
        judgedBy: .logLoss, source: "Guo et al. 2017, arXiv:1706.04599")

    private static let ridge = 1e-6

    /// - Complexity: O(rows · classes) a step, at most 500 steps.
    package func fitted(on rows: LabelledPredictions) throws -> any FittedOutputRemedy {
        let labels = try rows.severalClasses
        let classes = rows.predictions.width
        let weights = rows.weights ?? [Double](repeating: 1, count: rows.rows)
        let total = weights.reduce(0, +)
        let logarithms = rows.predictions.values.map(ClassVector.logarithm)
        let start =
            [Double](repeating: 1, count: classes) + [Double](repeating: 0, count: classes)
        let found = minimized(from: start) { point in
            var loss = 0.0
            var gradient = [Double](repeating: 0, count: 2 * classes)
            var shares = [Double](repeating: 0, count: classes)
            for row in labels.indices {
                let own = logarithms[row * classes..<(row + 1) * classes]
                let partition = ClassVector.softmax(own, point, into: &shares)
                let label = Int(labels[row])
                let weight = weights[row] / total
                let first = own.startIndex
                loss +=
                    weight
                    * (partition - point[label] * own[first + label] - point[classes + label])
                for candidate in 0..<classes {
                    let slope = weight * (shares[candidate] - (candidate == label ? 1 : 0))
                    gradient[candidate] += slope * own[first + candidate]
                    gradient[classes + candidate] += slope
                }
            }
            for part in point.indices {
                let distance = point[part] - start[part]
                loss += Self.ridge * distance * distance
                gradient[part] += 2 * Self.ridge * distance
            }
            return (loss, gradient)
        }
        return ClassVector(
            slopes: Array(found[0..<classes]), shifts: Array(found[classes...]))
    }
}

/// Fitted slopes and shifts, one a class.
package struct ClassVector: FittedOutputRemedy, Hashable {
    package var slopes: [Double]
    package var shifts: [Double]

    package var text: String {
        func range(_ values: [Double]) -> String {
            let ends = [values.min() ?? 0, values.max() ?? 0].map { ($0 * 1e3).rounded() / 1e3 }
            return "\(ends[0]) to \(ends[1])"
        }
        return "slopes \(range(slopes)), shifts \(range(shifts))"
    }

    /// Far below any probability that matters.
    static func logarithm(_ probability: Double) -> Double { Double.log(max(probability, 1e-30)) }

    /// - Parameter point: Slopes, then shifts.
    /// - Returns: The logarithm of the sum of powers.
    static func softmax(
        _ logarithms: ArraySlice<Double>, _ point: [Double], into shares: inout [Double]
    ) -> Double {
        let classes = shares.count
        let first = logarithms.startIndex
        var most = -Double.infinity
        for candidate in 0..<classes {
            shares[candidate] =
                point[candidate] * logarithms[first + candidate] + point[classes + candidate]
            most = max(most, shares[candidate])
        }
        var sum = 0.0
        for candidate in 0..<classes {
            shares[candidate] = Double.exp(shares[candidate] - most)
            sum += shares[candidate]
        }
        for candidate in 0..<classes { shares[candidate] /= sum }
        return most + Double.log(sum)
    }

    package func applied(to predictions: Predictions) -> Predictions {
        let classes = predictions.width
        let logarithms = predictions.values.map(Self.logarithm)
        let point = slopes + shifts
        var result = predictions
        var shares = [Double](repeating: 0, count: classes)
        for row in 0..<predictions.rows {
            let range = row * classes..<(row + 1) * classes
            _ = Self.softmax(logarithms[range], point, into: &shares)
            result.values.replaceSubrange(range, with: shares)
        }
        return result
    }
}
