import Foundation
import Statistics
import TensorCore
import Testing

/// The gradient noise scale of a linear regression, which is known.
///
/// Of `y = xᵀw + ε` with `x ~ N(0, I)` of `d` parts, at weights that are off by `δ`, a row's gradient is `2 (xᵀδ − ε) x`. Its
/// mean is `2 δ`, the trace of its covariance `4 ((d + 1) |δ|² + σ² d)`.
@Suite struct GradientNoiseTests {
    private struct Problem {
        var parts = 4
        var off = 0.5
        var noise = 1.0

        var scale: Double {
            let square = Double(parts) * off * off
            return (Double(parts + 1) * square + noise * noise * Double(parts)) / square
        }

        func gradient(_ random: CounterRandom, row: Int) -> [Double] {
            func normal(_ place: Int) -> Double {
                let index = UInt64(2 * (row * (parts + 1) + place))
                let first = max(1e-12, Double(random.uniform(index: index)))
                let second = Double(random.uniform(index: index + 1))
                return (-2 * Foundation.log(first)).squareRoot() * Foundation.cos(2 * .pi * second)
            }
            let x = (0..<parts).map(normal)
            let error = x.reduce(0) { $0 + $1 * off } - noise * normal(parts)
            return x.map { 2 * error * $0 }
        }

        func batches(
            _ count: Int, seed: UInt64, shards: Int = 4, rows: Int = 8
        ) -> [GradientNoise.Batch] {
            let random = CounterRandom(seed: seed, name: "gradients")
            func square(_ sum: [Double], _ rows: Int) -> Double {
                sum.reduce(0) { $0 + $1 * $1 } / Double(rows * rows)
            }
            return (0..<count).map { batch in
                var whole = Array(repeating: 0.0, count: parts)
                let own = (0..<shards).map { shard in
                    var sum = Array(repeating: 0.0, count: parts)
                    for row in 0..<rows {
                        let gradient = gradient(
                            random, row: (batch * shards + shard) * rows + row)
                        for place in sum.indices { sum[place] += gradient[place] }
                    }
                    for place in sum.indices { whole[place] += sum[place] }
                    return (inverseRows: 1 / Double(rows), square: square(sum, rows))
                }
                return .init(
                    shards: own, inverseRows: 1 / Double(shards * rows),
                    square: square(whole, shards * rows))
            }
        }
    }

    @Test(arguments: [Problem(), Problem(parts: 2, off: 1, noise: 0.5), Problem(off: 0.3)])
    private func aLargeSampleFindsIt(_ problem: Problem) throws {
        let found = try #require(GradientNoise(problem.batches(600, seed: 1)))
        #expect(abs(found.value / problem.scale - 1) < 0.2, "\(found.value) of \(problem.scale)")
        // Whether it covers is a matter of many samples: below.
        #expect(found.lower < found.value && found.value < found.upper)
        #expect(found.upper / found.lower < 1.6)
    }

    /// 200 short samples; long: 4,000.
    @Test func intervalsCoverIt() {
        let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] != nil
        let problem = Problem(parts: 2, off: 1, noise: 0.5)
        let count = isLong ? 4000 : 200
        var (told, covered) = (0, 0)
        for seed in 0..<count {
            guard let found = GradientNoise(problem.batches(32, seed: UInt64(seed + 10))) else {
                continue
            }
            told += 1
            if found.lower < problem.scale, problem.scale < found.upper { covered += 1 }
        }
        #expect(told > count * 9 / 10)
        let share = Double(covered) / Double(told)
        #expect(share > (isLong ? 0.92 : 0.89), "\(share) of \(told)")
    }

    @Test func whatCannotBeToldIsNot() {
        let problem = Problem()
        #expect(GradientNoise(problem.batches(7, seed: 1)) == nil)
        #expect(GradientNoise(problem.batches(40, seed: 1, shards: 1)) == nil)
        // No gradient at all.
        let told = (1...40).count {
            GradientNoise(Problem(off: 0).batches(40, seed: UInt64($0))) != nil
        }
        #expect(told <= 4)
    }
}
