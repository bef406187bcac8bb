import RealModule
import Statistics
import TensorCore
import Testing

/// Every interval from influence values against one from numerical derivatives.
///
/// `ψᵢ = wᵢ ∂θ/∂wᵢ` is taken by central differences of the metric's own value, so a wrong
/// derivative in the sources, a forgotten weight or a wrong sum over clusters shows. Differences of
/// relative step 1e-4 have an error near 1e-8; their sums are compared at 1e-6.
@Suite struct JackknifeTests {
    static let rows = 150
    static let random = CounterRandom(seed: 7, name: "jackknife")
    static let clusters = (0..<rows).map { Int32(random.integer(below: 30, step: 1, index: UInt64($0))) }
    static let weights = (0..<rows).map { 0.3 + random.uniform(step: 2, index: UInt64($0)) }

    /// Rounded scores, so that ties play their part.
    static func probabilities(classes: Int) -> [Double] {
        (0..<rows).flatMap { row in
            let raw = (0..<classes).map { c in
                1 + (8 * random.uniform(step: UInt32(3 + c), index: UInt64(row))).rounded()
            }
            return raw.map { $0 / raw.reduce(0, +) }
        }
    }

    /// The true classes, drawn from the probabilities.
    static func labels(_ probabilities: [Double], classes: Int) -> [Int32] {
        (0..<rows).map { row in
            var left = random.uniform(step: 20, index: UInt64(row))
            for c in 0..<classes {
                left -= probabilities[row * classes + c]
                if left < 0 { return Int32(c) }
            }
            return Int32(classes - 1)
        }
    }

    /// `C/(C−1) · Σ_c (Σ_{i∈c} ψᵢ)²` with numerical `ψ`.
    static func variance(
        weights: [Double], clusters: [Int32], of value: ([Double]) throws -> Double?
    ) rethrows -> Double {
        var totals: [Int32: Double] = [:]
        for row in weights.indices {
            let step = 1e-4 * weights[row]
            var shifted = weights
            shifted[row] = weights[row] + step
            let above = try value(shifted) ?? .nan
            shifted[row] = weights[row] - step
            let below = try value(shifted) ?? .nan
            totals[clusters[row], default: 0] += weights[row] * (above - below) / (2 * step)
        }
        let count = Double(totals.count)
        return totals.values.reduce(0) { $0 + $1 * $1 } * count / (count - 1)
    }

    private static func logit(_ p: Double) -> Double { Double.log(p / (1 - p)) }

    /// The interval's half width on its own scale, brought back by the delta method.
    private static func standardError(
        _ estimate: Estimate, scale: String, degrees: Double
    ) throws -> Double {
        let value = try #require(estimate.value)
        let lower = try #require(estimate.lower)
        let upper = try #require(estimate.upper)
        let half =
            switch scale {
            case "logit": (logit(upper) - logit(lower)) / 2 * value * (1 - value)
            case "log": Double.log(upper / lower) / 2 * value
            default: (upper - lower) / 2
            }
        return half / SpecialFunctions.studentQuantile(0.975, degrees: degrees)
    }

    private static func check(
        _ metric: String, scale: String, clustered: Bool, weighted: Bool,
        _ estimate: ([Double], [Int32]?) throws -> Estimate
    ) throws {
        let weights = weighted ? weights : Array(repeating: 1, count: rows)
        let clusters = clustered ? clusters : (0..<Int32(rows)).map { $0 }
        let numerical = try variance(weights: weights, clusters: clusters) {
            try estimate($0, nil).value
        }
        let found = try estimate(weights, clustered ? clusters : nil)
        let error = try standardError(
            found, scale: scale, degrees: Double(Set(clusters).count - 1))
        #expect(agree(error, numerical.squareRoot(), 1e-6), "\(metric)")
        #expect(found.varied == (clustered ? "clusters" : "rows"), "\(metric)")
        #expect(found.clusters == (clustered ? Set(clusters).count : nil), "\(metric)")
    }

    @Test(arguments: [false, true], [false, true])
    func twoClasses(clustered: Bool, weighted: Bool) throws {
        let probabilities = Self.probabilities(classes: 2)
        let labels = Self.labels(probabilities, classes: 2)
        let metrics = binaryMetrics(threshold: 0.5)
        let scales = [
            "rocAUC": "logit", "averagePrecision": "logit", "balancedAccuracy": "logit",
            "macroF1": "logit", "logLoss": "plain", "brierScore": "plain",
            "expectedCost": "plain", "meanScore": "plain",
        ]
        for (metric, scale) in scales {
            try Self.check(metric, scale: scale, clustered: clustered, weighted: weighted) {
                weights, clusters in
                let sample = try ClassificationSample(
                    labels: labels, probabilities: probabilities, classes: 2, weights: weights,
                    clusters: clusters)
                let compute = try #require(metrics[metric])
                return compute(sample)
            }
        }
    }

    @Test(arguments: [false, true], [false, true])
    func moreClasses(clustered: Bool, weighted: Bool) throws {
        let probabilities = Self.probabilities(classes: 4)
        let labels = Self.labels(probabilities, classes: 4)
        let scales = [
            "macroF1": "logit", "balancedAccuracy": "logit", "macroAUC": "logit",
            "logLoss": "plain", "brierScore": "plain",
        ]
        for (metric, scale) in scales {
            try Self.check(metric, scale: scale, clustered: clustered, weighted: weighted) {
                weights, clusters in
                let sample = try ClassificationSample(
                    labels: labels, probabilities: probabilities, classes: 4, weights: weights,
                    clusters: clusters)
                let compute = try #require(multiclassMetrics[metric])
                return compute(sample)
            }
        }
    }

    @Test(arguments: [false, true], [false, true])
    func numbers(clustered: Bool, weighted: Bool) throws {
        let predictions = (0..<Self.rows).map { Self.random.uniform(step: 30, index: UInt64($0)) }
        let targets = predictions.indices.map {
            predictions[$0] + 0.4 * Self.random.uniform(step: 31, index: UInt64($0)) - 0.1
        }
        let scales = ["rootMeanSquaredError": "log", "meanAbsoluteError": "plain", "rSquared": "plain"]
        for (metric, scale) in scales {
            try Self.check(metric, scale: scale, clustered: clustered, weighted: weighted) {
                weights, clusters in
                let sample = try RegressionSample(
                    targets: targets, predictions: predictions, weights: weights,
                    clusters: clusters)
                let compute = try #require(regressionMetrics[metric])
                return compute(sample)
            }
        }
    }

    /// Shares: Wilson's interval for as many simple rows as give the numerical variance.
    @Test(arguments: [false, true], [false, true])
    func shares(clustered: Bool, weighted: Bool) throws {
        guard clustered || weighted else { return }
        let probabilities = Self.probabilities(classes: 2)
        let labels = Self.labels(probabilities, classes: 2)
        let metrics = binaryMetrics(threshold: 0.5)
        let weights = weighted ? Self.weights : Array(repeating: 1, count: Self.rows)
        let z = SpecialFunctions.normalQuantile(0.975)
        let chosen: [String: (Int) -> Bool] = [
            "accuracy": { _ in true }, "selectionRate": { _ in true },
            "sensitivity": { labels[$0] == 1 }, "specificity": { labels[$0] == 0 },
            "falsePositiveRate": { labels[$0] == 0 },
            "positivePredictiveValue": { probabilities[$0 * 2 + 1] >= 0.5 },
        ]
        for (metric, isChosen) in chosen {
            func estimate(_ weights: [Double], _ clusters: [Int32]?) throws -> Estimate {
                let sample = try ClassificationSample(
                    labels: labels, probabilities: probabilities, classes: 2, weights: weights,
                    clusters: clusters)
                let compute = try #require(metrics[metric])
                return compute(sample)
            }
            let clusters = clustered ? Self.clusters : (0..<Int32(Self.rows)).map { $0 }
            let taking = (0..<Self.rows).filter(isChosen)
            let units = Double(Set(taking.map { clusters[$0] }).count)
            let all = Double(Set(clusters).count)
            let numerical =
                try Self.variance(weights: weights, clusters: clusters) {
                    try estimate($0, nil).value
                } * (all - 1) / all * units / (units - 1)
            let found = try estimate(weights, clustered ? clusters : nil)
            let share = try #require(found.value)
            let t = SpecialFunctions.studentQuantile(0.975, degrees: units - 1)
            let effective = share * (1 - share) / numerical
            let wanted = wilson(share: share, rows: effective * (z / t) * (z / t), z: z)
            #expect(agree(found.lower, wanted.lower, 1e-6), "\(metric)")
            #expect(agree(found.upper, wanted.upper, 1e-6), "\(metric)")
            #expect(found.count == taking.count, "\(metric)")
        }
    }
}
