import Tables
import Testing

@Suite struct VariantTests {
    @Test(arguments: numberVariants) func guessesAboutNumbers(_ variant: Variant) throws {
        try check(variant)
    }

    @Test(arguments: identityVariants) func identityIsText(_ variant: Variant) throws {
        try check(variant)
    }

    @Test(arguments: oddCellVariants) func oddCells(_ variant: Variant) throws {
        try check(variant)
    }

    @Test(arguments: missingVariants) func missingTexts(_ variant: Variant) throws {
        try check(variant)
    }

    @Test func thereAreFiftyAndMore() {
        let all = [numberVariants, identityVariants, oddCellVariants, missingVariants]
        #expect(all.reduce(0) { $0 + $1.count } >= 50)
    }

    private func check(_ variant: Variant) throws {
        if case .error(let text) = variant.outcome {
            let error = try #require(throws: TableError.self) {
                let (table, _, _) = try variant.schema()
                _ = try target(table)
            }
            #expect("\(error)".contains(text))
            #expect(error.column == "x")
            #expect(!error.advice.isEmpty)
            return
        }
        let (table, schema, warnings) = try variant.schema()
        let said = warnings.filter { $0.column == "x" }.map(\.description).joined(separator: "\n")
        if let expected = variant.says {
            #expect(said.contains(expected), "said: \(said)")
        } else {
            #expect(
                !said.contains("read by a choice") && !said.contains("taken as"), "said: \(said)")
        }
        let column = try #require(table.column(named: "x"))
        switch variant.outcome {
        case .numbers(let expected):
            let found = try #require(table.numbers("x"), "a \(column.kind)")
            #expect(found.prefix(expected.count).map(\.description) == expected.map(\.description))
        case .dates(let expected):
            #expect(column.kind == .date)
            #expect(Array(table.texts("x").prefix(expected.count)) == expected)
        case .texts(let expected):
            #expect(column.kind == .category)
            #expect(Array(table.texts("x").prefix(expected.count)) == expected)
        case .groups(let expected):
            let edges = column.groupEdges(rows: Array(0..<table.rowCount))
            #expect(Set(column.groupNames(edges: edges)).sorted() == expected)
        case .classes(let expected):
            #expect(try target(table).classes == expected)
        case .error: break
        }
        try checkLaterFile(variant, table, schema)
    }

    /// A later file of the same columns is read as the first one taught, though it has fewer rows to tell by.
    private func checkLaterFile(_ variant: Variant, _ table: Table, _ schema: Schema) throws {
        var options = CSVOptions()
        options.threads = 1
        options.delimiter = variant.delimiter.utf8.first
        if let missing = variant.missing { options.missingTokens = missing }
        options = options.keepingTexts(of: schema)
        var one = variant
        one.cells = Array(variant.cells.prefix(1))
        let later = try CSVReader.read(bytes: Array(one.file.utf8), name: "later", options: options)
        #expect(later.texts("x") == Array(table.texts("x").prefix(1)))
        if let numbers = table.numbers("x"), let found = later.numbers("x") {
            #expect(found.map(\.description) == numbers.prefix(1).map(\.description))
        }
    }

    private func target(_ table: Table) throws -> TargetEncoder {
        try TargetEncoder(
            try #require(table.column(named: "x")), source: table.name,
            rows: (0..<table.rowCount).filter {
                !(table.column(named: "x")?.isMissing($0) ?? true)
            },
            task: nil, positive: nil, lines: table.lines)
    }
}
