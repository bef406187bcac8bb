import Tables
import Testing

/// Which columns of two tables are taken for the same, and what their encoders become.
@Suite struct ColumnMatchingTests {
    private static func encoder(_ table: Table, bins: NumberBins.Rule? = .init(most: 8)) throws
        -> Encoder
    {
        let entries = table.columns.map {
            Schema.Entry(name: $0.name, kind: $0.kind, role: .feature)
        }
        let outcome = (0..<table.rowCount).map { Float($0 % 2) }
        return try Encoder.fit(
            table, Schema(columns: entries), rows: Array(0..<table.rowCount), bins: bins,
            outcomes: [outcome])
    }

    private static func matching(_ own: Table, _ other: Table) throws -> ColumnMatching {
        try ColumnMatching(
            encoder(own), of: encoder(other), in: own, rows: Array(0..<own.rowCount),
            oneHotLimit: 4)
    }

    private static let other = table([
        numbers("Age", (0..<40).map { Double(20 + $0) }),
        numbers("weight", (0..<40).map { Double(50 + $0) }),
        category("town", (0..<40).map { ["Rome", "Paris"][$0 % 2] }),
        numbers("gone", (0..<40).map { Double($0) }),
    ])

    @Test func namesMatchByLettersAndDigits() throws {
        let own = table([
            numbers("age", (0..<20).map { Double(30 + $0) }),
            numbers("Weight ", (0..<20).map { Double(55 + $0) }),
            category("town", (0..<20).map { ["Rome", "Paris"][$0 % 2] }),
            numbers("height", (0..<20).map { Double($0) }),
        ])
        let found = try Self.matching(own, Self.other)
        #expect(
            found.matches == [
                ColumnMatch(column: "age", other: "Age"),
                ColumnMatch(column: "Weight ", other: "weight"),
                ColumnMatch(column: "town", other: "town"),
            ])
        #expect(found.new == ["height"])
        #expect(found.unused == ["gone"])
        #expect(found.refusals.isEmpty)
    }

    /// Grams in place of kilograms, other towns, a name that means another kind.
    @Test func valuesThatDisagreeAreRefused() throws {
        let own = table([
            numbers("age", (0..<20).map { Double(30 + $0) / 1000 }),
            category("weight", (0..<20).map { ["light", "heavy"][$0 % 2] }),
            category("town", (0..<20).map { ["Bonn", "Oslo", "Rome"][$0 % 3] }),
        ])
        let found = try Self.matching(own, Self.other)
        #expect(found.matches.isEmpty)
        let reasons = Dictionary(
            found.refusals.map { ($0.column, $0.reason) }, uniquingKeysWith: { first, _ in first })
        #expect(reasons["age"] == "0 of 20 values lie in the range there, from 20 to 59")
        #expect(reasons["weight"] == "is of kind category, there of kind number")
        #expect(reasons["town"] == "6 of 20 rows have a category that is known there")
        #expect(found.unused == ["Age", "weight", "gone", "town"])
    }

    /// All values lie in the range there, but in a hundredth of it.
    @Test func aNarrowUnitIsRefused() throws {
        let own = table([numbers("Age", (0..<20).map { 30 + Double($0) / 100 })])
        let found = try Self.matching(own, Self.other)
        #expect(found.refusals.map(\.column) == ["Age"])
        #expect(found.refusals.first?.reason.hasPrefix("its middle half is") == true)
    }

    /// With a limit of 4 indices, two known towns are one-hot, and three more would not be.
    @Test func aCategoryKeepsItsCoding() throws {
        let own = table([
            category("town", (0..<20).map { ["Rome", "Rome", "Rome", "Bonn"][$0 % 4] })
        ])
        let found = try Self.matching(own, Self.other)
        #expect(
            found.refusals.first?.reason
                == "with its 1 new categories it is coded otherwise than there")
    }

    /// A matched column's cells become what they become there, whatever the rows here are.
    @Test func cellsAreEncodedAsThere() throws {
        let own = table([
            category("town", (0..<20).map { ["Bonn", "Paris", "Rome", "Rome"][$0 % 4] }),
            numbers("age", (0..<20).map { $0 == 3 ? nil : Double(25 + $0) }),
        ])
        let (here, there) = try (Self.encoder(own), Self.encoder(Self.other))
        let matches = [
            ColumnMatch(column: "age", other: "Age"), ColumnMatch(column: "town", other: "town"),
        ]
        let carried = here.carrying(matches, of: there)
        #expect(carried.numbers.map(\.column) == ["age"])
        #expect(carried.numbers[0].center == there.numbers[0].center)
        #expect(carried.numbers[0].scale == there.numbers[0].scale)
        #expect(carried.numbers[0].marksMissing)
        #expect(carried.bins[0].column == "age")
        #expect(carried.bins[0].edges == there.bins[0].edges)
        #expect(carried.categories[0].values == there.categories[0].values + ["Bonn"])
        let all = table([
            category("town", ["Rome", "Paris", nil]), numbers("age", [30, 40, 50]),
            numbers("Age", [30, 40, 50]), numbers("weight", [60, 60, 60]),
            numbers("gone", [1, 1, 1]),
        ])
        let (mine, theirs) = try (carried.encode(all), there.encode(all))
        for row in 0..<3 {
            #expect(
                mine.categories[row * mine.categoryWidth]
                    == theirs.categories[row * theirs.categoryWidth])
            #expect(
                mine.numeric[row * mine.numericWidth] == theirs.numeric[row * theirs.numericWidth])
        }
        // Where nothing is matched, nothing changes.
        #expect(here.carrying([], of: there) == here)
    }

    /// Values with a code of their own keep the other's trust; those that only this table has follow in order.
    @Test func codesOfValuesAreJoined() throws {
        let all = NumberBins.Rule(most: 4, atoms: .all)
        let there = try Self.encoder(
            table([numbers("a", (0..<40).map { Double([1, 2, 5, 9][$0 % 4]) })]), bins: all)
        let here = try Self.encoder(
            table([numbers("a", (0..<40).map { Double([2, 3, 5, 7][$0 % 4]) })]), bins: all)
        let carried = here.carrying([ColumnMatch(column: "a", other: "a")], of: there)
        #expect(carried.bins[0].atoms == [1, 2, 3, 5, 7, 9])
        #expect(carried.bins[0].trusts == Array(repeating: 1, count: 6))
        #expect(carried.bins[0].edges == there.bins[0].edges)
    }

    @Test func rowsOfAnotherTableAreCounted() throws {
        let first = table([numbers("a", [1, 2, 3]), category("b", ["x", "y", "x"])])
        let second = table([
            numbers("a", [3, 1, 1, 2]), category("b", ["x", "y", "x", "y"]),
            numbers("c", [0, 0, 0, 0]),
        ])
        let found = second.rowsOccurring(in: first, columns: ["a", "b", "c"])
        #expect(found.count == 3 && found.columns == 2)
        #expect(second.rowsOccurring(in: first, columns: ["c"]).columns == 0)
    }
}
