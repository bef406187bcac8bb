import Evidence
import Prediction

/// A map from each class's probability, fitted on whether a row is of the class: of two classes the
/// second one's alone; of more one each, after which a row is divided by its sum.
struct OneAgainstRest<Map: Sendable>: Sendable {
    private let maps: [Map]

    /// - Parameter fit: From probabilities, outcomes and weights to a map.
    /// - Throws: where there are no classes, or one alone.
    init(
        _ rows: LabelledPredictions,
        fit: (_ scores: [Double], _ isOfClass: [Bool], _ weights: [Double]) -> Map
    ) throws {
        let labels = try rows.severalClasses
        let width = rows.predictions.width
        var weights = [Double](repeating: 1, count: rows.rows)
        if let own = rows.weights {
            let mean = own.reduce(0, +) / Double(own.count)
            weights = own.map { $0 / mean }
        }
        // Rows without weight say nothing.
        let counted = labels.indices.filter { weights[$0] > 0 }
        maps = (width == 2 ? [1] : Array(0..<width)).map { candidate in
            fit(
                counted.map { rows.predictions.values[$0 * width + candidate] },
                counted.map { Int(labels[$0]) == candidate }, counted.map { weights[$0] })
        }
    }

    /// The predictions with each probability mapped. Where all are 0, the classes are even.
    func applied(
        to predictions: Predictions, _ value: (Map, Double) -> Double
    ) -> Predictions {
        let width = predictions.width
        var result = predictions
        for row in 0..<predictions.rows {
            let first = row * width
            if width == 2 {
                let positive = value(maps[0], predictions.values[first + 1])
                result.values[first] = 1 - positive
                result.values[first + 1] = positive
                continue
            }
            for candidate in 0..<width {
                result.values[first + candidate] =
                    value(maps[candidate], predictions.values[first + candidate])
            }
            let sum = result.values[first..<first + width].reduce(0, +)
            for place in first..<first + width {
                result.values[place] = sum > 0 ? result.values[place] / sum : 1 / Double(width)
            }
        }
        return result
    }

    /// What each map says of each class's probability; `[rows, maps]`.
    func each<Value>(_ predictions: Predictions, _ value: (Map, Double) -> Value) -> [Value] {
        let width = predictions.width
        return (0..<predictions.rows).flatMap { row in
            maps.indices.map { place in
                value(maps[place], predictions.values[row * width + (width == 2 ? 1 : place)])
            }
        }
    }
}

extension LabelledPredictions {
    /// The class of every row.
    ///
    /// - Throws: where the answers are numbers, or of one class alone.
    var severalClasses: [Int32] {
        get throws(RemedyError) {
            guard case .classes(let labels) = answers else { throw .noClasses }
            guard Set(labels).count > 1 else { throw .oneClass }
            return labels
        }
    }
}
