/// How columns of numbers are changed, so that they tell less of the protected groups than they did.
///
/// Fitted on training rows, and a part of the encoder: whatever the model reads went through it. The protected columns
/// themselves, categories and dates stay as they are. A row of a group that is not known is left as it is.
package struct GroupRepair: Codable, Sendable, Hashable {
    package struct Rule: Codable, Sendable, Hashable {
        package enum Method: String, Codable, Sendable, Hashable {
            /// Each group's distribution is moved to the median of all groups'; see `QuantileCurves`.
            case quantiles
            /// What a linear function of the groups says of a number is taken off; see `GroupEffects`.
            case correlation

            /// The option that asks for it.
            package var option: String {
                switch self {
                case .quantiles: "--repair-groups"
                case .correlation: "--remove-correlation"
                }
            }
        }

        package var method: Method
        /// From 0, no change, to 1, the whole.
        package var strength: Double

        package init(_ method: Method, strength: Double) {
            self.method = method
            self.strength = strength
        }
    }

    /// A column that tells groups.
    struct Levels: Codable, Sendable, Hashable {
        var column: String
        /// Where a column of many numbers is cut; `nil` where its values are groups.
        var edges: [Double]?
        /// Of training rows, sorted.
        var names: [String]
    }

    /// What is done to one column of numbers.
    enum Change: Codable, Sendable, Hashable {
        case quantiles(QuantileCurves)
        case correlation(GroupEffects)
    }

    package let rule: Rule
    let levels: [Levels]
    /// Of a repair by quantiles, the combinations of levels that it knows, each with a curve.
    let combinations: [[Int32]]
    let changes: [String: Change]

    /// Groups with fewer training rows are left as they are, and decide nothing: their quantiles are mostly chance.
    package static let fewestRows = 20
    /// The most levels of all protected columns together, for a linear function of them.
    static let mostLevels = 200

    /// The columns that it needs beside those that it changes.
    package var protectedColumns: [String] { levels.map(\.column) }
    /// The columns that it changes.
    package var columns: [String] { changes.keys.sorted() }

    /// Fits on the given rows.
    ///
    /// - Throws: `TableError` where there is no protected column, nothing to compare, or no number to change.
    package init(
        _ rule: Rule, _ table: Table, _ schema: Schema, rows: [Int]
    ) throws(TableError) {
        func refusal(_ problem: String, _ advice: String) -> TableError {
            TableError(
                action: "fitting \(rule.method.option) on", source: table.name, problem: problem,
                advice: advice)
        }
        let protected = schema.protected.compactMap { table.column(named: $0) }
        guard !protected.isEmpty else {
            throw refusal(
                "there is no protected column to tell groups", "Name one: --protected COLUMN")
        }
        let numbers = schema.features.filter { $0.kind == .number && !$0.isProtected }.map(\.name)
        guard !numbers.isEmpty else {
            throw refusal(
                "it changes columns of numbers, and none is a feature",
                "Leave it out; --reweigh-groups and --fair-penalty need no numbers")
        }
        self.rule = rule
        let known = protected.map { column in
            let edges = column.groupEdges(rows: rows)
            let names = column.groupNames(edges: edges)
            return Levels(
                column: column.name, edges: edges, names: Set(rows.map { names[$0] }).sorted())
        }
        levels = known
        let codes = try Self.codes(of: table, known)
        var changes: [String: Change] = [:]
        switch rule.method {
        case .quantiles:
            var counts: [[Int32]: Int] = [:]
            for row in rows { counts[codes.map { $0[row] }, default: 0] += 1 }
            let usable = counts.filter { $0.value >= Self.fewestRows }.keys
                .sorted { $0.lexicographicallyPrecedes($1) }
            guard usable.count > 1 else {
                throw refusal(
                    "two groups with \(Self.fewestRows) training rows are needed, and here "
                        + "\(usable.count == 1 ? "is one" : "is none") in \(rows.count) rows",
                    "Name another protected column, or add rows")
            }
            combinations = usable
            let places = Self.places(codes, combinations: usable)
            for name in numbers {
                let values = try table.numbers(in: name)
                changes[name] = .quantiles(
                    QuantileCurves(
                        rows.map { values[$0] }, groups: rows.map { places[$0] },
                        groupCount: usable.count))
            }
        case .correlation:
            combinations = []
            let count = known.reduce(0) { $0 + $1.names.count }
            guard known.contains(where: { $0.names.count > 1 }) else {
                throw refusal(
                    "its protected columns have one value each, so that there is nothing to remove",
                    "Name another protected column")
            }
            guard count <= Self.mostLevels else {
                throw refusal(
                    "its protected columns have \(count) values together, and up to "
                        + "\(Self.mostLevels) can be told apart",
                    "Put the values into ranges or wider groups first")
            }
            let levelCodes = codes.map { own in rows.map { own[$0] } }
            var whole: LevelMoments?
            for name in numbers {
                let values = try table.numbers(in: name)
                let own = rows.map { values[$0] }
                let present = own.indices.filter { own[$0].isFinite }
                let isWhole = present.count == own.count
                let moments =
                    (isWhole ? whole : nil)
                    ?? LevelMoments(
                        rows: present, codes: levelCodes, levelCounts: known.map(\.names.count))
                if isWhole { whole = moments }
                changes[name] = .correlation(
                    GroupEffects(own, codes: levelCodes, moments: moments))
            }
        }
        self.changes = changes
    }

    // MARK: - Rows of a table

    /// What a table's rows are, as far as the repair needs it.
    struct RowGroups {
        /// Of each protected column the level of each row; −1 for one that is not known.
        fileprivate var codes: [[Int32]]
        /// Of a repair by quantiles, the place of each row's combination; −1 for one that is not known.
        fileprivate var places: [Int32]
    }

    /// - Throws: `TableError` naming a protected column that is not there, or a cell that is no number where numbers
    ///   tell the groups.
    func groups(of table: Table) throws(TableError) -> RowGroups {
        let absent = protectedColumns.filter { table.column(named: $0) == nil }
        guard absent.isEmpty else {
            throw TableError(
                action: "encoding", source: table.name,
                problem: "\(absent.map { "\"\($0)\"" }.joined(separator: ", ")) is not there; the "
                    + "model was trained with \(rule.method.option), which changes numbers by the "
                    + "groups of \(absent.count == 1 ? "this column" : "these columns")",
                advice:
                    "Add it, with the groups as the training file writes them; a row whose group "
                    + "is not known is left as it is")
        }
        let codes = try Self.codes(of: table, levels)
        return RowGroups(
            codes: codes,
            places: rule.method == .quantiles
                ? Self.places(codes, combinations: combinations) : [])
    }

    /// A column's numbers as the model gets them.
    func repaired(_ values: [Double], column: String, _ groups: RowGroups) -> [Double] {
        guard let change = changes[column] else { return values }
        switch change {
        case .quantiles(let curves):
            return values.indices.map { row in
                let value = values[row]
                guard groups.places[row] >= 0, value.isFinite else { return value }
                let whole = curves.moved(value, group: Int(groups.places[row]))
                return value + rule.strength * (whole - value)
            }
        case .correlation(let effects):
            return values.indices.map { row in
                guard let effect = effects.effect(groups.codes, row: row) else {
                    return values[row]
                }
                return values[row] - rule.strength * effect
            }
        }
    }

    /// A table with its numbers as the model gets them.
    package func repaired(_ table: Table) throws(TableError) -> Table {
        let groups = try groups(of: table)
        var columns: [Column] = []
        for var column in table.columns {
            if changes[column.name] != nil {
                column.cells = .numbers(
                    repaired(
                        try table.numbers(in: column.name), column: column.name, groups))
            }
            columns.append(column)
        }
        return Table(
            name: table.name, rowCount: table.rowCount, columns: columns, lines: table.lines)
    }

    /// A table's column as the model gets it.
    package func numbers(in column: String, of table: Table) throws(TableError) -> [Double] {
        repaired(try table.numbers(in: column), column: column, try groups(of: table))
    }

    /// The groups of a table that are not known, with their numbers of rows: those rows stay as they are.
    package func unknownGroups(of table: Table) throws(TableError) -> [(group: String, rows: Int)] {
        let found = try groups(of: table)
        var counts: [[String]: Int] = [:]
        let unknown = (0..<table.rowCount).filter { row in
            rule.method == .quantiles
                ? found.places[row] < 0 : found.codes.contains { $0[row] < 0 }
        }
        guard !unknown.isEmpty else { return [] }
        let names = levels.map { level in
            table.column(named: level.column)?.groupNames(edges: level.edges) ?? []
        }
        for row in unknown { counts[names.map { $0[row] }, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key[0]) < ($0.value, $1.key[0]) }
            .map { ($0.key.joined(separator: " × "), $0.value) }
    }

    /// What a person should know of a table's rows; `nil` where every group is known.
    package func note(on table: Table) throws(TableError) -> String? {
        let unknown = try unknownGroups(of: table)
        guard !unknown.isEmpty else { return nil }
        let rows = unknown.reduce(0) { $0 + $1.rows }
        let why = rule.method == .quantiles ? "had fewer than \(Self.fewestRows)" : "had no"
        return
            "\(rule.method.option) leaves \(rows) of \(table.rowCount) rows of \(table.name) as they "
            + "are, since their groups \(why) training rows: "
            + unknown.prefix(10).map { "\($0.group) (\($0.rows))" }.joined(separator: ", ")
            + (unknown.count > 10 ? ", …" : "")
    }

    private static func codes(
        of table: Table, _ levels: [Levels]
    ) throws(TableError) -> [[Int32]] {
        var result: [[Int32]] = []
        for level in levels {
            guard var column = table.column(named: level.column) else { continue }
            if level.edges != nil {
                column.cells = .numbers(try table.numbers(in: level.column))
            }
            let places = Dictionary(
                uniqueKeysWithValues: level.names.enumerated().map { ($1, Int32($0)) })
            result.append(column.groupNames(edges: level.edges).map { places[$0] ?? -1 })
        }
        return result
    }

    private static func places(_ codes: [[Int32]], combinations: [[Int32]]) -> [Int32] {
        let known = Dictionary(
            uniqueKeysWithValues: combinations.enumerated().map { ($1, Int32($0)) })
        return (0..<(codes.first?.count ?? 0)).map { row in known[codes.map { $0[row] }] ?? -1 }
    }
}
