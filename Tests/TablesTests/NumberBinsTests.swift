import Tables
import Testing

@Suite struct NumberBinsTests {
    private static func values(_ count: Int, below bound: Int, seed: UInt64) -> [Double] {
        var draws = Draws(seed: seed)
        return (0..<count).map { _ in Double(draws.integer(below: bound)) }
    }

    @Test func fewValuesHaveAnEdgeEach() {
        let bins = NumberBins(column: "a", values: [3, 1, 1, .nan, 2, 8], rule: .init(most: 4))
        #expect(bins.edges == [1, 2, 3, 8])
        #expect(bins.binCount == 3)
        #expect([1, 2, 2.5, 3, 5.5, 8].map(bins.position) == [0, 1, 1.5, 2, 2.5, 3])
        #expect([-9, 1e9, .infinity, -.infinity].map(bins.position) == [0, 3, 3, 0])
    }

    @Test func constantsAndNothing() {
        #expect(NumberBins(column: "a", values: [5, 5, 5], rule: .init(most: 8)).binCount == 0)
        let empty = NumberBins(column: "a", values: [.nan], rule: .init(most: 8))
        #expect(empty.binCount == 0)
        #expect(empty.position(3) == 0)
        #expect(empty.atom(3) == 0)
    }

    @Test(arguments: UInt64(0)..<10)
    func binsOfManyValuesHoldEquallyMany(seed: UInt64) {
        let values = Self.values(12_800, below: 1 << 50, seed: seed)
        let bins = NumberBins(column: "a", values: values, rule: .init(most: 64))
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
        let bins = NumberBins(column: "a", values: values, rule: .init(most: 32))
        #expect((30...32).contains(bins.binCount))
        #expect(bins.edges[0] == 0)
        #expect(bins.atoms.isEmpty, "nothing was said of a target")
    }

    @Test(arguments: UInt64(0)..<20)
    func asALinearSearch(seed: UInt64) {
        let values = Self.values(2000, below: 3 + Int(seed) * Int(seed), seed: seed)
        var bins = NumberBins(
            column: "a", values: values + [.nan], rule: .init(most: 3 + Int(seed)))
        bins.atoms = Set(values.filter { $0.truncatingRemainder(dividingBy: 3) == 0 }).sorted()
        #expect(bins.edges.count <= 4 + Int(seed))
        for value in values + [-1, 0.5, 1e6, 7.25] {
            let expected = zip(bins.edges, bins.edges.dropFirst()).reduce(0.0) { sum, bin in
                sum + min(max((value - bin.0) / (bin.1 - bin.0), 0), 1)
            }
            #expect(abs(Double(bins.position(value)) - expected) < 1e-5)
            let place = bins.atoms.firstIndex(of: value).map { Int32($0 + 1) } ?? 0
            #expect(bins.atom(value) == place)
        }
    }

    @Test func encodedBehindNumbersAndCategories() throws {
        let a = (0..<40).map { row -> Double? in row % 4 == 3 ? nil : Double(row % 4) }
        let b = (0..<40).map { row -> Double? in row < 20 ? 7 : Double(row) }
        let table = table([
            numbers("a", a), category("t", Array(repeating: "x", count: 40)), numbers("b", b),
        ])
        let schema = Schema(
            columns: table.columns.map { .init(name: $0.name, kind: $0.kind, role: .feature) })
        var encoder = try Encoder.fit(table, schema, rows: Array(0..<40), bins: .init(most: 64))
        #expect(encoder.bins.map(\.column) == ["a", "b"])
        encoder.bins[0].atoms = [0, 1, 2]
        encoder.bins[1].atoms = [7]
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

    /// A position is found again from the scaled number, wherever that stands.
    @Test func positionsFollowScaledNumbers() throws {
        let a: [Double?] = (0..<60).map { row in
            if row % 7 == 3 { return nil }
            return Double(row * row) / 50 - 3
        }
        let table = table([
            numbers("a", a), numbers("b", (0..<60).map { Double($0 % 9) }),
            category("t", (0..<60).map { _ in "x" }),
        ])
        let schema = Schema(
            columns: table.columns.map { .init(name: $0.name, kind: $0.kind, role: .feature) })
        let encoder = try Encoder.fit(table, schema, rows: Array(0..<60), bins: .init(most: 8))
        let encoded = try encoder.encode(table)
        let places = encoder.numberPlaces
        #expect(places.map(\.place) == [0, 1] && places.map(\.missingPlace) == [2, nil])
        #expect(places.map(\.positionPlace) == [3, 4] && places.map(\.codePlace) == [1, 2])
        for row in 0..<60 {
            let cells = encoded.numeric[
                row * encoded.numericWidth..<(row + 1) * encoded.numericWidth
            ]
            .map { $0 }
            for place in places {
                if let missing = place.missingPlace, cells[missing] == 1 { continue }
                let position = cells[try #require(place.positionPlace)]
                #expect(abs(place.position(ofScaled: cells[place.place]) - position) < 2e-4)
            }
        }
        #expect(places[0].position(ofScaled: -3) == 0)
        #expect(places[0].position(ofScaled: 5) == Float(encoder.bins[0].binCount))
        let plain = try Encoder.fit(table, schema, rows: Array(0..<60)).numberPlaces[0]
        #expect(plain.positionPlace == nil && plain.codePlace == nil)
    }
}
