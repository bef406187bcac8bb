package import Fairness
import Platform
package import Prediction
package import Reporting
import RunStore
import Runs
import Statistics

/// What is asked for by a rule.
package struct RuleRequest: Sendable {
    /// Such as `nyc-ll144`: one of `ruleNames`.
    package var rule: String
    package var basis = ImpactRule.Basis.selection
    /// Of a rule's category, which protected column it is; by the column's own name if not given.
    package var columns: [String: String] = [:]

    package init(rule: String) { self.rule = rule }
}

/// What `--law` may be.
package let ruleNames = (Array(ImpactRule.all.keys) + EvidenceRule.all.keys).sorted()

/// The document of a rule on a run's test rows; the look is recorded in the run's ledger.
///
/// - Throws: where the run has no column for a category, or no such rule is known.
package func ruleReport(_ request: RuleRequest, run: String) throws -> TableDocument {
    if let rule = EvidenceRule.all[request.rule] { return try evidenceDocument(rule, run: run) }
    let rule = try knownRule(request.rule)
    var door = HeldOutRows(of: run, for: "report --law \(rule.id)")
    let rows = try door.open(.test)
    let made = try Ledger.read(run).lastRun?.details ?? [:]
    let hash = made[Ledger.DetailKey.testSHA256] ?? made[Ledger.DetailKey.dataSHA256]
    return try ruleDocument(
        rule, request, rows,
        source: "test rows of the run \(Files.name(of: run))"
            + (hash.map { "; SHA-256 of their file \($0)" } ?? ""))
}

private func knownRule(_ id: String) throws(VouchError) -> ImpactRule {
    guard let rule = ImpactRule.all[id] else {
        throw VouchError(
            "--law is \"\(id)\"; the rules known here are "
                + ruleNames.joined(separator: ", "))
    }
    return rule
}

/// The tables of a rule on some rows, with where they come from and what they are not.
package func ruleDocument(
    _ rule: ImpactRule, _ request: RuleRequest, _ rows: LabelledPredictions, source: String
) throws -> TableDocument {
    guard rows.predictions.width <= 2 else {
        throw VouchError(
            "\(rule.id) is about being selected or scored; this model tells "
                + "\(rows.predictions.width) classes apart. Give a model of two classes or of a score"
        )
    }
    guard rows.predictions.classes.count == 2 || request.basis == .scoring else {
        throw VouchError(
            "this model predicts a number and selects nobody; ask for scoring rates with --rate scoring"
        )
    }
    var rule = rule
    if rule.needsAllCategories == false {
        let known = rule.categories.filter {
            (try? column(of: $0, request, rows, rule: rule.id)) != nil
        }
        // With none the first says what is missing.
        if !known.isEmpty { rule.categories = known }
    }
    let columns = try rule.categories.map { try column(of: $0, request, rows, rule: rule.id) }
    let tables = rule.tables(
        columns.map(\.groups), isHit: ImpactRule.hits(rows, request.basis))
    let basis =
        switch request.basis {
        case .selection:
            "selected where the score is \(rows.threshold) or more"
        case .scoring:
            "scored above the median of all rows, \(ImpactRule.median(ImpactRule.scores(rows)))"
        }
    return TableDocument(
        title: rule.title,
        facts: [
            .init("Rule", rule.source), .init("Text of the rule as of", rule.asOf),
            .init("Where the rule stands", rule.link),
            .init("Calculated", Clock.text(unixSeconds: Clock.unixSeconds())),
            .init("Data", source), .init("Rows", "\(rows.rows)"),
            .init("Rate", "share of a category's rows that were \(basis)"),
            .init(
                "Columns",
                zip(rule.categories, columns).map { "\($0.name): \($1.name)" }
                    .joined(separator: ", ")),
            .init("Intervals", "95 %: Wilson or Clopper–Pearson of rates, MOVER-R of ratios"),
            .init("Made by", "vouch \(vouchVersion)"),
        ],
        tables: documentTables(tables, request.basis, rule), statements: rule.statements,
        blanks: rule.blanks)
}

private func column(
    of category: ImpactRule.Category, _ request: RuleRequest, _ rows: LabelledPredictions,
    rule: String
) throws(VouchError) -> LabelledPredictions.ProtectedColumn {
    let names = rows.protected.map(\.name)
    let advice =
        "the protected columns are \(names.isEmpty ? "none" : names.joined(separator: ", ")). "
        + "Say which it is with --category \"\(category.name)=COLUMN\", or name it with --protected "
        + "when training"
    if let asked = request.columns[category.name] {
        guard let found = rows.protected.first(where: { $0.name == asked }) else {
            throw VouchError("--category \(category.name)=\(asked): \(advice)")
        }
        return found
    }
    for name in category.columns {
        if let found = rows.protected.first(where: { $0.name.lowercased() == name }) {
            return found
        }
    }
    throw VouchError(
        "\(rule) asks for \(category.name), and no column is known to be it: \(advice)")
}

/// - Note: p-values are adjusted over all tables, so that of many equal groups few are called different.
private func documentTables(
    _ tables: [ImpactTable], _ basis: ImpactRule.Basis, _ rule: ImpactRule
) -> [TableDocument.Table] {
    var adjusted = benjaminiHochberg(tables.flatMap { $0.rows.compactMap(\.pValue) })[...]
    return tables.map { table in
        var table = table
        for place in table.rows.indices where table.rows[place].pValue != nil {
            table.rows[place].pValue = adjusted.popFirst()
        }
        return documentTable(table, basis, rule)
    }
}

private func documentTable(
    _ table: ImpactTable, _ basis: ImpactRule.Basis, _ rule: ImpactRule
) -> TableDocument.Table {
    let rows = table.rows.map { row -> [TableDocument.Cell] in
        let rate: TableDocument.Cell =
            row.rate.value.map { .number($0, lower: row.rate.lower, upper: row.rate.upper) }
            ?? .text("–")
        let ratio: TableDocument.Cell =
            row.ratio?.value.map { .number($0, lower: row.ratio?.lower, upper: row.ratio?.upper) }
            ?? .text(row.isSmall ? "left out: small" : "–")
        let common: [TableDocument.Cell] = [
            .text(row.category), .count(row.count), .number(row.share), .count(row.hits), rate,
            ratio,
        ]
        guard let mark = rule.mark else { return common }
        return common + [row.pValue.map { .number($0) } ?? .text("–"), .text(mark.text(row))]
    }
    let small = table.rows.filter(\.isSmall).map(\.category)
    var notes = [
        "\(table.unknown) rows are of unknown category and in no number of this table."
    ]
    if !small.isEmpty {
        notes.append(
            "Under \(rule.smallShare * 100) % of all rows, and left out of the ratios: "
                + small.joined(separator: ", ") + ".")
    }
    notes.append(
        table.highest.map { "Ratios are to the rate of \($0)." }
            ?? "No category that is not small has a rate above 0, so that there are no ratios.")
    if rule.mark != nil {
        notes.append(
            "p-values are those of the χ² test against the highest rate, adjusted over all tables "
                + "(Benjamini and Hochberg).")
    }
    let (hits, rate) =
        basis == .selection
        ? ("Selected", "Selection rate") : ("Above the median", "Scoring rate")
    return TableDocument.Table(
        title: table.name,
        columns: ["Category", "Applicants", "Share of all", hits, rate, "Impact ratio"]
            + (rule.mark.map { ["p, adjusted", "Against \($0.name)"] } ?? []),
        rows: rows, notes: notes)
}

extension ImpactRule.Mark {
    /// A row against the mark: which side its ratio is on, and whether its rows tell the rates apart.
    fileprivate func text(_ row: ImpactTable.Row) -> String {
        guard let found = row.ratio, let value = found.value, let p = row.pValue else { return "–" }
        let side = value < ratio ? "below" : "not below"
        let isSignificant = p <= significance
        let difference =
            isSignificant
            ? "the difference is significant" : "these rows do not tell the rates apart"
        let isSure =
            found.lower.map { $0 >= ratio } == true || found.upper.map { $0 < ratio } == true
        return "\(side); \(difference)"
            + (isSure ? "" : "; the ratio's interval holds \(ratio)")
    }
}

extension TableDocument {
    /// The document's bytes in a format.
    package func bytes(_ format: ReportFormat, width: Int = 100) throws -> [UInt8] {
        switch format {
        case .html: Array(html().utf8)
        case .json: try json()
        case .markdown: Array(markdown().utf8)
        case .terminal: Array(terminal(width: width).utf8)
        }
    }
}
