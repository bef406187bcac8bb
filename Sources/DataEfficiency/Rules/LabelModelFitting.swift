import Foundation

extension LabelModel {
    /// Rows with an answer from which on they choose what the others count.
    package static let fewestToChoose = 20
    /// A correlation of two rules' votes within the classes that is no dependence.
    private static let independence = 0.1
    /// Rows that the prior of a rate counts as where there are answers. Without one it counts as much as all rows do, as
    /// nothing else tells whether rules vote together for the class's sake.
    private static let priorRows = 2.0
    private static let priorOdds = 7.0 / 3
    private static let folds = 5
    private static let mostPasses = 40

    /// Fits the model to all rows of the votes.
    ///
    /// - Parameter labels: A class a row; −1 where there is no answer.
    /// - Complexity: O(rows + patterns · rules · classes) a pass.
    package init(_ votes: RuleVotes, labels: [Int32]) {
        let counts = votes.counts(labels)
        self.init(votes, counts, mass: Self.mass(votes, labels, counts))
    }

    /// What models that did not see a row's answer say of it: of five parts of the rows with an answer each by
    /// the model of all the other rows, with what rows without answers count chosen anew.
    ///
    /// - Returns: `[class]` of each row with an answer; `nil` of others, and of all where there are fewer than
    ///   `fewestToChoose`.
    package static func outOfFold(_ votes: RuleVotes, labels: [Int32]) -> [[Double]?] {
        var told = [[Double]?](repeating: nil, count: labels.count)
        guard labels.count(where: { $0 >= 0 }) >= fewestToChoose else { return told }
        let parts = parts(labels)
        for part in 0..<folds {
            let rest = labels.indices.map { parts[$0] == part ? -1 : labels[$0] }
            let model = LabelModel(votes, labels: rest)
            for row in labels.indices where parts[row] == part && labels[row] >= 0 {
                told[row] = model.probabilities(ofRow: row)
            }
        }
        return told
    }

    /// The part of each row with an answer, each class in equal shares; −1 of others.
    private static func parts(_ labels: [Int32]) -> [Int] {
        var seen: [Int32: Int] = [:]
        return labels.map { label in
            guard label >= 0 else { return -1 }
            defer { seen[label, default: 0] += 1 }
            return seen[label, default: 0] % folds
        }
    }

    /// As how many rows with an answer those without count: of nothing, a quarter, as many, four times as many and all
    /// of them, the one whose models say best what answers they did not see are.
    private static func mass(
        _ votes: RuleVotes, _ labels: [Int32], _ counts: PatternCounts
    ) -> Double {
        let open = counts.open.reduce(0, +)
        let known = counts.classes.reduce(0, +)
        guard known > 0, open > 0 else { return open }
        guard known >= Double(fewestToChoose) else { return min(open, 4 * known) }
        let parts = parts(labels)
        let candidates = [0, known / 4, known, 4 * known, open].map { min(open, $0) }
        var best = (loss: Double.infinity, mass: 0.0)
        // The rows of each part, taken out of the counts.
        let held = (0..<folds).map { part in
            var held = PatternCounts(patterns: votes.patterns.count, classes: votes.classes)
            for row in labels.indices where parts[row] == part {
                held.answered[votes.patternOfRow[row]][Int(labels[row])] += 1
            }
            return held
        }
        for mass in candidates {
            var loss = 0.0
            for part in held {
                var rest = counts
                for pattern in rest.answered.indices {
                    for k in 0..<votes.classes {
                        rest.answered[pattern][k] -= part.answered[pattern][k]
                    }
                }
                let model = LabelModel(votes, rest, mass: mass)
                for (pattern, own) in part.answered.enumerated() {
                    for (k, count) in own.enumerated() where count > 0 {
                        loss -= count * log(max(model.probabilities[pattern][k], 1e-12))
                    }
                }
            }
            if loss < best.loss { best = (loss, mass) }
        }
        return best.mass
    }

    /// - Parameter mass: As how many rows with an answer those without count in all.
    private init(_ votes: RuleVotes, _ counts: PatternCounts, mass: Double) {
        var fit = Fit(votes, counts, mass: mass)
        fit.converge()
        fit.count()
        fit.converge()
        self.init(
            votes, shares: fit.shares, rates: fit.rates, counted: fit.counted, openMass: mass)
    }

    /// The parameters on their way.
    private struct Fit {
        let votes: RuleVotes
        let counts: PatternCounts
        /// What a row without an answer counts.
        let weight: Double
        let prior: [[Double]]
        let priorRows: Double
        let hasAnswers: Bool
        var shares: [Double]
        var rates: [[Double]]
        var counted: [Double]

        init(_ votes: RuleVotes, _ counts: PatternCounts, mass: Double) {
            self.votes = votes
            self.counts = counts
            let open = counts.open.reduce(0, +)
            weight = open > 0 ? mass / open : 0
            let known = counts.classes
            let sum = known.reduce(0, +)
            hasAnswers = sum > 0
            priorRows = sum > 0 ? LabelModel.priorRows : max(mass, LabelModel.priorRows)
            let shares = known.map { ($0 + 1) / (sum + Double(votes.classes)) }
            self.shares = shares
            var covered = [Double](repeating: 0, count: votes.rules)
            for pattern in votes.patternOfRow {
                for rule in votes.patterns[pattern] { covered[rule] += 1 }
            }
            let rows = Double(max(votes.rows, 1))
            prior = votes.voted.indices.map { rule in
                let coverage = covered[rule] / rows
                let own = shares[votes.voted[rule]]
                let odds = own / (1 - own) * LabelModel.priorOdds
                let right = odds / (1 + odds)
                return (0..<votes.classes).map { k in
                    k == votes.voted[rule]
                        ? clamped(coverage * right / own)
                        : clamped(coverage * (1 - right) / (1 - own))
                }
            }
            rates = prior
            counted = Array(repeating: 1, count: votes.rules)
        }

        mutating func converge() {
            for _ in 0..<(weight > 0 ? LabelModel.mostPasses : 1) {
                let before = rates
                step()
                let change = zip(before, rates).flatMap { zip($0, $1).map { abs($0 - $1) } }
                if change.max() ?? 0 < 1e-5 { break }
            }
        }

        /// `[pattern][class]`: rows, those without an answer by what the model says of them.
        private func expected(weight: Double) -> [[Double]] {
            let told = LabelModel.probabilities(votes, shares, rates, counted)
            return counts.answered.indices.map { pattern in
                (0..<votes.classes).map { k in
                    counts.answered[pattern][k]
                        + weight * counts.open[pattern] * told[pattern][k]
                }
            }
        }

        private mutating func step() {
            let expected = expected(weight: weight)
            var sums = [Double](repeating: 0, count: votes.classes)
            var fired = rates.map { $0.map { _ in 0.0 } }
            for (pattern, rows) in expected.enumerated() {
                for k in rows.indices { sums[k] += rows[k] }
                for rule in votes.patterns[pattern] {
                    for k in rows.indices { fired[rule][k] += rows[k] }
                }
            }
            for rule in rates.indices {
                for k in sums.indices {
                    rates[rule][k] = clamped(
                        (fired[rule][k] + priorRows * prior[rule][k]) / (sums[k] + priorRows))
                }
            }
            // Answers are drawn from the rows, and tell the classes' shares without an assumption.
            guard !hasAnswers else { return }
            let all = sums.reduce(0, +) + Double(sums.count)
            shares = sums.map { ($0 + 1) / all }
        }

        /// A rule's share: one by itself and the others that vote for its class as far as their votes are correlated with
        /// its own within the classes.
        mutating func count() {
            let rows = expected(weight: 1)
            let totals = rows.reduce(into: [Double](repeating: 0, count: votes.classes)) {
                for k in $1.indices { $0[k] += $1[k] }
            }
            let all = totals.reduce(0, +)
            var single = rates.map { $0.map { _ in 0.0 } }
            var both: [[Double]] = Array(
                repeating: Array(repeating: 0, count: votes.classes),
                count: votes.rules * votes.rules)
            for (pattern, own) in rows.enumerated() {
                for first in votes.patterns[pattern] {
                    for k in own.indices { single[first][k] += own[k] }
                    for second in votes.patterns[pattern] where second != first {
                        for k in own.indices { both[first * votes.rules + second][k] += own[k] }
                    }
                }
            }
            counted = votes.voted.indices.map { first in
                var sum = 1.0
                for second in votes.voted.indices
                where second != first && votes.voted[second] == votes.voted[first] {
                    var correlation = 0.0
                    for k in totals.indices where totals[k] > 0 {
                        let (a, b) = (single[first][k] / totals[k], single[second][k] / totals[k])
                        let spread = (a * (1 - a) * b * (1 - b)).squareRoot()
                        guard spread > 1e-12 else { continue }
                        let joint = both[first * votes.rules + second][k] / totals[k]
                        correlation += totals[k] / all * (joint - a * b) / spread
                    }
                    if correlation > LabelModel.independence { sum += min(1, correlation) }
                }
                return 1 / sum
            }
        }
    }
}

/// Away from certainty.
private func clamped(_ rate: Double) -> Double { min(max(rate, 1e-4), 1 - 1e-4) }
