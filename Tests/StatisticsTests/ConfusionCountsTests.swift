import RealModule
import Statistics
import TensorCore
import Testing

struct ConfusionCountsTests {
    /// Drawn frequencies are the binomial's, cell by cell: χ² below its 99.9 % quantile.
    @Test(arguments: [(7, 0.3), (40, 0.02), (200, 0.9), (100_000, 0.4)])
    func binomialsAreExact(_ count: Int, _ share: Double) {
        let random = CounterRandom(seed: 3, name: "binomial \(count)")
        let draws = 20_000
        var seen: [Int: Int] = [:]
        for draw in 0..<draws {
            let k = random.binomial(count, share: share, step: UInt32(draw), index: 0)
            #expect((0...count).contains(k))
            seen[k, default: 0] += 1
        }
        func chance(_ k: Int) -> Double {
            let (n, x) = (Double(count), Double(k))
            return Double.exp(
                Double.logGamma(n + 1) - Double.logGamma(x + 1) - Double.logGamma(n - x + 1)
                    + x * Double.log(share) + (n - x) * Double.log(1 - share))
        }
        // Neighbours join until 20 draws are expected.
        var statistic = 0.0
        var cells = 0
        var (expected, found) = (0.0, 0)
        let center = Double(count) * share
        let reach = 8 * (center * (1 - share)).squareRoot() + 8
        let range = max(0, Int(center - reach))...min(count, Int(center + reach))
        for k in range {
            expected += Double(draws) * chance(k)
            found += seen[k] ?? 0
            guard expected >= 20 else { continue }
            statistic += (Double(found) - expected) * (Double(found) - expected) / expected
            cells += 1
            (expected, found) = (0, 0)
        }
        #expect(statistic < SpecialFunctions.chiSquareQuantile(0.999, degrees: max(1, cells - 1)))
    }

    /// The same mean and variance as rows that are drawn with replacement within their class.
    @Test func countsEqualTheBootstrapOfRows() throws {
        let counts = ConfusionCounts(
            truePositives: 12, falseNegatives: 8, falsePositives: 5, trueNegatives: 45)
        let random = CounterRandom(seed: 5, name: "counts")
        let draws = 4000
        var fast: [Double] = []
        var slow: [Double] = []
        for draw in 0..<draws {
            let drawn = counts.resampled(random, step: UInt32(draw))
            #expect(drawn.truePositives + drawn.falseNegatives == 20 && drawn.rows == 70)
            fast.append(Double(drawn.truePositives + drawn.falsePositives))
            var selected = 0
            for row in 0..<70 {
                let index = UInt64(100 + row)
                let isPositive = row < 20
                let pick = random.integer(
                    below: isPositive ? 20 : 50, step: UInt32(draw), index: index)
                if pick < (isPositive ? 12 : 5) { selected += 1 }
            }
            slow.append(Double(selected))
        }
        func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (
                mean,
                values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            )
        }
        // 20 · .6 · .4 + 50 · .1 · .9 = 9.3
        for found in [moments(fast), moments(slow)] {
            #expect(abs(found.mean - 17) < 0.2)
            #expect(abs(found.variance - 9.3) < 0.9)
        }
    }

    @Test func partedClassesHaveAnInterval() throws {
        let sample = try ClassificationSample(
            labels: [1, 1, 1, 0, 0, 0, 0],
            probabilities: [0.1, 0.9, 0.2, 0.8, 0.3, 0.7].flatMap { [$0] } + [
                0.9, 0.1, 0.9, 0.1, 0.8, 0.2, 0.7, 0.3,
            ], classes: 2)
        let area = sample.rocAUC()
        #expect(area.value == 1 && area.upper == 1)
        // Three disjoint pairs: 0.025^(1/3).
        #expect(abs(try #require(area.lower) - Double.pow(0.025, 1.0 / 3)) < 1e-9)
    }
}
