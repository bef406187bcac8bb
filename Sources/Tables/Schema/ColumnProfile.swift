/// What a column looks like: for `vouch inspect`, the report and the warnings.
package struct ColumnProfile: Codable, Sendable, Hashable {
    package var name: String
    package var kind: ColumnKind
    package var rows: Int
    package var missing: Int
    /// Different values, the missing one not counted.
    package var distinct: Int
    /// Numbers and dates only; dates in seconds since 1970.
    package var minimum: Double?
    package var median: Double?
    package var maximum: Double?
    /// The most frequent values of a category, most frequent first; ties in order of the text.
    package var top: [ValueCount]
    /// Whether every number is whole.
    package var isWhole: Bool

    package struct ValueCount: Codable, Sendable, Hashable {
        package var value: String
        package var count: Int
    }

    package init(_ column: Column) {
        name = column.name
        kind = column.kind
        rows = column.count
        top = []
        isWhole = false
        if let numbers = column.measures {
            var present = numbers.filter { !$0.isNaN }
            missing = numbers.count - present.count
            present.sort()
            var count = present.isEmpty ? 0 : 1
            for (earlier, later) in zip(present, present.dropFirst()) where earlier != later {
                count += 1
            }
            distinct = count
            minimum = present.first
            maximum = present.last
            median = present.isEmpty ? nil : sortedQuantile(present, 0.5)
            isWhole = !present.isEmpty && present.allSatisfy { $0 == $0.rounded() }
        } else {
            let cells = column.coded
            var counts = [Int](repeating: 0, count: cells.values.count)
            var missing = 0
            for code in cells.codes {
                if code < 0 { missing += 1 } else { counts[Int(code)] += 1 }
            }
            self.missing = missing
            distinct = counts.count { $0 > 0 }
            top = Self.mostFrequent(5, cells.values, counts)
        }
    }

    private static let splitNames: Set = [
        "split", "fold", "folds", "cv_fold", "partition", "subset", "dataset", "is_train",
        "is_test", "train_test", "data_split",
    ]
    private static let splitValues: Set = [
        "train", "training", "test", "testing", "val", "valid", "validation", "dev", "holdout",
        "hold-out", "hold_out", "eval", "evaluation",
    ]

    /// Whether the values name parts of the rows: two or more words for such, or few whole numbers under such a name.
    private var namesSplit: Bool {
        if kind == .category, distinct <= top.count, distinct > 1 {
            return top.allSatisfy { Self.splitValues.contains($0.value.lowercased()) }
        }
        guard kind == .number, isWhole, distinct <= 20, let minimum, minimum >= 0 else {
            return false
        }
        return Self.splitNames.contains(name.lowercased())
    }

    /// Without sorting all values, of which there may be millions.
    private static func mostFrequent(
        _ most: Int, _ values: [String], _ counts: [Int]
    ) -> [ValueCount] {
        func isBefore(_ a: Int, _ b: Int) -> Bool {
            (counts[b], values[a]) < (counts[a], values[b])
        }
        var best: [Int] = []
        for index in values.indices where counts[index] > 0 {
            if best.count == most, !isBefore(index, best[most - 1]) { continue }
            best.insert(index, at: best.firstIndex { isBefore(index, $0) } ?? best.count)
            if best.count > most { best.removeLast() }
        }
        return best.map { ValueCount(value: values[$0], count: counts[$0]) }
    }

    /// Why the column cannot be a feature.
    var uselessness: String? {
        if missing == rows { return "has no value in any row; it is left out" }
        if distinct == 1 && missing == 0 { return "has one value in every row; it is left out" }
        return nil
    }

    /// Why a person should look at the column before it is used as a feature.
    var suspicion: String? {
        let present = rows - missing
        if namesSplit {
            return "looks like the name of a part of the rows, such as training or test rows, and is "
                + "known of no new row; leave it out with --exclude"
        }
        guard present >= 50 else { return nil }
        if kind == .category && distinct * 10 >= present * 9 {
            return "has \(distinct) different texts in \(present) rows and looks like an "
                + "identifier; name it with --id or --exclude"
        }
        if kind == .number && isWhole && distinct == present, let minimum, let maximum,
            maximum - minimum < 2 * Double(present)
        {
            return "counts the rows and looks like an identifier; name it with --id or --exclude"
        }
        if kind == .number && isWhole && distinct == present {
            return "has a different whole number in every row and may be an identifier; if so, name "
                + "it with --id or --exclude"
        }
        if kind == .category && distinct > 1000 {
            return "has \(distinct) different values"
        }
        return nil
    }
}

/// The quantile of sorted numbers, with linear interpolation (type 7 of Hyndman & Fan 1996).
///
/// - Precondition: `sorted` is not empty and `share` is in [0, 1].
package func sortedQuantile(_ sorted: [Double], _ share: Double) -> Double {
    precondition(!sorted.isEmpty && (0...1).contains(share))
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
}
