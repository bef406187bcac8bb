/// Conditions on a row's cells that must all hold, as a person writes them.
///
/// `education in Doctorate, Prof-school`, `age < 25 and sex = Female`, `bonus is missing`. A missing cell meets
/// `is missing` alone. Numbers take `<`, `<=`, `>`, `>=`, `=`, `!=`, `in` and `not in`; categories the last four.
package struct RowRule: Sendable, Hashable {
    package var clauses: [Clause]

    /// One column's cell is one of several things, or none of them.
    package struct Clause: Sendable, Hashable {
        package var alternatives: [RowCondition]
        package var isNegated: Bool

        package init(alternatives: [RowCondition], isNegated: Bool = false) {
            self.alternatives = alternatives
            self.isNegated = isNegated
        }
    }

    package init(clauses: [Clause]) { self.clauses = clauses }

    /// - Parameter table: Its columns and categories are those that may be named.
    /// - Throws: an error that names what is not there, and what may have been meant.
    package init(_ text: String, for table: Table) throws(TableError) {
        let reader = RuleReader(text: text, table: table)
        clauses = try reader.clauses()
    }

    /// Which rows meet all clauses.
    ///
    /// - Precondition: the table has the columns.
    package func members(of table: Table) -> [Bool] {
        var result = [Bool](repeating: true, count: table.rowCount)
        for clause in clauses {
            var met = [Bool](repeating: false, count: table.rowCount)
            for condition in clause.alternatives {
                guard let column = table.column(named: condition.column) else {
                    preconditionFailure("the table has no column \(condition.column)")
                }
                for (row, isMember) in condition.members(of: column).enumerated() where isMember {
                    met[row] = true
                }
            }
            if clause.isNegated, let first = clause.alternatives.first,
                let column = table.column(named: first.column)
            {
                let asksMissing = clause.alternatives.contains { $0.kind == .isMissing }
                for row in met.indices {
                    met[row] = !met[row] && (asksMissing || !column.isMissing(row))
                }
            }
            for row in met.indices where !met[row] { result[row] = false }
        }
        return result
    }
}

/// Takes a rule's text apart.
private struct RuleReader {
    let text: String
    let table: Table

    private enum Operator: String, CaseIterable {
        // Longer ones before those that they begin with.
        case isNotMissing = "is not missing"
        case isMissing = "is missing"
        case notIn = "not in"
        case isIn = "in"
        case atMost = "<="
        case atLeast = ">="
        case isNot = "!="
        case equals = "=="
        case atMostSign = "≤"
        case atLeastSign = "≥"
        case isNotSign = "≠"
        case below = "<"
        case above = ">"
        case isEqual = "="

        var isWord: Bool { rawValue.first?.isLetter == true }

        /// What follows it at the beginning of a text; `nil` where that does not begin with it.
        func rest(of text: Substring) -> Substring? {
            guard text.hasPrefix(rawValue) else { return nil }
            let rest = text.dropFirst(rawValue.count)
            return isWord && rest.first.map({ !$0.isWhitespace }) == true ? nil : rest
        }
    }

    private static let signs: Set<Character> = ["<", ">", "=", "≤", "≥", "≠"]

    func clauses() throws(TableError) -> [RowRule.Clause] {
        var pieces: [Substring] = []
        for piece in text.split(separator: " and ") {
            // A category's name may hold the word.
            if !pieces.isEmpty, parts(trimmed(piece)) == nil,
                !piece.contains(where: Self.signs.contains)
            {
                pieces[pieces.count - 1] =
                    text[pieces[pieces.count - 1].startIndex..<piece.endIndex]
            } else {
                pieces.append(piece)
            }
        }
        guard !pieces.isEmpty else {
            throw error(nil, "it is empty", "Write a condition, such as age < 25")
        }
        var result: [RowRule.Clause] = []
        for piece in pieces { result.append(try clause(trimmed(piece))) }
        return result
    }

    private func parts(_ clause: Substring) -> (Column, Operator, Substring)? {
        for column in table.columns.sorted(by: { $0.name.count > $1.name.count })
        where clause.hasPrefix(column.name) {
            let rest = clause.dropFirst(column.name.count)
            let after = trimmed(rest)
            for operation in Operator.allCases {
                if operation.isWord, rest.first?.isWhitespace != true { continue }
                if let value = operation.rest(of: after) {
                    return (column, operation, trimmed(value))
                }
            }
        }
        return nil
    }

    private func clause(_ clause: Substring) throws(TableError) -> RowRule.Clause {
        guard let (column, operation, value) = parts(clause) else {
            throw unreadable(clause)
        }
        func one(_ kind: RowCondition.Kind, negated: Bool = false) -> RowRule.Clause {
            .init(
                alternatives: [RowCondition(column: column.name, kind: kind)], isNegated: negated)
        }
        switch operation {
        case .isMissing: return one(.isMissing)
        case .isNotMissing: return one(.isMissing, negated: true)
        case .isIn, .notIn, .equals, .isEqual, .isNot, .isNotSign:
            let isList = operation == .isIn || operation == .notIn
            let values = isList ? value.split(separator: ",").map(trimmed) : [value]
            guard values.contains(where: { !$0.isEmpty }) else { throw lacksValue(column) }
            var alternatives: [RowCondition] = []
            for value in values where !value.isEmpty {
                alternatives.append(
                    RowCondition(column: column.name, kind: try kind(column, unquoted(value))))
            }
            let isNegated = [.notIn, .isNot, .isNotSign].contains(operation)
            return .init(alternatives: alternatives, isNegated: isNegated)
        case .atMost, .atMostSign:
            return one(.isBetween(above: -.infinity, atMost: try number(column, value)))
        case .below:
            return one(.isBetween(above: -.infinity, atMost: try number(column, value).nextDown))
        case .above:
            return one(.isBetween(above: try number(column, value), atMost: .infinity))
        case .atLeast, .atLeastSign:
            return one(.isBetween(above: try number(column, value).nextDown, atMost: .infinity))
        }
    }

    private func kind(_ column: Column, _ value: String) throws(TableError) -> RowCondition.Kind {
        guard let values = column.categories?.values else {
            let number = try number(column, value[...])
            return .isBetween(above: number.nextDown, atMost: number)
        }
        guard values.contains(value) else {
            let near = nearestName(to: value, among: values).map { "Is \"\($0)\" meant? " } ?? ""
            throw error(
                column.name, "\"\(value)\" is none of its values",
                near + "They are " + values.prefix(20).joined(separator: ", ")
                    + (values.count > 20 ? " and \(values.count - 20) more" : ""))
        }
        return .isText(value)
    }

    private func number(_ column: Column, _ value: Substring) throws(TableError) -> Double {
        guard column.kind == .number else {
            let holds =
                switch column.kind {
                case .date: "dates"
                case .category: "categories"
                default: "cells of kind \(column.kind.rawValue)"
                }
            throw error(
                column.name, "it holds \(holds), and \"\(value)\" is compared as a number",
                "Conditions are on numbers (age < 25) and categories (sex = Female)")
        }
        guard !value.isEmpty else { throw lacksValue(column) }
        guard let number = Double(value), number.isFinite else {
            throw error(column.name, "\"\(value)\" is no number", "Write one, such as 25 or 0.5")
        }
        return number
    }

    private func lacksValue(_ column: Column) -> TableError {
        error(
            column.name, "there is nothing to compare it with", "Write, say, \(column.name) = VALUE"
        )
    }

    private func unreadable(_ clause: Substring) -> TableError {
        let name = String(trimmed(clause.prefix { !Self.signs.contains($0) && $0 != "!" }))
        let names = table.columns.map(\.name)
        guard !names.contains(name) else {
            return error(
                name, "\"\(clause)\" is no condition",
                "Write COLUMN < NUMBER, COLUMN = VALUE, COLUMN in VALUE, VALUE or COLUMN is missing"
            )
        }
        let first = String(name.prefix { !$0.isWhitespace })
        let meant = nearestName(to: name, among: names) ?? nearestName(to: first, among: names)
        let shown = name.isEmpty ? String(clause) : name
        return error(
            nil, "\"\(clause)\" begins with no column: there is no \"\(shown)\"",
            (meant.map { "Is \"\($0)\" meant? " } ?? "")
                + "The columns are \(names.joined(separator: ", "))")
    }

    private func error(_ column: String?, _ problem: String, _ advice: String) -> TableError {
        TableError(
            action: "reading the condition \"\(text)\" on", source: table.name, column: column,
            problem: problem, advice: advice)
    }

    private func unquoted(_ text: Substring) -> String {
        guard text.count > 1, let first = text.first, first == text.last,
            first == "\"" || first == "'"
        else { return String(text) }
        return String(text.dropFirst().dropLast())
    }
}

/// Without white space at either end.
package func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
}
