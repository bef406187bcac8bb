/// What a reader chose of a column, or could not tell, and a person should know.
package struct ReadingNote: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// One of several possible readings, such as `1,020 is read as 1020`.
        case choice(String)
        /// Nearly all cells are numbers or dates; the others count as missing.
        case odd(OddCells)
        /// Most cells are numbers or dates, but too many are not: a category.
        case category(OddCells)
        /// Another reason for which cells that look like numbers or dates are a category.
        case text(String)
        /// Two readings, between which nothing decides, and how to say which it is.
        case refused(String, advice: String)
        /// Texts that mean missing, with how many cells.
        case missing([TextCount], of: Int)
    }

    package struct TextCount: Sendable, Hashable {
        package var text: String
        package var count: Int

        /// The most frequent first.
        static func sorted(_ counts: [String: Int]) -> [TextCount] {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { TextCount(text: $0.key, count: $0.value) }
        }
    }

    /// Cells of a column that are not what the others are.
    package struct OddCells: Sendable, Hashable {
        /// What the others are: `numbers` or `dates`.
        package var others: String
        package var count: Int
        package var present: Int
        /// The first of each text, with its line; not all.
        package var examples: [Example]

        package struct Example: Sendable, Hashable {
            package var line: Int?
            package var text: String
        }

        /// Such as `399 of 400 cells are numbers; line 9 is "#N/A"`.
        package var text: String {
            let shown = examples.map { example in
                (example.line.map { "line \($0) is " } ?? "") + "\"\(example.text)\""
            }
            let more = count > examples.count ? ", … (\(count) in all)" : ""
            return "\(present - count) of \(present) cells are \(others); "
                + shown.joined(separator: ", ") + more
        }
    }

    package var column: String
    package var kind: Kind

    /// From this share of a column's cells on, one text that means missing may well mean something.
    static let mostMissingTexts = 0.05

    /// What is said of a column that is used; `nil` where nothing needs to be said.
    package func warning(_ role: ColumnRole) -> String? {
        switch kind {
        case .choice(let text): return "is read by a choice: \(text)"
        case .odd(let cells): return oddWarning(cells, role)
        case .category(let cells):
            return
                "is taken as a category, though \(cells.text). If these are missing cells, name them with "
                + "--missing"
        case .text(let text): return text
        case .refused(let text, let advice): return "is not read: \(text). \(advice)"
        case .missing(let texts, let rows):
            // The other texts of the list are never the name of something.
            let meaning = texts.filter { ["None", "NA"].contains($0.text) }
            let count = meaning.reduce(0) { $0 + $1.count }
            guard Double(count) > Self.mostMissingTexts * Double(rows) else { return nil }
            return
                "has \(Self.list(meaning)) among \(rows) cells, taken as missing. If this means something else, name "
                + "the texts that do mean missing with --missing"
        }
    }

    private func oddWarning(_ cells: OddCells, _ role: ColumnRole) -> String {
        let consequence =
            switch role {
            case .target: "Such a cell is a class of its own"
            case .protected: "Such a cell is a group of its own"
            default: "Such a cell is taken as missing"
            }
        return
            "is taken as \(cells.others), as \(cells.text). \(consequence): correct it, name it with --missing, "
            + "or declare {kind: category} in a --schema file"
    }

    /// What keeps a column from its role; `nil` for nothing.
    package func problem(_ role: ColumnRole) -> (text: String, advice: String)? {
        switch kind {
        case .refused(let text, let advice): return (text, advice)
        case .missing(let texts, let rows) where role == .target:
            let count = texts.reduce(0) { $0 + $1.count }
            return (
                "\(count) of \(rows) rows have a target that means missing: \(Self.list(texts)). These would be left out",
                "If they are answers, name the texts that do mean missing, such as --missing NULL; if they are "
                    + "missing, leave the cells empty"
            )
        default: return nil
        }
    }

    /// Such as `46 "None", 3 "NA"`.
    static func list(_ texts: [TextCount]) -> String {
        texts.map { "\($0.count) \"\($0.text)\"" }.joined(separator: ", ")
    }
}
