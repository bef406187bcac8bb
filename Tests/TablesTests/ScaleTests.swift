import Platform
import Tables
import Testing

@Suite(.serialized) struct ScaleTests {
    /// Bounds are about fifty times what a 2-core machine needs, so that they hold on a busy one:
    /// a cost that grows as the square of the rows is above them by far.
    @Test func aMillionCategories() throws {
        let count = 1_000_000
        var bytes = Array("id,target\n".utf8)
        for row in 0..<count {
            bytes += Array("customer number \(row * 7 % count),\(row % 2)\n".utf8)
        }
        let before = Machine.peakMemoryBytes()
        let start = Clock.monotonicSeconds()
        let table = try CSVReader.read(bytes: bytes, name: "t")
        let read = Clock.monotonicSeconds()
        #expect(table.rowCount == count)
        guard case .categories(let codes, let values) = table.columns[0].cells else {
            Issue.record("not a category")
            return
        }
        #expect(values.count == count)
        #expect(codes == (0..<Int32(count)).map(\.self))
        #expect(values[3] == "customer number 21")

        var options = SchemaOptions()
        options.target = "target"
        let (schema, warnings) = try Schema.infer(table, options)
        #expect(warnings.count == 1)
        let index = DuplicateIndex(table, columns: ["id", "target"])
        #expect(index.distinct == count)
        let strata = (0..<count).map { $0 % 2 }
        let split = SplitDrawer(
            rows: Array(0..<count), strata: strata, groups: nil, duplicates: index.codes,
            times: nil, seed: 1
        ).parts([0.2, 0.2])
        #expect(split.map(\.count) == [200_000, 200_000, 600_000])
        let encoder = try Encoder.fit(table, schema, rows: split[2])
        let encoded = try encoder.encode(table)
        #expect(encoded.categories.count == count)
        let end = Clock.monotonicSeconds()
        let peak = Machine.peakMemoryBytes() - before
        #expect(read - start < 60)
        #expect(end - read < 120)
        #expect(peak < 1 << 30)
    }
}
