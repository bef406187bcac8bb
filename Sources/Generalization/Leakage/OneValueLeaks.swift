import Figures
import Statistics
import Tables
import TensorCore

/// One value of a column, nearly all rows of which have the same answer: a code that is given after the
/// outcome, a −1 that stands for it, one end of a range, or the cells that are missing.
///
/// Many values are strong and no leak: an age of 17, an amount of capital. What is suspected is a value
/// with at least 30 rows, of which at most 5 % have another answer, where
/// 1. so few others are no chance, at a level of 1 % over all values of all columns that were looked at;
/// 2. the other columns do not explain it: an additive model of them, learned from the other rows,
///    expects so many others that, halved, they are still too many (a chance below 0.1 % of so few);
/// 3. it stands apart in its order: of a number, as many rows next to it on each side have others surely
///    more often, and do not lean to the same class themselves by three times the odds (next to one end
///    of the range by twice; it lies apart from all other numbers, and 1 % may have another answer);
/// 4. it stands apart in its column: of the column's other values at most an eighth (and at most one
///    where they are few) go as far beyond what the other columns expect. A column whose values are all
///    telling, as amounts of capital are, is a strong column, of which the check on columns speaks.
struct OneValueLeaks: LeakageCheck {
    static let level = 0.01
    private static let unexplained = 0.001
    private static let mostLeaning = 3.0
    private static let mostLeaningAtEnds = 2.0
    private static let mostRows = 100_000
    /// The most values that are compared with the other columns, the clearest first.
    private static let mostCompared = 24
    /// Steps of all fits together; from there on they learn from fewer rows.
    private static let mostWork = 200_000_000

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let rows = Self.rows(data)
        let columns = data.features.map {
            rows.count == data.training.rowCount ? $0 : $0.selecting(rows: rows)
        }
        let classes = rows.map { data.classes[$0] }
        let search = ValueSearch(classes: classes, count: data.classNames.count)
        var tried = 0
        var candidates = columns.enumerated().flatMap { place, column in
            search.candidates(column, at: place, tried: &tried)
        }
        candidates = candidates.filter {
            $0.chance * Double(tried) <= Self.level
                && standsApart($0, in: columns[$0.column], search)
        }.sorted { ($0.chance, $0.column, $0.rows[0]) < ($1.chance, $1.column, $1.rows[0]) }
        candidates = Array(candidates.prefix(Self.mostCompared))
        guard !candidates.isEmpty else { return [] }
        let codes = columns.map(CellCodes.init)
        let comparison = Comparison(
            columns: columns, codes: codes, classes: classes,
            mostRows: max(
                2000,
                Self.mostWork
                    / (candidates.count * max(1, columns.count) * OtherColumns.rounds)),
            order: data.random.permutation(of: classes.count, step: 8))
        var found: [LeakageFinding] = []
        var named = Set<Int>()
        for candidate in candidates where !named.contains(candidate.column) {
            guard let expected = comparison.unexplainedOthers(candidate) else { continue }
            named.insert(candidate.column)
            found.append(finding(candidate, expected, columns[candidate.column].name, data))
        }
        return found
    }

    /// All training rows, or as many of them as are looked at.
    private static func rows(_ data: LeakageData) -> [Int] {
        let count = data.training.rowCount
        guard count > mostRows else { return Array(0..<count) }
        return data.random.permutation(of: count, step: 7).prefix(mostRows).sorted()
    }

    /// Whether a number's neighbours have other classes as usual; of a category nothing is near.
    private func standsApart(
        _ candidate: ValueRows, in column: Column, _ search: ValueSearch
    ) -> Bool {
        guard let numbers = column.numbers else { return true }
        let held = candidate.rows.map { numbers[$0] }
        guard let least = held.min(), let most = held.max(), !least.isNaN else { return true }
        let order = ValueSearch.ascending(numbers)
        let below = order.prefix { numbers[$0] < least }.suffix(candidate.rows.count)
        let above = order.drop { numbers[$0] <= most }.prefix(candidate.rows.count)
        let rest = Double(search.classes.count - candidate.rows.count)
        let restOfLabel = Double(
            search.totals[candidate.label] - candidate.rows.count + candidate.others)
        let usualOdds = (restOfLabel + 0.5) / (rest - restOfLabel + 0.5)
        return [Array(below), Array(above)].allSatisfy { side in
            guard side.count >= 10 else { return true }
            let others = side.count { Int(search.classes[$0]) != candidate.label }
            let odds = (Double(side.count - others) + 0.5) / (Double(others) + 0.5)
            let most = candidate.isEnd ? Self.mostLeaningAtEnds : Self.mostLeaning
            return odds <= most * usualOdds
                && CountTails.hypergeometric(
                    candidate.others, of: candidate.rows.count, beside: others, of: side.count)
                    <= Self.unexplained
        }
    }

    /// Values compared with what the other columns say.
    private struct Comparison {
        let columns: [Column]
        let codes: [CellCodes]
        let classes: [Int32]
        let mostRows: Int
        /// Rows in the order in which they are drawn to learn from.
        let order: [Int]

        /// How many others the other columns expect among a value's rows; `nil` where they explain it,
        /// or where the column's other values are as telling.
        func unexplainedOthers(_ candidate: ValueRows) -> Double? {
            let isHit = classes.map { Int($0) == candidate.label }
            var isOfValue = [Bool](repeating: false, count: classes.count)
            for row in candidate.rows { isOfValue[row] = true }
            var others = codes
            others.remove(at: candidate.column)
            let learned = order.lazy.filter { !isOfValue[$0] }.prefix(mostRows)
            let model = OtherColumns(others, rows: learned.sorted(), isHit: isHit)
            let chances = candidate.rows.map { 1 - model.chance(others, row: $0) }
            guard
                CountTails.poissonBinomial(
                    candidate.others, chances: chances.map { $0 / 2 }) <= OneValueLeaks.unexplained
            else { return nil }
            // Rows and hits of the column's other values, as they are and as is expected.
            let parts = ValueSearch.parts(of: columns[candidate.column], without: isOfValue)
            var rows = [Int](repeating: 0, count: parts.count)
            var hits = rows
            var expected = [Double](repeating: 0, count: parts.count)
            for row in classes.indices where !isOfValue[row] {
                let part = parts.codes[row]
                rows[part] += 1
                if isHit[row] { hits[part] += 1 }
                expected[part] += model.chance(others, row: row)
            }
            let values = rows.indices.filter {
                rows[$0] >= ValueRows.leastRows && rows[$0] * 2 <= classes.count
            }
            let telling = values.count { code in
                Self.isFarBelow(hits[code], expected[code])
                    || Self.isFarBelow(rows[code] - hits[code], Double(rows[code]) - expected[code])
            }
            return telling <= max(1, values.count / 8) ? chances.reduce(0, +) : nil
        }

        /// Whether a count is surely below half of what is expected (1 %, by the normal approximation).
        private static func isFarBelow(_ count: Int, _ expected: Double) -> Bool {
            let half = expected / 2
            return Double(count) + 0.5 - half < -2.326 * half.squareRoot()
        }
    }

    private func finding(
        _ candidate: ValueRows, _ expected: Double, _ name: String, _ data: LeakageData
    ) -> LeakageFinding {
        let count = candidate.rows.count
        let same = count - candidate.others
        let whole = candidate.others == 0 ? "all \(count)" : "\(same) of the \(count)"
        return LeakageFinding(
            .oneValue, columns: [name], effect: shareEstimate(same, of: count),
            evidence: "\(whole) rows \(candidate.condition) have \(data.name(candidate.label)); by "
                + "the other columns \(NumberText.fixed(expected, decimals: 0)) of them would have "
                + "another answer; is it known before the outcome?")
    }
}
