import DataEfficiency
import Foundation
import Prediction
import RealModule
import Statistics
import TensorCore
import Testing

/// Whether chosen answers follow a pattern: simulated rows with known chances, and models that know them more or less.
@Suite struct ChosenPatternTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

    /// Rows of one kind, in five parts.
    private struct Rows {
        var parts: [LabelledPredictions]
        /// The same, as models say that learned none of them.
        var before: [Predictions]
        /// What the interval is about: expected losses by these models.
        var skill: Double
    }

    /// - Parameters:
    ///   - strength: Of the pattern, as the standard deviation of a row's log-odds.
    ///   - doubt: Of a model that learned such rows: the standard deviation of its error in log-odds.
    private func rows(
        _ count: Int, _ random: CounterRandom, strength: Double, doubt: Double
    ) -> Rows {
        var draws = 0
        func uniform() -> Double {
            draws += 1
            return random.uniform(index: UInt64(draws))
        }
        func normal() -> Double {
            (-2 * Double.log(max(uniform(), 1e-12))).squareRoot() * Double.cos(2 * .pi * uniform())
        }
        func chance(_ odds: Double) -> Double { 1 / (1 + Double.exp(-odds)) }
        var found = Rows(parts: [], before: [], skill: 0)
        var known = 0.0
        var told = 0.0
        for part in 0..<ChosenPattern.parts {
            let size = count / ChosenPattern.parts + (part < count % ChosenPattern.parts ? 1 : 0)
            var (labels, values, before): ([Int32], [Double], [Double]) = ([], [], [])
            for _ in 0..<size {
                let odds = strength * normal()
                let isYes = uniform() < chance(odds)
                let value = chance(odds + doubt * normal())
                // Five models that learned none of these rows err as much as the pattern is strong, together and each
                // alone as much as one that did.
                let shared = odds + strength * normal()
                let other = (0..<5).reduce(0.0) { all, _ in
                    all + chance(shared + doubt * normal()) / 5
                }
                labels.append(isYes ? 1 : 0)
                values += [1 - value, value]
                before += [1 - other, other]
                // The shares are one half each, but for chance.
                known += Double.log(2)
                told -= chance(odds) * Double.log((value + 0.5) / 2)
                told -= (1 - chance(odds)) * Double.log((1.5 - value) / 2)
            }
            let said = Predictions(rows: size, classes: ["no", "yes"], values: values)
            found.parts.append(
                LabelledPredictions(split: .named("part"), predictions: said, answers: .classes(labels)))
            found.before.append(Predictions(rows: size, classes: ["no", "yes"], values: before))
        }
        found.skill = 1 - told / known
        return found
    }

    private func pattern(
        _ seed: Int, chosen: Int, random: Int, strength: Double, doubt: Double
    ) throws -> (ChosenPattern, Double) {
        let ofChosen = rows(
            chosen, CounterRandom(seed: UInt64(seed), name: "chosen"), strength: strength, doubt: doubt)
        let ofRandom = rows(
            random, CounterRandom(seed: UInt64(seed), name: "random"), strength: 2.5, doubt: doubt)
        let found = try #require(
            ChosenPattern(
                chosen: ofChosen.parts, before: ofChosen.before, random: ofRandom.parts))
        return (found, ofChosen.skill)
    }

    /// Whatever the pattern's strength, the interval covers what such models are expected to lower the loss by.
    @Test(arguments: [(0.0, 0.7), (0.5, 0.5), (1.0, 0.7), (2.0, 1.0)])
    func theSkillIsCovered(strength: Double, doubt: Double) throws {
        let simulations = Self.isLong ? 2_000 : 200
        let found = try (0..<simulations).map {
            try pattern($0, chosen: 400, random: 30, strength: strength, doubt: doubt)
        }
        let truth = found.reduce(0) { $0 + $1.1 } / Double(simulations)
        let covered = found.count { $0.0.chosen.lower <= truth && truth <= $0.0.chosen.upper }
        let share = Double(covered) / Double(simulations)
        let error = 2 * (0.95 * 0.05 / Double(simulations)).squareRoot()
        #expect(share > 0.93 - error && share < 0.97 + error, "\(share)")
    }

    /// Answers with a pattern as strong as the bound are told to have none in at most 5 %, at every size that is asked.
    @Test(arguments: [400, 800])
    func falseAlarmsAreRare(chosen: Int) throws {
        let simulations = Self.isLong ? 2_000 : 80
        var alarms = 0
        var skills = 0.0
        for seed in 0..<simulations {
            let (found, skill) = try pattern(
                seed, chosen: chosen, random: chosen / 4, strength: 0.506, doubt: 0.2)
            skills += skill / Double(simulations)
            if found.isMissing { alarms += 1 }
        }
        #expect(abs(skills - ChosenPattern.least) < 0.0015, "\(skills)")
        let count = Double(simulations)
        let most = 0.05 * count + 2 * (0.05 * 0.95 * count).squareRoot()
        #expect(Double(alarms) <= most, "\(alarms) of \(simulations)")
    }

    /// Pure noise, as many rows as ten batches of 100 bring, and models that are sure of themselves.
    @Test(arguments: [0.3, 0.7])
    func noiseIsTold(doubt: Double) throws {
        let simulations = Self.isLong ? 2_000 : 60
        let told = try (0..<simulations).count {
            try pattern($0, chosen: 800, random: 200, strength: 0, doubt: doubt).0.isMissing
        }
        #expect(Double(told) >= 0.9 * Double(simulations), "\(told) of \(simulations)")
    }

    @Test func whereNothingIsKnownNothingIsSaid() throws {
        func made(_ count: Int, _ strength: Double, _ name: String) -> Rows {
            rows(count, CounterRandom(seed: 1, name: name), strength: strength, doubt: 0.3)
        }
        let noise = made(400, 0, "noise")
        let drawn = made(100, 2.5, "drawn")
        let found = ChosenPattern(chosen: noise.parts, before: noise.before, random: drawn.parts)
        #expect(found?.isMissing == true)
        // The pool has no pattern either, that these models would know.
        let other = made(100, 0, "other")
        #expect(
            ChosenPattern(chosen: noise.parts, before: noise.before, random: other.parts)?.isMissing
                == false)
        // Too few, and chosen rows of nearly one class.
        let few = made(ChosenPattern.leastRows - 1, 0, "few")
        #expect(ChosenPattern(chosen: few.parts, before: few.before, random: drawn.parts) == nil)
        let alike = noise.parts.map { part in
            var part = part
            part.answers = .classes((0..<part.rows).map { $0 == 0 ? 0 : 1 })
            return part
        }
        #expect(ChosenPattern(chosen: alike, before: noise.before, random: drawn.parts) == nil)
        // Chosen rows that taught each other much are worth asking for, however hard they stay.
        var taught = try #require(found)
        let known: [Double] = [0.7, 0.7, 0.7]
        taught.taught = .init(losses: [0.5, 0.6, 0.55], before: [0.7, 0.8, 0.75], known: known)
        #expect(!taught.isMissing && abs(taught.taught.value - 0.6 / 2.1) < 1e-12)
    }

    /// Numbers: half a prediction and half the mean of the other parts; by hand.
    @Test func numbersAreJudgedByTheirSquares() throws {
        let parts = (0..<5).map { part -> LabelledPredictions in
            let targets = (0..<80).map { Double($0 % 2 == 0 ? 1 : -1) * Double(part + 1) }
            return LabelledPredictions(
                split: .named("part"),
                predictions: Predictions(rows: 80, classes: [], values: targets),
                answers: .numbers(targets))
        }
        let before = parts.map {
            Predictions(
                rows: 80, classes: [], values: [Double](repeating: 0, count: $0.rows))
        }
        let found = try #require(ChosenPattern(chosen: parts, before: before, random: parts))
        // Right predictions leave a half of each deviation, a quarter of the squares.
        #expect(abs(found.chosen.value - 0.75) < 1e-12 && abs(found.taught.value - 0.75) < 1e-12)
        #expect(abs(found.chosen.upper - 0.75) < 1e-9 && found.chosen.rows == 400)
        #expect(!found.isMissing)
    }

    /// What a comparison of models and a pattern say together.
    @Test func twoPiecesOfEvidenceAreWeighed() throws {
        func gain(_ by: Double) -> ChoosingGain {
            let random = (0..<60).map { (row: Int) -> Double in 0.5 + 0.01 * Double(row % 3) }
            let chosen = (0..<5).map { (model: Int) -> [Double] in
                let change = 0.001 * Double(model) - by
                return random.map { $0 + change }
            }
            return ChoosingGain(random: random, chosen: chosen, learned: 48)
        }
        let noise = try pattern(1, chosen: 800, random: 200, strength: 0, doubt: 0.3).0
        let clear = try pattern(1, chosen: 800, random: 200, strength: 2, doubt: 0.3).0
        #expect(noise.isMissing && !clear.isMissing)
        #expect(GuardVerdict(gain: gain(0.2), pattern: clear).verdict == .better)
        #expect(GuardVerdict(gain: gain(-0.2), pattern: clear).verdict == .notBetter)
        #expect(GuardVerdict(gain: gain(0.2), pattern: nil).verdict == .better)
        let both = GuardVerdict(gain: gain(0.2), pattern: noise)
        #expect(both.isContradictory && both.verdict == .cannotTell)
        var open = gain(0)
        (open.lower, open.upper) = (-0.1, 0.1)
        #expect(GuardVerdict(gain: open, pattern: nil).verdict == .cannotTell)
        #expect(GuardVerdict(gain: open, pattern: clear).verdict == .cannotTell)
        #expect(GuardVerdict(gain: open, pattern: noise).verdict == .notBetter)
    }
}
