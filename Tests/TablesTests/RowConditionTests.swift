import Tables
import Testing

/// Conditions that are made of a column's cells.
@Suite struct RowConditionTests {
    private let numbers = Column(
        name: "n", cells: .numbers((0..<1000).map { Double($0) } + [.nan]))

    @Test func fourBinsAndBothHalves() {
        let texts = RowCondition.candidates(numbers, fewestRows: 200).map(\.text)
        #expect(texts.count == 6)
        #expect(texts.first?.hasPrefix("n ≤ ") == true)
    }

    /// Of ten bins any stretch of neighbours: 9 edges, so that 9 · 2 stretches are open and 36 are not.
    @Test func finerBinsAndTheirNeighbours() {
        let found = RowCondition.candidates(numbers, fewestRows: 90, bins: 10)
        #expect(found.count == 54 && Set(found).count == 54)
        for condition in found {
            let rows = condition.members(of: numbers).count { $0 }
            #expect((90...910).contains(rows), "\(condition.text)")
        }
    }

    /// Most rows lie at the greatest value: no edge is there, and no stretch without ends.
    @Test func manyEqualNumbersLeaveFewEdges() {
        let column = Column(
            name: "n",
            cells: .numbers((0..<100).map { Double($0) } + Array(repeating: 500, count: 900)))
        let found = RowCondition.candidates(column, fewestRows: 1, bins: 10)
        #expect(found.map(\.text).allSatisfy { !$0.contains("inf") })
        #expect(
            found.allSatisfy {
                let rows = $0.members(of: column).count { $0 }
                return rows > 0 && rows < 1000
            })
    }

    @Test func allConditionsAreMet() {
        let table = Table(
            name: "t", rowCount: 4,
            columns: [
                Column(name: "n", cells: .numbers([1, 2, 3, 4])),
                Column(name: "c", cells: .categories(codes: [0, 1, 1, -1], values: ["a", "b"])),
            ])
        let conditions = [
            RowCondition(column: "n", kind: .isBetween(above: 1, atMost: 3)),
            RowCondition(column: "c", kind: .isText("b")),
        ]
        #expect(conditions.members(of: table) == [false, true, true, false])
        #expect(conditions.text == "1 < n ≤ 3, c = b")
        let absent = [RowCondition(column: "x", kind: .isMissing)]
        #expect(absent.members(of: table) == [false, false, false, false])
    }
}
