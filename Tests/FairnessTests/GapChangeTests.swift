import Fairness
import Foundation
import Prediction
import Statistics
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Whether the interval of a gap's change holds what it promises, and whether a remedy that is none is believed.
struct GapChangeTests {
    /// A group's rows: for each label how many, and the chances of being decided 1 before and after.
    struct Group: Sendable {
        var positives: Int
        var negatives: Int
        var before: (truePositive: Double, falsePositive: Double)
        var after: (truePositive: Double, falsePositive: Double)
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        var name: String
        var groups: [Group]
        /// Whether a row draws once, so that before and after mostly agree.
        var isCoupled = true
        var testDescription: String { name }
    }

    static let scenarios = [
        Scenario(
            name: "two equal groups, then nobody is selected",
            groups: Array(
                repeating: Group(
                    positives: 100, negatives: 300, before: (0.6, 0.1), after: (0, 0)), count: 2)),
        Scenario(
            name: "five equal groups from 30 rows on, nothing changes, new lots",
            groups: [(8, 22), (25, 75), (75, 225), (150, 450), (300, 900)].map {
                Group(
                    positives: $0.0, negatives: $0.1, before: (0.6, 0.1), after: (0.6, 0.1))
            }, isCoupled: false),
        Scenario(
            name: "a gap that changes its sign and keeps its size",
            groups: [
                Group(positives: 150, negatives: 450, before: (0.7, 0.1), after: (0.6, 0.1)),
                Group(positives: 150, negatives: 450, before: (0.6, 0.1), after: (0.7, 0.1)),
            ]),
        Scenario(
            name: "a gap of .2 removed, 30 rows with 8 positives against 1,000",
            groups: [
                Group(positives: 8, negatives: 22, before: (0.4, 0.1), after: (0.6, 0.1)),
                Group(positives: 250, negatives: 750, before: (0.6, 0.1), after: (0.6, 0.1)),
            ]),
        Scenario(
            name: "a gap of .2 halved among three groups",
            groups: [
                Group(positives: 100, negatives: 300, before: (0.8, 0.2), after: (0.75, 0.15)),
                Group(positives: 100, negatives: 300, before: (0.6, 0.1), after: (0.65, 0.1)),
                Group(positives: 60, negatives: 140, before: (0.7, 0.12), after: (0.7, 0.12)),
            ]),
    ]

    @Test(arguments: scenarios, FairnessConstraint.allCases)
    func changesAreCovered(_ scenario: Scenario, _ constraint: FairnessConstraint) throws {
        let samples = isLong ? 2000 : 60
        let truth = Self.truth(scenario, constraint)
        var (covered, claims, width) = (0, 0, 0.0)
        for sample in 0..<samples {
            let (before, after) = Self.sample(scenario, seed: UInt64(sample))
            let change = try GapChange(
                constraint, column: "group", before: before, after: after)
            let lower = try #require(change.change.lower)
            let upper = try #require(change.change.upper)
            if lower <= truth + 1e-12, truth <= upper + 1e-12 { covered += 1 }
            if upper < 0 { claims += 1 }
            width += upper - lower
        }
        let count = Double(samples)
        let error = (0.95 * 0.05 / count).squareRoot()
        #expect(Double(covered) / count >= 0.95 - 3 * error)
        if truth >= 0 {
            #expect(Double(claims) / count <= 0.025 + 3 * (0.025 * 0.975 / count).squareRoot())
        }
        if isLong {
            try Self.write(
                scenario, constraint, truth: truth, covered: Double(covered) / count,
                claimed: Double(claims) / count, width: width / count)
        }
    }

    /// Both intervals must hold: a gap that fell at too high a price is not mitigated.
    @Test func mitigatedNeedsBothIntervals() throws {
        let scenario = Scenario(
            name: "nobody",
            groups: [
                Group(positives: 1000, negatives: 2000, before: (0.9, 0.1), after: (0, 0)),
                Group(positives: 1000, negatives: 2000, before: (0.6, 0.1), after: (0, 0)),
            ])
        let (before, after) = Self.sample(scenario, seed: 1)
        let change = try GapChange(
            .equalOpportunity, column: "group", before: before, after: after)
        #expect(try #require(change.change.upper) < 0)
        #expect(!change.isMitigated(mostAccuracyLost: 0.02))
        #expect(change.isMitigated(mostAccuracyLost: 0.5))
    }

    static func truth(_ scenario: Scenario, _ constraint: FairnessConstraint) -> Double {
        func gap(
            _ chances: (Group) -> (truePositive: Double, falsePositive: Double)
        ) -> Double {
            constraint.rates.map { rate in
                let values = scenario.groups.map { group -> Double in
                    let (y, x) = chances(group)
                    let (p, n) = (Double(group.positives), Double(group.negatives))
                    switch rate {
                    case .truePositive: return y
                    case .falsePositive: return x
                    default: return (p * y + n * x) / (p + n)
                    }
                }
                return (values.max() ?? 0) - (values.min() ?? 0)
            }.max() ?? 0
        }
        return gap { $0.after } - gap { $0.before }
    }

    static func sample(
        _ scenario: Scenario, seed: UInt64
    ) -> (before: LabelledPredictions, after: LabelledPredictions) {
        let random = CounterRandom(seed: seed, name: scenario.name)
        var index: UInt64 = 0
        func draw() -> Double {
            index += 1
            return random.uniform(index: index)
        }
        var labels: [Int32] = []
        var groups: [String] = []
        var before: [Bool] = []
        var after: [Bool] = []
        for (place, group) in scenario.groups.enumerated() {
            for row in 0..<(group.positives + group.negatives) {
                let isPositive = row < group.positives
                labels.append(isPositive ? 1 : 0)
                groups.append("\(place)")
                let first = draw()
                let second = scenario.isCoupled ? first : draw()
                before.append(
                    first < (isPositive ? group.before.truePositive : group.before.falsePositive))
                after.append(
                    second < (isPositive ? group.after.truePositive : group.after.falsePositive))
            }
        }
        let rows = LabelledPredictions(
            split: .test,
            predictions: Predictions(
                rows: labels.count, classes: ["0", "1"],
                values: Array(repeating: 0.5, count: 2 * labels.count)),
            answers: .classes(labels), protected: [.init(name: "group", groups: groups)])
        return (rows.deciding(before), rows.deciding(after))
    }

    private static func write(
        _ scenario: Scenario, _ constraint: FairnessConstraint, truth: Double, covered: Double,
        claimed: Double, width: Double
    ) throws {
        let slug = (scenario.name + " " + constraint.rawValue)
            .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
            .replacingOccurrences(of: " ", with: "-")
        let text = """
            # Change of a gap: \(scenario.name), \(constraint.rawValue)

            Written by GapChangeTests with VOUCH_VERIFY=1; 2,000 samples.

            | true change | covered by the 95 % interval | mean width | claimed smaller |
            |---|---|---|---|
            | \(String(format: "%.3f", truth)) | \(String(format: "%.1f %%", 100 * covered)) | \
            \(String(format: "%.3f", width)) | \(String(format: "%.1f %%", 100 * claimed)) |

            """
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Verified")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appending(path: "change-\(slug).md"))
    }
}
