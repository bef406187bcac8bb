import Foundation
import Tables
import Testing

extension ColumnKind {
    fileprivate static let series = ColumnKind(rawValue: "series")
}

/// A toy kind of column, in one file: the first and the last number of a JSON array, less the least
/// of the training rows, and an index of the array's length.
private struct SeriesEncoder: ColumnEncoder {
    static let kind = ColumnKind.series
    static let key = "series"

    var column: String
    var least: Double
    /// Those of the training rows; index 2 and up.
    var lengths: [Int]

    var outputs: ColumnOutputs {
        ColumnOutputs(
            numbers: [column + " first", column + " last"], mark: column + " is missing",
            cardinalities: [2 + lengths.count])
    }

    init(fitting column: Column, in source: CellSource, rows: [Int]) throws(TableError) {
        self.column = column.name
        let known = rows.compactMap { Self.series(column.text($0)) }
        least = known.compactMap(\.first).min() ?? 0
        lengths = Set(known.map(\.count)).sorted()
    }

    private static func series(_ text: String?) -> [Double]? {
        text.flatMap { try? JSONDecoder().decode([Double].self, from: Data($0.utf8)) }
    }

    private func series(in source: CellSource) -> [[Double]?] {
        guard let cells = source.table.column(named: column) else { return [] }
        return (0..<cells.count).map { Self.series(cells.text($0)) }
    }

    func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        for (row, series) in series(in: source).enumerated() {
            let start = row * features.numericWidth
            guard let series else {
                if let mark = places.mark { features.numeric[start + mark] = 1 }
                continue
            }
            for (place, value) in zip(places.numbers, [series.first, series.last]) {
                features.numeric[start + place] = Float((value ?? least) - least)
            }
            let index = lengths.firstIndex(of: series.count).map { $0 + 2 } ?? 1
            features.categories[row * features.categoryWidth + places.indices.lowerBound] =
                Int32(index)
        }
    }

    func measures(in source: CellSource) throws(TableError) -> [Double]? {
        series(in: source).map { $0?.first ?? .nan }
    }

    func unseenRows(in source: CellSource) -> [Int] {
        series(in: source).enumerated().compactMap { row, series in
            series.map { !lengths.contains($0.count) } == true ? row : nil
        }
    }
}

@Suite struct ColumnEncoderTests {
    private static func schema(_ table: Table) -> Schema {
        Schema(columns: table.columns.map { .init(name: $0.name, kind: $0.kind, role: .feature) })
    }

    private static let mixed = table([
        Column(name: "s", cells: .texts(["[3, 9]", nil, "[5]", "[4, 1]"], kind: .series)),
        category("c", ["x", "y", "x", nil]),
        Column(name: "d", cells: .dates([0, 86_400, .nan, 172_800], hasTime: false)),
        numbers("a", [1, nil, 3, 4]), numbers("b", [1, 2, 3, 4]), numbers("e", [nil, 2, 3, 4]),
    ])

    private static func fitted(_ bins: NumberBins.Rule? = nil) throws -> Encoder {
        try Encoder.fit(
            mixed, schema(mixed), rows: [0, 1, 2, 3], bins: bins,
            kinds: Encoder.kinds + [SeriesEncoder.self])
    }

    /// Numbers, their marks, parts of dates, then what a further kind adds.
    @Test func kindByKindInARow() throws {
        let encoder = try Self.fitted()
        #expect(encoder.requiredColumns == ["a", "b", "e", "d", "c", "s"])
        let names = encoder.numericNames
        #expect(names.prefix(5) == ["a", "b", "e", "a is missing", "e is missing"])
        #expect(names[5..<13].allSatisfy { $0.hasPrefix("d ") })
        #expect(names.suffix(3) == ["s first", "s last", "s is missing"])
        #expect(encoder.numericWidth == 16)
        #expect(encoder.indexParents.map(\.column) == ["c", "s"])
        #expect(encoder.indexParents.map(\.cardinality) == [4, 4])
    }

    @Test func aFurtherKindChangesNoOther() throws {
        let encoder = try Self.fitted(.init(most: 4, atoms: .all))
        let known = table(Array(Self.mixed.columns.dropFirst()))
        let plain = try Encoder.fit(
            known, Self.schema(known), rows: [0, 1, 2, 3], bins: .init(most: 4, atoms: .all))
        let (all, some) = (try encoder.encode(Self.mixed), try plain.encode(known))
        #expect(all.numericWidth == some.numericWidth + 3)
        #expect(all.categoryWidth == some.categoryWidth + 1)
        let before = plain.numericWidth
        for row in 0..<4 {
            let (own, other) = (
                all.numeric[row * all.numericWidth..<(row + 1) * all.numericWidth].map { $0 },
                some.numeric[row * some.numericWidth..<(row + 1) * some.numericWidth].map { $0 }
            )
            #expect(own.prefix(before) == other.prefix(before))
            // Positions among bins stand behind all.
            #expect(own.suffix(3) == other.suffix(3))
        }
        let series = (0..<4).map { row in
            all.numeric[row * all.numericWidth + before..<row * all.numericWidth + before + 3]
                .map { $0 }
        }
        #expect(series == [[0, 6, 0], [0, 0, 1], [2, 2, 0], [1, -2, 0]])
        #expect((0..<4).map { all.categories[$0 * all.categoryWidth + 1] } == [3, 0, 2, 3])
        #expect(encoder.numberPlaces.map(\.positionPlace) == [16, 17, 18])
        #expect(encoder.numberPlaces.map(\.codePlace) == [2, 3, 4])
    }

    @Test func itsCellsAreMixedWithOthers() throws {
        let encoder = try Self.fitted()
        let columns = encoder.requiredColumns
        let sources = columns.indices.map { place in (0..<4).map { ($0 + place) % 4 } }
        let mixed = encoder.mixing(
            try encoder.encode(Self.mixed), columns: columns, sources: sources)
        let cells = zip(columns, sources).compactMap { name, rows in
            Self.mixed.column(named: name)?.selecting(rows: rows)
        }
        let direct = try encoder.encode(table(cells))
        #expect(mixed.numeric == direct.numeric && mixed.categories == direct.categories)
    }

    @Test func itsUnseenCellsAreTold() throws {
        let encoder = try Self.fitted()
        let new = table(
            Self.mixed.columns.dropFirst().map { $0.selecting(rows: [3, 3, 3]) } + [
                Column(name: "s", cells: .texts(["[4, 2]", "[9]", "[1, 2, 3]"], kind: .series))
            ])
        #expect(encoder.unseen(in: new).count == 2)
        #expect(encoder.unseen(in: new)[1].contains("\"s\": 1 of 3 rows"))
        let ranges = try SeenRanges(Self.mixed, encoder, rows: [0, 1, 2, 3])
        #expect(ranges.lowest == [1, 1, 2, 0, 3] && ranges.highest == [4, 4, 4, 172_800, 5])
        // Too great a first number; then too small a one of a length that no row had.
        #expect(try ranges.unseenCounts(new, encoder) == [0, 1, 2])
    }

    @Test func aKindThatNobodyReadsIsRefused() throws {
        let error = try #require(throws: TableError.self) {
            try Encoder.fit(Self.mixed, Self.schema(Self.mixed), rows: [0, 1])
        }
        #expect(error.column == "s" && error.problem.contains("series"))
    }

    // MARK: - encoder.json

    /// As every version so far has written it.
    private static let stored =
        #"{"bins":[{"atoms":[],"column":"a","edges":[1,2,4],"trusts":[]}],"#
        + #""categories":[{"column":"c","values":["x","y"]},"#
        + #"{"buckets":4096,"column":"h","values":[]}],"#
        + #""dates":[{"center":0.5,"column":"d","hasTime":false,"order":"dayFirst","scale":1},"#
        + #"{"center":2,"column":"e","hasTime":true,"scale":3}],"#
        + #""numbers":[{"center":2,"column":"a","marksMissing":true,"scale":1.5}]}"#

    private static func decoded(_ text: String) throws -> Encoder {
        try JSONDecoder().decode(Encoder.self, from: Data(text.utf8))
    }

    private static func encoded(_ encoder: Encoder) throws -> String {
        let coder = JSONEncoder()
        coder.outputFormatting = .sortedKeys
        return String(decoding: try coder.encode(encoder), as: UTF8.self)
    }

    @Test func storedEncodersOpenAndAreWrittenAlike() throws {
        let encoder = try Self.decoded(Self.stored)
        #expect(encoder.requiredColumns == ["a", "d", "e", "c", "h"])
        #expect(encoder.numbers.first?.scale == 1.5 && encoder.numbers.first?.marksMissing == true)
        #expect(encoder.categories.map(\.cardinality) == [4, 4098])
        #expect(encoder.numericWidth == 2 + 8 + 10)
        #expect(try Self.encoded(encoder) == Self.stored)
    }

    @Test func fittedEncodersAreWrittenAsBefore() throws {
        let rows = table([
            category("c", ["x", "y", "x", nil]), numbers("a", [1, nil, 3, 5]),
            Column(
                name: "d", cells: .dates([0, 86_400, 172_800, 259_200], hasTime: false),
                format: .init(date: .dayFirst)),
        ])
        let encoder = try Encoder.fit(rows, Self.schema(rows), rows: [0, 1, 2, 3])
        let text =
            #"{"bins":[],"categories":[{"column":"c","values":["x","y"]}],"dates":[{"center":1.5,"#
            + #""column":"d","hasTime":false,"order":"dayFirst","scale":1.5}],"#
            + #""numbers":[{"center":3,"column":"a","marksMissing":true,"scale":2}]}"#
        #expect(try Self.encoded(encoder) == text)
        let again = try Self.decoded(text)
        #expect(again == encoder && again.hashValue == encoder.hashValue)
        #expect(try again.encode(rows).numeric == encoder.encode(rows).numeric)
        #expect(try Self.decoded(Self.stored) != encoder)
    }

    /// A later version's columns are no columns to leave out in silence.
    @Test func aStoredKindThatIsNotKnownIsRefused() {
        let text = Self.stored.dropLast() + #","series":[]}"#
        #expect(throws: DecodingError.self) { try Self.decoded(String(text)) }
    }
}
