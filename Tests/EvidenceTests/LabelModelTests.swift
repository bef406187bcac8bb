import DataEfficiency
import Foundation
import Statistics
import TensorCore
import Testing

/// Rules that vote for classes, and the model that weighs their votes.
@Suite struct LabelModelTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

    /// Rows of two classes, and rules that vote of a row by the chances of its class.
    private static func drawn(
        _ rows: Int, chances: [(own: Double, other: Double)], voted: [Int], share: Double = 0.4,
        seed: UInt64
    ) -> (votes: RuleVotes, labels: [Int32]) {
        let random = CounterRandom(seed: seed, name: "rules")
        let labels = (0..<rows).map { row -> Int32 in
            random.uniform(step: 0, index: UInt64(row)) < share ? 1 : 0
        }
        let fires = chances.indices.map { rule in
            (0..<rows).map { row in
                let chance =
                    Int(labels[row]) == voted[rule] ? chances[rule].own : chances[rule].other
                return random.uniform(step: UInt32(rule + 1), index: UInt64(row)) < chance
            }
        }
        return (RuleVotes(classes: 2, voted: voted, fires: fires, rows: rows), labels)
    }

    /// Answers of the first rows alone.
    private static func known(_ labels: [Int32], first: Int) -> [Int32] {
        labels.enumerated().map { $0 < first ? $1 : -1 }
    }

    @Test func votesAreCountedByPattern() {
        let votes = RuleVotes(
            classes: 3, voted: [0, 2, 2],
            fires: [[true, false, true, false], [true, false, false, true], [true, false, false, false]],
            rows: 4)
        #expect(votes.patterns == [[], [0], [0, 1, 2], [1]])
        #expect(votes.patternOfRow == [2, 0, 1, 3])
        #expect(votes.majority(ofPattern: 0) == nil)
        #expect(votes.majority(ofPattern: 2) == 2)
        #expect(votes.isConflict(pattern: 2) && !votes.isConflict(pattern: 1))
        #expect(votes.selecting([3, 1]).patternOfRow == [3, 0])
    }

    /// One rule and answers of all rows: the rates are counts with two rows of the prior, the posterior is Bayes'.
    @Test func oneRuleIsBayesRule() {
        // 30 of 40 rows of class 1 and 10 of 60 of class 0 are voted of.
        let labels = Array(repeating: Int32(1), count: 40) + Array(repeating: 0, count: 60)
        let fires = (0..<100).map { $0 < 30 || (40..<50).contains($0) }
        let votes = RuleVotes(classes: 2, voted: [1], fires: [fires], rows: 100)
        let model = LabelModel(votes, labels: labels)
        let shares = [61.0 / 102, 41.0 / 102]
        let odds = shares[1] / shares[0] * 7 / 3
        let right = odds / (1 + odds)
        let prior = [0.4 * (1 - right) / shares[0], 0.4 * right / shares[1]]
        let rates = [(10 + 2 * prior[0]) / 62, (30 + 2 * prior[1]) / 42]
        let told = shares[1] * rates[1] / (shares[0] * rates[0] + shares[1] * rates[1])
        #expect(abs(model.rates[0][0] - rates[0]) < 1e-12)
        #expect(abs(model.rates[0][1] - rates[1]) < 1e-12)
        #expect(abs(model.probabilities(ofRow: 0)[1] - told) < 1e-12)
        #expect(model.counted == [1])
        #expect(model.probabilities.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
    }

    /// A rule that stands in the file three times tells what it tells once.
    @Test func copiesOfARuleAreNotCountedTwice() {
        let chances = [(0.5, 0.2), (0.4, 0.1), (0.3, 0.1)]
        let (votes, labels) = Self.drawn(2000, chances: chances, voted: [1, 0, 1], seed: 3)
        let known = Self.known(labels, first: 200)
        let fires = votes.voted.indices.map { rule in
            votes.patternOfRow.map { votes.patterns[$0].contains(rule) }
        }
        let copied = RuleVotes(
            classes: 2, voted: [1, 1, 1, 0, 1],
            fires: [fires[0], fires[0], fires[0], fires[1], fires[2]], rows: 2000)
        let once = LabelModel(votes, labels: known)
        let thrice = LabelModel(copied, labels: known)
        for rule in 0..<3 { #expect(abs(thrice.counted[rule] - 1.0 / 3) < 0.02) }
        for row in 0..<2000 {
            let difference =
                once.probabilities(ofRow: row)[1] - thrice.probabilities(ofRow: row)[1]
            #expect(abs(difference) < 0.05)
        }
    }

    /// Rules of which one is far surer than the two that outvote it.
    @Test func itWeighsVotes() {
        let chances = [(0.6, 0.02), (0.5, 0.45), (0.5, 0.45)]
        let (votes, labels) = Self.drawn(
            3000, chances: chances, voted: [1, 0, 0], share: 0.5, seed: 5)
        let model = LabelModel(votes, labels: Self.known(labels, first: 100))
        var (right, majority, rows) = (0, 0, 0)
        for row in 100..<3000 where votes.isCovered(row) {
            let told = model.probabilities(ofRow: row)
            rows += 1
            if (told[1] > told[0]) == (labels[row] == 1) { right += 1 }
            let vote = votes.majority(ofPattern: votes.patternOfRow[row]) ?? 0
            if vote == Int(labels[row]) { majority += 1 }
        }
        #expect(Double(right) > Double(majority) + 0.05 * Double(rows))
        // What it guesses of itself is about right.
        let guessed = model.expectedAccuracy ?? 0
        #expect(abs(guessed - Double(right) / Double(rows)) < 0.06)
    }

    /// Without an answer a vote is believed, and nothing is measured.
    @Test func withoutAnswersVotesAreBelieved() {
        let chances = [(0.5, 0.2), (0.5, 0.2)]
        let (votes, labels) = Self.drawn(500, chances: chances, voted: [1, 0], seed: 7)
        let none = [Int32](repeating: -1, count: 500)
        let model = LabelModel(votes, labels: none)
        for (place, pattern) in votes.patterns.enumerated() where pattern.count == 1 {
            #expect(model.probabilities[place][votes.voted[pattern[0]]] > 0.5)
        }
        let summary = RuleSummary(model, labels: none)
        #expect(summary.rules.allSatisfy { $0.accuracy == nil && $0.direction == .cannotTell })
        #expect(VoteAccuracy(votes, labels: none) == nil)
        #expect(VoteAccuracy(votes, labels: labels)?.majority.count == 500)
    }

    /// Rules that vote at random: some rule is called wrong in at most 5 % of files. One that is wrong on purpose is found.
    @Test func wrongRulesAreFoundAndFewOthers() {
        let files = Self.isLong ? 4000 : 200
        var (alarms, found) = (0, 0)
        for file in 0..<files {
            let chances =
                [(0.3, 0.3), (0.3, 0.3), (0.2, 0.2), (0.5, 0.5), (0.4, 0.4), (0.15, 0.15)]
            let (votes, labels) = Self.drawn(
                100, chances: chances, voted: [1, 0, 1, 0, 1, 0], seed: UInt64(file))
            let summary = RuleSummary(LabelModel(votes, labels: labels), labels: labels)
            if summary.rules.contains(where: { $0.direction.isWrong }) { alarms += 1 }
            guard file < files / 5 else { continue }
            let (planted, answers) = Self.drawn(
                100, chances: [(0.5, 0.2), (0.1, 0.5), (0.4, 0.2)], voted: [1, 1, 0],
                seed: UInt64(100_000 + file))
            let other = RuleSummary(LabelModel(planted, labels: answers), labels: answers)
            if other.rules[1].direction.isWrong { found += 1 }
        }
        let error = (0.05 * 0.95 / Double(files)).squareRoot()
        #expect(Double(alarms) / Double(files) <= 0.05 + 2 * error)
        #expect(10 * found >= 9 * (files / 5))
    }

    /// A rule with few answers is not judged.
    @Test func fewAnswersCannotTell() {
        let labels = [Int32](repeating: 1, count: 20) + [Int32](repeating: 0, count: 20)
        let votes = RuleVotes(
            classes: 2, voted: [1], fires: [(0..<40).map { $0 == 30 }], rows: 40)
        let summary = RuleSummary(LabelModel(votes, labels: labels), labels: labels)
        #expect(summary.rules[0].accuracy == nil)
        #expect(summary.rules[0].direction == .cannotTell)
        #expect(summary.rules[0].covered == 1)
    }
}
