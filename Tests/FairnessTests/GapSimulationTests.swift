import Evidence
import Fairness
import Foundation
import Statistics
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Whether the intervals of gaps hold what they promise, at the boundary too.
struct GapSimulationTests {
    struct Group: Sendable {
        var positives: Int
        var negatives: Int
        var truePositive: Double
        var falsePositive: Double
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        var name: String
        var groups: [Group]
        var testDescription: String { name }
    }

    static let scenarios = [
        Scenario(
            name: "two equal groups of 500",
            groups: Array(
                repeating: Group(
                    positives: 125, negatives: 375, truePositive: 0.6, falsePositive: 0.1), count: 2
            )),
        Scenario(
            name: "five equal groups, 30 to 2,000 rows",
            groups: [(8, 22), (25, 75), (75, 225), (200, 600), (500, 1500)].map {
                Group(positives: $0.0, negatives: $0.1, truePositive: 0.6, falsePositive: 0.1)
            }),
        Scenario(
            name: "30 rows with 8 positives against 1,000, apart by .3 and .1",
            groups: [
                Group(positives: 8, negatives: 22, truePositive: 0.9, falsePositive: 0.2),
                Group(positives: 250, negatives: 750, truePositive: 0.6, falsePositive: 0.1),
            ]),
        Scenario(
            name: "three groups, unequal",
            groups: [
                Group(positives: 100, negatives: 300, truePositive: 0.8, falsePositive: 0.2),
                Group(positives: 100, negatives: 300, truePositive: 0.6, falsePositive: 0.3),
                Group(positives: 50, negatives: 150, truePositive: 0.7, falsePositive: 0.02),
            ]),
    ]

    struct Rates: Sendable {
        var metric: MetricID
        var truth: Double
        var covered = 0
        var claimed = 0
        var samples = 0
    }

    @Test(arguments: scenarios) func gapsAreCovered(_ scenario: Scenario) throws {
        let found = try Self.run(scenario, samples: isLong ? 4000 : 300)
        for rates in found {
            let count = Double(rates.samples)
            let error = (0.95 * 0.05 / count).squareRoot()
            #expect(Double(rates.covered) / count >= 0.95 - 3 * error, "\(rates)")
        }
        let isNull = found.allSatisfy { $0.truth == 0 || $0.truth == 1 }
        if isNull {
            // Any claim at all of a report, after the adjustment over its gaps.
            let any = Double(found.first?.claimed ?? 0) / Double(found.first?.samples ?? 1)
            let room = (0.05 * 0.95 / Double(found.first?.samples ?? 1)).squareRoot()
            #expect(any <= 0.05 + (isLong ? 2 : 3) * room)
        }
        if isLong { try Self.write(scenario, found) }
    }

    /// A gap of the size that a sample says it could have shown is claimed in about 80 % of such samples.
    @Test(arguments: [(300, 300), (2000, 400)])
    func whatIsDetectableIsDetected(_ first: Int, _ second: Int) throws {
        func gap(_ hits: Int, _ others: Int) -> PairwiseGaps.Gap {
            PairwiseGaps(rates: [
                [shareEstimate(hits, of: first), shareEstimate(others, of: second)]
            ])
            .gap(within: .range, across: .maximum)
        }
        let base = 0.3
        let size = try #require(
            gap(Int(base * Double(first)), Int(base * Double(second))).detectable)
        let samples = isLong ? 4000 : 600
        let random = CounterRandom(seed: 11, name: "detectable \(first)")
        let claimed = try (0..<samples).count { sample in
            let drawn = gap(
                random.binomial(first, share: base, step: UInt32(sample), index: 0),
                random.binomial(second, share: base + size, step: UInt32(sample), index: 1))
            return try #require(drawn.estimate.lower) > 0
        }
        let share = Double(claimed) / Double(samples)
        #expect(share > 0.72 && share < 0.88, "\(share)")
    }

    /// - Returns: One a gap of the conventions fairlearn and oxonfair; `claimed` counts samples with any
    ///   claim of fairlearn's gaps.
    static func run(_ scenario: Scenario, samples: Int) throws -> [Rates] {
        let definitions =
            GapConvention.fairlearn.gaps.filter { !$0.rates.contains(.rocAUC) }
            + GapConvention.oxonfair.gaps
        let fairlearn = GapConvention.fairlearn.gaps.filter { !$0.rates.contains(.rocAUC) }.count
        let truths = definitions.map { definition in
            definition.gap(
                definition.rates.map { rate in
                    scenario.groups.map { exact(rate, of: $0) }
                }
            ).estimate.value ?? .nan
        }
        var rates = zip(definitions, truths).map { Rates(metric: $0.metric.id, truth: $1) }
        var claims = 0
        for sample in 0..<samples {
            let random = CounterRandom(seed: UInt64(sample), name: scenario.name)
            var index: UInt64 = 0
            let drawn = try scenario.groups.map { group in
                var labels: [Int32] = []
                var probabilities: [Double] = []
                for (label, count, share) in [
                    (Int32(1), group.positives, group.truePositive),
                    (Int32(0), group.negatives, group.falsePositive),
                ] {
                    for _ in 0..<count {
                        index += 1
                        let score = random.uniform(index: index) < share ? 0.9 : 0.1
                        labels.append(label)
                        probabilities += [1 - score, score]
                    }
                }
                return try ClassificationSample(
                    labels: labels, probabilities: probabilities, classes: 2)
            }
            var estimates: [GroupRate: [Estimate]] = [:]
            for rate in GroupRate.allCases where rate != .rocAUC {
                estimates[rate] = drawn.map { rate.estimate($0, threshold: 0.5) }
            }
            let gaps = definitions.map { $0.gap($0.rates.map { estimates[$0] ?? [] }) }
            for place in gaps.indices {
                guard let lower = gaps[place].estimate.lower, let upper = gaps[place].estimate.upper
                else { continue }
                rates[place].samples += 1
                if lower <= truths[place] + 1e-12, truths[place] <= upper + 1e-12 {
                    rates[place].covered += 1
                }
            }
            let adjusted = benjaminiHochberg(gaps.prefix(fairlearn).compactMap(\.pValue))
            if adjusted.contains(where: { $0 <= 0.05 }) { claims += 1 }
        }
        for place in rates.indices { rates[place].claimed = claims }
        return rates
    }

    private static func exact(_ rate: GroupRate, of group: Group) -> Estimate {
        let (p, n) = (Double(group.positives), Double(group.negatives))
        let (tp, fp) = (p * group.truePositive, n * group.falsePositive)
        let value =
            switch rate {
            case .selection: (tp + fp) / (p + n)
            case .truePositive: group.truePositive
            case .falsePositive: group.falsePositive
            case .precision: tp / (tp + fp)
            case .accuracy: (tp + n - fp) / (p + n)
            case .calibration: (0.9 * (tp + fp) + 0.1 * (p + n - tp - fp) - p) / (p + n)
            case .rocAUC: Double.nan
            }
        return Estimate(value: value, lower: value, upper: value, method: "exact", count: 1)
    }

    private static func write(_ scenario: Scenario, _ found: [Rates]) throws {
        var text = """
            # Gaps: \(scenario.name)

            Written by GapSimulationTests with VOUCH_VERIFY=1; \(found.first?.samples ?? 0) samples. Samples \
            with any claim of a gap among fairlearn's: \
            \(String(format: "%.2f %%", 100 * Double(found.first?.claimed ?? 0) / Double(found.first?.samples ?? 1))).

            | Gap | Truth | Covered by the 95 %% interval |
            |---|---|---|

            """.replacingOccurrences(of: "%%", with: "%")
        for rates in found {
            let share = 100 * Double(rates.covered) / Double(max(rates.samples, 1))
            text +=
                "| \(rates.metric) | \(String(format: "%.3f", rates.truth)) | "
                + "\(String(format: "%.1f %%", share)) |\n"
        }
        let slug = scenario.name.filter { $0.isLetter || $0.isNumber || $0 == " " }
            .replacingOccurrences(of: " ", with: "-")
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Verified")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appending(path: "gaps-\(slug).md"))
    }
}
