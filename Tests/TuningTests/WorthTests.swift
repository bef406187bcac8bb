import Foundation
import RealModule
import Statistics
import TensorCore
import Testing
import Tuning

/// Losses of recipes that differ in nothing but luck: `base(row) + interaction(recipe, row) + seed(recipe, seed) + noise`.
private struct SimulatedStudy {
    let random: CounterRandom
    /// By how much every other recipe than the default loses less.
    var effect = 0.0

    static let rows = 80
    static let seeds = 5

    init(_ number: Int, _ name: String, effect: Double = 0) {
        random = CounterRandom(seed: UInt64(number), name: name)
        self.effect = effect
    }

    private func normal(_ step: Int, _ index: Int) -> Double {
        let u = random.uniform(step: UInt32(step), index: UInt64(2 * index))
        let v = random.uniform(step: UInt32(step), index: UInt64(2 * index + 1))
        return (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
    }

    /// - Parameters:
    ///   - set: 0 for validation rows, 1 for test rows.
    ///   - seed: 0 for the search's own.
    func losses(recipe: Int, set: Int, seed: Int) -> [Double] {
        let step = 1 + 2 * recipe + set
        let own = 0.02 * normal(9_000 + recipe, seed)
        return (0..<Self.rows).map { row in
            let base = -Double.log(
                1 - random.uniform(step: UInt32(8_000 + set), index: UInt64(row)))
            return base + 0.4 * normal(step, row) + own
                + 0.15 * normal(step + 20_000, 1_000 * seed + row) - (recipe == 0 ? 0 : effect)
        }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// The recipe that validates best, of so many beside the default.
    func picked(of trials: Int) -> Int {
        let found = (1...trials).map { mean(losses(recipe: $0, set: 0, seed: 0)) }
        return 1 + (found.indices.min { found[$0] < found[$1] } ?? 0)
    }

    /// - Parameter firstSeed: 1 for seeds that the search did not use.
    func seeds(of recipe: Int, set: Int, firstSeed: Int = 1) -> [[Double]] {
        (firstSeed..<(firstSeed + Self.seeds)).map { losses(recipe: recipe, set: set, seed: $0) }
    }

    func worth(of recipe: Int, set: Int, firstSeed: Int = 1) throws -> Worth {
        let before = seeds(of: 0, set: set, firstSeed: firstSeed)
        let after = seeds(of: recipe, set: set, firstSeed: firstSeed)
        return Worth(
            try crossedMeanDifference(before: before, after: after),
            standard: mean(before.map(mean)))
    }
}

@Suite struct WorthTests {
    private static var isLong: Bool { ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1" }
    private static var studies: Int { isLong ? 4000 : 200 }
    /// 5 % and two Monte-Carlo standard errors.
    private static var allowed: Double {
        0.05 + 2 * (0.05 * 0.95 / Double(studies)).squareRoot()
    }

    private func share(_ claims: (Int) throws -> Bool) rethrows -> Double {
        Double(try (0..<Self.studies).count(where: claims)) / Double(Self.studies)
    }

    /// A search of 30 recipes that all are as good as the default: judged on other rows its best is rarely worth it, judged
    /// on the rows that chose it often.
    @Test func aSearchWithoutEffectIsRarelyWorthIt() throws {
        let honest = try share { number in
            let study = SimulatedStudy(number, "no effect")
            return try study.worth(of: study.picked(of: 30), set: 1).verdict == .worthIt
        }
        #expect(honest <= Self.allowed, "\(honest)")
        let flattering = try share { number in
            let study = SimulatedStudy(number, "no effect")
            return try study.worth(of: study.picked(of: 30), set: 0, firstSeed: 0).verdict
                == .worthIt
        }
        #expect(flattering > Self.allowed, "\(flattering)")
    }

    /// Sixteen studies judged on the same test rows: the best of them, widened for their number, is rarely worth it.
    @Test func theBestOfSeveralStudiesIsWidened() throws {
        let studies = 16
        var (widened, plain) = (0, 0)
        for number in 0..<Self.studies {
            let study = SimulatedStudy(number, "several studies")
            let before = study.seeds(of: 0, set: 1)
            let found = try (1...studies).map {
                try crossedMeanDifference(before: before, after: study.seeds(of: $0, set: 1))
            }
            func isClaimed(_ looks: Int) -> Bool {
                found.contains { Worth($0, standard: 1, looks: looks).verdict == .worthIt }
            }
            if isClaimed(studies) { widened += 1 }
            if isClaimed(1) { plain += 1 }
        }
        #expect(Double(widened) / Double(Self.studies) <= Self.allowed)
        #expect(Double(plain) / Double(Self.studies) > Self.allowed)
    }

    /// The stated effect is found in about 80 % of studies that have it.
    @Test func theStatedEffectIsFound() throws {
        var stated = 0.0
        for number in 0..<Self.studies {
            stated += try SimulatedStudy(number, "power").worth(of: 1, set: 1).detectable ?? .nan
        }
        stated /= Double(Self.studies)
        let found = try share { number in
            try SimulatedStudy(number, "power", effect: stated).worth(of: 1, set: 1).verdict
                == .worthIt
        }
        #expect((0.7...0.9).contains(found), "\(found)")
    }

    @Test func verdictsFollowFromTheInterval() throws {
        // Saves `gain` of a loss of 1 in every row, give or take.
        func worth(_ gain: Double, spread: Double, margin: Double = 0.01) throws -> Worth {
            let before = (0..<5).map { _ in [Double](repeating: 1, count: 40) }
            func lost(_ row: Int, _ seed: Int) -> Double {
                let place = Double((7 * row + 3 * seed) % 11)
                return 1 - gain + spread * (place - 5) / 5
            }
            let after = (0..<5).map { seed in (0..<40).map { lost($0, seed) } }
            return Worth(
                try crossedMeanDifference(before: before, after: after), standard: 1, margin: margin
            )
        }
        let good = try worth(0.1, spread: 0.05)
        #expect(good.verdict == .worthIt)
        #expect(abs((good.saved ?? 0) - 0.1) < 0.01)
        #expect(try worth(-0.1, spread: 0.05).verdict == .leaveTheDefaults)
        // Real, and less than counts.
        let small = try worth(0.005, spread: 0.001)
        #expect(small.verdict == .leaveTheDefaults)
        #expect(try #require(small.savedInterval).lower > 0)
        #expect(try worth(0.005, spread: 0.001, margin: 0.001).verdict == .worthIt)
        let unclear = try worth(0.01, spread: 0.5)
        #expect(unclear.verdict == .cannotTell)
        #expect(try #require(unclear.detectable) > 0.01)
        // More looks never make a claim stronger.
        let same = try worth(0.0, spread: 0)
        #expect(same.verdict == .leaveTheDefaults && same.detectable == nil)
    }

    @Test func tooFewRowsTellNothing() throws {
        let before = (0..<5).map { seed in (0..<4).map { Double($0 + seed) } }
        let after = before.map { $0.map { $0 / 2 } }
        let worth = Worth(try crossedMeanDifference(before: before, after: after), standard: 3)
        #expect(worth.verdict == .cannotTell && worth.savedInterval == nil)
    }
}
