import RealModule
import Statistics
import TensorCore

/// Two models on the same rows.
typealias PairOfModels = PairedComparison<ClassificationSample>

/// Differences of two models as metrics of one sample, so that `Scenario` can cover them.
let pairedMetrics: [String: Metric<PairOfModels>] = {
    let metrics: [ClassificationMetric] = [
        .logLoss, .brierScore, .accuracy, .sensitivity, .rocAUC, .averagePrecision,
        .expectedCalibrationError,
    ]
    return Dictionary(
        uniqueKeysWithValues: metrics.map { metric in
            (metric.rawValue, { @Sendable pair in pair.difference(of: metric).estimate })
        })
}()

let pairedNumberMetrics: [String: Metric<PairedComparison<RegressionSample>>] = Dictionary(
    uniqueKeysWithValues: RegressionMetric.allCases.map { metric in
        (metric.rawValue, { @Sendable pair in pair.difference(of: metric).estimate })
    })

extension Population where Sample == PairOfModels {
    /// The rows of `twoClasses`, scored by it and by a second model.
    ///
    /// - Parameter isBetter: The second mixes the first's scores with the chance itself; else it has
    ///   noise of its own of the same size, and the two are equally good.
    static func pairs(isBetter: Bool, seed: UInt64) -> Self {
        let random = CounterRandom(seed: seed, name: "pairs of models")
        let normal = NormalNumbers(random: random)
        let clusters = clusterRows(filling: 60_000, random)
        var labels: [Int32] = []
        var first: [Double] = []
        var second: [Double] = []
        for (number, rows) in clusters.enumerated() {
            let common = 0.8 * normal(0, number)
            for row in rows {
                let signal = 1.5 * normal(1, row) + common - 0.4
                let chance = logistic(signal)
                labels.append(random.uniform(step: 2, index: UInt64(row)) < chance ? 1 : 0)
                first.append(logistic(0.8 * signal + 0.2 + 0.6 * normal(3, row)))
                second.append(
                    isBetter
                        ? logistic(0.95 * signal + 0.3 * normal(3, row) + 0.3 * normal(4, row))
                        : logistic(0.8 * signal + 0.2 + 0.6 * normal(4, row)))
            }
        }
        let readiness = labels.indices.map { 0.4 + Double(labels[$0]) + first[$0] }
        return Population(clusters: clusters, readiness: readiness) {
            [labels, first, second] chosen, weights, codes in
            try PairedComparison(
                labels: chosen.map { labels[$0] },
                first: chosen.flatMap { [1 - first[$0], first[$0]] },
                second: chosen.flatMap { [1 - second[$0], second[$0]] }, classes: 2,
                weights: weights, clusters: codes)
        }
    }
}

extension Population where Sample == PairedComparison<RegressionSample> {
    /// The rows of `numbers`, predicted by it and by a second model with less noise.
    static func pairsOfNumbers(seed: UInt64) -> Self {
        let normal = NormalNumbers(random: CounterRandom(seed: seed, name: "pairs of numbers"))
        let clusters = clusterRows(filling: 60_000, normal.random)
        var targets: [Double] = []
        var first: [Double] = []
        var second: [Double] = []
        for (number, rows) in clusters.enumerated() {
            let common = 0.5 * normal(0, number)
            for row in rows {
                let target = 10 + 2 * normal(1, row) + common
                let noise = 0.1 * target * normal(2, row)
                targets.append(target)
                first.append(target + common + noise)
                second.append(target + 0.8 * common + 0.6 * noise + 0.6 * normal(3, row))
            }
        }
        let readiness = targets.map { logistic($0 - 10) + 0.3 }
        return Population(clusters: clusters, readiness: readiness) {
            [targets, first, second] chosen, weights, codes in
            try PairedComparison(
                targets: chosen.map { targets[$0] }, first: chosen.map { first[$0] },
                second: chosen.map { second[$0] }, weights: weights, clusters: codes)
        }
    }
}

/// Models of one or two methods, trained with several seeds and measured on the same rows.
///
/// `logit of model m = (1 + a zₘ) signal + a z'ₘ + b rowᵢ,method + c cᵢₘ`: what a seed does to all rows,
/// what a method does to a row under every seed, and what both together do.
struct TrainedModels: Sendable {
    var rows = 300
    var seeds = 5
    /// a
    var seedSpread: Double
    /// b; 0 for one method, compared with itself.
    var methodSpread = 0.0
    /// c
    var rowSpread = 0.5
    /// Rows of a cluster share their signal and half of what a model does to them.
    var clusterSize = 1

    /// Before and after are equally good, whatever the spreads: each is as likely as the other.
    func draw(_ number: Int, name: String) throws -> CrossedComparison<ClassificationSample> {
        let random = CounterRandom(seed: 77, name: name)
        let normal = NormalNumbers(random: random)
        let step = UInt32(number)
        // Blocks of the index: labels' chances, then rows of numbers.
        func numbers(_ block: Int, _ count: Int) -> [Double] {
            (0..<count).map { normal(step, (block + 1) * 100_000 + $0) }
        }
        func effects(_ block: Int) -> [Double] {
            let own = numbers(block, rows)
            guard clusterSize > 1 else { return own }
            let shared = numbers(block + 1, rows)
            return (0..<rows).map { 0.5.squareRoot() * (own[$0] + shared[$0 / clusterSize]) }
        }
        let signal = effects(0).map { 1.5 * $0 - 0.3 }
        let labels = signal.enumerated().map { row, value -> Int32 in
            random.uniform(step: step, index: UInt64(row)) < logistic(value) ? 1 : 0
        }
        let methods = [effects(2), effects(4)]
        func model(_ which: Int) -> [Double] {
            let method = methodSpread > 0 ? methods[which % 2] : [Double](repeating: 0, count: rows)
            let both = effects(10 + 2 * which)
            let spread = numbers(1000 + which, 2)
            return (0..<rows).flatMap { row -> [Double] in
                let score = logistic(
                    (1 + seedSpread * spread[0]) * signal[row] + seedSpread * spread[1]
                        + methodSpread * method[row] + rowSpread * both[row])
                return [1 - score, score]
            }
        }
        let clusters = clusterSize > 1 ? (0..<rows).map { Int32($0 / clusterSize) } : nil
        return try CrossedComparison(
            (0..<seeds).map { seed in
                try PairedComparison(
                    labels: labels, first: model(2 * seed), second: model(2 * seed + 1), classes: 2,
                    clusters: clusters)
            })
    }
}

/// Differences of a number a row under seeds, all normal: `δ + rᵢ + sₖ + eᵢₖ`.
struct CrossedNumbers: Sendable {
    var rows = 100
    var seeds = 5
    var seedSpread: Double
    var rowSpread: Double
    var bothSpread: Double
    var clusterSize = 1

    func draw(_ number: Int, effect: Double, name: String) throws -> Difference {
        let normal = NormalNumbers(random: CounterRandom(seed: 78, name: name))
        let step = UInt32(number)
        func numbers(_ block: Int, _ count: Int) -> [Double] {
            (0..<count).map { normal(step, (block + 1) * 100_000 + $0) }
        }
        func effects(_ block: Int) -> [Double] {
            let own = numbers(block, rows)
            guard clusterSize > 1 else { return own }
            let shared = numbers(block + 1, rows)
            return (0..<rows).map { 0.5.squareRoot() * (own[$0] + shared[$0 / clusterSize]) }
        }
        let (bySeed, byRow) = (numbers(0, seeds), effects(1))
        let after = (0..<seeds).map { seed in
            let both = effects(10 + 2 * seed)
            return (0..<rows).map { row in
                effect + seedSpread * bySeed[seed] + rowSpread * byRow[row] + bothSpread * both[row]
            }
        }
        let clusters = clusterSize > 1 ? (0..<rows).map { Int32($0 / clusterSize) } : nil
        return try crossedMeanDifference(
            before: after.map { $0.map { _ in 0 } }, after: after, clusters: clusters)
    }
}
