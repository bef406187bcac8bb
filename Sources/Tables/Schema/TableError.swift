/// What is wrong with a file, a table or what was asked of it: where, and what to do next.
package struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, such as `reading`.
    package var action: String
    /// The file or table.
    package var source: String
    /// From 1, as an editor counts.
    package var line: Int?
    /// From 1, not counting the header; for a table that is from no file.
    package var row: Int?
    package var column: String?
    /// What is wrong, with the offending text.
    package var problem: String
    /// What to do next.
    package var advice: String

    package init(
        action: String, source: String, line: Int? = nil, row: Int? = nil, column: String? = nil,
        problem: String, advice: String
    ) {
        self.action = action
        self.source = source
        self.line = line
        self.row = row
        self.column = column
        self.problem = problem
        self.advice = advice
    }

    package var description: String {
        var place = source
        if let line { place += ", line \(line)" }
        if line == nil, let row { place += ", row \(row)" }
        if let column { place += ", column \"\(column)\"" }
        return "\(action) \(place): \(problem). \(advice)"
    }
}
