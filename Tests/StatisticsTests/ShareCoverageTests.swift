import RealModule
import Statistics
import Testing

/// Intervals of shares, without simulation: the chance that the truth is covered, summed over all
/// numbers of hits.
@Suite struct ShareCoverageTests {
    private static func chance(of hits: Int, in rows: Int, share: Double) -> Double {
        let (k, n) = (Double(hits), Double(rows))
        let ways = Double.logGamma(n + 1) - Double.logGamma(k + 1) - Double.logGamma(n - k + 1)
        return Double.exp(ways + k * Double.log(share) + (n - k) * Double.log(onePlus: -share))
    }

    /// Accuracies of samples with each number of rows decided right.
    private static func estimates(rows: Int) throws -> [Estimate] {
        try (0...rows).map { hits in
            try ClassificationSample(
                labels: (0..<rows).map { $0 < hits ? 1 : 0 },
                probabilities: (0..<rows).flatMap { _ in [0.3, 0.7] }, classes: 2
            ).accuracy()
        }
    }

    /// Under 100 rows, or ten hits expected: 95 % at the least. From 25 on: 93.5 to 97 %.
    @Test(arguments: [1, 10, 40, 99, 400, 2000] as [Int])
    func exactCoverage(_ rows: Int) throws {
        let estimates = try Self.estimates(rows: rows)
        for step in 1...300 {
            // Denser towards 0; the intervals are symmetric.
            let share = 0.5 * Double(step * step) / 90_000
            var covered = 0.0
            for (hits, estimate) in estimates.enumerated() {
                let lower = try #require(estimate.lower)
                let upper = try #require(estimate.upper)
                if lower <= share, share <= upper {
                    covered += Self.chance(of: hits, in: rows, share: share)
                }
            }
            let expected = share * Double(rows)
            if expected < 10 || rows < 100 {
                #expect(covered >= 0.95 - 1e-9, "share \(share)")
            } else if expected < 25 {
                #expect(covered >= 0.935, "share \(share)")
            } else {
                #expect((0.935...0.97).contains(covered), "share \(share)")
            }
        }
    }

    /// The named reference is Clopper and Pearson's: never wider than 1.3 times that.
    @Test(arguments: [1, 10, 40, 99, 400] as [Int])
    func width(_ rows: Int) throws {
        for (hits, estimate) in try Self.estimates(rows: rows).enumerated() {
            let reference = clopperPearson(
                share: Double(hits) / Double(rows), rows: Double(rows))
            let lower = try #require(estimate.lower)
            let upper = try #require(estimate.upper)
            #expect(upper - lower <= 1.3 * (reference.upper - reference.lower))
            let mirrored = try Self.mirrored(rows: rows, hits: hits)
            #expect(abs(upper - (1 - mirrored)) < 1e-12)
        }
    }

    /// The lower end where hits and misses change places.
    private static func mirrored(rows: Int, hits: Int) throws -> Double {
        let estimate = try ClassificationSample(
            labels: (0..<rows).map { $0 < rows - hits ? 1 : 0 },
            probabilities: (0..<rows).flatMap { _ in [0.3, 0.7] }, classes: 2
        ).accuracy()
        return try #require(estimate.lower)
    }
}
