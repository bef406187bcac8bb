import Fairness
import Statistics
import TensorCore
import Testing

/// Rules that are told no groups, and the pooling of small groups.
struct GroupFreeRuleTests {
    private struct Sample {
        var scores: [Double] = []
        var chances: [[Double]] = []
        var labels: [Bool] = []
        var members: [Int] = []

        /// Scores of groups whose rates differ, with probabilities that know the group in part.
        init(_ seed: UInt64, rows: Int, groups: Int) {
            let random = CounterRandom(seed: seed, name: "groups told in part")
            for row in 0..<rows {
                func draw(_ place: UInt64) -> Double {
                    random.uniform(index: UInt64(row) * 8 + place)
                }
                let member = min(groups - 1, Int(draw(0) * draw(1) * Double(groups)))
                let score = min(0.99, max(0.01, draw(2) - 0.12 * Double(member) + 0.05))
                var chances = (0..<groups).map {
                    $0 == member ? 1.0 : 0.4 * draw(UInt64(4 + $0 % 3))
                }
                let sum = chances.reduce(0, +)
                chances = chances.map { $0 / sum }
                scores.append(score)
                labels.append(draw(3) < score)
                members.append(member)
                self.chances.append(chances)
            }
        }

        func outcome(_ decided: [Bool], _ constraint: FairnessConstraint, groups: Int) -> (
            gap: Double, accuracy: Double
        ) {
            var gap = 0.0
            for rate in constraint.rates {
                let rates = (0..<groups).map { group -> Double in
                    let rows = members.indices.filter { row in
                        guard members[row] == group else { return false }
                        switch rate {
                        case .truePositive: return labels[row]
                        case .falsePositive: return !labels[row]
                        default: return true
                        }
                    }
                    return Double(rows.count { decided[$0] }) / Double(max(rows.count, 1))
                }
                gap = max(gap, (rates.max() ?? 0) - (rates.min() ?? 0))
            }
            let hits = decided.indices.count { decided[$0] == labels[$0] }
            return (gap, Double(hits) / Double(decided.count))
        }
    }

    /// The gap is kept on the fitting rows, at no less accuracy than the best of one multiplier a score.
    @Test(arguments: [2, 5], FairnessConstraint.allCases)
    func theToleranceIsKept(_ groups: Int, _ constraint: FairnessConstraint) {
        let sample = Sample(3, rows: 4000, groups: groups)
        let tolerance = 0.05
        let rule = GroupFreeRule(
            constraint, tolerance: tolerance, groups: (0..<groups).map { "g\($0)" },
            scores: sample.scores, chances: sample.chances, labels: sample.labels,
            members: sample.members)
        func decided(_ rule: GroupFreeRule) -> [Bool] {
            zip(sample.scores, sample.chances).map { rule.decides($0, $1) }
        }
        let found = sample.outcome(decided(rule), constraint, groups: groups)
        #expect(abs(found.gap - rule.fittedGap) < 1e-9)
        let smallest =
            (0..<groups).map { group in
                let own = sample.members.indices.filter { sample.members[$0] == group }
                let positives = own.count { sample.labels[$0] }
                return constraint == .demographicParity
                    ? own.count : min(positives, own.count - positives)
            }.min() ?? 1
        #expect(found.gap <= tolerance + 2 / Double(smallest) + 1e-9)
        let before = sample.outcome(
            sample.scores.map { $0 >= 0.5 }, constraint, groups: groups)
        #expect(before.gap > 0.08)
        #expect(found.accuracy > before.accuracy - 0.12)
        #expect(found.accuracy > 0.6)
        guard groups == 2, constraint == .demographicParity else { return }
        // A grid over the one multiplier that two groups have.
        for step in -200...200 {
            var other = rule
            other.multipliers = [[0.01 * Double(step), 0]]
            let tried = sample.outcome(decided(other), constraint, groups: groups)
            if tried.gap <= tolerance { #expect(tried.accuracy <= found.accuracy + 0.004) }
        }
    }

    @Test func smallGroupsAreDecidedAsOthers() {
        let counts: [String: (positives: Int, negatives: Int)] = [
            "F × a": (200, 900), "F × b": (3, 40), "F × c": (18, 30), "M × a": (300, 800),
            "M × b": (2, 1), "X × a": (1, 0), "X × b": (0, 1),
        ]
        let pooling = GroupPooling(.equalizedOdds, counts: counts, fewest: 20)
        #expect(pooling.pool("F × a") == "F × a")
        // Together 21 positives: a pool of their own.
        #expect(pooling.pool("F × b") == "F × other groups")
        #expect(pooling.pool("F × c") == "F × other groups")
        // Alone too few: with the largest that shares the first part.
        #expect(pooling.pool("M × b") == "M × a")
        // Without such a group, and too few together: the largest of all.
        #expect(pooling.pool("X × a") == "F × a" || pooling.pool("X × a") == "M × a")
        // Of selection rates each row counts.
        let selection = GroupPooling(.demographicParity, counts: counts, fewest: 20)
        #expect(selection.pool("F × b") == "F × b" && selection.pool("M × b") == "M × a")
        let single = GroupPooling(
            .demographicParity, counts: ["a": (50, 50), "b": (60, 60), "c": (1, 9), "d": (1, 12)],
            fewest: 20)
        #expect(single.pool("c") == "other groups" && single.pool("d") == "other groups")
        #expect(GroupPooling(.equalizedOdds, counts: ["a": (9, 9)], fewest: 5).text == nil)
    }
}
