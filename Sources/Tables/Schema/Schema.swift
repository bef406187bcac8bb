/// What a column holds, by the name that a schema gives it.
///
/// Open, so that a further kind is the file of its `ColumnEncoder`, which names it.
package struct ColumnKind: RawRepresentable, Codable, Sendable, Hashable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let number = ColumnKind(rawValue: "number")
    package static let category = ColumnKind(rawValue: "category")
    package static let date = ColumnKind(rawValue: "date")

    /// Those that a reader tells by the cells; the cells of any other it keeps as they stand.
    package static let told: [ColumnKind] = [.number, .category, .date]
}

/// What a column is for.
package enum ColumnRole: String, Codable, Sendable, Hashable, CaseIterable {
    case feature, target
    /// A legally or ethically protected property; labels groups and is not a feature.
    case protected
    /// Rows with one value belong together.
    case group
    case time, weight
    /// Names the row; passed through to predictions.
    case id
    case ignored
}

/// Each column's kind and role, in the table's order.
package struct Schema: Codable, Sendable, Hashable {
    package struct Entry: Codable, Sendable, Hashable {
        package var name: String
        package var kind: ColumnKind
        package var role: ColumnRole
        /// Protected and, on request, a feature as well.
        package var isProtected: Bool
        /// How its cells are written; `nil` where nothing was learned of it, or the run was written before this was kept.
        package var format: CellFormat?

        package init(
            name: String, kind: ColumnKind, role: ColumnRole, isProtected: Bool = false,
            format: CellFormat? = nil
        ) {
            self.name = name
            self.kind = kind
            self.role = role
            self.isProtected = isProtected
            self.format = format
        }
    }

    package var columns: [Entry]
    /// The texts that mean a missing cell, where a person named them; `nil` for the usual ones.
    package var missingTexts: [String]?

    package init(columns: [Entry]) { self.columns = columns }

    package func names(_ role: ColumnRole) -> [String] {
        columns.filter { $0.role == role }.map(\.name)
    }

    package var features: [Entry] { columns.filter { $0.role == .feature } }
    package var protected: [String] { columns.filter(\.isProtected).map(\.name) }
    package var target: String? { names(.target).first }
}

/// Something about a column that a person should know.
package struct SchemaWarning: Codable, Sendable, Hashable, CustomStringConvertible {
    package var column: String
    package var text: String

    package var description: String { "column \"\(column)\" \(text)" }
}

/// Names given by a person; see `ColumnRole`.
package struct SchemaOptions: Sendable, Hashable {
    package var target: String?
    package var protected: [String] = []
    package var group: String?
    package var time: String?
    package var weight: String?
    package var id: [String] = []
    package var exclude: [String] = []
    package var usesProtected = false
    /// From a schema file; names given above win.
    package var overrides: [String: Override] = [:]

    package init() {}

    package struct Override: Codable, Sendable, Hashable {
        package var kind: ColumnKind?
        package var role: ColumnRole?
        /// The mark before the decimals of numbers.
        package var decimal: NumberFormat.Decimal?
        /// In which order the numbers of dates stand.
        package var order: DateOrder?

        package init(
            kind: ColumnKind? = nil, role: ColumnRole? = nil, decimal: NumberFormat.Decimal? = nil,
            order: DateOrder? = nil
        ) {
            self.kind = kind
            self.role = role
            self.decimal = decimal
            self.order = order
        }
    }

    var named: [(name: String, option: String)] {
        (target.map { [($0, "target")] } ?? []) + protected.map { ($0, "protected") }
            + (group.map { [($0, "group")] } ?? []) + (time.map { [($0, "time")] } ?? [])
            + (weight.map { [($0, "weight")] } ?? []) + id.map { ($0, "id") }
            + exclude.map { ($0, "exclude") }
            + overrides.keys.sorted().map { ($0, "schema") }
    }
}

extension Schema {
    /// The schema of a table under the given names.
    ///
    /// Constant and empty columns are ignored, with a warning; the rest are features unless named
    /// otherwise.
    ///
    /// - Throws: `TableError` when a named column is not there, is named for two things, when two
    ///   columns have a role that one can have, or a column's kind cannot be what was asked.
    package static func infer(
        _ table: Table, _ options: SchemaOptions
    ) throws(TableError) -> (schema: Schema, warnings: [SchemaWarning]) {
        for (name, option) in options.named where table.column(named: name) == nil {
            throw missing(name, option: option, in: table)
        }
        var roles: [String: ColumnRole] = [:]
        func assign(_ name: String, _ role: ColumnRole) throws(TableError) {
            if let other = roles[name], other != role {
                throw TableError(
                    action: "assigning roles in", source: table.name, column: name,
                    problem: "it is named both \(other.rawValue) and \(role.rawValue)",
                    advice: "Name it once")
            }
            roles[name] = role
        }
        if let target = options.target { try assign(target, .target) }
        for name in options.exclude { try assign(name, .ignored) }
        for name in options.protected { try assign(name, .protected) }
        if let group = options.group { try assign(group, .group) }
        if let time = options.time { try assign(time, .time) }
        if let weight = options.weight { try assign(weight, .weight) }
        for name in options.id { try assign(name, .id) }
        for (name, override) in options.overrides where roles[name] == nil {
            roles[name] = override.role
        }
        for role in [ColumnRole.target, .group, .time, .weight] {
            let names = table.columns.map(\.name).filter { roles[$0] == role }
            guard names.count > 1 else { continue }
            throw TableError(
                action: "assigning roles in", source: table.name, column: names[1],
                problem: "it is named \(role.rawValue), and so is \"\(names[0])\"",
                advice: "Name one column")
        }

        var entries: [Entry] = []
        var warnings: [SchemaWarning] = []
        for column in table.columns {
            let kind = column.kind
            if let wanted = options.overrides[column.name]?.kind, wanted != kind {
                throw TableError(
                    action: "reading", source: table.name, column: column.name,
                    problem: "its cells are of kind \(kind.rawValue), not \(wanted.rawValue)",
                    advice: "Correct the schema file or the cells")
            }
            var role = roles[column.name] ?? .feature
            let profile = ColumnProfile(column)
            if role == .feature {
                if let reason = profile.uselessness {
                    role = .ignored
                    warnings.append(SchemaWarning(column: column.name, text: reason))
                } else if let text = profile.suspicion {
                    warnings.append(SchemaWarning(column: column.name, text: text))
                }
            }
            let isProtected = role == .protected
            if isProtected && options.usesProtected { role = .feature }
            entries.append(
                Entry(
                    name: column.name, kind: kind, role: role, isProtected: isProtected,
                    format: column.format))
        }
        for note in table.notes where roles[note.column] != .ignored {
            if let problem = note.problem(roles[note.column] ?? .feature) {
                throw TableError(
                    action: "reading", source: table.name, column: note.column,
                    problem: problem.text, advice: problem.advice)
            }
            if let text = note.warning(roles[note.column] ?? .feature) {
                warnings.append(SchemaWarning(column: note.column, text: text))
            }
        }
        return (Schema(columns: entries), warnings)
    }

    /// The error of a name that no column has, with the nearest one.
    static func missing(_ name: String, option: String, in table: Table) -> TableError {
        let names = table.columns.map(\.name)
        let hint = nearestName(to: name, among: names).map { "Did you mean \"\($0)\"? " }
        let shown = names.prefix(40).joined(separator: ", ") + (names.count > 40 ? ", …" : "")
        return TableError(
            action: "looking in", source: table.name,
            problem: "there is no column \"\(name)\", which --\(option) names",
            advice: "\(hint ?? "")The columns are: \(shown)")
    }
}
