import Foundation

/// What rules' votes tell of a row's class: naive Bayes over the votes, in which rules that vote together count less.
///
/// `log p(k) = log π(k) + Σ_j c(j) · log P(rule j does as it does | k) + constant`
///
/// A rule that abstains tells something too, as one that votes for a single class does. Whether a rule votes of rows of a
/// class has a Beta prior: of a rule that is right seven times in ten were all classes equally common. The answers that
/// there are update it, and so do rows without one, by what the other rules say of them (expectation–maximisation). How
/// much the latter count in all is chosen by the loss on answers that were left out, since rules that vote together for
/// another reason than the class would else be believed.
///
/// - Source: Dawid & Skene 1979, DOI 10.2307/2346806; data programming: Ratner et al. 2016, arXiv:1605.07723, and
///   Snorkel, arXiv:1711.10160, from which it differs in using the answers that there are; weighing rows without answers:
///   Nigam et al. 2000, DOI 10.1023/A:1007692713085.
package struct LabelModel: Sendable, Hashable {
    package let votes: RuleVotes
    /// The share of rows of each class.
    package let shares: [Double]
    /// `[rule][class]`: the chance that a rule votes of a row of the class.
    package let rates: [[Double]]
    /// At what share each rule counts: below 1 where others vote with it though the class is known.
    package let counted: [Double]
    /// As how many rows with an answer those without one counted in all.
    package let openMass: Double
    /// `[pattern][class]`: the probability of each class given the votes.
    package let probabilities: [[Double]]

    init(
        _ votes: RuleVotes, shares: [Double], rates: [[Double]], counted: [Double],
        openMass: Double
    ) {
        self.votes = votes
        self.shares = shares
        self.rates = rates
        self.counted = counted
        self.openMass = openMass
        probabilities = Self.probabilities(votes, shares, rates, counted)
    }

    /// The probability of each class of a row.
    package func probabilities(ofRow row: Int) -> [Double] {
        probabilities[votes.patternOfRow[row]]
    }

    /// The chance that a rule's class is a row's, of rows of which it votes; of all rows that the votes are of.
    package func expectedAccuracy(ofRule rule: Int) -> Double? {
        expected { votes.patterns[$0].contains(rule) ? probabilities[$0][votes.voted[rule]] : nil }
    }

    /// The chance that the most probable class is a row's, of rows of which a rule votes.
    package var expectedAccuracy: Double? {
        expected { $0 == 0 ? nil : probabilities[$0].max() }
    }

    private func expected(_ value: (Int) -> Double?) -> Double? {
        let known = votes.patterns.indices.map(value)
        var (sum, count) = (0.0, 0)
        for pattern in votes.patternOfRow {
            guard let value = known[pattern] else { continue }
            sum += value
            count += 1
        }
        return count > 0 ? sum / Double(count) : nil
    }

    static func probabilities(
        _ votes: RuleVotes, _ shares: [Double], _ rates: [[Double]], _ counted: [Double]
    ) -> [[Double]] {
        let classes = votes.classes
        let none = (0..<classes).map { k in
            log(shares[k])
                + votes.voted.indices.reduce(0) { $0 + counted[$1] * log(1 - rates[$1][k]) }
        }
        let steps = votes.voted.indices.map { rule in
            (0..<classes).map { k in
                counted[rule] * (log(rates[rule][k]) - log(1 - rates[rule][k]))
            }
        }
        return votes.patterns.map { pattern in
            var scores = none
            for rule in pattern {
                for k in 0..<classes { scores[k] += steps[rule][k] }
            }
            let most = scores.max() ?? 0
            let odds = scores.map { exp($0 - most) }
            let sum = odds.reduce(0, +)
            return odds.map { $0 / sum }
        }
    }
}
