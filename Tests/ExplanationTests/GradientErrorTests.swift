import Explanation
import Foundation
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Whether the errors of methods that draw are what they say.
///
/// The estimand is what the method tends to with the number of draws: for expected gradients the mean of
/// integrated gradients over the baselines, for the others the mean over many more samples.
struct GradientErrorTests {
    struct Result {
        var network: String
        var method: String
        var covered: Int
        var intervals: Int
        var share: Double { Double(covered) / Double(intervals) }
    }

    private static let networks = ["relu", "gelu", "embedding"]

    private static func contributions(
        _ reference: AttributionReference.Case, _ method: GradientMethod, seeds: Range<Int>
    ) throws -> [[GradientExplainer.Result]] {
        let explainer = try reference.explainer(method)
        return try seeds.map { seed in
            try explainer.contributions(
                of: reference.points.floats, baselines: reference.baselines.floats,
                noise: [Float](repeating: 0.3, count: reference.width), seed: UInt64(seed))
        }
    }

    /// - Parameters:
    ///   - method: With a number of draws.
    ///   - limit: What it tends to.
    private static func coverage(
        _ network: String, _ method: GradientMethod, limit: GradientMethod, simulations: Int
    ) throws -> Result {
        let reference = AttributionReference.named(network)
        let truth = try contributions(reference, limit, seeds: 1_000_000..<1_000_001)[0]
            .map(\.contributions.means)
        var result = Result(network: network, method: method.name, covered: 0, intervals: 0)
        for run in try contributions(reference, method, seeds: 0..<simulations) {
            for (row, one) in run.enumerated() {
                let found = one.contributions
                for place in found.means.indices where found.errors[place] > 0 {
                    let off = abs(found.means[place] - truth[row][place])
                    result.intervals += 1
                    if off <= 1.96 * found.errors[place] { result.covered += 1 }
                }
            }
        }
        return result
    }

    private static func all(simulations: Int, samples: Int) throws -> [Result] {
        try networks.flatMap { network in
            try [
                coverage(
                    network, .expectedGradients(draws: 200),
                    limit: .integratedGradients(.adaptive(tolerance: 1e-5)),
                    simulations: simulations),
                coverage(
                    network, .smoothGrad(samples: 200), limit: .smoothGrad(samples: samples),
                    simulations: simulations),
                coverage(
                    network, .varGrad(samples: 400), limit: .varGrad(samples: samples),
                    simulations: simulations),
            ]
        }
    }

    @Test(.enabled(if: !isLong)) func errorsAreWhatTheySay() throws {
        for result in try Self.all(simulations: 60, samples: 16_000) {
            #expect(
                (0.91...0.985).contains(result.share),
                "\(result.method) of \(result.network): \(result.share) of \(result.intervals)")
        }
    }

    @Test(.enabled(if: isLong)) func errorsAtLength() throws {
        let results = try Self.all(simulations: 600, samples: 100_000)
        var text = """
            # Errors of gradients that are drawn

            Written by GradientErrorTests with VOUCH_VERIFY=1. How often 1.96 standard errors around a contribution \
            hold what it tends to with the number of draws, over 600 seeds and each number of 4 rows. \
            Expected gradients take 200 draws and tend to the mean of integrated gradients over 3 baselines; \
            SmoothGrad takes 200 samples and VarGrad 400, and what they tend to is taken from 100,000. Claimed: 95 %.

            | network | method | intervals | covered |
            |---|---|---|---|

            """
        for result in results {
            text +=
                "| \(result.network) | \(result.method) | \(result.intervals) | "
                + String(format: "%.2f", 100 * result.share) + " % |\n"
            #expect((0.93...0.97).contains(result.share), "\(result.method) of \(result.network)")
        }
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Verified/gradient-errors.md")
        try Data(text.utf8).write(to: path)
    }
}
