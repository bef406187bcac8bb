import Fairness
import Foundation
import Statistics
import TensorCore
import Testing

/// Thresholds of groups against exhaustive search and against Fairlearn.
struct ThresholdOptimizerTests {
    /// Groups of rows with coarse scores, so that every choice can be tried.
    static func groups(_ seed: UInt64, count: Int, rows: Int) -> [ROCThresholds] {
        let random = CounterRandom(seed: seed, name: "groups")
        var index: UInt64 = 0
        func draw() -> Double {
            index += 1
            return random.uniform(index: index)
        }
        return (0..<count).map { group in
            var scores: [Double] = []
            var labels: [Bool] = [true, false]
            scores = [0.5, 0.5]
            for _ in 0..<rows {
                let label = draw() < 0.25 + 0.2 * Double(group)
                let score = min(0.95, max(0.05, (label ? 0.6 : 0.35) + 0.6 * (draw() - 0.5)))
                scores.append((score * 8).rounded() / 8)
                labels.append(label)
            }
            return ROCThresholds(scores: scores, labels: labels)
        }
    }

    static func rates(
        _ constraint: FairnessConstraint, _ group: ROCThresholds, _ rule: GroupRule
    ) -> (rates: [Double], value: Double) {
        var (x, y) = (0.0, 0.0)
        for (threshold, share) in zip(rule.thresholds, rule.shares) {
            guard let point = group.points.first(where: { $0.threshold == threshold }) else {
                Issue.record("\(threshold) is no threshold of the group")
                continue
            }
            x += share * point.falsePositiveRate
            y += share * point.truePositiveRate
        }
        let selection =
            (group.positives * y + group.negatives * x) / (group.positives + group.negatives)
        let rates: [Double] =
            switch constraint {
            case .demographicParity: [selection]
            case .equalOpportunity: [y]
            case .equalizedOdds: [y, x]
            }
        return (rates, group.positives * y - group.negatives * x)
    }

    static func outcome(
        _ constraint: FairnessConstraint, _ groups: [ROCThresholds], _ rules: [GroupRule]
    ) -> (gap: Double, value: Double) {
        let each = zip(groups, rules).map { rates(constraint, $0, $1) }
        let gap =
            constraint.rates.indices.map { kind in
                let own = each.map { $0.rates[kind] }
                return (own.max() ?? 0) - (own.min() ?? 0)
            }.max() ?? 0
        return (gap, each.reduce(0) { $0 + $1.value })
    }

    /// Every combination of one threshold a group.
    static func exhaustive(
        _ constraint: FairnessConstraint, _ groups: [ROCThresholds], _ tolerance: Double
    ) -> Double {
        var best = -Double.infinity
        func extend(_ rules: [GroupRule]) {
            guard rules.count < groups.count else {
                let found = outcome(constraint, groups, rules)
                if found.gap <= tolerance + 1e-9 { best = max(best, found.value) }
                return
            }
            for point in groups[rules.count].points {
                extend(rules + [GroupRule(threshold: point.threshold)])
            }
        }
        extend([])
        return best
    }

    /// The value of lots on a fine grid of windows: for each, every group's best mixture by its own small search.
    static func grid(
        _ constraint: FairnessConstraint, _ groups: [ROCThresholds], _ tolerance: Double
    ) -> Double {
        let steps = 400
        var best = -Double.infinity
        for place in 0...steps {
            let low = Double(place) / Double(steps)
            var total = 0.0
            for group in groups {
                var own = -Double.infinity
                for first in group.points {
                    for second in group.points {
                        let a = rates(constraint, group, GroupRule(threshold: first.threshold))
                        let b = rates(constraint, group, GroupRule(threshold: second.threshold))
                        let (u, v) = (a.rates[0], b.rates[0])
                        for wanted in [u, low, low + tolerance]
                        where wanted >= min(u, v) && wanted <= max(u, v)
                            && wanted >= low - 1e-12 && wanted <= low + tolerance + 1e-12
                        {
                            let share = u == v ? 0 : (wanted - u) / (v - u)
                            own = max(own, a.value + share * (b.value - a.value))
                        }
                    }
                }
                total += own
            }
            best = max(best, total)
        }
        return best
    }

    @Test(arguments: FairnessConstraint.allCases, [0.0, 0.05, 0.2])
    func oneThresholdAGroupIsTheBestOfAll(
        _ constraint: FairnessConstraint, _ tolerance: Double
    ) {
        for seed in 0..<8 as Range<UInt64> {
            let groups = Self.groups(seed, count: seed % 2 == 0 ? 2 : 3, rows: 60)
            let optimizer = ThresholdOptimizer(constraint: constraint, tolerance: tolerance)
            let found = Self.outcome(constraint, groups, optimizer.deterministic(groups))
            #expect(found.gap <= tolerance + 1e-9)
            #expect(
                abs(found.value - Self.exhaustive(constraint, groups, tolerance)) < 1e-9,
                "seed \(seed)")
        }
    }

    /// The grid is of windows, so that it may miss the best by little and never exceeds it.
    @Test(arguments: [FairnessConstraint.demographicParity, .equalOpportunity], [0.0, 0.05, 0.2])
    func lotsAreTheBestOfAllMixtures(_ constraint: FairnessConstraint, _ tolerance: Double) {
        for seed in 0..<4 as Range<UInt64> {
            let groups = Self.groups(seed, count: 3, rows: 60)
            let optimizer = ThresholdOptimizer(constraint: constraint, tolerance: tolerance)
            let found = Self.outcome(constraint, groups, optimizer.randomized(groups))
            #expect(found.gap <= tolerance + 1e-9)
            let reference = Self.grid(constraint, groups, tolerance)
            #expect(found.value >= reference - 1e-9)
            #expect(found.value <= reference + 0.3)
        }
    }

    /// Lots do at least as well as single thresholds, a larger tolerance as a smaller one, and no constraint as the best
    /// threshold of each group.
    @Test(arguments: FairnessConstraint.allCases)
    func moreRoomIsNeverWorse(_ constraint: FairnessConstraint) {
        for seed in 0..<6 as Range<UInt64> {
            let groups = Self.groups(seed, count: 4, rows: 80)
            var last = -Double.infinity
            for tolerance in [0, 0.02, 0.1, 0.3, 1] {
                let optimizer = ThresholdOptimizer(constraint: constraint, tolerance: tolerance)
                let lots = Self.outcome(constraint, groups, optimizer.randomized(groups))
                let single = Self.outcome(constraint, groups, optimizer.deterministic(groups))
                #expect(lots.gap <= tolerance + 1e-9)
                #expect(lots.value >= single.value - 1e-9)
                #expect(lots.value >= last - 1e-9)
                last = lots.value
            }
            let free = groups.reduce(0) { sum, group in
                sum
                    + (group.points.map {
                        group.positives * $0.truePositiveRate
                            - group.negatives * $0.falsePositiveRate
                    }.max() ?? 0)
            }
            #expect(abs(last - free) < 1e-9)
        }
    }

    private struct Reference: Decodable {
        struct Case: Decodable {
            var constraint: String
            var column: String
            var accuracy: Double
        }
        var rows: Int
        var cases: [Case]
    }

    /// Fairlearn's optimizer searches a grid of 1,000 rates, without tolerance; ours is exact.
    @Test func atNoToleranceItIsFairlearns() throws {
        let folder = try #require(Bundle.module.resourceURL)
        let reference = try JSONDecoder().decode(
            Reference.self, from: Data(contentsOf: folder.appending(path: "thresholds.json")))
        let text = try String(
            contentsOf: folder.appending(path: "predictions.csv"), encoding: .utf8)
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = lines[0]
        #expect(lines.count - 1 == reference.rows)
        func cells(_ name: String) throws -> [String] {
            let place = try #require(header.firstIndex(of: name))
            return lines.dropFirst().map { $0[place] }
        }
        let labels = try cells("y").map { $0 == "1" }
        let scores = try cells("p").compactMap(Double.init)
        for expected in reference.cases {
            let names = try cells(expected.column)
            let groups = Set(names).sorted().map { name in
                let rows = names.indices.filter { names[$0] == name }
                return ROCThresholds(
                    scores: rows.map { scores[$0] }, labels: rows.map { labels[$0] })
            }
            let constraint = try #require(FairnessConstraint(rawValue: expected.constraint))
            let rules = ThresholdOptimizer(constraint: constraint, tolerance: 0)
                .randomized(groups)
            let found = Self.outcome(constraint, groups, rules)
            let negatives = groups.reduce(0) { $0 + $1.negatives }
            let accuracy = (found.value + negatives) / Double(reference.rows)
            #expect(found.gap < 1e-9)
            #expect(accuracy >= expected.accuracy - 1e-9, "\(expected)")
            #expect(accuracy <= expected.accuracy + 0.002, "\(expected), \(accuracy)")
        }
    }
}
