import Tables
import Testing

/// What a column says of its cells, whatever they are.
@Suite struct ColumnTests {
    private static let notes = ColumnKind(rawValue: "note")
    private static let number = numbers("n", [2, nil, -0.0, 0, 2])
    private static let date = Column(
        name: "d", cells: .dates([86_400, .nan, 0, 0, 86_400], hasTime: false))
    private static let category = TablesTests.category("c", ["x", nil, "y", "y", "x"])
    private static let note = Column(
        name: "t", cells: .texts(["a b", nil, "c", "c", "a b"], kind: notes))
    private static let all = [number, date, category, note]

    @Test func whatItHolds() {
        #expect(Self.all.map(\.kind) == [.number, .date, .category, Self.notes])
        #expect(Self.all.map(\.count) == [5, 5, 5, 5])
        #expect(Self.all.map { $0.numbers != nil } == [true, false, false, false])
        #expect(Self.all.map { $0.measures != nil } == [true, true, false, false])
        #expect(Self.all.map { $0.categories != nil } == [false, false, true, false])
        #expect(Self.number.numbers?[4] == 2 && Self.number.numbers?[1].isNaN == true)
        #expect(Self.date.measures?[0] == 86_400)
        #expect(Self.category.categories?.values == ["x", "y"])
    }

    @Test(arguments: all) func equalCellsHaveEqualKeys(_ column: Column) {
        let keys = column.keys
        #expect(keys[0] == keys[4] && keys[2] == keys[3] && keys[0] != keys[2])
        #expect(keys.map { $0 == Column.missingKey } == [false, true, false, false, false])
        #expect((0..<5).map(column.isMissing) == [false, true, false, false, false])
    }

    @Test(arguments: all) func codesFollowTexts(_ column: Column) throws {
        let coded = column.coded
        #expect(coded.codes[1] == -1)
        #expect(coded.values.first == column.text(0))
        for row in 0..<5 where row != 1 {
            #expect(coded.values[Int(coded.codes[row])] == column.text(row))
        }
        #expect(Set(coded.values).count == coded.values.count)
    }

    /// A text that is kept beside a number tells its code, and its key only where it is asked for.
    @Test func keptTextsTellCodes() throws {
        let table = try read("a\n1\n1.0\nodd\n" + String(repeating: "2\n", count: 40)) {
            $0.spelled = ["a"]
        }
        let column = table.columns[0]
        #expect(column.kind == .number)
        #expect(column.keys[0] == column.keys[1])
        #expect(column.keys[2] == Column.missingKey && !column.isMissing(2))
        #expect(column.coded.values.prefix(3) == ["1", "1.0", "odd"])
        #expect(column.texts?.keys[0] != column.texts?.keys[1])
    }

    @Test(arguments: all) func rowsAreChosenEmptiedAndJoined(_ column: Column) throws {
        let chosen = column.selecting(rows: [2, 1, 0])
        #expect((0..<3).map(chosen.text) == [column.text(2), nil, column.text(0)])
        #expect(chosen.kind == column.kind)
        var emptied = column
        emptied.cells = column.cells.emptied { $0 < 3 }
        #expect((0..<5).map(emptied.isMissing) == [true, true, true, false, false])
        #expect(emptied.text(4) == column.text(4) && emptied.kind == column.kind)
        let (one, other) = (table([column]), table([chosen]))
        let both = try one.appending(other, columns: [column.name]).columns[0]
        #expect((0..<8).map(both.text) == (0..<5).map(column.text) + (0..<3).map(chosen.text))
    }

    /// The first cell that is no number is named, and what is missing is not called another kind.
    @Test func whatCannotBeJoinedIsNamed() throws {
        let first = try read("a,b\n1,2\n", name: "first.csv")
        let odd = try read("a,b\n1,2\n\n2,many\n", name: "odd.csv")
        let error = try #require(throws: TableError.self) {
            try first.appending(odd, columns: ["a", "b"])
        }
        #expect(error.source == "odd.csv" && error.line == 4 && error.column == "b")
        #expect(error.problem == "\"many\" is no number, as the cells of first.csv are")
        let missing = try #require(throws: TableError.self) {
            try first.appending(odd, columns: ["c"])
        }
        #expect(missing.problem == "it is missing")
    }

    @Test func kindsAreNotJoined() {
        let other = Column(name: "t", cells: .texts(["a"], kind: .init(rawValue: "file")))
        #expect(table([Self.note]).joining(table([other]), columns: ["t"]).columns.isEmpty)
        #expect(
            table([Self.note]).joining(
                table([TablesTests.category("t", ["a"])]), columns: ["t"]
            ).columns.isEmpty)
    }

    /// Cells of a kind that no reader can tell stand as they are, where a person names the kind.
    @Test func aNamedKindIsReadAsItStands() throws {
        let text = "a,t\n1,\"[1, 2]\"\n2,\n3,007\n"
        let table = try read(text) { $0.kinds["t"] = Self.notes }
        #expect(table.kind("a") == .number && table.kind("t") == Self.notes)
        #expect(table.texts("t") == ["[1, 2]", nil, "007"])
        #expect(try read(text).kind("t") == .category)
        var options = SchemaOptions()
        options.overrides["t"] = .init(kind: Self.notes)
        let (schema, _) = try Schema.infer(table, options)
        #expect(schema.columns.map(\.kind) == [.number, Self.notes])
        // A later file of the same schema has them as they stand, too.
        let later = try read("t,a\n1,2\n") { $0 = $0.keepingTexts(of: schema) }
        #expect(later.kind("t") == Self.notes && later.texts("t") == ["1"])
        #expect(String(decoding: CSVWriter.bytes(table), as: UTF8.self) == text)
    }

    @Test func profileAndConditionsOfANamedKind() {
        let profile = ColumnProfile(Self.note)
        #expect(profile.missing == 1 && profile.distinct == 2)
        #expect(profile.top.map(\.value) == ["a b", "c"])
        #expect(RowCondition.candidates(Self.note, fewestRows: 1).map(\.kind) == [.isMissing])
        #expect(DuplicateIndex(table([Self.note]), columns: ["t"]).codes == [0, 1, 2, 2, 0])
    }
}
