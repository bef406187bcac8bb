/// What rules say of rows: each votes for one class of its own, or abstains.
package struct RuleVotes: Sendable, Hashable {
    package let classes: Int
    /// The class that each rule votes for.
    package let voted: [Int]
    package let rows: Int
    /// The rules that vote of some row together; the first is of rows of which none does.
    package let patterns: [[Int]]
    /// Of each row, the place of its pattern.
    package let patternOfRow: [Int]

    /// - Parameters:
    ///   - voted: The class of each rule, below `classes`.
    ///   - fires: Of each rule, whether it votes of a row.
    /// - Precondition: the lengths fit.
    package init(classes: Int, voted: [Int], fires: [[Bool]], rows: Int) {
        precondition(voted.count == fires.count, "votes of other rules")
        precondition(fires.allSatisfy { $0.count == rows }, "votes of other rows")
        precondition(voted.allSatisfy { $0 >= 0 && $0 < classes }, "a vote for no class")
        self.classes = classes
        self.voted = voted
        self.rows = rows
        let own = (0..<rows).map { row in fires.indices.filter { fires[$0][row] } }
        // In an order that does not depend on the rows', and so neither do sums over them.
        let patterns = Set(own + [[]]).sorted { $0.lexicographicallyPrecedes($1) }
        let places = Dictionary(
            uniqueKeysWithValues: patterns.enumerated().map { ($1, $0) })
        self.patterns = patterns
        patternOfRow = own.map { places[$0] ?? 0 }
    }

    private init(_ other: RuleVotes, rows: [Int]) {
        classes = other.classes
        voted = other.voted
        self.rows = rows.count
        patterns = other.patterns
        patternOfRow = rows.map { other.patternOfRow[$0] }
    }

    /// The votes of some rows, in the given order.
    package func selecting(_ rows: [Int]) -> RuleVotes { RuleVotes(self, rows: rows) }

    package var rules: Int { voted.count }

    /// Whether a rule votes of the row.
    package func isCovered(_ row: Int) -> Bool { patternOfRow[row] != 0 }

    /// The class with the most votes; `nil` where none votes, or two classes have as many.
    package func majority(ofPattern pattern: Int) -> Int? {
        var counts = [Int](repeating: 0, count: classes)
        for rule in patterns[pattern] { counts[voted[rule]] += 1 }
        guard let most = counts.max(), most > 0 else { return nil }
        let winners = counts.indices.filter { counts[$0] == most }
        return winners.count == 1 ? winners[0] : nil
    }

    /// Whether its rules vote for different classes.
    package func isConflict(pattern: Int) -> Bool {
        Set(patterns[pattern].map { voted[$0] }).count > 1
    }

    /// Rows of each pattern, by class, of those that have an answer; and of those that have none.
    ///
    /// - Parameter labels: A class a row; −1 where there is no answer.
    func counts(_ labels: [Int32]) -> PatternCounts {
        precondition(labels.count == rows, "answers of other rows")
        var counts = PatternCounts(patterns: patterns.count, classes: classes)
        for (pattern, label) in zip(patternOfRow, labels) {
            if label >= 0 {
                counts.answered[pattern][Int(label)] += 1
            } else {
                counts.open[pattern] += 1
            }
        }
        return counts
    }
}

/// How many rows have which votes.
struct PatternCounts {
    /// `[pattern][class]`: rows with that answer.
    var answered: [[Double]]
    /// Rows without an answer.
    var open: [Double]

    init(patterns: Int, classes: Int) {
        answered = Array(repeating: Array(repeating: 0, count: classes), count: patterns)
        open = Array(repeating: 0, count: patterns)
    }

    /// Rows of each class that have an answer.
    var classes: [Double] {
        var sums = [Double](repeating: 0, count: answered.first?.count ?? 0)
        for row in answered { for place in row.indices { sums[place] += row[place] } }
        return sums
    }
}
