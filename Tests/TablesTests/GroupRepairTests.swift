import Foundation
import Tables
import TensorCore
import Testing

/// Numbers changed by protected groups, against Fairlearn, AIF360 and the paper; see Reference/group_repair.py.
@Suite struct GroupRepairTests {
    private struct Reference: Decodable {
        struct Removed: Decodable {
            var fitted: Int
            var sex: [String]
            var race: [String]
            var x: [[Double]]
            var out: [String: [[Double]]]
        }
        struct Repaired: Decodable {
            var group: [String]
            var x: [Double]
            var level: Double?
            var out: [Double]
        }
        var removed: Removed
        var aif360: Repaired
        var paper: Repaired

        static func read() throws -> Reference {
            let url = try #require(
                Bundle.module.url(forResource: "group_repair", withExtension: "json"))
            return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
        }
    }

    private static func schema(_ table: Table, protected: [String]) -> Schema {
        Schema(
            columns: table.columns.map {
                .init(
                    name: $0.name, kind: $0.kind,
                    role: protected.contains($0.name) ? .protected : .feature,
                    isProtected: protected.contains($0.name))
            })
    }

    private static func near(_ found: [Double], _ expected: [Double]) -> Bool {
        found.count == expected.count
            && zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($1)) }
    }

    @Test func correlationIsRemovedAsFairlearnDoes() throws {
        let reference = try Reference.read().removed
        let table = table([
            numbers("x0", reference.x[0]), numbers("x1", reference.x[1]),
            category("sex", reference.sex), category("race", reference.race),
        ])
        let rows = Array(0..<reference.fitted)
        #expect(reference.out.count == 2)
        for (alpha, expected) in reference.out {
            let repair = try GroupRepair(
                .init(.correlation, strength: try #require(Double(alpha))), table,
                Self.schema(table, protected: ["sex", "race"]), rows: rows)
            for (place, name) in ["x0", "x1"].enumerated() {
                let found = try repair.numbers(in: name, of: table)
                #expect(Self.near(found, expected[place]), "\(name) at \(alpha)")
            }
            // Each row has levels that are known, be it in a pair that is not.
            #expect(try repair.unknownGroups(of: table).isEmpty)
        }
    }

    @Test func groupsAreRepairedAsAIF360AndThePaperDo() throws {
        let reference = try Reference.read()
        for own in [reference.aif360, reference.paper] {
            let table = table([numbers("x", own.x), category("g", own.group)])
            let repair = try GroupRepair(
                .init(.quantiles, strength: own.level ?? 1), table,
                Self.schema(table, protected: ["g"]), rows: Array(own.x.indices))
            #expect(Self.near(try repair.numbers(in: "x", of: table), own.out))
        }
    }

    /// Over training rows no level is correlated with a column that went through it, missing cells or not, whichever
    /// columns repeat one another.
    @Test func noLevelIsCorrelatedAfterwards() throws {
        let random = CounterRandom(seed: 3, name: "rows")
        let count = 300
        let groups = (0..<count).map { random.uniform(index: UInt64($0)) < 0.3 ? "a" : "b" }
        let values = (0..<count).map { row -> Double? in
            row % 7 == 0
                ? nil
                : (groups[row] == "a" ? 4 : 1) + random.uniform(index: UInt64(1000 + row))
        }
        let table = table([
            numbers("x", values), category("g", groups), category("same", groups),
        ])
        let repair = try GroupRepair(
            .init(.correlation, strength: 1), table,
            Self.schema(table, protected: ["g", "same"]), rows: Array(0..<count))
        let found = try repair.numbers(in: "x", of: table)
        var sums: [String: (Double, Double)] = [:]
        var mean = (0.0, 0.0)
        for row in 0..<count {
            #expect(found[row].isNaN == (values[row] == nil))
            guard let before = values[row] else { continue }
            sums[groups[row], default: (0, 0)].0 += found[row]
            sums[groups[row], default: (0, 0)].1 += 1
            mean.0 += before
            mean.1 += 1
        }
        // Each group has the mean of all.
        for (sum, rows) in sums.values { #expect(abs(sum / rows - mean.0 / mean.1) < 1e-10) }
    }

    /// A whole repair leaves the order within a group, and two groups of one distribution each at the middle.
    @Test func orderHoldsAndUnknownGroupsStay() throws {
        let count = 60
        let low: [Double] = (0..<count).map { Double($0) }
        let values = low + low.map { 100 + 2 * $0 }
        let groups = (0..<2 * count).map { $0 < count ? "a" : "b" }
        let fitting = table([numbers("x", values), category("g", groups)])
        let repair = try GroupRepair(
            .init(.quantiles, strength: 1), fitting, Self.schema(fitting, protected: ["g"]),
            rows: Array(values.indices))
        let found = try repair.numbers(in: "x", of: fitting)
        for rank in 0..<count {
            #expect(abs(found[rank] - (50 + 1.5 * Double(rank))) < 1e-12)
            #expect(found[rank] == found[count + rank])
        }
        let new = table([
            numbers("x", [-5, 0.5, 70, nil, 7, 8]),
            category("g", ["a", "a", "a", "a", "c", nil]),
        ])
        let moved = try repair.numbers(in: "x", of: new)
        // Beyond the ends as the end is, between two numbers on the line between them.
        #expect(Self.near(Array(moved[..<3]), [45, 50.75, 149.5]))
        #expect(moved[3].isNaN)
        #expect(moved[4] == 7 && moved[5] == 8)
        let unknown = try repair.unknownGroups(of: new)
        #expect(unknown.map(\.group) == ["(missing)", "c"])
        let note = try #require(try repair.note(on: new))
        #expect(note.contains("2 of 6 rows") && note.contains("c (1)"))
        #expect(try repair.note(on: fitting) == nil)
    }

    /// The encoder fits scale and bins on repaired numbers, and gives the same bits after a round trip.
    @Test func theEncoderReadsRepairedNumbers() throws {
        let count = 200
        let random = CounterRandom(seed: 5, name: "rows")
        let groups = (0..<count).map { $0 % 2 == 0 ? "a" : "b" }
        let values = (0..<count).map { row -> Double in
            random.uniform(index: UInt64(row)) + (row % 2 == 0 ? 0 : 50)
        }
        let table = table([numbers("x", values), category("g", groups)])
        let schema = Self.schema(table, protected: ["g"])
        let rows = Array(0..<count)
        let encoder = try Encoder.fit(
            table, schema, rows: rows, bins: .init(most: 8),
            repair: .init(.quantiles, strength: 1))
        #expect(encoder.numbers[0].scale < 5)
        #expect(encoder.requiredColumns == ["x"])
        let repaired = try #require(encoder.repair).numbers(in: "x", of: table)
        let plain = try Encoder.fit(
            Tables.Table(
                name: "repaired", rowCount: count,
                columns: [numbers("x", repaired), table.columns[1]]), schema, rows: rows,
            bins: .init(most: 8))
        let encoded = try encoder.encode(table)
        #expect(
            try plain.encode(
                Tables.Table(
                    name: "repaired", rowCount: count, columns: [numbers("x", repaired)])
            ).numeric == encoded.numeric)
        let again = try JSONDecoder().decode(Encoder.self, from: JSONEncoder().encode(encoder))
        #expect(again == encoder)
        #expect(try again.encode(table).numeric == encoded.numeric)
        // An encoder that was stored before there were repairs.
        #expect(plain.repair == nil)
        #expect(
            try JSONDecoder().decode(Encoder.self, from: JSONEncoder().encode(plain)) == plain)
        let lacking = Tables.Table(
            name: "new.csv", rowCount: count, columns: [table.columns[0]])
        let error = #expect(throws: TableError.self) { try encoder.encode(lacking) }
        let text = error?.description ?? ""
        #expect(
            text.contains("new.csv") && text.contains("\"g\"") && text.contains("--repair-groups"))
    }

    @Test func whatCannotBeFittedIsExplained() throws {
        let count = 40
        func refusal(
            _ method: GroupRepair.Rule.Method, groups: [String], protected: [String] = ["g"],
            number: Bool = true
        ) -> String {
            let table = table([
                number
                    ? numbers("x", (0..<count).map(Double.init))
                    : category("x", (0..<count).map { "\($0)" }), category("g", groups),
            ])
            do {
                _ = try GroupRepair(
                    .init(method, strength: 1), table, Self.schema(table, protected: protected),
                    rows: Array(0..<count))
                return ""
            } catch { return "\(error)" }
        }
        let two = (0..<count).map { $0 % 2 == 0 ? "a" : "b" }
        #expect(refusal(.quantiles, groups: two).isEmpty)
        #expect(refusal(.quantiles, groups: two, protected: []).contains("--protected COLUMN"))
        #expect(refusal(.quantiles, groups: two, number: false).contains("columns of numbers"))
        let small = (0..<count).map { $0 < 19 ? "a" : "b" }
        #expect(refusal(.quantiles, groups: small).contains("20 training rows"))
        let one = [String](repeating: "a", count: count)
        #expect(refusal(.correlation, groups: one).contains("one value"))
        #expect(refusal(.correlation, groups: small).isEmpty)
    }

    /// A protected column of many numbers is cut where training rows are, and a text among them is an error.
    @Test func numbersTellGroupsByTheirQuartiles() throws {
        let count = 200
        let ages = (0..<count).map(Double.init)
        let fitting = table([
            numbers("x", ages.map { $0 < 100 ? 0 + $0 / 1000 : 10 + $0 / 1000 }),
            numbers("age", ages),
        ])
        let repair = try GroupRepair(
            .init(.correlation, strength: 1), fitting,
            Self.schema(fitting, protected: ["age"]), rows: Array(0..<count))
        let found = try repair.numbers(in: "x", of: fitting)
        #expect((found.max() ?? 9) - (found.min() ?? 0) < 0.1)
        let bad = table([numbers("x", [1, 2]), category("age", ["20", "old"])])
        let error = #expect(throws: TableError.self) { try repair.numbers(in: "x", of: bad) }
        #expect(error?.description.contains("\"old\"") == true)
    }
}
