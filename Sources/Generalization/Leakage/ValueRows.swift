import Figures
import Statistics
import Tables

/// The rows of one value of a column, of its missing cells, or of one end of its range, nearly all of
/// which have the same class.
struct ValueRows {
    /// Which column, as a place among those looked at.
    var column: Int
    /// Whether it is a stretch of the range, not one value.
    var isEnd = false
    /// `whose "code" is "11"`: what its rows have in common.
    var condition: String
    var rows: [Int]
    /// The class that nearly all have, and how many have another.
    var label: Int
    var others: Int
    /// The chance of so few others among rows drawn from the rest of the table, times the number of
    /// others at which an end of the range may have been cut.
    var chance: Double

    /// The most rows of another class, as a share.
    static let mostOthers = 0.05
    /// Of an end of the range: a trend that ends in nearly one class must not look like one.
    static let mostOthersAtEnds = 0.01
    /// The least distance of an end of the range from all other numbers, as a share of their range
    /// between the 5 % and 95 % quantiles. Ends that other numbers lead up to are sharp in honest
    /// columns, too.
    static let leastGap = 0.5
    /// Fewer rows speak of nobody but themselves.
    static let leastRows = 30
}

/// Every value of a column with rows enough, and which of them have one class.
///
/// - Parameter tried: Grows by the number of values that were looked at.
struct ValueSearch {
    let classes: [Int32]
    let totals: [Int]

    init(classes: [Int32], count: Int) {
        self.classes = classes
        var totals = [Int](repeating: 0, count: count)
        for label in classes { totals[Int(label)] += 1 }
        self.totals = totals
    }

    func candidates(_ column: Column, at place: Int, tried: inout Int) -> [ValueRows] {
        var found: [ValueRows] = []
        func look(_ rows: [Int], _ condition: @autoclosure () -> String) {
            guard rows.count >= ValueRows.leastRows, rows.count * 2 <= classes.count else { return }
            tried += 1
            guard let (label, others) = nearlyOne(rows) else { return }
            found.append(
                ValueRows(
                    column: place, condition: condition(), rows: rows, label: label,
                    others: others, chance: chance(others, of: rows.count, label)))
        }
        let name = column.name
        look(
            (0..<column.count).filter { column.isMissing($0) },
            "in which \"\(name)\" is missing")
        // A date is no value of its own: what happened on one day is told by the days beside it.
        if let own = column.categories {
            var rows = [[Int]](repeating: [], count: own.values.count)
            for (row, code) in own.codes.enumerated() where code >= 0 {
                rows[Int(code)].append(row)
            }
            for (code, rows) in rows.enumerated() {
                look(rows, "whose \"\(name)\" is \"\(own.values[code])\"")
            }
        } else if let numbers = column.numbers {
            let order = Self.ascending(numbers)
            for run in Self.runs(order, numbers) {
                look(
                    Array(order[run]),
                    "whose \"\(name)\" is \(numberText(numbers[order[run.lowerBound]]))")
            }
            found += ends(order, numbers, name: name, at: place, tried: &tried)
        }
        return found
    }

    /// The class of nearly all rows, and how many have another.
    private func nearlyOne(_ rows: [Int]) -> (label: Int, others: Int)? {
        var counts = [Int](repeating: 0, count: totals.count)
        for row in rows { counts[Int(classes[row])] += 1 }
        guard let label = counts.indices.max(by: { counts[$0] < counts[$1] }) else { return nil }
        let others = rows.count - counts[label]
        guard Double(others) <= ValueRows.mostOthers * Double(rows.count) else { return nil }
        return (label, others)
    }

    /// Of so few others, where the rest of the table has its share of them.
    private func chance(_ others: Int, of rows: Int, _ label: Int) -> Double {
        let rest = classes.count - rows
        let restOfLabel = totals[label] - (rows - others)
        guard rest > 0 else { return 1 }
        return CountTails.binomial(
            others, of: rows, share: 1 - Double(restOfLabel) / Double(rest))
    }

    /// The longest stretch of rows from each end of the range, whole values, of nearly one class.
    private func ends(
        _ order: [Int], _ numbers: [Double], name: String, at place: Int, tried: inout Int
    ) -> [ValueRows] {
        var found: [ValueRows] = []
        guard order.count >= 2 * ValueRows.leastRows else { return [] }
        for isLowest in [true, false] {
            let ordered = isLowest ? order : order.reversed()
            tried += 1
            let label = Int(classes[ordered[0]])
            var others = 0
            var longest: (rows: Int, others: Int)?
            for (position, row) in ordered.prefix(classes.count / 2).enumerated() {
                if Int(classes[row]) != label { others += 1 }
                let rows = position + 1
                // A longer stretch would hardly make up for so many others.
                if others > 3, Double(others) > 3 * ValueRows.mostOthersAtEnds * Double(rows) {
                    break
                }
                let isWhole =
                    rows == ordered.count || numbers[ordered[rows]] != numbers[row]
                if isWhole, rows >= ValueRows.leastRows,
                    Double(others) <= ValueRows.mostOthersAtEnds * Double(rows)
                {
                    longest = (rows, others)
                }
            }
            guard let longest else { continue }
            let rows = Array(ordered.prefix(longest.rows))
            let edge = numbers[rows[rows.count - 1]]
            let rest = ordered.dropFirst(longest.rows).map { numbers[$0] }
            // One value alone was looked at as such.
            guard numbers[rows[0]] != edge, rest.count >= ValueRows.leastRows else { continue }
            let range = abs(rest[rest.count * 19 / 20] - rest[rest.count / 20])
            guard abs(rest[0] - edge) >= ValueRows.leastGap * range else { continue }
            let cuts = Double((longest.others + 1) * (longest.others + 2))
            found.append(
                ValueRows(
                    column: place, isEnd: true,
                    condition:
                        "whose \"\(name)\" is \(numberText(edge)) or \(isLowest ? "less" : "more")",
                    rows: rows, label: label, others: longest.others,
                    chance: min(1, cuts * chance(longest.others, of: rows.count, label))))
        }
        return found
    }

    /// The part of the column to which each row belongs, other than some rows (−1): each value with
    /// rows enough is one, numbers of fewer rows join those next to them, categories of fewer rows
    /// each other; missing cells are one.
    static func parts(of column: Column, without isLeftOut: [Bool]) -> (codes: [Int], count: Int) {
        var codes = [Int](repeating: -1, count: column.count)
        guard let numbers = column.measures else {
            let own = column.coded
            var rows = [Int](repeating: 0, count: own.values.count)
            for (row, cell) in own.codes.enumerated() where cell >= 0 && !isLeftOut[row] {
                rows[Int(cell)] += 1
            }
            var count = 2
            let renamed = rows.map { rows -> Int in
                guard rows >= ValueRows.leastRows else { return 1 }
                count += 1
                return count - 1
            }
            for (row, cell) in own.codes.enumerated() where !isLeftOut[row] {
                codes[row] = cell < 0 ? 0 : renamed[Int(cell)]
            }
            return (codes, count)
        }
        for row in numbers.indices where numbers[row].isNaN && !isLeftOut[row] { codes[row] = 0 }
        let order = ascending(numbers).filter { !isLeftOut[$0] }
        var part = 1
        var filled = 0
        for run in runs(order, numbers) {
            // A value that fills a part has it alone.
            if filled > 0, run.count >= ValueRows.leastRows {
                part += 1
                filled = 0
            }
            for row in order[run] { codes[row] = part }
            filled += run.count
            if filled >= ValueRows.leastRows {
                part += 1
                filled = 0
            }
        }
        return (codes, part + 1)
    }

    /// Rows with a number, the smallest first.
    static func ascending(_ numbers: [Double]) -> [Int] {
        numbers.indices.filter { !numbers[$0].isNaN }
            .sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    }

    /// Stretches of equal numbers.
    private static func runs(_ order: [Int], _ numbers: [Double]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = 0
        for end in 1..<max(order.count + 1, 1)
        where end == order.count || numbers[order[end]] != numbers[order[start]] {
            if end > start { result.append(start..<end) }
            start = end
        }
        return result
    }
}
