import Evidence
import Fairness
import Foundation
import Prediction
import Statistics
import TensorCore
import Testing

/// What data say of groups, against known truths; and the plan of further rows, simulated.
struct DataFindingsTests {
    /// Independent draws in [0, 1).
    private struct Draws {
        private let random: CounterRandom
        private var index: UInt64 = 0

        init(_ seed: Int) { random = CounterRandom(seed: UInt64(seed), name: "data findings") }

        mutating func next() -> Double {
            index += 1
            return random.uniform(index: index)
        }

        mutating func place(_ shares: [Double]) -> Int {
            var left = next()
            for (place, share) in shares.enumerated() {
                left -= share
                if left < 0 { return place }
            }
            return shares.count - 1
        }
    }

    @Test func sharesAgainstAPopulation() throws {
        let groups = DataGroups(
            column: "race",
            groups: Array(repeating: "a", count: 80) + Array(repeating: "b", count: 20))
        let found = groups.representation(against: ["a": 0.7, "b": 0.2, "c": 0.1])
        #expect(found.map(\.group) == ["a", "b", "c"])
        // z = (80 − 70) / √(100 · 0.7 · 0.3) = 2.182; scipy.stats.norm.sf(2.1822) · 2 = 0.02910.
        #expect(abs(try #require(found[0].pValue) - 0.029096) < 1e-5)
        #expect(abs(try #require(found[0].estimate.value) - 0.1) < 1e-12)
        #expect(found[1].pValue == 1 && found[1].estimate.value == 0)
        // None of 100 where 10 are expected.
        #expect(try #require(found[2].pValue) < 0.002)
        #expect(found[2].estimate.value == -0.1)
        // Exact, of 2 expected: 2 P(X ≥ 6) of Binomial(20, 0.1) = 2 · 0.011253.
        let few = DataGroups(
            column: "x", groups: Array(repeating: "a", count: 14) + Array(repeating: "b", count: 6))
        let exact = few.representation(against: ["b": 0.1, "a": 0.9])
        let pValue = try #require(exact[1].pValue)
        #expect(abs(pValue - 2 * 0.0112531) < 1e-6)
        // 2 · 80 · 20 / (100 · 99), and 1 / (0.64 + 0.04).
        let diversity = try #require(groups.diversity.value)
        #expect(abs(diversity - 3200.0 / 9900) < 1e-12)
        #expect(abs(groups.effectiveGroups - 1 / 0.68) < 1e-12)
    }

    @Test func aFeatureThatKnowsTheGroupIsFound() throws {
        var draws = Draws(1)
        var groups: [String] = []
        var copy: [Int] = []
        var noise: [Int] = []
        for _ in 0..<2000 {
            let group = draws.place([0.7, 0.3])
            groups.append(["a", "b"][group])
            copy.append(draws.next() < 0.8 ? group : 1 - group)
            noise.append(draws.place([0.25, 0.25, 0.25, 0.25]))
        }
        let data = DataGroups(column: "g", groups: groups)
        let found = DataFinding.adjusting(
            try data.proxies([("copy", copy, 2), ("noise", noise, 4)]))
        #expect(found.count == 2 && found.allSatisfy { $0.group == "b" })
        // Right in 80 % of both groups: an area of 0.8.
        #expect(abs(try #require(found[0].estimate.value) - 0.8) < 0.03)
        #expect(found[0].verdict(tolerance: 0.05, falseDiscovery: 0.05) == .found)
        // One sample may be unlucky; how many are stands in the simulation below.
        #expect(abs(try #require(found[1].estimate.value) - 0.5) < 0.05)
        #expect(try #require(found[1].adjusted) > 1e-4)
    }

    /// Where nothing is the matter anything is found in at most 5 % of data sets; intervals cover their truths.
    @Test func nothingIsFoundWhereNothingIs() throws {
        let isFull = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
        let repetitions = isFull ? 4000 : 300
        let shares = [0.6, 0.3, 0.08, 0.02]
        let names = ["a", "b", "c", "d"]
        var any = 0
        var byKind: [DataFinding.Kind: Int] = [:]
        var diversityCovered = 0
        let truth = 1 - shares.reduce(0) { $0 + $1 * $1 }
        for repetition in 0..<repetitions {
            var draws = Draws(repetition)
            var groups: [String] = []
            var codes: [[Int]] = [[], [], []]
            var labels: [Bool] = []
            var missing: [Bool] = []
            for _ in 0..<600 {
                groups.append(names[draws.place(shares)])
                codes[0].append(draws.place([0.5, 0.5]))
                codes[1].append(Int(draws.next() * 10))
                codes[2].append(Int(draws.next() * 30))
                labels.append(draws.next() < 0.3)
                missing.append(draws.next() < 0.05)
            }
            let data = DataGroups(column: "g", groups: groups)
            var found = data.representation(
                against: Dictionary(uniqueKeysWithValues: zip(names, shares)))
            found.append(data.gap(.labelRate, of: "y", labels))
            found.append(data.gap(.missing, of: "x", missing))
            found += try data.proxies([
                ("two", codes[0], 2), ("ten", codes[1], 10), ("thirty", codes[2], 30),
            ])
            let told = DataFinding.adjusting(found).filter {
                $0.verdict(tolerance: 0.05, falseDiscovery: 0.05) == .found
            }
            if !told.isEmpty { any += 1 }
            for kind in Set(told.map(\.kind)) { byKind[kind, default: 0] += 1 }
            if let lower = data.diversity.lower, let upper = data.diversity.upper,
                lower <= truth, truth <= upper
            {
                diversityCovered += 1
            }
        }
        let rate = Double(any) / Double(repetitions)
        let error = (0.05 * 0.95 / Double(repetitions)).squareRoot()
        #expect(rate <= 0.05 + 2 * error, "found in \(rate)")
        #expect(Double(diversityCovered) / Double(repetitions) >= 0.95)
        if isFull {
            let text = """
                # Findings of data without any

                Four groups (60, 30, 8, 2 %), 600 rows, three features, a label and missing cells that do not depend on \
                them; \(repetitions) data sets. A finding is false.

                | kind | data sets with one |
                |---|---|
                | any | \(rate) |
                \(DataFinding.Kind.allCases.map { "| \($0) | \(Double(byKind[$0] ?? 0) / Double(repetitions)) |" }.joined(separator: "\n"))

                The interval of the diversity covered in \(Double(diversityCovered) / Double(repetitions)).

                """
            try text.write(
                to: URL(filePath: #filePath).deletingLastPathComponent()
                    .appending(path: "Verified/data_findings.md"), atomically: true, encoding: .utf8
            )
        }
    }

    private static func predictions(
        _ groups: [(name: String, rows: Int, selected: Double)], _ draws: inout Draws
    ) -> LabelledPredictions {
        var values: [Double] = []
        var labels: [Int32] = []
        var names: [String] = []
        for group in groups {
            for _ in 0..<group.rows {
                let score = draws.next() < group.selected ? 0.9 : 0.1
                values += [1 - score, score]
                labels.append(draws.next() < 0.5 ? 1 : 0)
                names.append(group.name)
            }
        }
        return LabelledPredictions(
            split: .test,
            predictions: Predictions(rows: labels.count, classes: ["0", "1"], values: values),
            answers: .classes(labels), protected: [.init(name: "g", groups: names)])
    }

    /// With as many further rows as the plan says, about 80 % of samples settle the gap.
    @Test(arguments: [(0.40, 0.48), (0.40, 0.401)])
    func thePlannedRowsSettleTheGap(_ rates: (Double, Double)) throws {
        var draws = Draws(5)
        func sample(_ more: [String: Int]) -> LabelledPredictions {
            Self.predictions(
                [
                    ("large", 4000 + (more["large"] ?? 0), rates.0),
                    ("small", 80 + (more["small"] ?? 0), rates.1),
                ], &draws)
        }
        // Of many samples that cannot tell, one that shows nearly the true rates.
        var plan: CollectionPlan.Need?
        for _ in 0..<3000 where plan == nil {
            let needs = try CollectionPlan(sample([:])).needs.filter {
                $0.metric.id == "selectionRateGap"
            }
            if needs.count == 1, abs(needs[0].gap - abs(rates.1 - rates.0)) < 0.01 {
                plan = needs[0]
            }
        }
        let need = try #require(plan)
        #expect(need.group == "small" && need.other == "large" && need.have == 80)
        #expect(need.settlesAsGap == (rates.1 - rates.0 > 0.025))
        var settled = 0
        let repetitions = 200
        for _ in 0..<repetitions {
            let rows = sample(["small": need.rows])
            let gap = DataGroups(column: "g", groups: rows.protected[0].groups).gap(
                .labelRate, of: "selected", rows.predictions.positiveScores.map { $0 > 0.5 })
            let (lower, upper) = (
                try #require(gap.estimate.lower), try #require(gap.estimate.upper)
            )
            if need.settlesAsGap ? lower > 0 : upper <= 0.05 { settled += 1 }
        }
        // A gap as estimated differs from the true one by up to 0.01.
        let share = Double(settled) / Double(repetitions)
        #expect(share > 0.6 && share < 0.97, "\(share) with \(need.rows) rows")
    }
}
