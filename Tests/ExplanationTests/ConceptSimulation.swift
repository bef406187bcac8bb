import Explanation
import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// How often random concepts are found, and how often intervals hold the truth.
///
/// Activations are normal numbers, correlated; gradients are normal numbers around a mean. Then all is known: the effect
/// is the mean gradient times the difference of the means, and the score is Φ of that in the gradients' deviations along
/// the difference.
struct ConceptSimulation {
    private static let width = 6

    private struct World {
        let random: CounterRandom
        var shift: [Double]
        var slope: [Double]

        func normal(_ step: UInt32, _ index: Int) -> Double {
            let u = max(random.uniform(step: step, index: UInt64(2 * index)), 1e-300)
            let v = random.uniform(step: step, index: UInt64(2 * index + 1))
            return (-2 * Double.log(u)).squareRoot() * Double.cos(2 * .pi * v)
        }

        /// Neighbouring numbers share a part of their noise.
        func rows(_ count: Int, step: UInt32, center: [Double]) -> [Float] {
            let width = center.count
            var result: [Float] = []
            for row in 0..<count {
                let own = (0...width).map { normal(step, row * (width + 1) + $0) }
                for place in 0..<width {
                    result.append(Float(center[place] + own[place] + 0.7 * own[place + 1]))
                }
            }
            return result
        }

        var none: [Double] { Array(repeating: 0, count: shift.count) }

        func test(rows: Int, pool: Int, draws: Int) throws -> ConceptTest {
            ConceptTest(
                gradients: self.rows(rows, step: 1, center: slope),
                design: try SamplingDesign(rows: rows, weights: nil, clusters: nil),
                pool: self.rows(pool, step: 2, center: none), width: shift.count, draws: draws,
                random: random, threads: 1)
        }

        var effect: Double { zip(shift, slope).reduce(0) { $0 + $1.0 * $1.1 } }

        /// Var(g·δ) of the noise of `rows`.
        var score: Double {
            var variance = 0.0
            for place in 0...shift.count {
                let own = place < shift.count ? shift[place] : 0
                let other = place > 0 ? 0.7 * shift[place - 1] : 0
                variance += (own + other) * (own + other)
            }
            return SpecialFunctions.normalCDF(effect / variance.squareRoot())
        }
    }

    private static func world(_ seed: Int, shift: Double, slope: Double) -> World {
        World(
            random: CounterRandom(seed: UInt64(seed), name: "concept simulation"),
            shift: (0..<width).map { $0 < 2 ? shift : 0 },
            slope: (0..<width).map { $0 == 0 ? slope : $0 == 3 ? 0.3 : 0 })
    }

    private struct Rates {
        var concepts = 0
        var significant = 0
        var families = 0
        var withFinding = 0
        var kim = 0
        var kims = 0
    }

    /// Concepts that are random rows, four in each of two layers.
    private static func random(_ simulations: Int, kim: Bool) throws -> Rates {
        var rates = Rates()
        for seed in 0..<simulations {
            var pValues: [Double] = []
            for layer in 0..<2 {
                let world = world(2 * seed + layer, shift: 0, slope: 0.5)
                let test = try world.test(rows: 60, pool: 240, draws: 199)
                let controls = test.controls(size: 24)
                for concept in 0..<4 {
                    let step = UInt32(10 + 4 * concept)
                    let members = world.rows(24, step: step, center: world.none)
                    let found = test.result(
                        members: members,
                        others: world.rows(24, step: step + 1, center: world.none),
                        controls: controls)
                    rates.concepts += 1
                    if found.pValue <= 0.05 { rates.significant += 1 }
                    pValues.append(found.isKnown ? found.pValue : 1)
                    if kim, concept == 0 {
                        rates.kims += 1
                        if kimFinds(world, members) { rates.kim += 1 }
                    }
                }
            }
            rates.families += 1
            if benjaminiHochberg(pValues).contains(where: { $0 <= 0.05 }) { rates.withFinding += 1 }
        }
        return rates
    }

    /// The test of Kim et al.: ten scores of the same examples against other rows drawn anew, beside ten of random
    /// concepts, by Welch's t.
    private static func kimFinds(_ world: World, _ members: [Float]) -> Bool {
        let gradients = world.rows(60, step: 1, center: world.slope)
        func score(_ members: [Float], _ others: [Float]) -> Double {
            let vector = (0..<width).map { place in
                stride(from: place, to: members.count, by: width).reduce(0) {
                    $0 + members[$1] - others[$1]
                }
            }
            let rising = (0..<60).count { row in
                var slope: Float = 0
                for place in 0..<width { slope += gradients[row * width + place] * vector[place] }
                return slope > 0
            }
            return Double(rising) / 60
        }
        func other(_ step: UInt32) -> [Float] { world.rows(24, step: step, center: world.none) }
        let own = (0..<10).map { score(members, other(100 + $0)) }
        let random = (0..<10).map { score(other(200 + $0), other(300 + $0)) }
        let (a, b) = (SampleError(meanOf: own), SampleError(meanOf: random))
        let variance = a.variance + b.variance
        let gap = abs(own.reduce(0, +) - random.reduce(0, +)) / 10
        guard variance > 0 else { return gap > 0 }
        let degrees =
            variance * variance
            / (a.variance * a.variance / a.degrees + b.variance * b.variance / b.degrees)
        return gap / variance.squareRoot()
            > SpecialFunctions.studentQuantile(0.975, degrees: max(degrees, 1))
    }

    private struct Coverage {
        var examples: Int
        var rows: Int
        var effect = 0
        var score = 0
        var simulations = 0
        var scoreWidth = 0.0
        /// Of the share of rows alone, with the true vector.
        var leastWidth = 0.0
    }

    private static func coverage(
        examples: Int, rows: Int, shift: Double, simulations: Int
    ) throws -> Coverage {
        var result = Coverage(examples: examples, rows: rows)
        for seed in 0..<simulations {
            let world = world(1_000_000 + seed, shift: shift, slope: 0.8)
            let test = try world.test(rows: rows, pool: 2 * examples, draws: 2)
            let found = test.result(
                members: world.rows(examples, step: 10, center: world.shift),
                others: world.rows(examples, step: 11, center: world.none),
                controls: test.controls(size: examples))
            func holds(_ estimate: Estimate, _ truth: Double) -> Bool {
                guard let lower = estimate.lower, let upper = estimate.upper else { return false }
                return lower <= truth && truth <= upper
            }
            result.simulations += 1
            if holds(found.effect, world.effect) { result.effect += 1 }
            if holds(found.score, world.score) { result.score += 1 }
            if let lower = found.score.lower, let upper = found.score.upper {
                result.scoreWidth += (upper - lower) / Double(simulations)
            }
            result.leastWidth +=
                3.92 * (world.score * (1 - world.score) / Double(rows)).squareRoot()
                / Double(simulations)
        }
        return result
    }

    /// Two standard errors of a share of 5 %.
    private static func slack(_ count: Int) -> Double {
        2 * (0.05 * 0.95 / Double(count)).squareRoot()
    }

    @Test(.enabled(if: !isLong)) func randomConceptsAreNotFound() throws {
        let rates = try Self.random(60, kim: false)
        let share = Double(rates.significant) / Double(rates.concepts)
        #expect(share <= 0.05 + Self.slack(rates.concepts), "\(share) of \(rates.concepts)")
        let families = Double(rates.withFinding) / Double(rates.families)
        #expect(families <= 0.05 + Self.slack(rates.families), "\(families)")
    }

    @Test(.enabled(if: !isLong)) func intervalsHoldTheTruth() throws {
        let found = try Self.coverage(examples: 60, rows: 120, shift: 0.5, simulations: 200)
        #expect((0.91...0.985).contains(Double(found.effect) / 200), "\(found.effect)")
        #expect(found.score >= 184, "\(found.score)")
    }

    @Test(.enabled(if: isLong)) func atLength() throws {
        let rates = try Self.random(1000, kim: true)
        func percent(_ part: Int, _ whole: Int) -> String {
            String(format: "%.1f %%", 100 * Double(part) / Double(whole))
        }
        var text = """
            # Concept vectors

            Written by ConceptSimulation with VOUCH_VERIFY=1.

            ## Concepts that are random rows

            24 random rows against 24 others, 60 tested rows, 199 random concepts; families are of four concepts in two \
            layers, found with a false-discovery rate of 5 %. Claimed: at most 5 %.

            | test | concepts or families | found |
            |---|---|---|
            | p ≤ 5 % against random concepts | \(rates.concepts) | \(percent(rates.significant, rates.concepts)) |
            | anything found in a family | \(rates.families) | \(percent(rates.withFinding, rates.families)) |
            | Kim et al.: t-test of ten scores, the other rows drawn anew | \(rates.kims) | \(percent(rates.kim, rates.kims)) |

            ## Intervals

            Claimed: 95 % for the effect (at least 95 % below 100 examples), at least 95 % for the score. Width: mean width of the score's interval, as a multiple \
            of that of the share of rows alone if the vector were known.

            | examples | tested rows | shift | effect covered | score covered | width |
            |---|---|---|---|---|---|

            """
        let share = Double(rates.significant) / Double(rates.concepts)
        #expect(share <= 0.05 + Self.slack(rates.concepts), "\(share)")
        let families = Double(rates.withFinding) / Double(rates.families)
        #expect(families <= 0.05 + Self.slack(rates.families), "\(families)")
        for (examples, rows, shift) in [
            (20, 50, 0.5), (60, 120, 0.2), (60, 120, 0.5), (200, 500, 0.2), (200, 500, 0.5),
        ] {
            let found = try Self.coverage(
                examples: examples, rows: rows, shift: shift, simulations: 1000)
            text +=
                "| \(examples) | \(rows) | \(shift) | \(percent(found.effect, 1000)) | "
                + "\(percent(found.score, 1000)) | "
                + String(format: "%.2f", found.scoreWidth / found.leastWidth) + " |\n"
            // Few rows: the noise of gradients and examples together is counted twice.
            let most = examples < 100 ? 1000 : 970
            #expect((930...most).contains(found.effect), "\(examples), \(rows): \(found.effect)")
            #expect(found.score >= 936, "\(examples), \(rows): \(found.score)")
        }
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Verified/concepts.md")
        try Data(text.utf8).write(to: path)
    }
}
