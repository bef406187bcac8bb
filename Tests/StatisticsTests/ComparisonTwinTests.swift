import RealModule
import Statistics
import TensorCore
import Testing

/// Comparisons against direct transcriptions of their sources.
@Suite struct ComparisonTwinTests {
    /// A pair of models on the rows of `SlowTwinTests`, the second with less noise.
    static func pair(
        _ count: Int, seed: UInt64, clusters: [Int32]? = nil
    ) throws -> (
        comparison: PairedComparison<ClassificationSample>, labels: [Int32], first: [Double],
        second: [Double]
    ) {
        let (labels, first) = SlowTwinTests.rows(count, seed: seed)
        let random = CounterRandom(seed: seed, name: "second model")
        let second = first.enumerated().map { row, score in
            let x = 0.6 * score + 0.4 * random.uniform(index: UInt64(row))
            return (x * 25).rounded() / 26
        }
        let comparison = try PairedComparison(
            labels: labels, first: first.flatMap { [1 - $0, $0] },
            second: second.flatMap { [1 - $0, $0] }, classes: 2, clusters: clusters)
        return (comparison, labels, first, second)
    }

    /// Obuchowski 1997, section 3: the covariance of two areas of clustered rows, by the polarisation
    /// of her variance: `var(B − A)` has the components of the differences of placements.
    @Test(arguments: [20, 45, 120, 300] as [Int])
    func pairedObuchowski(_ count: Int) throws {
        let clusters = (0..<count).map { Int32($0 / 5) }
        let (comparison, labels, first, second) = try Self.pair(
            count, seed: UInt64(count), clusters: clusters)
        let positives = labels.indices.filter { labels[$0] == 1 }
        let negatives = labels.indices.filter { labels[$0] == 0 }
        let (m, n) = (Double(positives.count), Double(negatives.count))
        func kernel(_ i: Int, _ j: Int) -> Double {
            func one(_ scores: [Double]) -> Double {
                scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
            }
            return one(second) - one(first)
        }
        let gap =
            positives.reduce(0) { sum, i in sum + negatives.reduce(0) { $0 + kernel(i, $1) } }
            / (m * n)
        var (s10, s01, s11) = (0.0, 0.0, 0.0)
        for name in Set(clusters) {
            let ours = positives.filter { clusters[$0] == name }
            let others = negatives.filter { clusters[$0] == name }
            let x =
                ours.reduce(0) { sum, i in
                    sum + negatives.reduce(0) { $0 + kernel(i, $1) } / n
                } - Double(ours.count) * gap
            let y =
                others.reduce(0) { sum, j in
                    sum + positives.reduce(0) { $0 + kernel($1, j) } / m
                } - Double(others.count) * gap
            s10 += x * x
            s01 += y * y
            s11 += x * y
        }
        let units = Double(Set(clusters).count)
        let variance =
            units / (units - 1) * (s10 / (m * m) + s01 / (n * n) + 2 * s11 / (m * n))
        let found = comparison.difference(of: .rocAUC)
        let value = try #require(found.estimate.value)
        #expect(abs(value - gap) < 1e-14)
        // Of four or nine clusters the spread is not known.
        let isKnown = count > 45
        #expect((found.standardError != nil) == isKnown)
        if isKnown { #expect(agree(found.standardError, variance.squareRoot(), 1e-11)) }
        #expect(found.method == "Obuchowski, paired")
    }

    /// The pigeonhole bootstrap (Owen 2007, section 3): seeds and rows drawn anew, each with
    /// replacement, and every cell of the drawn ones kept. Its variance is `A (K−1)/K + B (n−1)/n +
    /// C (K−1)(n−1)/(Kn)`; with A > C and B > C that is known from the reported ones.
    @Test func pigeonhole() throws {
        let (seeds, rows) = (8, 40)
        let normal = NormalNumbers(random: CounterRandom(seed: 3, name: "pigeonhole"))
        let d = (0..<seeds).map { k in
            (0..<rows).map { i in
                0.5 * normal(0, k) + normal(1, i) + normal(UInt32(2 + k), i)
            }
        }
        let (k, n) = (Double(seeds), Double(rows))
        let zeros = d.map { $0.map { _ in 0.0 } }
        let found = try crossedMeanDifference(before: zeros, after: d)
        let error = try #require(found.standardError)
        // A and B by their own simple formulas; C is what is left.
        func squares(_ means: [Double]) -> Double {
            let mean = means.reduce(0, +) / Double(means.count)
            return means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                / Double(means.count * (means.count - 1))
        }
        let a = squares(d.map { $0.reduce(0, +) / n })
        let b = squares((0..<rows).map { i in d.reduce(0) { $0 + $1[i] } / k })
        let c = a + b - error * error
        let wanted = a * (k - 1) / k + b * (n - 1) / n + c * (k - 1) * (n - 1) / (k * n)
        let random = CounterRandom(seed: 4, name: "pigeonhole")
        let draws = 8000
        var (sum, square) = (0.0, 0.0)
        for draw in 0..<draws {
            let step = UInt32(draw)
            let rowsDrawn = (0..<rows).map {
                random.integer(below: rows, step: step, index: UInt64($0))
            }
            var mean = 0.0
            for position in 0..<seeds {
                let seed = random.integer(
                    below: seeds, step: step, index: UInt64(rows + position))
                for row in rowsDrawn { mean += d[seed][row] }
            }
            mean /= k * n
            sum += mean
            square += mean * mean
        }
        let mean = sum / Double(draws)
        let variance = square / Double(draws) - mean * mean
        // A variance of 8000 nearly normal numbers is known to 1.6 %.
        #expect(abs(variance / wanted - 1) < 0.05, "\(variance), not \(wanted)")
    }

    /// Power by Student's noncentral distribution, drawn: an effect of `(t₀.₉₇₅ + t₀.₈₀) σ` is found in
    /// 80 % of cases, and the stated effects are that on average.
    @Test func detectableEffectOfNormalNumbers() throws {
        let count = 6
        let normal = NormalNumbers(random: CounterRandom(seed: 9, name: "effect"))
        var sum = 0.0
        let samples = 4000
        var stated = 0.0
        for number in 0..<samples {
            let values = (0..<count).map { normal(UInt32(number), $0) }
            // Rows that are all alike: the seeds alone vary.
            let seeds = values.map { Array(repeating: $0, count: 10) }
            let found = try crossedMeanDifference(
                before: seeds.map { $0.map { _ in 0 } }, after: seeds)
            stated += try #require(found.minimumDetectableEffect)
            sum += values.reduce(0, +)
        }
        let t = SpecialFunctions.studentQuantile(0.975, degrees: 5)
        let power = SpecialFunctions.studentQuantile(0.8, degrees: 5)
        let wanted = (t + power) / Double(count).squareRoot()
        // The standard deviation of one is 31 %, of 4000 together 0.5 %.
        #expect(abs(stated / Double(samples) / wanted - 1) < 0.015)
    }

    /// A widened share is Clopper and Pearson's at the shared level, in beta quantiles.
    @Test func widenedShare() throws {
        let sample = try ClassificationSample(
            labels: (0..<40).map { $0 < 31 ? 1 : 0 },
            probabilities: (0..<40).flatMap { _ in [0.3, 0.7] }, classes: 2)
        let widened = SelectionOverLooks.widened(sample.accuracy(), looks: 12)
        let tail = (1 - Double.pow(0.95, 1.0 / 12)) / 2
        let lower = SpecialFunctions.betaQuantile(tail, a: 31, b: 10)
        let upper = SpecialFunctions.betaQuantile(1 - tail, a: 32, b: 9)
        #expect(agree(widened.lower, lower, 1e-10))
        #expect(agree(widened.upper, upper, 1e-10))
        #expect(widened.method == "Clopper–Pearson, Šidák over 12 looks")
    }

    /// A widened area reaches as many standard errors further on the logit scale as t says.
    @Test func widenedArea() throws {
        let (labels, scores) = SlowTwinTests.rows(120, seed: 5)
        let sample = try ClassificationSample(
            labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2)
        let (area, variance, degrees) = SlowTwin.deLong(
            scores.indices.filter { labels[$0] == 1 }.map { scores[$0] },
            scores.indices.filter { labels[$0] == 0 }.map { scores[$0] })
        let far = SlowTwin.logitInterval(
            area, variance, SpecialFunctions.studentQuantile(1 - 0.025 / 30, degrees: degrees))
        let widened = SelectionOverLooks.widened(sample.rocAUC(), looks: 30, direction: 1)
        #expect(agree(widened.lower, far[0], 1e-10))
        #expect(widened.upper == sample.rocAUC().upper)
    }
}
