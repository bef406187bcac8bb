import Figures

/// A document of facts, tables and statements that somebody else's rule asks for, as data; its views
/// compute nothing and withhold nothing.
package struct TableDocument: Codable, Sendable, Hashable {
    package var title: String
    package var facts: [RunReport.Fact]
    package var tables: [Table]
    package var statements: [String]
    /// What only a person can fill in.
    package var blanks: [String]

    package init(
        title: String, facts: [RunReport.Fact], tables: [Table], statements: [String],
        blanks: [String]
    ) {
        self.title = title
        self.facts = facts
        self.tables = tables
        self.statements = statements
        self.blanks = blanks
    }

    package struct Table: Codable, Sendable, Hashable {
        package var title: String
        package var columns: [String]
        package var rows: [[Cell]]
        package var notes: [String]

        package init(title: String, columns: [String], rows: [[Cell]], notes: [String]) {
            self.title = title
            self.columns = columns
            self.rows = rows
            self.notes = notes
        }
    }

    package enum Cell: Codable, Sendable, Hashable {
        case text(String)
        case count(Int)
        /// A number and, where there is one, its interval.
        case number(Double, lower: Double? = nil, upper: Double? = nil)

        var text: String {
            switch self {
            case .text(let text): return text
            case .count(let count): return NumberText.count(count)
            case .number(let value, let lower?, let upper?):
                return "\(Self.read(value)) [\(Self.read(lower)), \(Self.read(upper))]"
            case .number(let value, _, _): return Self.read(value)
            }
        }

        /// Three decimals; more where a number would read as none or as all of a share, which it is not.
        private static func read(_ number: Double) -> String {
            let rounded = abs((1000 * number).rounded())
            let misleads = (rounded == 0 && number != 0) || (rounded == 1000 && abs(number) < 1)
            return misleads ? NumberText.plain(number) : NumberText.fixed(number, decimals: 3)
        }

        var isNumber: Bool { if case .text = self { false } else { true } }
    }
}

extension TableDocument {
    private static let open = "to be given by a person"

    package func json() throws -> [UInt8] { try reportJSON(self) }

    package func markdown() -> String {
        var text = "# \(markdownEscaped(title))\n\n"
        for fact in facts {
            text += "- \(markdownEscaped(fact.label)): \(markdownEscaped(fact.value))\n"
        }
        for table in tables {
            text += "\n## \(markdownEscaped(table.title))\n\n"
            text += markdownTable(table.columns, table.rows.map { $0.map(\.text) })
            for note in table.notes { text += "\n\(markdownEscaped(note))\n" }
        }
        text += "\n## To read with it\n\n"
        for statement in statements { text += "- \(markdownEscaped(statement))\n" }
        for blank in blanks { text += "- \(markdownEscaped(blank)): \(Self.open)\n" }
        return text
    }

    package func html() -> String {
        let facts = facts.map { "<dt>\(data: $0.label)</dt><dd>\(data: $0.value)</dd>\n" as HTML }
        let tables = tables.map { table -> HTML in
            let header = table.columns.map { "<th scope=\"col\">\(data: $0)</th>" as HTML }
            let rows = table.rows.map { row -> HTML in
                let cells = row.map { cell -> HTML in
                    cell.isNumber
                        ? "<td class=\"r\">\(cell.text)</td>" : "<td>\(data: cell.text)</td>"
                }
                return "<tr>\(HTML(joining: cells))</tr>\n"
            }
            let notes = table.notes.map { "<p class=\"small\">\(data: $0)</p>\n" as HTML }
            return """
                <h2>\(data: table.title)</h2>
                <div class="scroll" role="region" tabindex="0" aria-label="\(table.title)"><table>
                <thead><tr>\(HTML(joining: header))</tr></thead>
                <tbody>\(HTML(joining: rows))</tbody></table></div>
                \(HTML(joining: notes))
                """
        }
        let statements = statements.map { "<li>\(data: $0)</li>\n" as HTML }
        let blanks = blanks.map { "<dt>\(data: $0)</dt><dd>\(Self.open)</dd>\n" as HTML }
        let page = htmlPage(
            title: title,
            body: """
                <header>
                <p class="eyebrow">Vouch document</p>
                <h1>\(data: title)</h1>
                <dl class="facts">\(HTML(joining: facts))</dl>
                </header>
                <main>
                \(HTML(joining: tables))
                <h2>To read with it</h2>
                <ul>\(HTML(joining: statements))</ul>
                <dl class="facts">\(HTML(joining: blanks))</dl>
                </main>
                """)
        return page.source
    }

    package func terminal(width: Int) -> String {
        var lines = [visible(title), ""]
        for fact in facts { lines += wrapped(visible("\(fact.label): \(fact.value)"), width) }
        for table in tables {
            lines += ["", visible(table.title)]
            let texts = [table.columns] + table.rows.map { $0.map(\.text) }
            let sizes = table.columns.indices.map { column in
                texts.map { displayWidth(visible($0[column])) }.max() ?? 0
            }
            lines += texts.map { row in
                row.enumerated().map { column, text in
                    visible(text)
                        + String(
                            repeating: " ", count: sizes[column] - displayWidth(visible(text)))
                }.joined(separator: "  ")
            }
            for note in table.notes { lines += wrapped(visible(note), width) }
        }
        lines.append("")
        for statement in statements { lines += wrapped("- " + visible(statement), width) }
        for blank in blanks { lines += wrapped("- \(visible(blank)): \(Self.open)", width) }
        return lines.joined(separator: "\n") + "\n"
    }
}
