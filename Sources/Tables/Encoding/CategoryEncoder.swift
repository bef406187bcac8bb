/// A column of categories: an index, 0 where missing, 1 for a category that no training row had.
package struct CategoryEncoder: ColumnEncoder {
    package static let kind = ColumnKind.category
    package static let key = "categories"

    package var column: String
    /// Index 2 and up, most frequent first; empty when hashed.
    package var values: [String]
    /// The number of hash buckets, where the training rows had too many values.
    package var buckets: Int?

    /// Indices in all: missing, never seen, and the values or buckets.
    package var cardinality: Int { 2 + (buckets ?? values.count) }

    package var outputs: ColumnOutputs { ColumnOutputs(cardinalities: [cardinality]) }

    package init(
        fitting column: Column, in source: CellSource, rows: [Int]
    ) throws(TableError) {
        self.column = column.name
        let cells = column.coded
        var counts = [Int](repeating: 0, count: cells.values.count)
        for row in rows where cells.codes[row] >= 0 { counts[Int(cells.codes[row])] += 1 }
        let seen = counts.indices.filter { counts[$0] > 0 }
        guard seen.count <= Encoder.maximumCategories else {
            values = []
            buckets = Encoder.maximumCategories
            return
        }
        values = seen.sorted {
            (counts[$1], cells.values[$0]) < (counts[$0], cells.values[$1])
        }.map { cells.values[$0] }
    }

    package func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        let (width, place) = (features.categoryWidth, places.indices.lowerBound)
        for (row, index) in indices(in: source.table).enumerated() {
            features.categories[row * width + place] = index
        }
    }

    /// None of a column that is hashed, as it is not known which texts the training rows had.
    package func unseenRows(in source: CellSource) -> [Int] {
        guard buckets == nil else { return [] }
        let indices = indices(in: source.table)
        return indices.indices.filter { indices[$0] == 1 }
    }

    /// The index of each text that is known; none where texts are hashed.
    package var knownIndices: [String: Int32] {
        var known: [String: Int32] = [:]
        for (position, value) in values.enumerated() { known[value] = Int32(position + 2) }
        return known
    }

    /// The index in each row: 0 missing, 1 never seen, 2 and up the values or buckets. Cells of any
    /// kind count by their text.
    private func indices(in table: Table) -> [Int32] {
        guard let cells = table.column(named: column)?.coded else { return [] }
        let known = knownIndices
        let byCode = cells.values.map { text -> Int32 in
            guard let buckets else { return known[text] ?? 1 }
            // FNV-1a.
            var hash: UInt32 = 2_166_136_261
            for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
            return 2 + Int32(hash % UInt32(buckets))
        }
        return cells.codes.map { $0 < 0 ? 0 : byCode[Int($0)] }
    }
}

extension Encoder {
    /// Above this many values a category's texts are hashed into as many buckets.
    package static let maximumCategories = 4096
}
