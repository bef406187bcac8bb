/// Rules that labelled rows to learn from, and what they were right about on the rows with an answer.
package struct RuleLabels: Sendable, Hashable {
    package var rules: [Rule]
    /// Rows that rules label, and rows to learn from that have an answer.
    package var labelledRows: Int
    package var answeredRows: Int
    /// The majority vote on each test row, the usual class where it says nothing; `nil` where these lack a column.
    package var majority: [Int]?

    package init(rules: [Rule], labelledRows: Int, answeredRows: Int, majority: [Int]?) {
        self.rules = rules
        self.labelledRows = labelledRows
        self.answeredRows = answeredRows
        self.majority = majority
    }

    package struct Rule: Sendable, Hashable {
        package var name: String
        /// The class that it votes for.
        package var vote: String
        /// Rows to learn from of which it votes.
        package var rows: Int
        /// Of these, rows with an answer, and those whose answer is its class.
        package var answered: Int
        package var right: Int
        /// Its class is rarer where it votes than elsewhere, beyond chance.
        package var isWrong: Bool

        package init(
            name: String, vote: String, rows: Int, answered: Int, right: Int, isWrong: Bool
        ) {
            self.name = name
            self.vote = vote
            self.rows = rows
            self.answered = answered
            self.right = right
            self.isWrong = isWrong
        }
    }
}
