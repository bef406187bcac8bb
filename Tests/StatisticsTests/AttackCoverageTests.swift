import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

/// How often the intervals of attacks cover the truth, in simulated samples.
///
/// `make verify` simulates 4,000 samples of each and writes `Verified/attacks.md`.
@Suite struct AttackCoverageTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

    private static func normal(_ random: CounterRandom, step: UInt32, _ index: Int) -> Double {
        let u = random.uniform(step: step, index: UInt64(2 * index))
        let v = random.uniform(step: step, index: UInt64(2 * index + 1))
        return (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
    }

    /// Members' scores are N(shift, 1), the others' N(0, 1); the truth is `Φ(shift − Φ⁻¹(1 − rate))`.
    private static func rates(
        members: Int, others: Int, shift: Double, rate: Double
    ) throws -> Coverage {
        let samples = isLong ? 4000 : 200
        let threshold = SpecialFunctions.normalQuantile(1 - rate)
        var coverage = Coverage(
            scenario: "\(members) members, \(others) others, shift \(shift)",
            metric: "TPR at \(rate) FPR", claim: .boundary,
            truth: SpecialFunctions.normalCDF(shift - threshold), samples: samples)
        let random = CounterRandom(seed: 11, name: "rates \(members) \(others) \(shift)")
        for sample in 0..<samples {
            let scores = (0..<members + others).map {
                normal(random, step: UInt32(sample), $0) + ($0 < members ? shift : 0)
            }
            coverage.add(
                try ClassificationSample(
                    scores: scores, isPositive: (0..<members + others).map { $0 < members }
                ).truePositiveRate(atFalsePositiveRate: rate))
        }
        return coverage
    }

    /// Losses of planted rows are `−shift` lower; the estimand is the mean exposure over samples of the
    /// same sizes, itself simulated.
    private static func exposures(rows: Int, shift: Double) throws -> Coverage {
        let samples = isLong ? 4000 : 300
        let random = CounterRandom(seed: 12, name: "exposures \(rows) \(shift)")
        func exposure(_ sample: Int) throws -> Estimate {
            let losses = (0..<2 * rows).map {
                normal(random, step: UInt32(sample), $0) - ($0 < rows ? shift : 0)
            }
            return try Exposure(
                planted: Array(losses.prefix(rows)), references: Array(losses.suffix(rows))
            ).mean
        }
        let draws = 4 * samples
        let truth = try (0..<draws).reduce(0.0) {
            $0 + (try exposure(samples + $1).value ?? 0) / Double(draws)
        }
        var coverage = Coverage(
            scenario: "\(rows) planted, \(rows) references, shift \(shift)",
            metric: "mean exposure",
            claim: shift == 0 ? .boundary : .regular, truth: truth, samples: samples)
        for sample in 0..<samples { coverage.add(try exposure(sample)) }
        return coverage
    }

    @Test func intervalsCover() throws {
        var found = try [
            Self.rates(members: 300, others: 500, shift: 1, rate: 0.02),
            Self.rates(members: 300, others: 500, shift: 0, rate: 0.02),
            Self.rates(members: 50, others: 200, shift: 2, rate: 0.05),
        ]
        found += try [
            Self.exposures(rows: 30, shift: 0), Self.exposures(rows: 100, shift: 0),
            Self.exposures(rows: 60, shift: 1),
        ]
        for coverage in found {
            #expect(
                coverage.holds(isLong: Self.isLong),
                "\(coverage.scenario), \(coverage.metric): \(coverage.share)")
        }
        guard Self.isLong else { return }
        let lines = found.map { coverage in
            "| \(coverage.scenario) | \(coverage.metric) | "
                + String(format: "%.4f | %.1f %%", coverage.truth, 100 * coverage.share)
                + " | \(coverage.samples) |"
        }
        let text =
            """
            # Coverage of the intervals of attacks

            Written by AttackCoverageTests with VOUCH_VERIFY=1. Each claims at least 95 %; both ends of the \
            true-positive rate hold the error of the threshold too, so that it covers more.

            | Sample | Quantity | Truth | Covered | Samples |
            |---|---|---|---|---|

            """ + lines.joined(separator: "\n") + "\n"
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Verified/attacks.md")
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
}
