package import Prediction

extension Predictions {
    /// The class decided for each row, and how sure the decision is.
    ///
    /// Of two classes the second is decided from the threshold on; sureness is the distance from the
    /// threshold, as a share of the longest there is on its side. Of more classes it is the probability
    /// of the most probable one.
    ///
    /// - Precondition: There are classes.
    package func decisions(threshold: Double) -> (classes: [Int], confidences: [Double]) {
        precondition(!classes.isEmpty, "a regression decides nothing")
        if classes.count == 2 {
            let scores = (0..<rows).map { values[2 * $0 + 1] }
            return (
                scores.map { $0 >= threshold ? 1 : 0 },
                scores.map { score in
                    score >= threshold
                        ? (score - threshold) / max(1 - threshold, .leastNormalMagnitude)
                        : (threshold - score) / threshold
                }
            )
        }
        var calls: [Int] = []
        var confidences: [Double] = []
        for row in 0..<rows {
            let first = row * width
            var best = 0
            for candidate in 1..<width where values[first + candidate] > values[first + best] {
                best = candidate
            }
            calls.append(best)
            confidences.append(values[first + best])
        }
        return (calls, confidences)
    }
}

extension LabelledPredictions {
    /// 1 for each row that is decided wrongly, and how sure its decision is; `nil` of a regression.
    package var decisionLosses: (losses: [Double], confidences: [Double])? {
        guard case .classes(let labels) = answers else { return nil }
        let found = predictions.decisions(threshold: threshold)
        return (
            zip(found.classes, labels).map { $0 == Int($1) ? 0 : 1 }, found.confidences
        )
    }
}
