package import Prediction

extension LabelledPredictions {
    /// The mean answer of these rows, weighted, as a prediction of so many rows: each class's share, or the
    /// mean number.
    package func typicalAnswer(rows: Int) -> Predictions {
        let weights = weights ?? Array(repeating: 1, count: self.rows)
        let total = weights.reduce(0, +)
        var typical = [Double](repeating: 0, count: predictions.width)
        switch answers {
        case .classes(let labels):
            for (label, weight) in zip(labels, weights) { typical[Int(label)] += weight / total }
        case .numbers(let targets):
            typical[0] = zip(targets, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
        return Predictions(
            rows: rows, classes: predictions.classes,
            values: Array(repeatElement(typical, count: rows).joined()))
    }
}
