import Foundation
import Statistics
import TensorCore
import Testing

/// Intervals of the evidence for leaks, each over many simulated samples of a known truth.
@Suite struct LeakIntervalTests {
    private static let random = CounterRandom(seed: 11, name: "leak intervals")
    private static let samples = 600

    private func uniforms(_ sample: Int, _ count: Int, stream: UInt32) -> [Double] {
        (0..<count).map {
            Self.random.uniform(step: stream, index: UInt64(sample) << 32 | UInt64($0))
        }
    }

    /// Misses at most 5 %, plus three Monte-Carlo errors.
    private func expectCovered(_ misses: Int, _ what: String) {
        let limit = 0.05 + 3 * (0.05 * 0.95 / Double(Self.samples)).squareRoot()
        #expect(Double(misses) / Double(Self.samples) <= limit, "\(what): \(misses) misses")
    }

    @Test func balancedSkillIsCovered() {
        let recalls = [0.95, 0.8, 0.99]
        let rows = [60, 200, 40]
        let truth = (3 * recalls.reduce(0, +) / 3 - 1) / 2
        var misses = 0
        for sample in 0..<Self.samples {
            let hits = recalls.indices.map { label in
                uniforms(sample, rows[label], stream: UInt32(label)).count { $0 < recalls[label] }
            }
            let found = balancedSkill(hits: hits, rows: rows)
            if !((found.lower ?? 1)...(found.upper ?? 0)).contains(truth) { misses += 1 }
        }
        expectCovered(misses, "balanced skill")
        let sure = balancedSkill(hits: [10, 10], rows: [10, 10])
        #expect(sure.value == 1 && (sure.lower ?? 1) < 0.9 && sure.upper == 1)
        #expect(balancedSkill(hits: [5, 0], rows: [10, 0]).value == nil)
    }

    @Test func correlationIsCovered() {
        let truth = 0.6
        var misses = 0
        for sample in 0..<Self.samples {
            let u = uniforms(sample, 80, stream: 3)
            let v = uniforms(sample, 80, stream: 4)
            let x = zip(u, v).map { (-2 * log(1 - $0)).squareRoot() * cos(2 * Double.pi * $1) }
            let e = zip(u, v).map { (-2 * log(1 - $0)).squareRoot() * sin(2 * Double.pi * $1) }
            let y = zip(x, e).map { truth * $0 + (1 - truth * truth).squareRoot() * $1 }
            let found = weightedCorrelation(x, y, weights: x.map { _ in 1 })
            if !((found.lower ?? 1)...(found.upper ?? 0)).contains(truth) { misses += 1 }
        }
        expectCovered(misses, "correlation")
        #expect(weightedCorrelation([1, 1, 1], [1, 2, 3], weights: [1, 1, 1]).value == nil)
    }

    /// Uniform numbers against those stretched by 1.25: the distance is 0.2.
    @Test func distanceIsCovered() {
        var misses = 0
        for sample in 0..<Self.samples {
            let a = uniforms(sample, 150, stream: 5)
            let b = uniforms(sample, 100, stream: 6).map { 1.25 * $0 }
            let found = distributionDistance(a, b)
            if !((found.lower ?? 1)...(found.upper ?? 0)).contains(0.2) { misses += 1 }
        }
        expectCovered(misses, "distance")
        let known = distributionDistance([1, 2, 2, 3], [2, 2, 4]).value ?? 0
        #expect(abs(known - 1.0 / 3) < 1e-12)
    }
}
