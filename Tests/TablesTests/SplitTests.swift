import Tables
import Testing

@Suite struct SplitTests {
    private static func strata(_ rows: Int) -> [Int] { (0..<rows).map { $0 % 10 == 0 ? 1 : 0 } }

    private static func drawer(
        _ rows: Int, strata: [Int]? = nil, groups: [Int32]? = nil, duplicates: [Int32]? = nil,
        times: [Double]? = nil, seed: UInt64 = 1
    ) -> SplitDrawer {
        SplitDrawer(
            rows: Array(0..<rows), strata: strata ?? Self.strata(rows), groups: groups,
            duplicates: duplicates, times: times, seed: seed)
    }

    private static func expectComplete(
        _ parts: [[Int]], _ rows: [Int], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(parts.flatMap(\.self).sorted() == rows, sourceLocation: sourceLocation)
        #expect(
            parts.allSatisfy { $0 == $0.sorted() }, "ascending", sourceLocation: sourceLocation)
    }

    @Test func partsAreStratified() {
        let parts = Self.drawer(1000).parts([0.2, 0.1])
        Self.expectComplete(parts, Array(0..<1000))
        #expect(parts.map(\.count) == [200, 100, 700])
        let strata = Self.strata(1000)
        #expect(parts.map { $0.count { strata[$0] == 1 } } == [20, 10, 70])
        #expect(parts[0] != Array(0..<200))
    }

    @Test func onlyTheGivenRowsAreSplit() {
        let rows = Array(stride(from: 3, to: 300, by: 3))
        let drawer = SplitDrawer(
            rows: rows, strata: Self.strata(300), groups: nil, duplicates: nil, times: nil, seed: 1)
        Self.expectComplete(drawer.parts([0.2, 0.2]), rows)
        let folds = drawer.folds(4, rowCount: 300)
        for row in 0..<300 { #expect((folds[row] >= 0) == rows.contains(row)) }
    }

    @Test func aFunctionOfTheSeed() {
        let parts = Self.drawer(500, seed: 7).parts([0.3])
        #expect(parts == Self.drawer(500, seed: 7).parts([0.3]))
        #expect(parts != Self.drawer(500, seed: 8).parts([0.3]))
    }

    /// Pins the rows themselves: a stored run names its split by the seed alone.
    @Test func theSameRowsInEveryVersion() {
        let parts = Self.drawer(20).parts([0.2])
        #expect(parts[0] == [7, 8, 11, 14])
    }

    @Test(arguments: UInt64(0)..<20)
    func groupsAndDuplicatesStayWhole(seed: UInt64) {
        var draws = Draws(seed: seed)
        let rows = 400
        let groups = (0..<rows).map { _ in Int32(draws.integer(below: 80)) - 1 }
        let duplicates = (0..<rows).map { _ in Int32(draws.integer(below: 300)) }
        let drawer = Self.drawer(rows, groups: groups, duplicates: duplicates, seed: seed)
        let parts = drawer.parts([0.2, 0.2])
        Self.expectComplete(parts, Array(0..<rows))
        var partOf = [Int](repeating: -1, count: rows)
        for (part, members) in parts.enumerated() { for row in members { partOf[row] = part } }
        for places in [partOf, drawer.folds(5, rowCount: rows)] {
            for codes in [groups, duplicates] {
                var first: [Int32: Int] = [:]
                for row in 0..<rows where codes[row] >= 0 {
                    #expect(first[codes[row], default: places[row]] == places[row])
                    first[codes[row]] = places[row]
                }
            }
        }
    }

    @Test func rowsWithoutAGroupStandAlone() {
        let parts = Self.drawer(
            100, strata: [Int](repeating: 0, count: 100),
            groups: [Int32](repeating: -1, count: 100)
        ).parts([0.5])
        #expect(parts.map(\.count) == [50, 50])
    }

    @Test func aClassOfOneRowIsTrainedOn() {
        var strata = [Int](repeating: 0, count: 100)
        strata[17] = 5
        for seed in 0..<20 as Range<UInt64> {
            let parts = Self.drawer(100, strata: strata, seed: seed).parts([0.3, 0.3])
            #expect(parts[2].contains(17))
        }
    }

    @Test func laterRowsAreTested() {
        // Time runs against the row number; every time is there twice.
        let times = (0..<100).map { Double((99 - $0) / 2) }
        let parts = Self.drawer(100, times: times).parts([0.2, 0.1])
        Self.expectComplete(parts, Array(0..<100))
        #expect(parts[0] == Array(0..<20))
        #expect(parts[1] == Array(20..<30))
    }

    @Test func equalTimesStayTogether() {
        let times = (0..<100).map { $0 < 50 ? 1.0 : 2.0 }
        let parts = Self.drawer(100, times: times).parts([0.2, 0.1])
        #expect(parts[0] == Array(50..<100))
        #expect(parts[1] == Array(0..<50) || parts[2] == Array(0..<50))
        Self.expectComplete(parts, Array(0..<100))
    }

    @Test func foldsAreEvenAndStratified() {
        let rows = 1003
        let folds = Self.drawer(rows).folds(5, rowCount: rows)
        let strata = Self.strata(rows)
        for fold in 0..<5 {
            let members = folds.indices.filter { folds[$0] == fold }
            #expect((200...201).contains(members.count))
            #expect((20...21).contains(members.count { strata[$0] == 1 }))
        }
    }

    @Test func decilesHoldATenthEach() {
        var draws = Draws(seed: 1)
        let values = (0..<1000).map { _ in Double(draws.integer(below: 1 << 40)) }
        let rows = Array(0..<500)
        let deciles = SplitDrawer.deciles(values, rows: rows)
        for decile in 0..<10 { #expect(rows.count { deciles[$0] == decile } == 50) }
        for a in 0..<100 {
            for b in 0..<100 where values[a] < values[b] { #expect(deciles[a] <= deciles[b]) }
        }
    }
}

@Suite struct DuplicateIndexTests {
    /// The index against a dictionary of whole rows.
    @Test(arguments: UInt64(0)..<20)
    func asADictionaryOfRows(seed: UInt64) {
        var draws = Draws(seed: seed)
        let rows = 1 + draws.integer(below: 3000)
        let table = table([
            numbers("a", (0..<rows).map { _ in draws.element([0, -0.0, 1, 2.5, nil]) }),
            category("b", (0..<rows).map { _ in draws.element(["x", "y", "z", nil]) }),
            numbers("c", (0..<rows).map { _ in Double(draws.integer(below: 100)) }),
            Column(
                name: "d",
                cells: .dates(
                    (0..<rows).map { _ in draws.element([0, 86_400, .nan]) }, hasTime: false)),
        ])
        for names in [["a"], ["b", "a"], ["a", "b", "c", "d"], []] {
            let index = DuplicateIndex(table, columns: names)
            var codes: [[String?]: Int32] = [:]
            let expected = (0..<rows).map { row -> Int32 in
                let cells = names.map { table.column(named: $0)?.text(row) }
                let code = codes[cells] ?? Int32(codes.count)
                codes[cells] = code
                return code
            }
            #expect(index.codes == expected)
            #expect(index.distinct == codes.count)
            #expect(index.repeated == rows - codes.count)
            #expect(index.repeated(among: [0]) == 0)
        }
    }

    @Test func conflictingLabels() {
        let index = DuplicateIndex(table([numbers("a", [1, 1, 2, 2, 3, 3])]), columns: ["a"])
        #expect(index.conflicting([0, 1, 0, 0, -1, 1]) == 2)
    }

    @Test func noRows() {
        let index = DuplicateIndex(table([numbers("a", [])]), columns: ["a"])
        #expect(index.distinct == 0)
        #expect(index.repeated == 0)
    }

    @Test func joiningMatchesTexts() throws {
        let a = table([
            category("t", ["x", "y", nil]), numbers("n", [1, 2, 3]), numbers("only", [1, 1, 1]),
        ])
        let b = table([
            numbers("n", [2, 9]), category("t", ["y", "z"]), category("only", ["1", "1"]),
        ])
        let both = a.joining(b, columns: ["t", "n", "only", "none"])
        #expect(both.columns.map(\.name) == ["t", "n"])
        #expect(both.texts("t") == ["x", "y", nil, "y", "z"])
        #expect(both.numbers("n") == [1, 2, 3, 2, 9])
        #expect(DuplicateIndex(both, columns: ["t", "n"]).codes == [0, 1, 2, 1, 3])
    }
}
