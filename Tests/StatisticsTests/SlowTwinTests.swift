import RealModule
import Statistics
import TensorCore
import Testing

/// Direct transcriptions of the papers' formulas, one loop over all pairs of rows.
enum SlowTwin {
    /// `ψ(x, y)` of DeLong et al. 1988, eq. 2.
    private static func kernel(_ positive: Double, _ negative: Double) -> Double {
        positive > negative ? 1 : positive == negative ? 0.5 : 0
    }

    /// Hanley & McNeil 1982, with either class as the one of the heavier tail.
    static func hanleyMcNeil(_ area: Double, _ positives: Double, _ negatives: Double) -> Double {
        func one(_ a: Double, _ m: Double, _ n: Double) -> Double {
            let (q1, q2) = (a / (2 - a), 2 * a * a / (1 + a))
            return (a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (m * n)
        }
        return max(one(area, positives, negatives), one(1 - area, negatives, positives))
    }

    /// DeLong et al. 1988, eqs. 1, 4 and 5: the area and its variance `s₁₀/m + s₀₁/n`.
    static func deLong(
        _ positives: [Double], _ negatives: [Double]
    ) -> (area: Double, variance: Double, degrees: Double) {
        let (m, n) = (Double(positives.count), Double(negatives.count))
        let v10 = positives.map { x in negatives.reduce(0) { $0 + kernel(x, $1) } / n }
        let v01 = negatives.map { y in positives.reduce(0) { $0 + kernel($1, y) } / m }
        let area = v10.reduce(0, +) / m
        let s10 = v10.reduce(0) { $0 + ($1 - area) * ($1 - area) } / (m - 1)
        let s01 = v01.reduce(0) { $0 + ($1 - area) * ($1 - area) } / (n - 1)
        let pieces = v10.map { ($0 - area) / m } + v01.map { ($0 - area) / n }
        return (area, s10 / m + s01 / n, degrees(pieces))
    }

    /// Obuchowski 1997, section 2: the variance where every cluster has positives and negatives.
    static func obuchowski(
        _ scores: [Double], isPositive: [Bool], clusters: [Int32]
    ) -> (area: Double, variance: Double, degrees: Double) {
        let positives = scores.indices.filter { isPositive[$0] }
        let negatives = scores.indices.filter { !isPositive[$0] }
        let (m, n) = (Double(positives.count), Double(negatives.count))
        let area =
            positives.reduce(0) { sum, i in
                sum + negatives.reduce(0) { $0 + kernel(scores[i], scores[$1]) }
            } / (m * n)
        var (s10, s01, s11) = (0.0, 0.0, 0.0)
        let names = Set(clusters)
        var pieces: [Double] = []
        for name in names {
            let ours = positives.filter { clusters[$0] == name }
            let others = negatives.filter { clusters[$0] == name }
            let v10 = ours.reduce(0) { sum, i in
                sum + negatives.reduce(0) { $0 + kernel(scores[i], scores[$1]) } / n
            }
            let v01 = others.reduce(0) { sum, j in
                sum + positives.reduce(0) { $0 + kernel(scores[$1], scores[j]) } / m
            }
            let x = v10 - Double(ours.count) * area
            let y = v01 - Double(others.count) * area
            s10 += x * x
            s01 += y * y
            s11 += x * y
            pieces.append(x / m + y / n)
        }
        let count = Double(names.count)
        s10 *= count / ((count - 1) * m)
        s01 *= count / ((count - 1) * n)
        s11 *= count / (count - 1)
        return (area, s10 / m + s01 / n + 2 * s11 / (m * n), degrees(pieces))
    }

    /// Degrees of freedom from the kurtosis of pieces: `2C / (k − (C−3)/(C−1))`, at most C − 1.
    static func degrees(_ pieces: [Double]) -> Double {
        let count = Double(pieces.count)
        let second = pieces.reduce(0) { $0 + $1 * $1 } / count
        let fourth = pieces.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
        let excess = fourth / (second * second) - (count - 3) / (count - 1)
        return excess > 0 ? min(count - 1, 2 * count / excess) : count - 1
    }

    /// The ends of `logit⁻¹(logit θ ± quantile · √variance / (θ(1 − θ)))`.
    static func logitInterval(_ value: Double, _ variance: Double, _ quantile: Double) -> [Double] {
        [-quantile, quantile].map { q in
            let x =
                Double.log(value / (1 - value)) + q * variance.squareRoot() / (value * (1 - value))
            return 1 / (1 + Double.exp(-x))
        }
    }
}

@Suite struct SlowTwinTests {
    /// Scores with ties, better than chance; both classes in each run of five rows.
    static func rows(_ count: Int, seed: UInt64) -> (labels: [Int32], scores: [Double]) {
        let random = CounterRandom(seed: seed, name: "twin")
        let labels = (0..<count).map { row -> Int32 in
            switch row % 5 {
            case 0: 1
            case 1: 0
            default: random.uniform(step: 1, index: UInt64(row)) < 0.4 ? 1 : 0
            }
        }
        let scores = (0..<count).map { row in
            let x = random.uniform(step: 2, index: UInt64(row)) + 0.3 * Double(labels[row])
            return (x * 20).rounded() / 26
        }
        return (labels, scores)
    }

    @Test(arguments: [12, 40, 333] as [Int])
    func deLong(_ count: Int) throws {
        let (labels, scores) = Self.rows(count, seed: UInt64(count))
        let sample = try ClassificationSample(
            labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2)
        let (area, variance, degrees) = SlowTwin.deLong(
            scores.indices.filter { labels[$0] == 1 }.map { scores[$0] },
            scores.indices.filter { labels[$0] == 0 }.map { scores[$0] })
        let ends = SlowTwin.logitInterval(
            area, variance, SpecialFunctions.studentQuantile(0.975, degrees: degrees))
        let found = sample.rocAUC()
        #expect(agree(found.value, area, 1e-13))
        let positives = Double(labels.count { $0 == 1 })
        guard min(positives, Double(count) - positives) < 20 else {
            #expect(agree(found.lower, ends[0], 1e-12))
            #expect(agree(found.upper, ends[1], 1e-12))
            return
        }
        // Few rows of a class: where an end is not DeLong's, it is the score interval's, beyond it.
        for (end, own) in [(try #require(found.lower), ends[0]), (try #require(found.upper), ends[1])] {
            if abs(end - own) <= 1e-12 { continue }
            #expect(abs(end - area) > abs(own - area))
            let variance = SlowTwin.hanleyMcNeil(end, positives, Double(count) - positives)
            #expect(abs(abs(end - area) - 1.959963984540054 * variance.squareRoot()) < 1e-9)
        }
    }

    @Test(arguments: [20, 45, 300] as [Int])
    func obuchowski(_ count: Int) throws {
        let (labels, scores) = Self.rows(count, seed: UInt64(count))
        let clusters = labels.indices.map { Int32($0 / 5) }
        let sample = try ClassificationSample(
            labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2,
            clusters: clusters)
        let (area, variance, degrees) = SlowTwin.obuchowski(
            scores, isPositive: labels.map { $0 == 1 }, clusters: clusters)
        let t = SpecialFunctions.studentQuantile(0.975, degrees: degrees)
        let ends = SlowTwin.logitInterval(area, variance, t)
        let found = sample.rocAUC()
        #expect(agree(found.value, area, 1e-13))
        // Four and nine clusters: no narrower.
        guard count > 45 else {
            #expect(try #require(found.lower) <= ends[0] + 1e-12)
            #expect(try #require(found.upper) >= ends[1] - 1e-12)
            return
        }
        #expect(agree(found.lower, ends[0], 1e-12))
        #expect(agree(found.upper, ends[1], 1e-12))
    }
}
