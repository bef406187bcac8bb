import RealModule

// MARK: - Proper scores

extension ClassificationSample {
    /// `−mean log(probability of the true class)`, in nats.
    ///
    /// Probabilities are kept off 0 and 1 by the spacing of doubles at 1, as in scikit-learn.
    package func logLoss() -> Estimate {
        let edge = Double.ulpOfOne
        return design.mean(
            (0..<rows).map { row in
                let probability = probabilities[row * classes + Int(labels[row])]
                return -Double.log(min(max(probability, edge), 1 - edge))
            }, bounds: 0...Double.infinity)
    }

    /// The mean squared difference of probability and outcome: of the positive class of two, of all
    /// classes summed where there are more.
    package func brierScore() -> Estimate {
        if classes == 2 {
            return design.mean(
                (0..<rows).map { row in
                    let error = scores[row] - Double(labels[row])
                    return error * error
                }, bounds: 0...1)
        }
        return design.mean(
            (0..<rows).map { row in
                (0..<classes).reduce(0) { sum, candidate in
                    let outcome: Double = Int(labels[row]) == candidate ? 1 : 0
                    let error = probabilities[row * classes + candidate] - outcome
                    return sum + error * error
                }
            }, bounds: 0...2)
    }

    /// The mean probability of the positive class, two classes.
    package func meanScore() -> Estimate { design.mean(scores, bounds: 0...1) }

    /// What is said of each row, and whether it was so: the probability of the positive class of
    /// two; of more, that of the class decided.
    private var statements: (said: [Double], wasSo: [Bool]) {
        if classes == 2 { return (scores, labels.map { $0 == 1 }) }
        let calls = calls()
        return (
            (0..<rows).map { probabilities[$0 * classes + Int(calls[$0])] },
            (0..<rows).map { calls[$0] == labels[$0] }
        )
    }
}

// MARK: - Reliability

extension ClassificationSample {
    /// Rows with about the same probability.
    package struct ReliabilityBin: Sendable, Hashable {
        package var meanScore: Double
        /// The share for which it was so, with Wilson's interval.
        package var observedRate: Estimate
        package var count: Int
    }

    /// Bins of about equal weight, from the lowest probability up; equal probabilities share a bin.
    private func bins(_ wanted: Int, said: [Double]) -> [[Int]] {
        let order = said.indices.filter { design.weights[$0] > 0 }
            .sorted { (said[$0], $0) < (said[$1], $1) }
        let total = design.weights.reduce(0, +)
        var bins: [[Int]] = []
        var current: [Int] = []
        var before = 0.0
        for (position, row) in order.enumerated() {
            let isTied = position > 0 && said[order[position - 1]] == said[row]
            let edge = total * Double(bins.count + 1) / Double(wanted)
            if !isTied, !current.isEmpty, before >= edge * (1 - 1e-12) {
                bins.append(current)
                current = []
            }
            current.append(row)
            before += design.weights[row]
        }
        if !current.isEmpty { bins.append(current) }
        return bins
    }

    package func reliability(bins wanted: Int = 10) -> [ReliabilityBin] {
        let (said, wasSo) = statements
        return bins(wanted, said: said).map { rows in
            let members = Set(rows)
            let weight = rows.reduce(0) { $0 + design.weights[$1] }
            return ReliabilityBin(
                meanScore: rows.reduce(0) { $0 + design.weights[$1] * said[$1] } / weight,
                observedRate: design.share(
                    of: { wasSo[$0] }, among: { members.contains($0) }, empty: "no rows"),
                count: rows.count)
        }
    }

    /// `Σ_b |Σ_{i∈b} wᵢ (scoreᵢ − outcomeᵢ)| / Σ wᵢ` over 15 bins of about equal weight.
    ///
    /// The sum of absolute values exceeds its target by noise, most where calibration is perfect:
    /// a bin with standard error σ and true gap g adds `E|N(g, σ²)| − |g|`. The interval's lower end
    /// takes off that excess at gaps two standard errors smaller than those seen; the upper end takes
    /// off none. It is conservative near 0.
    ///
    /// - Source: Naeini et al. 2015, AAAI 29(1); the bias: Kumar et al. 2019, arXiv:1909.10155.
    package func expectedCalibrationError(bins wanted: Int = 15) -> Estimate {
        let (said, wasSo) = statements
        let total = design.weights.reduce(0, +)
        var value = 0.0
        var signed = [Double](repeating: 0, count: rows)
        var excess = 0.0
        var bias = 0.0
        for rows in bins(wanted, said: said) {
            let gaps = rows.map { said[$0] - (wasSo[$0] ? 1 : 0) }
            let sum = zip(rows, gaps).reduce(0) { $0 + design.weights[$1.0] * $1.1 }
            let mean = sum / rows.reduce(0) { $0 + design.weights[$1] }
            value += abs(sum) / total
            var influence = [Double](repeating: 0, count: self.rows)
            for (row, gap) in zip(rows, gaps) {
                signed[row] = design.weights[row] * (sum < 0 ? -gap : gap) / total
                influence[row] = design.weights[row] * (gap - mean) / total
            }
            let units = design.units(rows)
            let spread = design.variance(of: influence, units: units)?.value.squareRoot() ?? 0
            let seen = abs(sum) / total
            excess += foldedExcess(gap: max(0, seen - 2 * spread), spread)
            bias += foldedExcess(gap: seen, spread)
        }
        for row in 0..<rows { signed[row] -= design.weights[row] * value / total }
        let counts = design.counts()
        var result = Estimate(
            value: value, method: "Normal, less folded noise", varied: design.varied,
            count: counts.rows, clusters: counts.clusters)
        guard let (variance, degrees) = design.variance(
            of: signed, units: counts.clusters ?? counts.rows)
        else {
            result.note = "one independent group of rows says nothing of the spread: no interval"
            return result
        }
        let reach =
            SpecialFunctions.studentQuantile(0.975, degrees: degrees) * variance.squareRoot()
        result.lower = max(0, value - excess - reach)
        result.upper = min(1, value + reach)
        if bias > 0.2 * value { result.note = "noise alone adds about \(rounded(bias))" }
        return result
    }

    /// `E|N(g, σ²)| − |g|`.
    private func foldedExcess(gap: Double, _ spread: Double) -> Double {
        guard spread > 0 else { return 0 }
        let ratio = gap / spread
        let mean =
            spread * (2 / Double.pi).squareRoot() * Double.exp(-ratio * ratio / 2)
            + gap * (1 - 2 * SpecialFunctions.normalCDF(-ratio))
        return mean - gap
    }

    private func rounded(_ number: Double) -> Double { (number * 1e4).rounded() / 1e4 }
}

extension SamplingDesign {
    /// Independent pieces among rows.
    func units(_ rows: [Int]) -> Int {
        guard let clusters else { return rows.count }
        return Set(rows.map { clusters[$0] }).count
    }
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
                fit.coefficients[part], influence: fit.influence[part], method: method)
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
            guard let (step, _) = Self.newton(
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
