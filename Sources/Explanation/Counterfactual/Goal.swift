package import Prediction
import RealModule

/// What a prediction is to become.
package enum Goal: Sendable, Hashable {
    /// Of two classes: the second is decided from a probability of `threshold`, the first below it.
    case decision(second: Bool, threshold: Double)
    /// Of several classes: this one is the most probable.
    case mostProbable(Int)
    /// A number within these bounds.
    case within(ClosedRange<Double>)

    package func isMet(_ predictions: Predictions, _ row: Int) -> Bool {
        let first = row * predictions.width
        switch self {
        case .decision(let second, let threshold):
            return (predictions.values[first + 1] >= threshold) == second
        case .mostProbable(let place):
            // Of equal ones the first is decided.
            let own = predictions.values[first + place]
            return (0..<predictions.width).allSatisfy {
                $0 == place || predictions.values[first + $0] < own
                    || ($0 > place && predictions.values[first + $0] == own)
            }
        case .within(let range): return range.contains(predictions.values[row])
        }
    }

    /// A number in which columns' effects add up about: log-odds for the wanted class, or the predicted number.
    package func score(_ predictions: Predictions, _ row: Int) -> Double {
        let first = row * predictions.width
        switch self {
        case .decision(let second, let threshold):
            let odds = Self.logOdds(predictions.values[first + 1]) - Self.logOdds(threshold)
            return second ? odds : -odds
        case .mostProbable(let place):
            var other = 0.0
            for column in 0..<predictions.width where column != place {
                other = max(other, predictions.values[first + column])
            }
            return .log(max(predictions.values[first + place], 1e-9)) - .log(max(other, 1e-9))
        case .within: return predictions.values[row]
        }
    }

    /// How far a score is beyond the goal; below 0 where it is not met.
    func margin(_ score: Double) -> Double {
        guard case .within(let range) = self else { return score }
        return min(score - range.lowerBound, range.upperBound - score)
    }

    /// What is told of a prediction: the wanted class's probability, or the number.
    package func value(_ predictions: Predictions, _ row: Int) -> Double {
        let first = row * predictions.width
        return switch self {
        case .decision(let second, _): predictions.values[first + (second ? 1 : 0)]
        case .mostProbable(let place): predictions.values[first + place]
        case .within: predictions.values[row]
        }
    }

    private static func logOdds(_ probability: Double) -> Double {
        let inside = min(max(probability, 1e-7), 1 - 1e-7)
        return .log(inside) - .log(onePlus: -inside)
    }
}
