/// A column's cells as distinct texts.
struct ColumnTexts {
    /// Into the values; −1 where missing.
    var codes: [Int32]
    /// In order of first use.
    var values: [String]
    /// The texts that mean a missing cell, empty cells not among them.
    var missing: [ReadingNote.TextCount]
    /// For each value in how many rows it stands.
    let counts: [Int]
    /// Cells that are not missing.
    let present: Int

    init(codes: [Int32], values: [String], missing: [ReadingNote.TextCount] = []) {
        self.codes = codes
        self.values = values
        self.missing = missing
        var counts = [Int](repeating: 0, count: values.count)
        for code in codes where code >= 0 { counts[Int(code)] += 1 }
        self.counts = counts
        present = counts.reduce(0, +)
    }

    /// With further texts that mean a missing cell.
    func lacking(_ others: Set<String>) -> ColumnTexts {
        guard values.contains(where: others.contains) else { return self }
        var places: [Int32] = []
        var kept: [String] = []
        for value in values {
            places.append(others.contains(value) ? -1 : Int32(kept.count))
            if !others.contains(value) { kept.append(value) }
        }
        return ColumnTexts(
            codes: codes.map { $0 < 0 ? -1 : places[Int($0)] }, values: kept, missing: missing)
    }

    /// The row in which a value stands first.
    func firstRow(_ index: Int) -> Int? { codes.firstIndex(of: Int32(index)) }
}

/// A column's cells from all chunks.
enum JoinedColumn {
    case numbers([Double], point: UInt8, NumberTraits)
    case texts(ColumnTexts)
    case skipped
}

extension ParsedCSV {
    /// What the cells of a column look like that was taken for numbers.
    func traits(_ column: Int) -> NumberTraits {
        chunks.reduce(NumberTraits()) { $0.joined($1.pieces[column].traits) }
    }
}
