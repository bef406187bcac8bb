import RealModule
import Statistics
import TensorCore

/// Configurations tried on labels that are pure noise, and the best one reported on the rows that
/// chose it. The true value of each is that of chance.
extension RateScenario {
    /// Counts what a scenario's draws cover, and how much wider they are.
    ///
    /// - Parameter draw: The picked estimate as if it were the only one, and the truth.
    private static func picking(
        _ name: String, looks: Int, direction: Int,
        _ draw: @escaping @Sendable (_ number: Int) throws -> (estimate: Estimate, truth: Double)
    ) -> RateScenario {
        RateScenario(name: name) { samples in
            var (naive, covered, nominal, wide) = (0, 0, 0.0, 0.0)
            var widest = 0.0
            for number in 0..<samples {
                let (estimate, truth) = try draw(number)
                let widened = SelectionOverLooks.widened(
                    estimate, looks: looks, direction: direction)
                guard let lower = estimate.lower, let upper = estimate.upper,
                    let low = widened.lower, let high = widened.upper
                else { continue }
                if lower <= truth, truth <= upper { naive += 1 }
                if low <= truth, truth <= high { covered += 1 }
                nominal += upper - lower
                wide += high - low
                widest = max(widest, (high - low) / (upper - lower))
            }
            func share(_ count: Int) -> Double { Double(count) / Double(samples) }
            func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
            let rule = direction == 0 ? "any rule" : "the best kept"
            return [
                ErrorRate(
                    scenario: name, quantity: "covered, \(rule)", bound: .atLeast(0.95),
                    samples: samples, share: share(covered),
                    detail: "not widened: \((share(naive) * 1000).rounded() / 10) %"),
                ErrorRate(
                    scenario: name, quantity: "width over nominal, \(rule)",
                    // Both ends of a thousand looks need 2.07 times as much: not claimed.
                    bound: .widthAtMost(direction == 0 && looks > 500 ? 2.1 : 2), samples: samples,
                    share: wide / nominal, detail: "at most \(rounded(widest)) times as wide"),
            ]
        }
    }

    private static func bits(_ random: CounterRandom, _ number: Int, _ index: Int) -> Int {
        random.bits(step: UInt32(number), index: UInt64(index)).nonzeroBitCount
    }

    /// Coin tosses on 192 rows: three words of right or wrong for each configuration.
    private static func accuracy(looks: Int, direction: Int) -> RateScenario {
        picking("accuracy of \(looks), 192 rows", looks: looks, direction: direction) { number in
            let random = CounterRandom(seed: 91, name: "accuracy \(looks)")
            let most =
                (0..<looks).map { look in
                    (0..<3).reduce(0) { $0 + bits(random, number, 3 * look + $1) }
                }.max() ?? 0
            let sample = try ClassificationSample(
                labels: (0..<192).map { $0 < most ? 1 : 0 },
                probabilities: (0..<192).flatMap { _ in [0.3, 0.7] }, classes: 2)
            return (sample.accuracy(), 0.5)
        }
    }

    private static func area(looks: Int, rows: Int, direction: Int) -> RateScenario {
        picking("ROC AUC of \(looks), \(rows) rows", looks: looks, direction: direction) { number in
            let random = CounterRandom(seed: 92, name: "area \(looks)")
            let labels = (0..<rows).map { Int32($0 % 2) }
            var best: ClassificationSample?
            var highest = -1.0
            for look in 0..<looks {
                let scores = (0..<rows).map {
                    random.uniform(step: UInt32(number), index: UInt64(look * rows + $0))
                }
                let area = Self.area(scores)
                if area > highest {
                    highest = area
                    best = try ClassificationSample(
                        labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2)
                }
            }
            guard let best else { throw StatisticsError("no configuration was tried") }
            return (best.rocAUC(), 0.5)
        }
    }

    /// The area where odd positions are positive and no scores are equal.
    private static func area(_ scores: [Double]) -> Double {
        var (found, passed) = (0, 0)
        for position in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if position % 2 == 1 { found += 1 } else { passed += found }
        }
        let half = scores.count / 2
        return Double(passed) / Double(half * half)
    }

    /// Losses with a common part, so that looks are alike; the lowest mean is kept.
    private static func related(looks: Int, rows: Int, draws: Int) -> RateScenario {
        let name = "mean loss of \(looks) related, \(rows) rows"
        return RateScenario(name: name) { samples in
            let normal = NormalNumbers(random: CounterRandom(seed: 93, name: name))
            var (covered, wide, separate) = (0, 0.0, 0.0)
            for number in 0..<samples {
                let step = UInt32(number)
                let common = (0..<rows).map { normal(step, $0) }
                let losses = (0..<looks).map { look in
                    (0..<rows).map { row in
                        3 + 0.9 * common[row] + 0.4 * normal(step, (look + 1) * rows + row)
                    }
                }
                let selected = try SelectionOverLooks.best(
                    of: losses, direction: -1, seed: UInt64(number), draws: draws)
                let alone = try PairedComparison(
                    targets: common.map { _ in 0 }, first: common.map { _ in 0 },
                    second: losses[selected.index]
                ).difference(of: .meanAbsoluteError).estimate
                let bonferroni = SelectionOverLooks.widened(alone, looks: looks, direction: -1)
                guard let lower = selected.estimate.lower, let upper = selected.estimate.upper,
                    let low = bonferroni.lower, let high = bonferroni.upper
                else { continue }
                if lower <= 3, 3 <= upper { covered += 1 }
                wide += upper - lower
                separate += high - low
            }
            return [
                ErrorRate(
                    scenario: name, quantity: "covered, maximum by bootstrap",
                    bound: .atLeast(0.95), samples: samples,
                    share: Double(covered) / Double(samples),
                    detail: "width \((wide / separate * 100).rounded() / 100) of Bonferroni's")
            ]
        }
    }

    static let quickSelections = [
        accuracy(looks: 1000, direction: 1), accuracy(looks: 1000, direction: 0),
        area(looks: 20, rows: 60, direction: 1),
        related(looks: 10, rows: 40, draws: 1000),
    ]

    static let longSelections = [
        accuracy(looks: 1000, direction: 1), accuracy(looks: 1000, direction: 0),
        accuracy(looks: 12, direction: 1), accuracy(looks: 12, direction: 0),
        area(looks: 1000, rows: 200, direction: 1), area(looks: 1000, rows: 200, direction: 0),
        related(looks: 30, rows: 100, draws: 2000),
    ]
}
