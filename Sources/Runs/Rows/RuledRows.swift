package import DataEfficiency
import Models
import NN
import Tables

/// Rows without an answer of which a rule votes: they are learned from with what the rules say of them.
///
/// What that is, a `LabelModel` says, fitted for each training to the rows that it learns from and to these: no answer of a
/// row that validates or measures has a part in it.
package struct RuledRows: Sendable {
    package let rules: [TableRule]
    /// Of every row of the table.
    package let votes: RuleVotes
    /// Places in the table: those without an answer of which a rule votes.
    package let rows: [Int]
    /// Rows without an answer of which none votes.
    package let silent: Int

    /// Rows with an answer are repeated until each three of these have one beside them: as what rules say is surer, but
    /// less right. They are repeated rather than weighed, as a batch's loss is the mean by its own weights.
    private static let besideAnswer = 3
    private static let mostRepeats = 200

    /// - Parameters:
    ///   - target: The column of answers.
    ///   - classes: How many there are.
    init(_ rules: [TableRule], _ table: Table, target: Column, classes: Int) {
        self.rules = rules
        votes = RuleFile.votes(rules, of: table, classes: classes)
        let open = (0..<table.rowCount).filter { target.isMissing($0) }
        let votes = votes
        rows = open.filter { votes.isCovered($0) }
        silent = open.count - rows.count
    }

    /// Whether a table has all columns that the rules look at.
    func canVote(of table: Table) -> Bool {
        rules.flatMap(\.conditions).flatMap(\.clauses).flatMap(\.alternatives)
            .allSatisfy { table.column(named: $0.column) != nil }
    }

    /// How often each row with an answer is learned from in an epoch.
    ///
    /// - Parameter count: Rows with an answer.
    func repeats(beside count: Int) -> Int {
        min(max(rows.count / (Self.besideAnswer * max(count, 1)), 1), Self.mostRepeats)
    }

    /// Rows of an epoch.
    ///
    /// - Parameter count: Rows with an answer.
    func learned(beside count: Int) -> Int { count * repeats(beside: count) + rows.count }

    /// Rows of an epoch, as places in the table.
    func learned(beside answered: [Int]) -> [Int] {
        let own = Array(repeating: answered, count: repeats(beside: answered.count))
        return own.flatMap { $0 } + rows
    }

    /// What the rules say, by the answers of some rows.
    ///
    /// - Parameters:
    ///   - answered: Places in the table; those that were planted behind it tell nothing.
    ///   - labels: The class of every row of the table.
    package func labelModel(_ answered: [Int], labels: [Int32]) -> (LabelModel, labels: [Int32]) {
        let answered = answered.filter { $0 < votes.rows }
        let own = answered.map { labels[$0] } + Array(repeating: -1, count: rows.count)
        return (LabelModel(votes.selecting(answered + rows), labels: own), own)
    }

    /// `[row][class]` of `rows`.
    func probabilities(_ answered: [Int], labels: [Int32]) -> [[Double]] {
        let model = labelModel(answered, labels: labels).0
        let first = model.votes.rows - rows.count
        return rows.indices.map { model.probabilities(ofRow: first + $0) }
    }
}

extension TargetEncoder {
    /// What of rows an encoder of numbers is shown: those with an answer, then those that rules label.
    ///
    /// - Parameter outcomes: Of the rows with an answer, as `outcomes` makes them.
    func outcomes(_ outcomes: [[Float]], before probabilities: [[Double]]) -> [[Float]] {
        let shown = task == .binary ? [1] : Array(outcomes.indices)
        return zip(outcomes, shown).map { own, k in own + probabilities.map { Float($0[k]) } }
    }
}

extension PreparedData {
    /// Rows of an epoch of a training that learns from so many rows with an answer.
    package func epochRows(beside count: Int) -> Int {
        ruled?.learned(beside: count) ?? count
    }
}

extension Learner {
    /// With what rules say of rows without an answer, for a training on some rows; and all rows of its epochs.
    func following(rulesBeside training: [Int]) throws -> (learner: Learner, rows: [Int]) {
        guard let ruled = prepared.ruled, !ruled.rows.isEmpty else { return (self, training) }
        try configuration.rules?.check(configuration)
        guard let column = prepared.table.column(named: prepared.target.column) else {
            return (self, training)
        }
        let labels = try prepared.target.labels(column, source: prepared.table.name)
        let classes = prepared.target.classes.count
        let known = training.map { row in (0..<classes).map { labels[row] == $0 ? 1.0 : 0 } }
        let shares = known + ruled.probabilities(training, labels: labels)
        let isBinary = prepared.target.task == .binary
        var result = self
        result.taughtRows = TaughtRows(
            rows: training + ruled.rows,
            outputs: shares.flatMap { isBinary ? [Float($0[1])] : $0.map { Float($0) } },
            width: network().task.outputs)
        return (result, ruled.learned(beside: training))
    }
}
