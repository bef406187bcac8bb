import Figures
import Statistics
import Tables

/// A column of numbers that are the target's means over groups of rows, each row's own answer among
/// them.
///
/// Within each value of another column it is constant, and over the values it follows the target's
/// mean with a correlation of at least `bar`, surely no more than 0.05 below it.
struct TargetMeans: LeakageCheck {
    static let bar = 0.95
    /// Fewer different means may follow the target by chance, or as a ranking does.
    private static let leastValues = 6
    private static let mostClasses = 10

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let features = data.features
        let groupings = features.compactMap { column in
            RowGroups(column).map { (column.name, $0) }
        }
        let targets = outcomes(data)
        var found: [LeakageFinding] = []
        for column in features {
            guard let cells = column.numbers else { continue }
            for (name, groups) in groupings where name != column.name {
                guard let values = groups.values(cells), Set(values).count >= Self.leastValues
                else {
                    continue
                }
                let best = targets.map { target in
                    weightedCorrelation(values, groups.means(target), weights: groups.counts)
                }.max { abs($0.value ?? 0) < abs($1.value ?? 0) }
                // Means that lie on a line have no interval: there is nothing left to be unsure of.
                guard let best, let value = best.value, value >= Self.bar,
                    (best.lower ?? value) >= Self.bar - 0.05
                else { continue }
                found.append(
                    LeakageFinding(
                        .targetMean, columns: [column.name], effect: best,
                        evidence: "\"\(column.name)\" is constant within each of "
                            + "\(groups.counts.count) values of \"\(name)\" and follows the "
                            + "target's mean there with a correlation of \(NumberText.fixed(value, decimals: 2)): were "
                            + "means computed with the rows' own answers?"))
                break
            }
        }
        return found
    }

    /// The number of a regression, or of each class whether a row has it.
    private func outcomes(_ data: LeakageData) -> [[Double]] {
        if let numbers = data.numbers { return [numbers, data.values ?? numbers] }
        return data.classNames.indices.prefix(Self.mostClasses).map { label in
            data.classes.map { Int($0) == label ? 1 : 0 }
        }
    }
}

/// The rows of each value of a column that has many values, and several rows of most of them.
private struct RowGroups {
    /// The group of each row; −1 where missing.
    private var codes: [Int]
    /// Rows of each group.
    private(set) var counts: [Double]

    /// `nil` where the column groups nothing.
    init?(_ column: Column) {
        var index: [UInt64: Int] = [:]
        func code(_ key: UInt64) -> Int {
            if let known = index[key] { return known }
            index[key] = index.count
            return index.count - 1
        }
        guard column.kind != .date else { return nil }
        codes = column.keys.map { $0 == Column.missingKey ? -1 : code($0) }
        guard index.count >= 20, index.count * 2 <= codes.count else { return nil }
        counts = [Double](repeating: 0, count: index.count)
        for code in codes where code >= 0 { counts[code] += 1 }
    }

    /// The one value of each group; `nil` where a group has two.
    func values(_ cells: [Double]) -> [Double]? {
        var values = [Double](repeating: .nan, count: counts.count)
        for (row, code) in codes.enumerated() where code >= 0 {
            if cells[row].isNaN { return nil }
            if values[code].isNaN { values[code] = cells[row] }
            if values[code] != cells[row] { return nil }
        }
        return values.contains(where: \.isNaN) ? nil : values
    }

    func means(_ target: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: counts.count)
        for (row, code) in codes.enumerated() where code >= 0 { sums[code] += target[row] }
        return zip(sums, counts).map { $0 / $1 }
    }
}
