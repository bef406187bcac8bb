import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// ABROCA and the gap in calibration, at their boundaries: equal groups, few rows, no positive at all.
struct RankingGapTests {
    private static func sample(_ rows: [(Int32, Double)]) throws -> ClassificationSample {
        try ClassificationSample(
            labels: rows.map(\.0), probabilities: rows.flatMap { [1 - $0.1, $0.1] }, classes: 2)
    }

    /// One curve is perfect, one is at chance: the area between them is ½. Reversed against perfect: 1.
    @Test func areasByHand() throws {
        let perfect = try Self.sample([(1, 0.9), (1, 0.8), (0, 0.2), (0, 0.1)])
        let chance = try Self.sample([(1, 0.5), (1, 0.5), (0, 0.5), (0, 0.5)])
        let reversed = try Self.sample([(0, 0.9), (0, 0.8), (1, 0.2), (1, 0.1)])
        // Up to ½, across to ½, up: it crosses the diagonal, with the same area on both sides.
        let stairs = try Self.sample([(1, 0.9), (0, 0.8), (1, 0.7), (0, 0.6)])
        for (pair, expected) in [
            ([perfect, chance], 0.5), ([perfect, reversed], 1), ([perfect, perfect], 0),
            ([stairs, chance], 0.25), ([stairs, perfect], 0.25), ([perfect, chance, reversed], 1),
        ] {
            let gap = RankingGap(pair).gap(seed: 1)
            #expect(abs(try #require(gap.estimate.value) - expected) < 1e-12)
        }
    }

    @Test func groupsWithoutAClassAreNamed() throws {
        let rows = try Self.sample([(1, 0.9), (1, 0.8), (0, 0.2), (0, 0.1)])
        let none = try Self.sample([(0, 0.2), (0, 0.1), (0, 0.3)])
        let gap = RankingGap([rows, none, rows]).gap(seed: 1)
        #expect(gap.estimate.value == 0)
        #expect(gap.leftOut.map(\.group) == [1])
        let undefined = RankingGap([rows, none]).gap(seed: 1)
        #expect(undefined.estimate.value == nil && undefined.pValue == nil)
        #expect(undefined.estimate.note?.contains("fewer than two groups") == true)
    }

    struct Group: Sendable {
        var positives: Int
        var negatives: Int
        /// How many standard deviations positives score above negatives.
        var shift: Double
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var groups: [Group]
        /// Between the normal curves, by integration.
        var truth: Double {
            var most = 0.0
            for a in groups {
                for b in groups {
                    let steps = 20_000
                    let area = (0..<steps).reduce(0.0) { sum, step in
                        let z = SpecialFunctions.normalQuantile(
                            (Double(step) + 0.5) / Double(steps))
                        return sum
                            + abs(
                                SpecialFunctions.normalCDF(z + a.shift)
                                    - SpecialFunctions.normalCDF(z + b.shift)) / Double(steps)
                    }
                    most = max(most, area)
                }
            }
            return most
        }
    }

    static let scenarios = [
        Scenario(
            testDescription: "two equal groups of 400",
            groups: Array(repeating: Group(positives: 100, negatives: 300, shift: 1), count: 2)),
        Scenario(
            testDescription: "equal, 30 rows with 8 positives against 1,000",
            groups: [
                Group(positives: 8, negatives: 22, shift: 1.2),
                Group(positives: 250, negatives: 750, shift: 1.2),
            ]),
        Scenario(
            testDescription: "four equal groups of 60 to 600",
            groups: [(15, 45), (40, 120), (75, 225), (150, 450)].map {
                Group(positives: $0.0, negatives: $0.1, shift: 0.8)
            }),
        Scenario(
            testDescription: "apart",
            groups: [
                Group(positives: 100, negatives: 300, shift: 1.5),
                Group(positives: 100, negatives: 300, shift: 0.5),
            ]),
    ]

    @Test(arguments: scenarios) func abrocaIsCovered(_ scenario: Scenario) throws {
        let samples = isLong ? 1000 : 12
        let truth = scenario.truth
        let areasUnder = scenario.groups.map {
            SpecialFunctions.normalCDF($0.shift / 2.squareRoot())
        }
        let areaTruth = areasUnder.max()! - areasUnder.min()!
        var coveredArea = 0
        var covered = 0
        var claimed = 0
        var width = 0.0
        for number in 0..<samples {
            let random = CounterRandom(seed: UInt64(number), name: scenario.testDescription)
            var index: UInt64 = 0
            let drawn = try scenario.groups.map { group in
                try Self.sample(
                    (0..<(group.positives + group.negatives)).map { row in
                        let isPositive = row < group.positives
                        index += 1
                        let z = SpecialFunctions.normalQuantile(
                            max(1e-12, random.uniform(index: index)))
                        let score = 1 / (1 + Double.exp(-z - (isPositive ? group.shift : 0)))
                        return (isPositive ? 1 : 0, score)
                    })
            }
            let gap = RankingGap(drawn).gap(seed: UInt64(number))
            let (lower, upper) = (
                try #require(gap.estimate.lower), try #require(gap.estimate.upper)
            )
            if lower <= truth + 1e-9, truth <= upper { covered += 1 }
            if try #require(gap.pValue) <= 0.05 { claimed += 1 }
            let areas = PairwiseGaps(rates: [drawn.map { $0.rocAUC() }])
                .gap(within: .range, across: .maximum)
            if let low = areas.estimate.lower, let high = areas.estimate.upper,
                low <= areaTruth + 1e-9, areaTruth <= high + 1e-9
            {
                coveredArea += 1
            }
            width += (upper - lower) / Double(samples)
        }
        let count = Double(samples)
        let error = (0.95 * 0.05 / count).squareRoot()
        #expect(Double(covered) / count >= 0.95 - (isLong ? 2 : 3) * error)
        #expect(Double(coveredArea) / count >= 0.95 - (isLong ? 2 : 3) * error, "gap in ROC AUC")
        if truth < 1e-6 { #expect(Double(claimed) / count <= 0.05 + (isLong ? 2 : 3) * error) }
        if isLong {
            try Verified.append(
                "abroca", title: "ABROCA: coverage of 95 % intervals, \(samples) samples each",
                header: [
                    "groups", "truth", "covered", "claimed", "mean width", "gap in AUC covered",
                ],
                row: [
                    scenario.testDescription, String(format: "%.3f", truth),
                    String(format: "%.1f %%", 100 * Double(covered) / count),
                    String(format: "%.1f %%", 100 * Double(claimed) / count),
                    String(format: "%.3f", width),
                    String(format: "%.1f %%", 100 * Double(coveredArea) / count),
                ])
        }
    }

    /// Calibrated scores in both groups: any claim is false, also where positives are rare.
    @Test(arguments: [(30, 0.05), (30, 0.27), (400, 0.02), (400, 0.3)])
    func theGapInCalibrationIsCovered(_ rows: Int, _ share: Double) throws {
        let samples = isLong ? 4000 : 400
        var covered = 0
        var claimed = 0
        for number in 0..<samples {
            let random = CounterRandom(seed: UInt64(number), name: "calibration \(rows) \(share)")
            var index: UInt64 = 0
            let drawn = try [rows, 1000].map { count in
                try Self.sample(
                    (0..<count).map { _ in
                        index += 2
                        let score = 2 * share * random.uniform(index: index)
                        return (random.uniform(index: index + 1) < score ? 1 : 0, score)
                    })
            }
            let gap = PairwiseGaps(rates: [drawn.map { $0.meanScoreError() }])
                .gap(within: .range, across: .maximum)
            if try #require(gap.estimate.lower) <= 1e-12 { covered += 1 }
            if try #require(gap.pValue) <= 0.05 { claimed += 1 }
        }
        let count = Double(samples)
        let room = (isLong ? 2 : 3) * (0.95 * 0.05 / count).squareRoot()
        #expect(Double(covered) / count >= 0.95 - room)
        #expect(Double(claimed) / count <= 0.05 + room)
        if isLong {
            try Verified.append(
                "calibration_gap",
                title:
                    "Gap in calibration of calibrated groups, against 1,000 rows, \(samples) samples",
                header: ["rows", "share of positives", "covered", "claimed"],
                row: [
                    "\(rows)", "\(share)", String(format: "%.1f %%", 100 * Double(covered) / count),
                    String(format: "%.1f %%", 100 * Double(claimed) / count),
                ], keys: 2)
        }
    }
}

/// Tables of the long simulations, one row a scenario.
enum Verified {
    private static let lock = NSLock()

    static func append(
        _ name: String, title: String, header: [String], row: [String], keys: Int = 1
    ) throws {
        try lock.withLock {
            let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "Verified")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "\(name).md")
            func line(_ cells: [String]) -> String {
                "| " + cells.joined(separator: " | ") + " |\n"
            }
            let head =
                "# \(title)\n\nWritten with VOUCH_VERIFY=1.\n\n" + line(header)
                + line(header.map { _ in "---" })
            var lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "")
                .replacingOccurrences(of: head, with: "").split(separator: "\n").map {
                    String($0) + "\n"
                }
            let key = "| " + row.prefix(keys).joined(separator: " | ") + " |"
            lines.removeAll { $0.hasPrefix(key) }
            lines.append(line(row))
            try Data((head + lines.sorted().joined()).utf8).write(to: file)
        }
    }
}
