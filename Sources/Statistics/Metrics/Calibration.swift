import RealModule

// MARK: - Proper scores

extension ClassificationSample {
    /// `−mean log(probability of the true class)`, in nats.
    ///
    /// Probabilities are kept off 0 and 1 by the spacing of doubles at 1, as in scikit-learn.
    package func logLoss() -> Estimate {
        design.mean(rowLogLosses, scale: .log, parts: lossParts)
    }

    /// Of two classes both must occur: what a row of one costs is not seen in those of the other.
    var lossParts: [SamplePart] {
        let rows = design.whole(least: SamplePart.linear)
        return classes > 2
            ? [rows]
            : [
                rows, design.part("positive rows", least: 1) { labels[$0] == 1 },
                design.part("negative rows", least: 1) { labels[$0] == 0 },
            ]
    }

    /// `−log(probability of the true class)`, one a row.
    package var rowLogLosses: [Double] {
        let edge = Double.ulpOfOne
        return (0..<rows).map { row in
            let probability = probabilities[row * classes + Int(labels[row])]
            return -Double.log(min(max(probability, edge), 1 - edge))
        }
    }

    /// The mean squared difference of probability and outcome: of the positive class of two, of all
    /// classes summed where there are more.
    package func brierScore() -> Estimate {
        design.mean(
            rowBrierScores, scale: .log, bounds: 0...(classes == 2 ? 1 : 2),
            parts: lossParts)
    }

    /// The squared difference of probability and outcome, one a row; see `brierScore`.
    package var rowBrierScores: [Double] {
        if classes == 2 {
            return (0..<rows).map { row in
                let error = scores[row] - Double(labels[row])
                return error * error
            }
        }
        return (0..<rows).map { row in
            (0..<classes).reduce(0) { sum, candidate in
                let outcome: Double = Int(labels[row]) == candidate ? 1 : 0
                let error = probabilities[row * classes + candidate] - outcome
                return sum + error * error
            }
        }
    }

    /// The mean probability of the positive class, two classes.
    package func meanScore() -> Estimate { design.mean(scores, scale: .logit) }
}

// MARK: - Logistic recalibration

extension ClassificationSample {
    /// How the scores would have to be stretched and shifted on the logit scale, two classes.
    ///
    /// - `slope` is b of `logit P(y = 1) = a + b · logit(score)`; 1 is right, below 1 the scores are
    ///   too extreme.
    /// - `intercept` is a of `logit P(y = 1) = a + logit(score)`: calibration in the large; 0 is
    ///   right, below 0 the scores are too high.
    ///
    /// Maximum likelihood by Newton's method; sandwich variances.
    ///
    /// - Source: Cox 1958, DOI 10.1093/biomet/45.3-4.562; Steyerberg 2019, ISBN 978-3-030-16399-0.
    package func calibration() -> (slope: Estimate, intercept: Estimate) {
        let edge = 1e-12
        let logits = scores.map { score in
            let clipped = min(max(score, edge), 1 - edge)
            return Double.log(clipped) - Double.log(onePlus: -clipped)
        }
        let method = "Logistic recalibration, sandwich"
        func estimate(_ fit: LogisticFit?, _ part: Int) -> Estimate {
            guard let fit else {
                let counts = design.counts()
                return Estimate(
                    value: nil, method: method, varied: design.varied, count: counts.rows,
                    clusters: counts.clusters,
                    note: "the likelihood has no maximum on these rows: the scores separate the "
                        + "classes, are all equal, or only one class occurs")
            }
            return design.estimate(
                fit.coefficients[part], influence: fit.influence[part], method: method,
                parts: [
                    design.part("positive rows") { labels[$0] == 1 },
                    design.part("negative rows") { labels[$0] == 0 },
                ])
        }
        let outcomes = labels.map(Double.init)
        let ones = [Double](repeating: 1, count: rows)
        let zeros = [Double](repeating: 0, count: rows)
        let both = LogisticFit(
            predictors: [ones, logits], offsets: zeros, outcomes: outcomes, weights: design.weights)
        let shift = LogisticFit(
            predictors: [ones], offsets: logits, outcomes: outcomes, weights: design.weights)
        return (estimate(both, 1), estimate(shift, 0))
    }
}

/// Logistic regression on one or two predictors by Newton's method.
struct LogisticFit {
    var coefficients: [Double]
    /// For each coefficient, `ψᵢ` of each row.
    var influence: [[Double]]

    /// - Returns: `nil` where the likelihood has no maximum.
    init?(predictors: [[Double]], offsets: [Double], outcomes: [Double], weights: [Double]) {
        let count = predictors.count
        precondition(count == 1 || count == 2, "one predictor or two")
        let positive = zip(weights, outcomes).reduce(0) { $0 + $1.0 * $1.1 }
        let total = weights.reduce(0, +)
        guard positive > 0, positive < total else { return nil }
        var coefficients = [Double](repeating: 0, count: count)
        if count == 2 { coefficients[1] = 1 }
        var previous = Self.logLikelihood(predictors, offsets, outcomes, weights, coefficients)
        for _ in 0..<100 {
            guard
                let (step, _) = Self.newton(
                    predictors, offsets, outcomes, weights, coefficients)
            else { return nil }
            // Halved until the likelihood does not fall.
            var scale = 1.0
            var next = coefficients
            var reached = previous
            repeat {
                next = zip(coefficients, step).map { $0 + scale * $1 }
                reached = Self.logLikelihood(predictors, offsets, outcomes, weights, next)
                scale /= 2
            } while reached < previous - 1e-12 * abs(previous) && scale > 1e-10
            let change = zip(next, coefficients).map { abs($0 - $1) }.max() ?? 0
            coefficients = next
            previous = reached
            guard coefficients.allSatisfy({ abs($0) < 1e4 }) else { return nil }
            if change < 1e-13 * max(1, coefficients.map(abs).max() ?? 1) { break }
        }
        guard let (_, inverse) = Self.newton(predictors, offsets, outcomes, weights, coefficients)
        else { return nil }
        self.coefficients = coefficients
        influence = (0..<count).map { part in
            outcomes.indices.map { row in
                let residual =
                    outcomes[row] - Self.probability(predictors, offsets, coefficients, row)
                return weights[row] * residual
                    * (0..<count).reduce(0) { $0 + inverse[part][$1] * predictors[$1][row] }
            }
        }
    }

    private static func linear(
        _ predictors: [[Double]], _ offsets: [Double], _ coefficients: [Double], _ row: Int
    ) -> Double {
        coefficients.indices.reduce(offsets[row]) { $0 + coefficients[$1] * predictors[$1][row] }
    }

    private static func probability(
        _ predictors: [[Double]], _ offsets: [Double], _ coefficients: [Double], _ row: Int
    ) -> Double {
        1 / (1 + Double.exp(-linear(predictors, offsets, coefficients, row)))
    }

    private static func logLikelihood(
        _ predictors: [[Double]], _ offsets: [Double], _ outcomes: [Double], _ weights: [Double],
        _ coefficients: [Double]
    ) -> Double {
        outcomes.indices.reduce(0) { sum, row in
            let x = linear(predictors, offsets, coefficients, row)
            // y·x − log(1 + eˣ) without overflow
            let partition = max(x, 0) + Double.log(onePlus: Double.exp(-abs(x)))
            return sum + weights[row] * (outcomes[row] * x - partition)
        }
    }

    /// The Newton step and the inverse information.
    private static func newton(
        _ predictors: [[Double]], _ offsets: [Double], _ outcomes: [Double], _ weights: [Double],
        _ coefficients: [Double]
    ) -> (step: [Double], inverse: [[Double]])? {
        let count = predictors.count
        var gradient = [Double](repeating: 0, count: count)
        var information = [[Double]](repeating: gradient, count: count)
        for row in outcomes.indices {
            let p = probability(predictors, offsets, coefficients, row)
            for a in 0..<count {
                gradient[a] += weights[row] * (outcomes[row] - p) * predictors[a][row]
                for b in 0..<count {
                    information[a][b] +=
                        weights[row] * p * (1 - p) * predictors[a][row] * predictors[b][row]
                }
            }
        }
        let inverse: [[Double]]
        if count == 1 {
            guard information[0][0] > 0 else { return nil }
            inverse = [[1 / information[0][0]]]
        } else {
            let (a, b, d) = (information[0][0], information[0][1], information[1][1])
            let determinant = a * d - b * b
            guard determinant > 1e-12 * a * d else { return nil }
            inverse = [
                [d / determinant, -b / determinant], [-b / determinant, a / determinant],
            ]
        }
        let step = inverse.map { line in zip(line, gradient).reduce(0) { $0 + $1.0 * $1.1 } }
        return (step, inverse)
    }
}
