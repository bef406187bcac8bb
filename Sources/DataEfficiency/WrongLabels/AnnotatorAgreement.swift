package import Statistics

/// How far annotators agree beyond chance, with intervals over rows.
///
/// Each interval is that of the delete-one jackknife with Student's quantile; where every row agrees there
/// is no spread and no interval.
package struct AnnotatorAgreement: Sendable, Hashable {
    /// `[annotator][row]`.
    private let labels: [[Int?]]
    private let classes: Int
    private static let leastRows = 10

    /// - Precondition: two annotators at the least, as many rows each, labels among the classes.
    package init(labels: [[Int?]], classes: Int) {
        precondition(labels.count > 1, "two annotators")
        precondition(labels.allSatisfy { $0.count == labels[0].count }, "as many rows each")
        self.labels = labels
        self.classes = classes
    }

    /// The share of rows on which two agree, of those that both labelled.
    package func raw(_ first: Int, _ second: Int) -> Estimate {
        let both = pairs(first, second)
        return shareEstimate(both.count { $0.0 == $0.1 }, of: both.count)
    }

    /// `κ = (pₒ − pₑ) / (1 − pₑ)` of two annotators, by what each says how often.
    ///
    /// - Source: Cohen 1960, DOI 10.1177/001316446002000104.
    package func cohen(_ first: Int, _ second: Int) -> Estimate {
        let both = pairs(first, second)
        var table = [[Double]](repeating: [Double](repeating: 0, count: classes), count: classes)
        for (one, other) in both { table[one][other] += 1 }
        return jackknifed(both.map { ($0.0, $0.1) }, method: "jackknife") { leftOut in
            var counts = table
            if let leftOut { counts[leftOut.0][leftOut.1] -= 1 }
            return Self.cohen(counts)
        }
    }

    /// `κ` of all annotators on rows that each of them labelled.
    ///
    /// - Source: Fleiss 1971, DOI 10.1037/h0031619.
    package var fleiss: Estimate {
        let votes = counted { $0 == labels.count }
        let all = Self.sums(votes, classes)
        let agreed = votes.map(Self.agreement)
        let sum = agreed.reduce(0, +)
        return jackknifed(Array(votes.indices), method: "jackknife") { leftOut in
            let rows = Double(votes.count - (leftOut == nil ? 0 : 1))
            var totals = all
            if let leftOut { for label in 0..<classes { totals[label] -= votes[leftOut][label] } }
            let whole = totals.reduce(0, +)
            guard whole > 0, rows > 0 else { return nil }
            let observed = (sum - (leftOut.map { agreed[$0] } ?? 0)) / rows
            let expected = totals.reduce(0) { $0 + ($1 / whole) * ($1 / whole) }
            return expected < 1 ? (observed - expected) / (1 - expected) : nil
        }
    }

    /// Nominal `α = 1 − Dₒ / Dₑ`, over rows that two or more labelled.
    ///
    /// - Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability"; Hayes & Krippendorff 2007,
    ///   DOI 10.1080/19312450709336664.
    package var krippendorff: Estimate {
        let votes = counted { $0 > 1 }
        let all = Self.sums(votes, classes)
        // Of each row the pairs that agree, over the labels of the row less one.
        let agreed = votes.map { row in
            let labelled = row.reduce(0, +)
            return row.reduce(0) { $0 + $1 * ($1 - 1) } / (labelled - 1)
        }
        let sum = agreed.reduce(0, +)
        return jackknifed(Array(votes.indices), method: "jackknife") { leftOut in
            var totals = all
            if let leftOut { for label in 0..<classes { totals[label] -= votes[leftOut][label] } }
            let whole = totals.reduce(0, +)
            guard whole > 1 else { return nil }
            let observed = (sum - (leftOut.map { agreed[$0] } ?? 0)) / whole
            let expected = totals.reduce(0) { $0 + $1 * ($1 - 1) } / (whole * (whole - 1))
            return expected < 1 ? 1 - (1 - observed) / (1 - expected) : nil
        }
    }

    private func pairs(_ first: Int, _ second: Int) -> [(Int, Int)] {
        zip(labels[first], labels[second]).compactMap { one, other in
            guard let one, let other else { return nil }
            return (one, other)
        }
    }

    /// Of each row with enough labels how many say each class.
    private func counted(_ isEnough: (Int) -> Bool) -> [[Double]] {
        labels[0].indices.compactMap { row in
            var votes = [Double](repeating: 0, count: classes)
            for annotator in labels { if let label = annotator[row] { votes[label] += 1 } }
            return isEnough(Int(votes.reduce(0, +))) ? votes : nil
        }
    }

    private static func sums(_ votes: [[Double]], _ classes: Int) -> [Double] {
        votes.reduce(into: [Double](repeating: 0, count: classes)) { sums, row in
            for label in row.indices { sums[label] += row[label] }
        }
    }

    private static func agreement(_ votes: [Double]) -> Double {
        let labelled = votes.reduce(0, +)
        return votes.reduce(0) { $0 + $1 * ($1 - 1) } / (labelled * (labelled - 1))
    }

    private static func cohen(_ table: [[Double]]) -> Double? {
        let rows = table.reduce(0) { $0 + $1.reduce(0, +) }
        guard rows > 0 else { return nil }
        var (observed, expected) = (0.0, 0.0)
        for label in table.indices {
            observed += table[label][label] / rows
            let said = table[label].reduce(0, +) / rows
            expected += said * table.reduce(0) { $0 + $1[label] } / rows
        }
        return expected < 1 ? (observed - expected) / (1 - expected) : nil
    }

    /// - Parameter value: Of all rows, or of all but one.
    private func jackknifed<Row>(
        _ rows: [Row], method: String, value: (Row?) -> Double?
    ) -> Estimate {
        var result = Estimate(value: value(nil), method: method, count: rows.count)
        guard let whole = result.value else {
            result.note = "undefined: there are no rows with enough labels, or one label alone"
            return result
        }
        let parts = rows.compactMap { value($0) }
        guard rows.count >= Self.leastRows, parts.count == rows.count else {
            result.note = "too few rows for an interval"
            return result
        }
        let count = Double(rows.count)
        let mean = parts.reduce(0, +) / count
        let variance = (count - 1) / count * parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        guard variance > 0 else {
            result.note = "all rows agree: no spread to judge by, no interval"
            return result
        }
        let reach =
            SpecialFunctions.studentQuantile(0.975, degrees: count - 1) * variance.squareRoot()
        result.lower = max(-1, whole - reach)
        result.upper = min(1, whole + reach)
        return result
    }
}
