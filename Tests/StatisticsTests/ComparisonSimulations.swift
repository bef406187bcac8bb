import RealModule
import Statistics
import TensorCore

extension Scenario {
    private static let ordinary: @Sendable (String) -> CoverageClaim = {
        // Shares of rows on which two models disagree are few, and their intervals exact.
        switch $0 {
        case "expectedCalibrationError", "accuracy", "sensitivity": .boundary
        default: .regular
        }
    }

    /// Estimand: the difference over the population drawn from, each of its rows counting once.
    static let paired: [Scenario] = [
        Scenario(
            "pairs, 500 rows", .pairs(isBetter: true, seed: 21), .rows(500), pairedMetrics,
            claim: ordinary),
        Scenario(
            "pairs, 600 weighted rows", .pairs(isBetter: true, seed: 22), .weightedRows(600),
            pairedMetrics, claim: ordinary),
        Scenario(
            "pairs, 120 clusters", .pairs(isBetter: true, seed: 23), .clusters(120), pairedMetrics,
            claim: ordinary),
        Scenario(
            "equal pairs, 500 rows", .pairs(isBetter: false, seed: 24), .rows(500), pairedMetrics,
            claim: ordinary),
        Scenario("pairs, 50 rows", .pairs(isBetter: true, seed: 25), .rows(50), pairedMetrics) {
            _ in
            .boundary
        },
        Scenario(
            "pairs of numbers, 300 rows", .pairsOfNumbers(seed: 26), .rows(300),
            pairedNumberMetrics, claim: ordinary),
        Scenario(
            "pairs of numbers, 100 clusters", .pairsOfNumbers(seed: 27), .clusters(100),
            pairedNumberMetrics, claim: ordinary),
        Scenario(
            "pairs of numbers, 40 rows", .pairsOfNumbers(seed: 28), .rows(40), pairedNumberMetrics
        ) { _ in .boundary },
    ]
}

// MARK: - A method compared with itself, and two that are equally good

extension RateScenario {
    /// Better or worse is claimed where neither is.
    private static func nothing(_ name: String, _ models: TrainedModels) -> RateScenario {
        RateScenario(name: name) { samples in
            let metrics: [ClassificationMetric] = [
                .logLoss, .brierScore, .accuracy, .rocAUC, .averagePrecision,
                .expectedCalibrationError,
            ]
            var claimed = [Int](repeating: 0, count: metrics.count)
            for number in 0..<samples {
                let comparison = try models.draw(number, name: name)
                for (position, metric) in metrics.enumerated() {
                    let verdict = Verdict(comparison.difference(of: metric), direction: 1)
                    if verdict != .cannotTell { claimed[position] += 1 }
                }
            }
            return metrics.enumerated().map { position, metric in
                ErrorRate(
                    scenario: name, quantity: metric.rawValue + ", better or worse",
                    bound: .atMost(0.05), samples: samples,
                    share: Double(claimed[position]) / Double(samples))
            }
        }
    }

    /// Differences of nothing are claimed; one of the stated detectable effect is found.
    private static func power(_ name: String, _ numbers: CrossedNumbers) -> RateScenario {
        RateScenario(name: name) { samples in
            var claimed = 0
            var stated = 0.0
            for number in 0..<samples {
                let found = try numbers.draw(number, effect: 0, name: name)
                if Verdict(found, direction: 1) != .cannotTell { claimed += 1 }
                stated += found.minimumDetectableEffect ?? .nan
            }
            let effect = stated / Double(samples)
            var seen = 0
            for number in 0..<samples {
                let found = try numbers.draw(number, effect: effect, name: name + ", effect")
                if Verdict(found, direction: 1) == .better { seen += 1 }
            }
            return [
                ErrorRate(
                    scenario: name, quantity: "mean, better or worse", bound: .atMost(0.05),
                    samples: samples, share: Double(claimed) / Double(samples)),
                ErrorRate(
                    scenario: name, quantity: "mean, the stated effect found",
                    bound: .atLeast(0.8), samples: samples, share: Double(seen) / Double(samples),
                    detail: "effect \((effect * 1000).rounded() / 1000)"),
            ]
        }
    }

    static let crossed: [RateScenario] = [
        nothing("A/A, 5 seeds, 300 rows", TrainedModels(seedSpread: 0.1)),
        nothing("A/A, 5 seeds that hardly vary", TrainedModels(seedSpread: 0.01)),
        nothing("A/A, 5 seeds that vary much", TrainedModels(seedSpread: 0.5)),
        nothing("A/A, 5 seeds, 60 clusters", TrainedModels(seedSpread: 0.1, clusterSize: 5)),
        nothing("A/A, 10 seeds, 100 rows", TrainedModels(rows: 100, seeds: 10, seedSpread: 0.1)),
        nothing(
            "two equal methods, 5 seeds, 300 rows",
            TrainedModels(seedSpread: 0.1, methodSpread: 0.5)),
        nothing(
            "two equal methods, 5 seeds, 60 clusters",
            TrainedModels(seedSpread: 0.2, methodSpread: 0.7, clusterSize: 5)),
        power(
            "5 seeds, seeds alone vary",
            CrossedNumbers(seedSpread: 1, rowSpread: 0, bothSpread: 0.1)),
        power(
            "5 seeds, all vary",
            CrossedNumbers(seedSpread: 0.1, rowSpread: 1, bothSpread: 1)),
        power(
            "5 seeds, seeds vary most",
            CrossedNumbers(seedSpread: 0.4, rowSpread: 1, bothSpread: 1)),
        power(
            "5 seeds, neither alone",
            CrossedNumbers(seedSpread: 0, rowSpread: 0, bothSpread: 1)),
        power(
            "5 seeds, 20 clusters",
            CrossedNumbers(seedSpread: 0.2, rowSpread: 1, bothSpread: 1, clusterSize: 5)),
        power(
            "10 seeds, all vary",
            CrossedNumbers(seeds: 10, seedSpread: 0.2, rowSpread: 1, bothSpread: 1)),
    ]
}

// MARK: - Paired power

extension RateScenario {
    /// A draw of two models whose true difference is an effect.
    private static func pairedPower(
        _ name: String, _ draw: @escaping @Sendable (Int, Double, String) throws -> Difference
    ) -> RateScenario {
        RateScenario(name: name) { samples in
            var claimed = 0
            var stated = 0.0
            for number in 0..<samples {
                let found = try draw(number, 0, name)
                if Verdict(found, direction: 1) != .cannotTell { claimed += 1 }
                stated += found.minimumDetectableEffect ?? .nan
            }
            let effect = stated / Double(samples)
            var seen = 0
            for number in 0..<samples {
                let found = try draw(number, effect, name + ", effect")
                if Verdict(found, direction: 1) == .better { seen += 1 }
            }
            return [
                ErrorRate(
                    scenario: name, quantity: "better or worse", bound: .atMost(0.05),
                    samples: samples, share: Double(claimed) / Double(samples)),
                ErrorRate(
                    scenario: name, quantity: "the stated effect found", bound: .atLeast(0.8),
                    samples: samples, share: Double(seen) / Double(samples),
                    detail: "effect \((effect * 1000).rounded() / 1000)"),
            ]
        }
    }

    /// Each model is right alone in a share of rows; the effect is the second's gain.
    private static func accuracyPower(disagreement: Double) -> RateScenario {
        pairedPower("accuracy, 400 rows, each alone right in \(Int(100 * disagreement)) %") {
            number, effect, name in
            let random = CounterRandom(seed: 82, name: name)
            var first: [Double] = []
            var second: [Double] = []
            for row in 0..<400 {
                let u = random.uniform(step: UInt32(number), index: UInt64(row))
                let isGained = u < disagreement + effect
                let isLost = !isGained && u < 2 * disagreement + effect
                let isRight = u < 0.9
                first += isLost || (!isGained && isRight) ? [0.2, 0.8] : [0.8, 0.2]
                second += isGained || (!isLost && isRight) ? [0.2, 0.8] : [0.8, 0.2]
            }
            return try PairedComparison(
                labels: [Int32](repeating: 1, count: 400), first: first, second: second, classes: 2
            ).difference(of: .accuracy)
        }
    }

    static let pairedPowers: [RateScenario] = [
        pairedPower("mean absolute error, 60 rows") { number, effect, name in
            let normal = NormalNumbers(random: CounterRandom(seed: 81, name: name))
            let step = UInt32(number)
            let first = (0..<60).map { 3 + abs(normal(step, $0)) }
            let second = (0..<60).map { first[$0] + effect + 0.3 * normal(step, 1000 + $0) }
            return try PairedComparison(
                targets: first.map { _ in 0 }, first: first, second: second
            ).difference(of: .meanAbsoluteError)
        },
        accuracyPower(disagreement: 0.1),
        accuracyPower(disagreement: 0.01),
        // Two normal classes d apart have an area of Φ(d/√2).
        pairedPower("ROC AUC, 300 rows") { number, effect, name in
            let normal = NormalNumbers(random: CounterRandom(seed: 83, name: name))
            let step = UInt32(number)
            let start = SpecialFunctions.normalCDF(1 / 2.0.squareRoot())
            let apart = 2.0.squareRoot() * SpecialFunctions.normalQuantile(start + effect)
            let labels = (0..<300).map { Int32($0 % 3 == 0 ? 1 : 0) }
            func scores(_ distance: Double, _ block: Int) -> [Double] {
                labels.enumerated().flatMap { row, label -> [Double] in
                    let noise = 0.8 * normal(step, row) + 0.6 * normal(step, block + row)
                    let score = logistic(noise + distance * Double(label))
                    return [1 - score, score]
                }
            }
            return try PairedComparison(
                labels: labels, first: scores(1, 1000), second: scores(apart, 2000), classes: 2
            ).difference(of: .rocAUC)
        },
    ]
}
