import Tables
import Testing

@Suite struct NumberBinsTests {
    private static func values(_ count: Int, below bound: Int, seed: UInt64) -> [Double] {
        var draws = Draws(seed: seed)
        return (0..<count).map { _ in Double(draws.integer(below: bound)) }
    }

    @Test func fewValuesHaveAnEdgeEach() {
        let bins = NumberBins(column: "a", values: [3, 1, 1, .nan, 2, 8], bins: 4)
        #expect(bins.edges == [1, 2, 3, 8])
        #expect(bins.binCount == 3)
        #expect([1, 2, 2.5, 3, 5.5, 8].map(bins.position) == [0, 1, 1.5, 2, 2.5, 3])
        #expect([-9, 1e9, .infinity, -.infinity].map(bins.position) == [0, 3, 3, 0])
    }

    @Test func constantsAndNothing() {
        #expect(NumberBins(column: "a", values: [5, 5, 5], bins: 8).binCount == 0)
        let empty = NumberBins(column: "a", values: [.nan], bins: 8)
        #expect(empty.binCount == 0)
        #expect(empty.position(3) == 0)
        #expect(empty.atom(3) == 0)
    }

    @Test(arguments: UInt64(0)..<10)
    func binsOfManyValuesHoldEquallyMany(seed: UInt64) {
        let values = Self.values(12_800, below: 1 << 50, seed: seed)
        let bins = NumberBins(column: "a", values: values, bins: 64)
        #expect(bins.binCount == 64)
        #expect(bins.edges.first == values.min())
        #expect(bins.edges.last == values.max())
        #expect(zip(bins.edges, bins.edges.dropFirst()).allSatisfy { $0 < $1 })
        for bin in 0..<64 {
            let count = values.count { Int(bins.position($0)) == bin }
            #expect((198...202).contains(count))
        }
        #expect(bins.atoms.isEmpty)
    }

    /// One value that most rows have takes one bin, and the others share the rest.
    @Test func aFrequentValueLeavesBinsToTheOthers() {
        let values = [Double](repeating: 0, count: 9000) + (1...1000).map { Double($0) }
        let bins = NumberBins(column: "a", values: values, bins: 32)
        #expect((30...32).contains(bins.binCount))
        #expect(bins.edges[0] == 0)
        #expect(bins.atoms == [0])
        #expect(abs(bins.trusts[0] - 9000 / 9100) < 1e-6)
        #expect(bins.atom(0) == 1)
        #expect(bins.atom(-0.0) == 1)
        #expect(bins.atom(1) == 0)
    }

    @Test(arguments: UInt64(0)..<20)
    func asALinearSearch(seed: UInt64) {
        let values = Self.values(2000, below: 3 + Int(seed) * Int(seed), seed: seed)
        let bins = NumberBins(column: "a", values: values + [.nan], bins: 3 + Int(seed))
        #expect(bins.edges.count <= 4 + Int(seed))
        for value in values + [-1, 0.5, 1e6, 7.25] {
            let expected = zip(bins.edges, bins.edges.dropFirst()).reduce(0.0) { sum, bin in
                sum + min(max((value - bin.0) / (bin.1 - bin.0), 0), 1)
            }
            #expect(abs(Double(bins.position(value)) - expected) < 1e-5)
            let place = bins.atoms.firstIndex(of: value).map { Int32($0 + 1) } ?? 0
            #expect(bins.atom(value) == place)
        }
        for atom in bins.atoms {
            #expect(Double(values.count { $0 == atom }) >= max(2000.0 / 256, 5))
        }
    }

    @Test func encodedBehindNumbersAndCategories() throws {
        let a: [Double?] = (0..<40).map { $0 % 4 == 3 ? nil : Double($0 % 4) }
        let b: [Double?] = (0..<40).map { $0 < 20 ? 7 : Double($0) }
        let table = table([
            numbers("a", a), category("t", (0..<40).map { _ in "x" }), numbers("b", b),
        ])
        let schema = Schema(
            columns: table.columns.map { .init(name: $0.name, kind: $0.kind, role: .feature) })
        let encoder = try Encoder.fit(table, schema, rows: Array(0..<40), bins: 64)
        #expect(encoder.bins.map(\.column) == ["a", "b"])
        #expect(encoder.bins.map(\.atoms) == [[0, 1, 2], [7]])
        let encoded = try encoder.encode(table)
        // Two numbers, a mark, two positions; a category, two atoms numbered over both columns.
        #expect(encoded.numeric.count == 40 * 5)
        #expect(encoded.categories.count == 40 * 3)
        for row in 0..<40 {
            #expect(encoded.numeric[row * 5 + 3] == Float(a[row] ?? 0))
            #expect(encoded.numeric[row * 5 + 4] == Float(row < 20 ? 0 : row - 19))
            let atom = a[row].map { Int32($0 + 1) } ?? 0
            #expect(
                Array(encoded.categories[row * 3..<row * 3 + 3]) == [2, atom, row < 20 ? 4 : 0])
        }
    }
}
