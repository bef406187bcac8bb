package import Prediction
import RealModule
import Statistics

/// How often each of several models stands in a mean of them, chosen on rows that none of them learned from.
///
/// Begins with the model of the lowest loss and adds, as often as there are rounds, the one with which the mean has the lowest loss,
/// the same one again if that is best. Of these bags the smallest with the lowest loss is taken. Ties go to the model that
/// is named first.
///
/// As the bag is chosen on these rows, its loss on them flatters; it is judged on others.
///
/// - Source: Caruana et al. 2004, DOI 10.1145/1015330.1015432, section 2.1 and 2.2: selection with replacement. Not taken over:
///   their bagging of the selection and its start with several models.
package struct GreedyBag: Sendable, Hashable {
    /// One a model, 0 for those left out, without a common factor.
    package let counts: [Int]
    /// The bag's mean loss on the rows that chose it.
    package let loss: Double

    package static let usualRounds = 6

    /// - Parameters:
    ///   - models: What each says of the rows; one or more.
    ///   - rows: With the answers.
    ///   - rounds: The most models in the bag; 1 or more.
    ///   - meansLogits: Whether the delivered mean is one of logits, as of additive models, in place of probabilities.
    /// - Complexity: O(rounds · models · rows · classes).
    package init(
        _ models: [Predictions], on rows: LabelledPredictions, rounds: Int = usualRounds,
        meansLogits: Bool = false
    ) {
        precondition(!models.isEmpty && rounds > 0, "a bag holds a model")
        let turnsLogs = meansLogits && models[0].width > 1
        let values = models.map { model in
            turnsLogs ? model.values.map { Double.log(max($0, 1e-15)) } : model.values
        }
        let weights = rows.weights ?? Array(repeating: 1, count: rows.rows)
        let total = weights.reduce(0, +)
        func loss(_ sum: [Double], _ count: Int) -> Double {
            var mean = models[0]
            mean.values = sum.map { $0 / Double(count) }
            if turnsLogs { mean.normaliseLogs() }
            let losses = rows.with(mean).rowLosses
            return zip(weights, losses).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
        var sum = [Double](repeating: 0, count: values[0].count)
        var counts = [Int](repeating: 0, count: models.count)
        var best: (counts: [Int], loss: Double)?
        for size in 1...rounds {
            var next: (model: Int, loss: Double)?
            for model in models.indices {
                let found = loss(zip(sum, values[model]).map { $0 + $1 }, size)
                if next.map({ found < $0.loss }) ?? true { next = (model, found) }
            }
            guard let next else { break }
            for place in sum.indices { sum[place] += values[next.model][place] }
            counts[next.model] += 1
            if best.map({ next.loss < $0.loss }) ?? true { best = (counts, next.loss) }
        }
        let chosen = best ?? (counts, .nan)
        let factor = max(1, chosen.counts.reduce(0, Self.commonFactor))
        self.counts = chosen.counts.map { $0 / factor }
        self.loss = chosen.loss
    }

    private static func commonFactor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

extension Predictions {
    /// From logarithms of probabilities, up to a number a row, to probabilities.
    fileprivate mutating func normaliseLogs() {
        for start in stride(from: 0, to: values.count, by: width) {
            let range = start..<(start + width)
            values.replaceSubrange(range, with: softmax(Array(values[range])))
        }
    }
}
