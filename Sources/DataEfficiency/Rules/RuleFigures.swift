package import Statistics

/// What is known of one rule.
package struct RuleFigures: Sendable, Hashable {
    /// The class it votes for.
    package var voted: Int
    /// Rows of which it votes.
    package var covered: Int
    /// Of these, rows of which another rule votes for another class.
    package var conflicts: Int
    /// Of these, rows with an answer, and those whose answer is its class.
    package var answered: Int
    package var right: Int
    /// Its accuracy, measured on rows with an answer; `nil` where too few have one to tell.
    package var accuracy: Estimate?
    /// Its accuracy as the label model guesses it, of all rows of which it votes; `nil` where it never votes.
    package var expectedAccuracy: Double?
    /// At what share the label model counts it.
    package var counted: Double
    package var direction: Direction

    /// Which way a rule's votes point, by the rows with an answer.
    package enum Direction: Sendable, Hashable {
        /// Its class is rarer where it votes than where it does not, beyond chance: it is wrong.
        case wrong(pValue: Double)
        /// No such finding, though a rule that is never right would have given one.
        case notWrong
        /// Even a rule that is never right would not have been found on so few rows.
        case cannotTell

        package var isWrong: Bool { if case .wrong = self { true } else { false } }
    }
}

/// The figures of each rule, and of all together.
package struct RuleSummary: Sendable, Hashable {
    /// Rows with an answer below which a rule's accuracy is not told.
    package static let fewestAnswers = 10
    /// The chance that some rule is called wrong though none is.
    package static let falseAlarms = 0.05

    package var rules: [RuleFigures]
    package var rows: Int
    /// Rows of which a rule votes, and of which rules vote for different classes.
    package var covered: Int
    package var conflicts: Int
    /// Rows with an answer.
    package var answered: Int
    /// The label model's accuracy where a rule votes, as it guesses itself.
    package var expectedAccuracy: Double?

    /// - Parameters:
    ///   - model: Fitted to `labels`.
    ///   - labels: A class a row; −1 where there is no answer.
    package init(_ model: LabelModel, labels: [Int32]) {
        let votes = model.votes
        let counts = votes.counts(labels)
        let known = counts.classes
        let open = counts.open
        let sizes = votes.patterns.indices.map { counts.answered[$0].reduce(open[$0], +) }
        func rows(_ patterns: [Int]) -> Int { Int(patterns.reduce(0) { $0 + sizes[$1] }) }
        self.rows = votes.rows
        covered = votes.rows - Int(sizes[0])
        conflicts = rows(votes.patterns.indices.filter { votes.isConflict(pattern: $0) })
        answered = Int(known.reduce(0, +))
        expectedAccuracy = model.expectedAccuracy
        let all = Int(known.reduce(0, +))
        var figures: [RuleFigures] = []
        var pValues: [Double?] = []
        for (rule, voted) in votes.voted.enumerated() {
            let own = votes.patterns.indices.filter { votes.patterns[$0].contains(rule) }
            let fired = Int(own.reduce(0) { $0 + counts.answered[$1].reduce(0, +) })
            let right = Int(own.reduce(0) { $0 + counts.answered[$1][voted] })
            figures.append(
                RuleFigures(
                    voted: voted, covered: rows(own),
                    conflicts: rows(own.filter { votes.isConflict(pattern: $0) }),
                    answered: fired, right: right,
                    accuracy: fired >= Self.fewestAnswers ? shareEstimate(right, of: fired) : nil,
                    expectedAccuracy: model.expectedAccuracy(ofRule: rule),
                    counted: model.counted[rule], direction: .cannotTell))
            let (others, rest) = (Int(known[voted]) - right, all - fired)
            // The fewest rows of its class that there can be among those of which it votes.
            let least = max(0, Int(known[voted]) - rest)
            let best = CountTails.hypergeometric(
                least, of: fired, beside: Int(known[voted]) - least, of: rest)
            pValues.append(
                best <= Self.falseAlarms
                    ? CountTails.hypergeometric(right, of: fired, beside: others, of: rest) : nil)
        }
        let tested = pValues.indices.filter { pValues[$0] != nil }
        for (place, value) in zip(tested, holm(tested.compactMap { pValues[$0] })) {
            figures[place].direction =
                value <= Self.falseAlarms ? .wrong(pValue: value) : .notWrong
        }
        self.rules = figures
    }
}

/// How right rules are together, on rows with an answer.
package struct VoteAccuracy: Sendable, Hashable {
    /// Of the majority vote; where it says nothing, of the class that most of these rows have.
    package var majority: Estimate
    /// Of the label model: of each row by a model that did not see its answer.
    package var model: Estimate

    /// - Returns: `nil` where there are too few rows with an answer to tell.
    package init?(_ votes: RuleVotes, labels: [Int32]) {
        let rows = labels.indices.filter { labels[$0] >= 0 }
        guard rows.count >= LabelModel.fewestToChoose else { return nil }
        let known = votes.counts(labels).classes
        let usual = known.indices.max { known[$0] < known[$1] } ?? 0
        let told = LabelModel.outOfFold(votes, labels: labels)
        let majority = rows.count {
            (votes.majority(ofPattern: votes.patternOfRow[$0]) ?? usual) == Int(labels[$0])
        }
        let model = rows.count { row in
            guard let own = told[row] else { return false }
            return own.indices.max { own[$0] < own[$1] } == Int(labels[row])
        }
        self.majority = shareEstimate(majority, of: rows.count)
        self.model = shareEstimate(model, of: rows.count)
    }
}
