import DataEfficiency
import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

/// What rows drawn at random tell: of the pool, and of the choosing.
@Suite struct ChoosingGainTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

    private func normal(_ random: CounterRandom, _ index: Int) -> Double {
        let first = max(random.uniform(index: UInt64(2 * index)), 1e-12)
        let second = random.uniform(index: UInt64(2 * index + 1))
        return (-2 * Double.log(first)).squareRoot() * Double.cos(2 * .pi * second)
    }

    /// Rounds of a pool that shrinks, by models that grow better: the interval covers the mean of their accuracies.
    @Test func theAccuracyOfRandomRowsIsCovered() throws {
        var covered = 0
        let simulations = Self.isLong ? 20_000 : 600
        for simulation in 0..<simulations {
            var rounds: [RandomRows.Round] = []
            var truth = 0.0
            for round in 0..<5 {
                let open = 600 - 100 * round
                let right = Int(Double(open) * (0.7 + 0.04 * Double(round)))
                let random = CounterRandom(seed: UInt64(simulation), name: "round \(round)")
                // The first 20 rows of a random order; those below `right` are right.
                let hits = random.permutation(of: open).prefix(20).count { $0 < right }
                rounds.append(.init(rows: 20, hits: hits, open: open))
                truth += Double(right) / Double(open) / 5
            }
            let found = RandomRows.accuracy(rounds)
            let (lower, upper) = (try #require(found.lower), try #require(found.upper))
            if lower <= truth, truth <= upper { covered += 1 }
        }
        let share = Double(covered) / Double(simulations)
        let error = 2 * (0.95 * 0.05 / Double(simulations)).squareRoot()
        #expect(share > 0.93 - error && share < 0.97 + error, "\(share)")
    }

    @Test func aSampleThatIsThePoolLeavesNothingUnknown() {
        let whole = RandomRows.accuracy([.init(rows: 40, hits: 30, open: 40)])
        #expect(whole.lower == 0.75 && whole.upper == 0.75)
        #expect(RandomRows.accuracy([.init(rows: 9, hits: 9, open: 500)]).lower == nil)
        #expect(RandomRows.accuracy([]).value == nil)
        let few = RandomRows.accuracy([.init(rows: 40, hits: 30, open: 60)])
        let many = RandomRows.accuracy([.init(rows: 40, hits: 30, open: 60_000)])
        #expect((few.upper ?? 1) - (few.lower ?? 0) < (many.upper ?? 0) - (many.lower ?? 1))
    }

    /// Losses of models that differ by their rows and seeds alone, and by `gain` in the mean.
    private func simulated(_ seed: Int, gain: Double, rows: Int = 60) -> ChoosingGain {
        let random = CounterRandom(seed: UInt64(seed), name: "losses")
        var next = 0
        func draw() -> Double {
            next += 1
            return normal(random, next)
        }
        let parts = ChoosingGain.parts
        let training = 0.04
        // Models by random rows share three quarters of them.
        let shared = draw() * 0.75.squareRoot()
        let byRandom = (0..<parts).map { _ in training * (shared + 0.5 * draw()) }
        let byChosen = (0..<parts).map { _ in training * draw() }
        let hardness = (0..<rows).map { _ in 0.5 + 0.3 * draw() }
        return ChoosingGain(
            random: hardness.indices.map { hardness[$0] + byRandom[$0 % parts] + 0.2 * draw() },
            chosen: byChosen.map { effect in
                hardness.map { $0 + effect - gain + 0.2 * draw() }
            }, learned: 48)
    }

    @Test func falseAlarmsAreRare() {
        let simulations = Self.isLong ? 20_000 : 500
        let found = (0..<simulations).map { simulated($0, gain: 0) }
        let better = found.count { $0.verdict == .better }
        let worse = found.count { $0.upper < 0 }
        // At most 2.5 % to either side, and three standard errors.
        let count = Double(simulations)
        let most = 0.025 * count + 3 * (0.025 * 0.975 * count).squareRoot()
        #expect(Double(max(better, worse)) <= most, "\(better) and \(worse) of \(simulations)")
        #expect((0..<50).allSatisfy { simulated($0, gain: 0.6).verdict == .better })
        #expect((0..<50).allSatisfy { simulated($0, gain: -0.6).verdict == .notBetter })
    }

    /// Judges learn nothing, and no chosen row is learned by two models.
    @Test func modelsShareNoChosenRow() {
        let rows = ChoosingRows(
            random: Array(0..<42), chosen: Array(100..<270), parts: 5, seed: 3)
        #expect(rows.learned == 33)
        #expect(Set(rows.judges.joined()) == Set(0..<42) && rows.judges.joined().count == 42)
        #expect(Set(rows.learnedChosen.joined()).count == 5 * 33)
        for part in 0..<5 {
            #expect(rows.learnedRandom[part].count == 33 && rows.learnedChosen[part].count == 33)
            #expect(Set(rows.learnedRandom[part]).isDisjoint(with: rows.judges[part]))
        }
        #expect(
            ChoosingRows(random: Array(0..<200), chosen: Array(0..<40), parts: 5, seed: 3).learned
                == 8)
    }
}
