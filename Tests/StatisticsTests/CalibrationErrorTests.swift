import Foundation
import Statistics
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// The debiased and the class-wise error of calibration.
@Suite struct CalibrationErrorTests {
    private static let metrics: [String: Metric<ClassificationSample>] = [
        "debiasedCalibrationError": { $0.debiasedCalibrationError() },
        "classwiseCalibrationError": { $0.classwiseCalibrationError() },
    ]

    private static let scenarios: [Scenario] = [
        Scenario(
            "error of calibration, 500 rows",
            .twoClasses(shift: -0.4, isCalibrated: false, seed: 21),
            .rows(500), metrics
        ) { _ in .boundary },
        Scenario(
            "error of calibration, 500 calibrated rows",
            .twoClasses(shift: -0.4, isCalibrated: true, seed: 22), .rows(500), metrics
        ) { _ in .boundary },
        Scenario(
            "error of calibration, four classes", .fourClasses(seed: 23), .rows(500), metrics
        ) { _ in .boundary },
    ]

    /// Estimand: the metric over the population.
    @Test(arguments: scenarios)
    func intervalsCoverTheTruth(_ scenario: Scenario) throws {
        for result in try scenario.run(isLong ? 4000 : 100) {
            #expect(result.holds(isLong: isLong), "\(result.metric): \(result.share)")
        }
    }

    /// Of a calibrated model the plain error is noise alone. The gaps seen hide part of it: nearly half
    /// of it is taken away here.
    @Test func noiseIsTakenAway() throws {
        let population = Population<ClassificationSample>
            .twoClasses(shift: -0.4, isCalibrated: true, seed: 24)
        let random = CounterRandom(seed: 5, name: "noise")
        var (plain, debiased) = (0.0, 0.0)
        for number in 0..<60 {
            let sample = try population.draw(.rows(500), number, random)
            plain += try #require(sample.expectedCalibrationError().value)
            debiased += try #require(sample.debiasedCalibrationError().value)
        }
        #expect(plain / 60 > 0.03 && debiased < 0.7 * plain, "\(plain / 60) \(debiased / 60)")
    }

    /// It is the mean of the errors of two classes each, one against the rest.
    @Test func classwiseIsTheMeanOverClasses() throws {
        let random = CounterRandom(seed: 6, name: "classwise")
        let sample = try Population<ClassificationSample>.fourClasses(seed: 25)
            .draw(.weightedRows(600), 0, random)
        let alone = try (0..<4).map { candidate in
            let scores = stride(from: candidate, to: sample.probabilities.count, by: 4)
                .map { sample.probabilities[$0] }
            let rest = try ClassificationSample(
                labels: sample.labels.map { Int($0) == candidate ? 1 : 0 },
                probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2,
                weights: sample.design.weights)
            return try #require(rest.expectedCalibrationError().value)
        }
        let found = try #require(sample.classwiseCalibrationError().value)
        #expect(abs(found - alone.reduce(0, +) / 4) < 1e-12)
    }
}
