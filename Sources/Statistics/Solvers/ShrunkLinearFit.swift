import RealModule

/// A linear function of features, or one a class, whose weights are shrunk to 0: ridge, logistic or softmax
/// regression.
///
/// Least is `Σ w·loss(x·V + c, y) + penalty/2 · Σ V²`, over weights `V` and intercepts `c`, which are not shrunk. The loss is
/// half a squared error, or a cross-entropy in nats.
///
/// - Source: Hoerl & Kennard 1970, DOI 10.1080/00401706.1970.10488634; le Cessie & van Houwelingen 1992,
///   DOI 10.2307/2347628.
package struct ShrunkLinearFit: Sendable, Hashable {
    package enum Answers: Sendable, Hashable {
        case numbers([Double])
        /// 0 or 1; one output, the logit of 1.
        case binary([Double])
        /// Places of classes; an output each.
        case classes([Int], count: Int)

        package var outputs: Int { if case .classes(_, let count) = self { count } else { 1 } }
    }

    /// `[features, outputs]`, row-major.
    package private(set) var weights: [Double]
    /// `[outputs]`
    package private(set) var intercepts: [Double]

    /// The steps of the search, which of some hundred rows ends before or moves the loss no more.
    private static let mostSteps = 60

    /// - Parameters:
    ///   - rows: `[rows, features]`, row-major.
    ///   - answers: One a row.
    ///   - rowWeights: Not negative, not all 0; `nil` for 1 each.
    ///   - penalty: Above 0, in rows: as much as that many rows' losses where weights are about 1.
    ///   - start: Where to begin, of the same features and outputs; `nil` for 0.
    /// - Complexity: O(steps · rows · features · outputs); features that are 0 cost nothing.
    package init(
        _ rows: [Float], answers: Answers, rowWeights: [Double]? = nil, penalty: Double,
        start: ShrunkLinearFit? = nil
    ) {
        let count =
            switch answers {
            case .numbers(let all), .binary(let all): all.count
            case .classes(let all, _): all.count
            }
        precondition(count > 0 && rows.count.isMultiple(of: count), "as many features in each row")
        precondition(penalty > 0, "without a penalty there may be no least point")
        let shares = rowWeights ?? Array(repeating: 1, count: count)
        let total = shares.reduce(0, +)
        precondition(shares.count == count && total > 0, "rows that weigh something")
        let (features, outputs) = (rows.count / count, answers.outputs)
        let begin =
            start.map { $0.weights + $0.intercepts }
            ?? Array(repeating: 0, count: (features + 1) * outputs)
        precondition(begin.count == (features + 1) * outputs, "a start of other features")
        let found = minimized(from: begin, steps: Self.mostSteps) { point in
            var value = 0.0
            var gradient = [Double](repeating: 0, count: point.count)
            for place in 0..<(features * outputs) {
                value += penalty / 2 * point[place] * point[place]
                gradient[place] = penalty * point[place]
            }
            var scores = [Double](repeating: 0, count: outputs)
            for row in 0..<count where shares[row] > 0 {
                Self.replace(&scores, by: rows, row, features, of: point)
                value += shares[row] * Self.replaceBySlopes(&scores, answers, row)
                for output in 0..<outputs {
                    let slope = shares[row] * scores[output]
                    gradient[features * outputs + output] += slope
                }
                for feature in 0..<features {
                    let x = shares[row] * Double(rows[row * features + feature])
                    guard x != 0 else { continue }
                    for output in 0..<outputs {
                        gradient[feature * outputs + output] += x * scores[output]
                    }
                }
            }
            // By row, so that the search ends at the same precision whatever their number.
            return (value / total, gradient.map { $0 / total })
        }
        weights = Array(found[..<(features * outputs)])
        intercepts = Array(found[(features * outputs)...])
    }

    /// The outputs of rows, `[rows, outputs]`.
    package func scores(_ rows: [Float]) -> [Double] {
        let outputs = intercepts.count
        let features = weights.count / outputs
        precondition(features > 0 && rows.count.isMultiple(of: features), "rows of other features")
        let point = weights + intercepts
        var own = [Double](repeating: 0, count: outputs)
        return (0..<(rows.count / features)).flatMap { row in
            Self.replace(&own, by: rows, row, features, of: point)
            return own
        }
    }

    /// The outputs of a row, in place of what was there.
    private static func replace(
        _ scores: inout [Double], by rows: [Float], _ row: Int, _ features: Int, of point: [Double]
    ) {
        let outputs = scores.count
        for output in 0..<outputs { scores[output] = point[features * outputs + output] }
        for feature in 0..<features {
            let x = Double(rows[row * features + feature])
            guard x != 0 else { continue }
            for output in 0..<outputs { scores[output] += x * point[feature * outputs + output] }
        }
    }

    /// The loss of a row; its outputs become the slopes of the loss along them.
    private static func replaceBySlopes(
        _ scores: inout [Double], _ answers: Answers, _ row: Int
    ) -> Double {
        switch answers {
        case .numbers(let all):
            scores[0] -= all[row]
            return scores[0] * scores[0] / 2
        case .binary(let all):
            let score = scores[0]
            let loss = max(score, 0) + Double.log(onePlus: Double.exp(-abs(score)))
            scores[0] = 1 / (1 + Double.exp(-score)) - all[row]
            return loss - all[row] * score
        case .classes(let all, _):
            let top = scores.max() ?? 0
            let own = scores[all[row]]
            var sum = 0.0
            for output in scores.indices {
                scores[output] = Double.exp(scores[output] - top)
                sum += scores[output]
            }
            for output in scores.indices { scores[output] /= sum }
            scores[all[row]] -= 1
            return Double.log(sum) + top - own
        }
    }
}
