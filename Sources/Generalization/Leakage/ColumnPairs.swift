import Figures
import Statistics
import Tables
import TensorCore

/// Two columns that tell the target together, by their sum, their difference or the pair of their
/// values, where neither does alone.
///
/// Pairs are searched on at most 1,000 rows; what is found there is measured on the other rows, and
/// must surely reach `bar` there, `leastGap` above the better column of the two and above every single
/// column.
struct ColumnPairs: LeakageCheck {
    static let bar = 0.8
    static let leastGap = 0.2
    private static let searchRows = 1000
    private static let mostColumns = 40
    private static let mostLevels = 32

    private enum Combination: CaseIterable {
        case sum, difference, values

        func text(_ a: String, _ b: String) -> String {
            switch self {
            case .sum: "\"\(a)\" + \"\(b)\""
            case .difference: "\"\(a)\" − \"\(b)\""
            case .values: "the values of \"\(a)\" and \"\(b)\" together"
            }
        }
    }

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let columns = Array(data.sampledFeatures.prefix(Self.mostColumns))
        let rows = data.sample.count
        guard columns.count > 2, rows >= 100 else { return [] }
        let searched = min(Self.searchRows, rows / 2)
        let order = data.random.permutation(of: rows, step: 4)
        let search = Part(data, columns, rows: Array(order[..<searched]))
        let untouched = Part(data, columns, rows: Array(order[searched...]))
        guard data.numbers != nil || untouched.power.usableClasses > 1 else { return [] }
        let alone = try search.alone()
        let best = alone.max() ?? 0
        guard best < 1 - Self.leastGap else { return [] }
        var found: [LeakageFinding] = []
        var tried = 0
        var promising: [(first: Int, second: Int, how: Combination, skill: Double)] = []
        for first in columns.indices {
            for second in columns.indices.dropFirst(first + 1) {
                for how in Combination.allCases {
                    guard let codes = search.codes(first, second, how, Self.mostLevels) else {
                        continue
                    }
                    tried += 1
                    let skill = try search.power.skill(codes, comparisons: 1).value ?? 0
                    if skill >= max(Self.bar - 0.1, best + Self.leastGap) {
                        promising.append((first, second, how, skill))
                    }
                }
            }
        }
        promising.sort { ($1.skill, $0.first, $0.second) < ($0.skill, $1.first, $1.second) }
        let untouchedBest = promising.isEmpty ? 0 : try untouched.alone().max() ?? 0
        // The clearest pair of a column speaks for it; the pairs it makes with others only echo it.
        var used: Set<Int> = []
        for pair in promising.prefix(8) where used.isDisjoint(with: [pair.first, pair.second]) {
            guard
                let codes = untouched.codes(pair.first, pair.second, pair.how, Self.mostLevels)
            else { continue }
            let skill = try untouched.power.skill(codes, comparisons: tried)
            guard let value = skill.value, let lower = skill.lower, lower >= Self.bar,
                value >= untouchedBest + Self.leastGap
            else { continue }
            used.formUnion([pair.first, pair.second])
            let names = [columns[pair.first].name, columns[pair.second].name]
            found.append(
                LeakageFinding(
                    .pairOfColumns, columns: names, effect: skill,
                    evidence: "\(pair.how.text(names[0], names[1])) tells the target with a "
                        + "\(data.numbers == nil ? "balanced skill" : "rank R²") of \(NumberText.fixed(value, decimals: 2)) "
                        + "on untouched rows, the best single column with "
                        + "\(NumberText.fixed(untouchedBest, decimals: 2))" + data.sampleText))
        }
        return found
    }

    /// Some of the sampled rows.
    private struct Part {
        let columns: [Column]
        let codes: [CellCodes]
        let power: ColumnPower

        init(_ data: LeakageData, _ columns: [Column], rows: [Int]) {
            self.columns = columns.map { $0.selecting(rows: rows) }
            codes = self.columns.map(CellCodes.init)
            power = ColumnPower(
                classes: rows.map { data.classes[data.sample[$0]] },
                classCount: data.classNames.count,
                numbers: data.numbers.map { numbers in rows.map { numbers[data.sample[$0]] } },
                random: data.random)
        }

        func alone() throws -> [Double] {
            try codes.map { try power.skill($0, comparisons: 1).value ?? 0 }
        }

        func codes(
            _ first: Int, _ second: Int, _ how: Combination, _ mostLevels: Int
        ) -> CellCodes? {
            if how == .values {
                guard codes[first].levels <= mostLevels, codes[second].levels <= mostLevels else {
                    return nil
                }
                return CellCodes(codes[first], codes[second])
            }
            guard columns[first].kind == columns[second].kind, let a = columns[first].measures,
                let b = columns[second].measures
            else { return nil }
            return CellCodes(
                numbers: zip(a, b).map { x, y in
                    // Rounding of a sum must not part what is equal.
                    let value = how == .sum ? x + y : x - y
                    let scale = max(abs(x), abs(y)) * 1e-6
                    return scale > 0 ? (value / scale).rounded() * scale : value
                })
        }
    }
}
