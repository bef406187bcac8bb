import Foundation
import Statistics
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

extension Scenario: CustomTestStringConvertible {
    var testDescription: String { name }

    private static let binary: [String: Metric<ClassificationSample>] = {
        var metrics = binaryMetrics(threshold: 0.5)
        metrics["calibrationSlope"] = { $0.calibration().slope }
        metrics["calibrationIntercept"] = { $0.calibration().intercept }
        return metrics
    }()

    /// An error that cannot be negative stands near an edge on any sample.
    private static let regular: @Sendable (String) -> CoverageClaim = {
        $0 == "expectedCalibrationError" ? .boundary : .regular
    }

    /// An error that cannot be negative stands near its edge whatever the sample.
    private static let ordinary: @Sendable (String) -> CoverageClaim = {
        $0 == "expectedCalibrationError" ? .boundary : .regular
    }

    /// Two classes, 43 % positive, scores too flat and too high.
    private static func flattened(_ name: String, seed: UInt64, _ draw: Draw) -> Scenario {
        Scenario(
            name, .twoClasses(shift: -0.4, isCalibrated: false, seed: seed), draw, binary,
            claim: ordinary)
    }

    /// Estimand: the metric over the population drawn from, each of its rows counting once.
    static let all: [Scenario] = [
        flattened("500 rows", seed: 1, .rows(500)),
        flattened("600 weighted rows", seed: 2, .weightedRows(600)),
        flattened("120 clusters", seed: 3, .clusters(120)),
        flattened("120 weighted clusters", seed: 4, .weightedClusters(120)),
        Scenario(
            "500 rows, calibrated", .twoClasses(shift: -0.4, isCalibrated: true, seed: 8),
            .rows(500), binary, claim: ordinary),
        Scenario(
            "four classes, 500 rows", .fourClasses(seed: 9), .rows(500), multiclassMetrics,
            claim: ordinary),
        Scenario(
            "four classes, 120 weighted clusters", .fourClasses(seed: 10), .weightedClusters(120),
            multiclassMetrics, claim: ordinary),
        Scenario(
            "numbers, 300 rows", .numbers(seed: 11), .rows(300), regressionMetrics, claim: ordinary),
        Scenario(
            "numbers, 400 weighted rows", .numbers(seed: 12), .weightedRows(400), regressionMetrics,
            claim: ordinary),
        Scenario(
            "numbers, 100 clusters", .numbers(seed: 13), .clusters(100), regressionMetrics,
            claim: ordinary),
        // Few rows, few clusters, few positives.
        Scenario(
            "40 rows", .twoClasses(shift: -0.4, isCalibrated: false, seed: 5), .rows(40), binary
        ) { _ in .boundary },
        Scenario(
            "12 clusters", .twoClasses(shift: -0.4, isCalibrated: false, seed: 6), .clusters(12),
            binary
        ) { _ in .boundary },
        Scenario(
            "500 rows, 4 % positive", .twoClasses(shift: -4.5, isCalibrated: false, seed: 7),
            .rows(500), binary
        ) { _ in .boundary },
        Scenario("numbers, 30 rows", .numbers(seed: 14), .rows(30), regressionMetrics) { _ in
            .boundary
        },
    ]
}

@Suite struct CoverageTests {
    @Test(.enabled(if: !isLong), arguments: Scenario.all)
    func intervalsCoverTheTruth(_ scenario: Scenario) throws {
        for result in try scenario.run(150) {
            #expect(
                result.holds(isLong: false),
                "\(result.metric): \(result.share) of \(result.intervals), \(result.claim)")
        }
    }

    /// The same with 4000 samples; writes Verified/coverage.md.
    @Test(.enabled(if: isLong))
    func intervalsCoverTheTruthAtLength() async throws {
        let results = try await withThrowingTaskGroup(of: (Int, [Coverage]).self) { group in
            for (position, scenario) in Scenario.all.enumerated() {
                group.addTask { (position, try scenario.run(4000)) }
            }
            var found: [(Int, [Coverage])] = []
            for try await result in group { found.append(result) }
            return found.sorted { $0.0 < $1.0 }.flatMap { $0.1 }
        }
        for result in results {
            #expect(
                result.holds(isLong: true),
                "\(result.scenario), \(result.metric): \(result.share), \(result.claim)")
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/coverage.md")
        try Data(text(results).utf8).write(to: file)
    }

    private func text(_ results: [Coverage]) -> String {
        return """
            # Coverage of 95 % intervals

            Written by CoverageTests with VOUCH_VERIFY=1: \(results.first?.samples ?? 0) samples a
            line. The estimand is the metric over the population drawn from, each of its rows counting
            once. Regular: 93 to 97 %. Boundary: at least 95 %, less two Monte-Carlo errors
            (0.7 points). The relative width is the mean width over that of a normal interval of the values'
            own standard deviation over the samples. Truths below and above the interval are given in per cent; samples without an
            interval (an edge of the range, one class alone) are left out and counted.


            """ + Coverage.table(results)
    }
}
