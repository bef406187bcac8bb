import RealModule
import Statistics
import TensorCore
import Testing

struct BrierDecompositionTests {
    /// Scores with the chance `shift(score)` of the positive class.
    private static func sample(
        _ rows: Int, seed: UInt64, _ shift: (Double) -> Double
    ) throws -> ClassificationSample {
        let random = CounterRandom(seed: seed, name: "Brier sample")
        let scores = (0..<rows).map { 0.02 + 0.96 * random.uniform(index: UInt64($0)) }
        return try ClassificationSample(
            labels: scores.enumerated().map { row, score in
                random.uniform(step: 1, index: UInt64(row)) < shift(score) ? 1 : 0
            }, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2)
    }

    @Test func partsSumToTheScore() throws {
        let sample = try Self.sample(500, seed: 1) { $0 * $0 }
        let parts = BrierDecomposition(sample)
        let sum =
            try #require(parts.miscalibration.value) - #require(parts.discrimination.value)
            + #require(parts.uncertainty.value)
        let score = try #require(sample.brierScore().value)
        #expect(abs(sum - score) < 1e-12)
    }

    /// By hand: isotonic regression pools the middle rows to 1/2.
    @Test func aHandMadeExample() throws {
        let scores = [0.1, 0.4, 0.6, 0.9]
        let sample = try ClassificationSample(
            labels: [0, 1, 0, 1], probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2)
        let parts = BrierDecomposition(sample)
        // B(p) = (.01 + .36 + .36 + .01)/4, B(q) = (0 + .25 + .25 + 0)/4, B(ȳ) = .25.
        #expect(abs((parts.miscalibration.value ?? 0) - 0.06) < 1e-12)
        #expect(abs((parts.discrimination.value ?? 0) - 0.125) < 1e-12)
        #expect(abs((parts.uncertainty.value ?? 0) - 0.25) < 1e-12)
    }

    /// A row of no weight is no row, wherever its score stands.
    @Test func rowsOfNoWeightSayNothing() throws {
        let scores = [0.1, 0.4, 0.6, 0.9]
        let alone = BrierDecomposition(
            try ClassificationSample(
                labels: [0, 1, 0, 1], probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2))
        for extra in [0.05, 0.5, 0.95] {
            let parts = BrierDecomposition(
                try ClassificationSample(
                    labels: [0, 1, 0, 1, 1],
                    probabilities: (scores + [extra]).flatMap { [1 - $0, $0] }, classes: 2,
                    weights: [1, 1, 1, 1, 0]))
            #expect(parts.discrimination.value == alone.discrimination.value)
            #expect(parts.miscalibration.value == alone.miscalibration.value)
        }
    }

    /// How often the miscalibration's interval holds the true one, calibrated and not.
    @Test(arguments: [false, true]) func intervalsCover(isOff: Bool) throws {
        // p against p²: the mean of (p − p²)² over uniform p in [.02, .98].
        let steps = 100_000
        let truth =
            isOff
            ? (0..<steps).reduce(0) { sum, step in
                let p = 0.02 + 0.96 * (Double(step) + 0.5) / Double(steps)
                return sum + (p - p * p) * (p - p * p)
            } / Double(steps) : 0
        let repetitions = 200
        let covered = try (0..<repetitions).count { seed in
            let sample = try Self.sample(400, seed: UInt64(seed)) { isOff ? $0 * $0 : $0 }
            let found = BrierDecomposition(sample, seed: UInt64(seed)).miscalibration
            return (found.lower ?? 1) <= truth && truth <= (found.upper ?? 0)
        }
        // 0.95 − 3 standard errors.
        #expect(Double(covered) / Double(repetitions) > 0.90, "\(covered)")
    }
}
