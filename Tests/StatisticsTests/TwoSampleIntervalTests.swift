import Foundation
import Statistics
import TensorCore
import Testing

/// Intervals and tests of leaks and drift, each over many simulated samples of a known truth.
@Suite struct TwoSampleIntervalTests {
    private static let random = CounterRandom(seed: 11, name: "two samples")
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
    @Test func distancesAreCoveredAndTestsKeepTheirLevel() {
        var (misses, alarms, categoryMisses, categoryAlarms) = (0, 0, 0, 0)
        for sample in 0..<Self.samples {
            let a = uniforms(sample, 150, stream: 5)
            let b = uniforms(sample, 100, stream: 6)
            let found = distributionDistance(a, b.map { 1.25 * $0 })
            if !((found.lower ?? 1)...(found.upper ?? 0)).contains(0.2) { misses += 1 }
            if compareNumbers(a, b).pValue <= 0.05 { alarms += 1 }
            func counts(_ values: [Double], _ edges: [Double]) -> [Int] {
                var counts = [Int](repeating: 0, count: edges.count + 1)
                for value in values { counts[edges.firstIndex { value < $0 } ?? edges.count] += 1 }
                return counts
            }
            let same = compareCategories(counts(a, [0.3, 0.6, 0.9]), counts(b, [0.3, 0.6, 0.9]))
            if same.pValue <= 0.05 { categoryAlarms += 1 }
            let moved = compareCategories(counts(a, [0.3, 0.6, 0.9]), counts(b, [0.4, 0.6, 0.9]))
                .effect
            if !((moved.lower ?? 1)...(moved.upper ?? 0)).contains(0.1) { categoryMisses += 1 }
        }
        expectCovered(misses, "distance")
        expectCovered(alarms, "Kolmogorov–Smirnov")
        expectCovered(categoryMisses, "total variation")
        expectCovered(categoryAlarms, "χ²")
    }

    /// Points that tables give or a hand computes: Kolmogorov's 5 % point λ = 1.3581 (Smirnov 1948,
    /// DOI 10.1214/aoms/1177730256).
    @Test func knownPoints() {
        #expect(abs(benjaminiHochberg([0.01, 0.04, 0.03, 0.5])[0] - 0.04) < 1e-12)
        #expect(
            benjaminiHochberg([0.01, 0.04, 0.03, 0.5]).map { ($0 * 1e4).rounded() } == [
                400, 533, 533, 5000,
            ])
        #expect(benjaminiHochberg([]).isEmpty)
        // Rows of a million, where the correction for few rows is nothing.
        let far = (0..<1_000_000).map(Double.init)
        let moved = far.map { $0 + 0.001_920_6 * 1_000_000 }
        #expect(abs(compareNumbers(far, moved).pValue - 0.05) < 0.001)
        let share = compareShares(10, of: 100, 30, of: 100)
        #expect(abs((share.effect.value ?? 0) - 0.2) < 1e-12)
        // χ² = 12.5 with one degree of freedom.
        #expect(abs(share.pValue - 0.000_406_95) < 1e-6)
    }

    private struct References: Decodable {
        struct Distance: Decodable {
            var a: [Double]
            var b: [Double]
            var distance: Double
        }

        struct CountTable: Decodable {
            var a: [Int]
            var b: [Int]
            var p: Double
        }

        var distances: [Distance]
        var tables: [CountTable]
        var p: [Double]
        var adjusted: [Double]
    }

    /// SciPy's numbers, by Reference/two_samples.py.
    @Test func agreesWithSciPy() throws {
        let file = Bundle.module.bundleURL.appending(path: "Reference/two_samples.json")
        let known = try JSONDecoder().decode(References.self, from: Data(contentsOf: file))
        for distance in known.distances {
            let found = compareNumbers(distance.a, distance.b).effect.value ?? 0
            #expect(abs(found - distance.distance) < 1e-12)
        }
        for table in known.tables {
            #expect(abs(compareCategories(table.a, table.b).pValue - table.p) < 1e-12)
        }
        for (found, adjusted) in zip(benjaminiHochberg(known.p), known.adjusted) {
            #expect(abs(found - adjusted) < 1e-12)
        }
    }
}
