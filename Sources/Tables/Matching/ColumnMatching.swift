/// A column and the one of another table that it is taken for.
package struct ColumnMatch: Codable, Sendable, Hashable {
    package var column: String
    package var other: String

    package init(column: String, other: String) {
        self.column = column
        self.other = other
    }
}

/// Which columns of a table are those that another encoder was fitted on: by name, and only where the values agree.
///
/// Names are equal where their letters and digits are, whatever their case. A column of numbers matches where at
/// least half of its values lie in the other's range and its middle half is neither 20 times as wide nor a
/// twentieth: else it is of another unit. A column of categories matches where at least half of its rows have a category
/// that the other's training rows had. These bounds are choices, not estimates.
package struct ColumnMatching: Sendable, Hashable {
    package private(set) var matches: [ColumnMatch] = []
    /// Columns of the same name that were not matched, and why, to be read after the name.
    package private(set) var refusals: [Refusal] = []
    /// Columns that the other table does not have.
    package private(set) var new: [String] = []
    /// Columns of the other table that none here was matched with.
    package private(set) var unused: [String] = []

    package struct Refusal: Sendable, Hashable {
        package var column: String
        package var reason: String
    }

    private static let leastShare = 0.5
    private static let mostScaleRatio = 20.0

    /// - Parameters:
    ///   - own: Fitted on the rows.
    ///   - other: That of the other table.
    ///   - rows: The training rows; only they decide.
    ///   - oneHotLimit: Values up to which a network reads a category as a one-hot vector: no match changes that.
    /// - Throws: `TableError` naming the first cell that is not of its column's kind.
    package init(
        _ own: Encoder, of other: Encoder, in table: Table, rows: [Int], oneHotLimit: Int
    ) throws(TableError) {
        var left: [(key: String, encoder: any ColumnEncoder)] = other.columns.map {
            (Self.key($0.column), $0)
        }
        let source = try CellSource(table, own.repair)
        for column in own.columns {
            // A name as it is written goes before one that is only spelled alike.
            let place =
                left.firstIndex { $0.encoder.column == column.column }
                ?? left.firstIndex { $0.key == Self.key(column.column) }
            guard let place else {
                new.append(column.column)
                continue
            }
            let found = left[place].encoder
            let reason = try Self.refusal(
                column, found, other.bins.first { $0.column == found.column }, source, rows: rows,
                oneHotLimit: oneHotLimit)
            if let reason {
                refusals.append(Refusal(column: column.column, reason: reason))
            } else {
                matches.append(ColumnMatch(column: column.column, other: found.column))
                left.remove(at: place)
            }
        }
        unused = left.map(\.encoder.column)
    }

    /// Letters and digits in lower case; the name itself where it has none.
    private static func key(_ name: String) -> String {
        let kept = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return kept.isEmpty ? name : kept
    }

    private static func refusal(
        _ own: any ColumnEncoder, _ other: any ColumnEncoder, _ bins: NumberBins?,
        _ source: CellSource, rows: [Int], oneHotLimit: Int
    ) throws(TableError) -> String? {
        switch (own, other) {
        case (let own as NumberEncoder, let other as NumberEncoder):
            let all = try source.numbers(in: own.column)
            return refusal(of: rows.map { all[$0] }, other, bins)
        case (let own as CategoryEncoder, let other as CategoryEncoder):
            return refusal(own, other, source.table, rows: rows, oneHotLimit: oneHotLimit)
        case (let own as DateEncoder, let other as DateEncoder):
            guard own.hasTime == other.hasTime else {
                return own.hasTime ? "has times, there only days" : "has only days, there times"
            }
            let distance = abs(own.center - other.center)
            return distance <= mostScaleRatio * max(own.scale, other.scale)
                ? nil : "its dates are far from those there"
        default:
            let (kind, there) = (type(of: own).kind, type(of: other).kind)
            return kind == there
                ? "cells of kind \(kind.rawValue) are not carried over"
                : "is of kind \(kind.rawValue), there of kind \(there.rawValue)"
        }
    }

    private static func refusal(
        of values: [Double], _ other: NumberEncoder, _ bins: NumberBins?
    ) -> String? {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return "has no value in the training rows" }
        let range: ClosedRange<Double> =
            if let bins, let first = bins.edges.first, let last = bins.edges.last {
                first...last
            } else {
                // Without bins the ends are not known: six scales hold all but the longest tails.
                (other.center - 6 * other.scale)...(other.center + 6 * other.scale)
            }
        let inside = sorted.count { range.contains($0) }
        guard Double(inside) >= leastShare * Double(sorted.count) else {
            return "\(inside) of \(sorted.count) values lie in the range there, from "
                + "\(shown(range.lowerBound)) to \(shown(range.upperBound))"
        }
        let width = sortedQuantile(sorted, 0.75) - sortedQuantile(sorted, 0.25)
        let ratio = width / other.scale
        guard width > 0, !(1 / mostScaleRatio...mostScaleRatio).contains(ratio) else { return nil }
        return "its middle half is \(shown(width)) wide, there the scale is \(shown(other.scale))"
    }

    private static func refusal(
        _ own: CategoryEncoder, _ other: CategoryEncoder, _ table: Table, rows: [Int],
        oneHotLimit: Int
    ) -> String? {
        guard (own.buckets == nil) == (other.buckets == nil) else {
            return "its categories are \(own.buckets == nil ? "listed" : "hashed"), there "
                + (other.buckets == nil ? "listed" : "hashed")
        }
        guard own.buckets == nil else {
            return own.buckets == other.buckets ? nil : "its categories are hashed otherwise"
        }
        guard let cells = table.column(named: own.column)?.coded else { return nil }
        let known = Set(other.values)
        let isKnown = cells.values.map(known.contains)
        let present = rows.filter { cells.codes[$0] >= 0 }
        guard !present.isEmpty else { return "has no value in the training rows" }
        let shared = present.count { isKnown[Int(cells.codes[$0])] }
        guard Double(shared) >= leastShare * Double(present.count) else {
            return "\(shared) of \(present.count) rows have a category that is known there"
        }
        let merged = other.merged(own)
        guard merged.values.count <= Encoder.maximumCategories else {
            return "has more than \(Encoder.maximumCategories) categories with those there"
        }
        guard other.cardinality > oneHotLimit || merged.cardinality <= oneHotLimit else {
            return "with its \(merged.values.count - other.values.count) new categories it is "
                + "coded otherwise than there"
        }
        return nil
    }

    private static func shown(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15
            ? String(Int(number)) : String(Float(number))
    }
}
