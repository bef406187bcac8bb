package import DataEfficiency
package import Tables
import Yams

/// A rule that votes for a class where a row meets one of its conditions.
package struct TableRule: Sendable, Hashable {
    package var name: String
    /// It votes where one of them holds.
    package var conditions: [RowRule]
    /// Place of its class.
    package var voted: Int

    /// Of which rows it votes.
    func fires(_ table: Table) -> [Bool] {
        var met = [Bool](repeating: false, count: table.rowCount)
        for condition in conditions {
            for (row, isMember) in condition.members(of: table).enumerated() where isMember {
                met[row] = true
            }
        }
        return met
    }
}

/// A YAML file of rules, each of which votes for a class or abstains:
///
///     - name: young
///       if: age < 26
///       vote: "<=50K"
///     - name: free or money
///       if: [free > 0.2, money > 0]
///       vote: spam
///
/// A list of conditions holds where one of them does; `and` within one holds where all do; see `RowRule`.
package enum RuleFile {
    /// What a file says, before a table is known.
    package struct Written: Sendable, Hashable {
        package var name: String
        package var conditions: [String]
        package var vote: String
        /// Where it stands, for errors.
        package var place: String
    }

    private static let form = "write a list of rules, each with name, if and vote"

    /// - Throws: an error that names line, rule and what is expected.
    package static func written(_ rules: LabelRules) throws -> [Written] {
        let file = "--rules \(rules.file)"
        guard let root = try composeYAML(text: rules.text, as: file), let list = root.sequence,
            !list.isEmpty
        else { throw VouchError("\(file) has no rules: \(form)") }
        var found: [Written] = []
        for node in list {
            let rule = try written(node, in: file)
            if let other = found.first(where: { $0.name == rule.name }) {
                throw VouchError(
                    "\(rule.place): two rules are called \"\(rule.name)\", the other at \(other.place). "
                        + "Give each a name of its own")
            }
            found.append(rule)
        }
        return found
    }

    private static func written(_ node: Node, in file: String) throws -> Written {
        let place = node.place(in: file)
        guard let fields = node.mapping else { throw VouchError("\(place): \(form)") }
        var name: String?
        var conditions: [String] = []
        var vote: String?
        for (key, value) in fields {
            switch key.string {
            case "name": name = value.scalar?.string
            case "if":
                conditions =
                    value.sequence.map { $0.compactMap { $0.scalar?.string } }
                    ?? value.scalar.map { [$0.string] } ?? []
            case "vote": vote = value.scalar?.string
            default:
                throw VouchError(
                    "\(key.place(in: file)): there is no field \"\(key.string ?? "")\"; write name, if and vote")
            }
        }
        guard let name, !name.isEmpty else { throw VouchError("\(place): the rule has no name") }
        guard !conditions.isEmpty else {
            throw VouchError("\(place), rule \"\(name)\": it has no condition; write if: age < 25")
        }
        guard let vote, !vote.isEmpty else {
            throw VouchError(
                "\(place), rule \"\(name)\": it votes for no class; write vote: and one of the target's classes")
        }
        return Written(name: name, conditions: conditions, vote: vote, place: place)
    }

    /// The rules for a table.
    ///
    /// - Parameters:
    ///   - target: The column whose classes are voted for; no condition may be on it.
    ///   - classes: Its classes, in order.
    /// - Throws: where a condition names a column or a value that is not there, or a vote no class.
    package static func rules(
        _ written: [Written], for table: Table, target: String, classes: [String]
    ) throws -> [TableRule] {
        let seen = Table(
            name: table.name, rowCount: table.rowCount,
            columns: table.columns.filter { $0.name != target }, lines: table.lines)
        return try written.map { rule in
            let place = "\(rule.place), rule \"\(rule.name)\""
            let number = CellParsing.number(rule.vote)
            let same = classes.indices.filter {
                number != nil && CellParsing.number(classes[$0]) == number
            }
            guard
                let voted = classes.firstIndex(of: rule.vote)
                    ?? (same.count == 1 ? same[0] : nil)
            else {
                throw VouchError(
                    "\(place): it votes for \"\(rule.vote)\", which no row's answer in \"\(target)\" is. They are: "
                        + classes.prefix(20).joined(separator: ", "))
            }
            var conditions: [RowRule] = []
            for text in rule.conditions {
                do {
                    conditions.append(try RowRule(text, for: seen))
                } catch {
                    guard (try? RowRule(text, for: table)) == nil else {
                        throw VouchError(
                            "\(place): its condition is on \"\(target)\", the target, which the rows that it is to label "
                                + "do not have. Write one on other columns")
                    }
                    throw VouchError("\(place): \(error)")
                }
            }
            return TableRule(name: rule.name, conditions: conditions, voted: voted)
        }
    }

    /// What the rules say of a table's rows.
    ///
    /// - Precondition: the table has the columns.
    package static func votes(
        _ rules: [TableRule], of table: Table, classes: Int
    ) -> RuleVotes {
        RuleVotes(
            classes: classes, voted: rules.map(\.voted), fires: rules.map { $0.fires(table) },
            rows: table.rowCount)
    }
}
