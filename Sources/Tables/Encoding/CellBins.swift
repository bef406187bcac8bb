/// A column's cells as a few codes: bins of about equally many rows, or the most frequent categories.
package struct CellBins: Codable, Sendable, Hashable {
    package var column: String
    private var kind: Kind

    private enum Kind: Codable, Sendable, Hashable {
        /// The largest value of each bin but the last, ascending; then one code for missing cells.
        case numbers(tops: [Double])
        /// With a code each; then one for all others, and one for missing cells.
        case categories([String])
    }

    /// Codes in all.
    package var count: Int {
        switch kind {
        case .numbers(let tops): tops.count + 2
        case .categories(let values): values.count + 2
        }
    }

    /// - Parameters:
    ///   - most: Bins or categories, 2 or more.
    package init(_ column: Column, most: Int) {
        self.column = column.name
        if let values = column.measures {
            let sorted = values.filter { !$0.isNaN }.sorted()
            var tops: [Double] = []
            for bin in 1..<most where !sorted.isEmpty {
                let top = sorted[min(sorted.count * bin / most, sorted.count - 1)]
                if top < sorted[sorted.count - 1], tops.last.map({ $0 < top }) ?? true {
                    tops.append(top)
                }
            }
            kind = .numbers(tops: tops)
        } else {
            let coded = column.coded
            let values = coded.values
            var rows = [Int](repeating: 0, count: values.count)
            for code in coded.codes where code >= 0 { rows[Int(code)] += 1 }
            let kept = rows.indices.filter { rows[$0] > 0 }
                .sorted { (rows[$1], values[$0]) < (rows[$0], values[$1]) }.prefix(most)
            kind = .categories(kept.map { values[$0] })
        }
    }

    /// The code of each cell.
    package func codes(_ column: Column) -> [Int] {
        switch kind {
        case .numbers(let tops):
            if let values = column.measures {
                return values.map { $0.isNaN ? tops.count + 1 : Self.place($0, tops) }
            }
            // Texts that are numbers, or none.
            return (0..<column.count).map { row in
                column.text(row).flatMap(CellParsing.number).map { Self.place($0, tops) }
                    ?? tops.count + 1
            }
        case .categories(let kept):
            let own = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
            let cells = column.coded
            let byCode = cells.values.map { own[$0] ?? kept.count }
            return cells.codes.map { $0 < 0 ? kept.count + 1 : byCode[Int($0)] }
        }
    }

    private static func place(_ value: Double, _ tops: [Double]) -> Int {
        var low = 0
        var high = tops.count
        while low < high {
            let middle = (low + high) / 2
            if tops[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
