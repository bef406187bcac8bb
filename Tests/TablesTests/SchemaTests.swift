import Foundation
import Tables
import Testing

@Suite struct SchemaTests {
    private static func sample(rows: Int = 60) -> Table {
        table([
            numbers("amount", (0..<rows).map { Double($0 * $0 % 37) + 0.5 }),
            category("colour", (0..<rows).map { ["red", "green", "blue"][$0 % 3] }),
            Column(
                name: "day", cells: .dates((0..<rows).map { Double($0) * 86_400 }, hasTime: false)),
            numbers("number", (0..<rows).map { Double(1000 + $0) }),
            category("code", (0..<rows).map { "id-\($0)" }),
            category("constant", (0..<rows).map { _ in "x" }),
            numbers("empty", (0..<rows).map { _ in nil }),
            category("sex", (0..<rows).map { $0 % 2 == 0 ? "f" : "m" }),
            numbers("label", (0..<rows).map { Double($0 % 2) }),
        ])
    }

    private static func infer(
        _ change: (inout SchemaOptions) -> Void
    ) throws(TableError) -> (schema: Schema, warnings: [SchemaWarning]) {
        var options = SchemaOptions()
        change(&options)
        return try Schema.infer(sample(), options)
    }

    @Test func kindsAndRoles() throws {
        let (schema, warnings) = try Self.infer {
            $0.target = "label"
            $0.protected = ["sex"]
            $0.id = ["code"]
        }
        #expect(
            schema.columns.map(\.kind) == [
                .number, .category, .date, .number, .category, .category, .number, .category,
                .number,
            ])
        #expect(
            schema.columns.map(\.role) == [
                .feature, .feature, .feature, .feature, .id, .ignored, .ignored, .protected,
                .target,
            ])
        #expect(schema.protected == ["sex"])
        #expect(schema.target == "label")
        #expect(warnings.map(\.column) == ["number", "constant", "empty"])
        #expect(
            warnings.map(\.description) == [
                "column \"number\" counts the rows and looks like an identifier; name it with --id or "
                    + "--exclude",
                "column \"constant\" has one value in every row; it is left out",
                "column \"empty\" has no value in any row; it is left out",
            ])
    }

    @Test func numbersThatAllDifferAndPartsOfTheRows() throws {
        func warning(_ column: Column) throws -> String? {
            try Schema.infer(table([column]), SchemaOptions()).warnings.first?.text
        }
        let random = numbers("key", (0..<60).map { Double($0 * 7919 % 100_003) })
        #expect(try warning(random)?.contains("different whole number in every row") == true)
        #expect(try warning(numbers("amount", (0..<60).map { Double($0) * 7.3 })) == nil)
        let parts = category("part", (0..<9).map { ["train", "Test", "train"][$0 % 3] })
        #expect(try warning(parts)?.contains("part of the rows") == true)
        let fold = numbers("fold", (0..<20).map { Double($0 % 5) })
        #expect(try warning(fold)?.contains("part of the rows") == true)
        #expect(try warning(numbers("rooms", (0..<20).map { Double($0 % 5) })) == nil)
        #expect(try warning(category("job", ["train", "driver", "test"])) == nil)
    }

    /// A run that was written before formats were kept.
    @Test func schemasOfEarlierRunsAreRead() throws {
        let text =
            #"{"columns":[{"name":"a","kind":"number","role":"feature","isProtected":false}]}"#
        let schema = try JSONDecoder().decode(Schema.self, from: Data(text.utf8))
        #expect(schema.columns[0].format == nil && schema.missingTexts == nil)
        var options = CSVOptions().keepingTexts(of: schema)
        options.threads = 1
        let later = try CSVReader.read(
            bytes: Array("a;b\n0,5;1\n".utf8), name: "t", options: options)
        #expect(later.numbers("a") == [0.5])
    }

    @Test func identifiersOfText() throws {
        let (schema, warnings) = try Self.infer { $0.target = "label" }
        #expect(warnings.map(\.column) == ["number", "code", "constant", "empty"])
        #expect(schema.features.map(\.name).contains("code"))
    }

    @Test func aConstantWithMissingCellsTellsSomething() throws {
        let (schema, warnings) = try Schema.infer(
            table([category("a", ["x", nil, "x"]), numbers("b", [1, nil, 1])]), SchemaOptions())
        #expect(schema.features.count == 2)
        #expect(warnings.isEmpty)
    }

    @Test func protectedAsFeature() throws {
        let (schema, _) = try Self.infer {
            $0.protected = ["sex"]
            $0.usesProtected = true
        }
        #expect(schema.features.map(\.name).contains("sex"))
        #expect(schema.protected == ["sex"])
    }

    @Test func overrides() throws {
        let (schema, _) = try Self.infer {
            $0.target = "label"
            $0.overrides = [
                "amount": .init(role: .weight), "day": .init(kind: .date, role: .time),
                "label": .init(role: .ignored), "code": .init(role: .group),
            ]
        }
        #expect(schema.names(.weight) == ["amount"])
        #expect(schema.names(.time) == ["day"])
        #expect(schema.names(.group) == ["code"])
        // What is named on the command line wins.
        #expect(schema.target == "label")
    }

    @Test func anOverrideOfTheKindMustHold() throws {
        let error = try #require(throws: TableError.self) {
            try Self.infer { $0.overrides = ["colour": .init(kind: .number)] }
        }
        #expect(error.column == "colour")
        #expect(error.problem == "its cells are of kind category, not number")
    }

    @Test func namesThatAreNotThere() throws {
        let error = try #require(throws: TableError.self) { try Self.infer { $0.target = "lable" } }
        #expect(error.problem == "there is no column \"lable\", which --target names")
        #expect(error.advice.hasPrefix("Did you mean \"label\"? The columns are: amount, colour"))
        let far = try #require(throws: TableError.self) { try Self.infer { $0.id = ["zzzzzzzz"] } }
        #expect(far.advice.hasPrefix("The columns are"))
        #expect(throws: TableError.self) { try Self.infer { $0.overrides = ["q": .init()] } }
    }

    @Test func oneColumnTwoRoles() throws {
        let error = try #require(throws: TableError.self) {
            try Self.infer {
                $0.target = "label"
                $0.exclude = ["label"]
            }
        }
        #expect(error.column == "label")
        #expect(error.problem == "it is named both target and ignored")
    }

    @Test(arguments: [ColumnRole.target, .group, .time, .weight])
    func oneRoleTwoColumns(role: ColumnRole) throws {
        let error = try #require(throws: TableError.self) {
            try Self.infer {
                $0.overrides = ["amount": .init(role: role), "number": .init(role: role)]
            }
        }
        #expect(error.column == "number")
        #expect(error.problem == "it is named \(role.rawValue), and so is \"amount\"")
    }
}

@Suite struct ColumnProfileTests {
    @Test func ofNumbers() {
        let profile = ColumnProfile(numbers("a", [3, 1, nil, 2, 2, 10]))
        #expect(profile.rows == 6)
        #expect(profile.missing == 1)
        #expect(profile.distinct == 4)
        #expect(profile.minimum == 1)
        #expect(profile.median == 2)
        #expect(profile.maximum == 10)
        #expect(profile.isWhole)
        #expect(!ColumnProfile(numbers("a", [1, 2.5])).isWhole)
    }

    @Test func ofCategories() {
        let texts = ["b", "a", "c", "c", nil, "d", "e", "f", "g", "g", "g"]
        let profile = ColumnProfile(category("a", texts))
        #expect(profile.missing == 1)
        #expect(profile.distinct == 7)
        #expect(profile.top.map(\.value) == ["g", "c", "a", "b", "d"])
        #expect(profile.top.map(\.count) == [3, 2, 1, 1, 1])
    }

    @Test func ofNothing() {
        let profile = ColumnProfile(numbers("a", [nil, nil]))
        #expect(profile.distinct == 0)
        #expect(profile.median == nil)
        #expect(profile.missing == 2)
    }

    /// NumPy 2: `numpy.quantile([1, 2, 4, 8, 16], q)`.
    @Test func quantilesAsInNumPy() {
        let sorted: [Double] = [1, 2, 4, 8, 16]
        let shares = [0, 0.1, 0.25, 0.5, 0.6, 0.9, 1]
        let expected = [1, 1.4, 2, 4, 5.6, 12.8, 16]
        for (share, value) in zip(shares, expected) {
            #expect(abs(sortedQuantile(sorted, share) - value) < 1e-12)
        }
        #expect(sortedQuantile([7], 0.3) == 7)
    }
}
