/// What one column's cell is, as a person would say it.
package struct RowCondition: Sendable, Hashable {
    package var column: String
    package var kind: Kind

    package enum Kind: Sendable, Hashable {
        case isText(String)
        /// Above the one, at most the other; infinite where it is open.
        case isBetween(above: Double, atMost: Double)
        case isMissing
    }

    package init(column: String, kind: Kind) {
        self.column = column
        self.kind = kind
    }

    /// "education = 7th", "30 < age ≤ 41", "age ≤ 30", "age is missing".
    package var text: String {
        switch kind {
        case .isText(let value): "\(column) = \(value)"
        case .isMissing: "\(column) is missing"
        case .isBetween(let above, let atMost): rangeText(above, atMost)
        }
    }

    private func rangeText(_ above: Double, _ atMost: Double) -> String {
        if atMost.isFinite, above.nextUp == atMost { return "\(column) = \(numberText(atMost))" }
        // Just below a number that reads shorter lies what was said of that number.
        func bound(_ edge: Double) -> (text: String, isBelow: Bool) {
            let (own, next) = (numberText(edge), numberText(edge.nextUp))
            return next.utf8.count < own.utf8.count ? (next, true) : (own, false)
        }
        let (first, last) = (bound(above), bound(atMost))
        let most = (last.isBelow ? "< " : "≤ ") + last.text
        if above == -.infinity { return "\(column) \(most)" }
        if atMost == .infinity { return "\(column) \(first.isBelow ? "≥" : ">") \(first.text)" }
        return "\(first.text) \(first.isBelow ? "≤" : "<") \(column) \(most)"
    }

    /// Which cells of its column are so.
    package func members(of cells: Column) -> [Bool] {
        switch kind {
        case .isMissing: return (0..<cells.count).map(cells.isMissing)
        case .isText(let value):
            guard let own = cells.categories, let code = own.values.firstIndex(of: value) else {
                return Array(repeating: false, count: cells.count)
            }
            return own.codes.map { $0 == Int32(code) }
        case .isBetween(let above, let atMost):
            return cells.numbers?.map { $0 > above && $0 <= atMost }
                ?? Array(repeating: false, count: cells.count)
        }
    }
}

extension RowCondition {
    /// Conditions that at least so many rows of a column meet, and not all.
    ///
    /// A category is each of its values. A number lies in one of four bins of about as many rows, or in
    /// the lower or upper half; with four values or fewer, it is each of them. Of columns of other
    /// kinds, only whether a cell is missing is a condition.
    ///
    /// - Parameter bins: Of a number, where four are too coarse: it then lies in any of so many, or in several
    ///   that are neighbours.
    package static func candidates(
        _ column: Column, fewestRows: Int, bins: Int = 4
    ) -> [RowCondition] {
        var kinds: [Kind] = [.isMissing]
        if let own = column.categories {
            var counts = [Int](repeating: 0, count: own.values.count)
            for code in own.codes where code >= 0 { counts[Int(code)] += 1 }
            kinds += counts.indices.filter { counts[$0] >= fewestRows }
                .map { .isText(own.values[$0]) }
        } else if let numbers = column.numbers {
            kinds += ranges(numbers, bins)
        }
        return kinds.map { RowCondition(column: column.name, kind: $0) }.filter { condition in
            let count = condition.members(of: column).count { $0 }
            return count >= fewestRows && count < column.count
        }
    }

    private static func ranges(_ numbers: [Double], _ count: Int) -> [Kind] {
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        guard let least = sorted.first, let most = sorted.last, least < most else { return [] }
        func bins(_ edges: [Double]) -> [Kind] {
            // An edge at the greatest value would cut off nothing.
            let inner = Array(Set(edges)).filter { $0 < most }.sorted()
            let ends = [-Double.infinity] + inner + [.infinity]
            return zip(ends, ends.dropFirst()).map { .isBetween(above: $0, atMost: $1) }
        }
        var distinct: [Double] = []
        for value in sorted where value != distinct.last {
            distinct.append(value)
            if distinct.count > count { break }
        }
        guard distinct.count > count else { return bins(distinct) }
        let edges = (1..<count).map {
            readable(sortedQuantile(sorted, Double($0) / Double(count)), among: sorted)
        }
        let quantiles = bins(edges)
        guard count != 4 else {
            return quantiles + bins([edges[1]]).filter { !quantiles.contains($0) }
        }
        let inner = Array(Set(edges)).filter { $0 < most }.sorted()
        return inner.indices.flatMap { first in
            [.isBetween(above: -.infinity, atMost: inner[first])]
                + inner[(first + 1)...].map { .isBetween(above: inner[first], atMost: $0) }
                + [.isBetween(above: inner[first], atMost: .infinity)]
        }
    }
}

extension RowCondition {
    /// The number of fewest decimals that cuts a column where an edge does: no cell lies between both.
    ///
    /// - Parameter sorted: Ascending; one at the least is at most the edge.
    private static func readable(_ edge: Double, among sorted: [Double]) -> Double {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= edge { low = middle + 1 } else { high = middle }
        }
        let least = sorted[max(low - 1, 0)]
        var power = 1.0
        while power <= 1e15, abs(edge) * power < 0x1p53 {
            let cut = (edge * power).rounded(.down) / power
            if least <= cut, cut <= edge { return cut }
            power *= 10
        }
        return edge
    }
}

extension [RowCondition] {
    /// Which rows meet all of them.
    package func members(of table: Table) -> [Bool] {
        var result = [Bool](repeating: true, count: table.rowCount)
        for condition in self {
            guard let column = table.column(named: condition.column) else {
                return [Bool](repeating: false, count: table.rowCount)
            }
            for (row, isIn) in condition.members(of: column).enumerated() where !isIn {
                result[row] = false
            }
        }
        return result
    }

    /// "age ≤ 30, sex = Female"
    package var text: String { map(\.text).joined(separator: ", ") }
}
