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

    /// Quantiles lie between cells: an edge has no more digits than tell these apart, and cuts as the quantile does.
    @Test func edgesReadLikeTheColumn() {
        let whole = (0..<1001).map { Double(260_000 + 78 * $0 + $0 % 3) }
        let cents = (0..<1001).map { Double(7 * $0 + $0 % 2) / 100 }
        for (numbers, decimals) in [(whole, 0), (cents, 2)] {
            let column = Column(name: "n", cells: .numbers(numbers))
            let sorted = numbers.sorted()
            for condition in RowCondition.candidates(column, fewestRows: 1, bins: 11) {
                let places = condition.text.split(separator: " ").compactMap { word in
                    Double(word).map { _ in word.split(separator: ".").dropFirst().first?.count ?? 0 }
                }
                #expect(!places.isEmpty && places.allSatisfy { $0 <= decimals }, "\(condition.text)")
                guard case .isBetween(let above, let atMost) = condition.kind else { continue }
                let stretches = (0...11).map { place -> Double in
                    place == 0 ? -.infinity : place == 11 ? .infinity
                        : sortedQuantile(sorted, Double(place) / 11)
                }
                let isQuantile = stretches.contains { first in
                    stretches.contains { last in
                        numbers.allSatisfy { ($0 > above && $0 <= atMost) == ($0 > first && $0 <= last) }
                    }
                }
                #expect(isQuantile, "\(condition.text)")
            }
        }
    }

    @Test func openEndsReadAsTheyWereSaid() throws {
        let table = Table(
            name: "t", rowCount: 3, columns: [Column(name: "n", cells: .numbers([4, 5, 6]))])
        for text in ["n < 5", "n ≥ 5", "n ≤ 5", "n > 5", "n = 5"] {
            let written = text.replacing("≥", with: ">=").replacing("≤", with: "<=")
            let rule = try RowRule(written, for: table)
            #expect(rule.clauses.flatMap(\.alternatives).map(\.text) == [text])
        }
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
