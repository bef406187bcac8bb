import Statistics
import Tables

/// Groups of rows that stand on both sides of the split: those of the column that was named
/// (`--group`), and those of a column that looks as if it named them.
///
/// A column is taken to name groups where it is text or a whole number, has several rows of most of
/// its values and very many values, where at least a fifth of the test rows have a value that training
/// rows have too, and where two rows of one value have the same class surely more often than two rows
/// of neighbouring values, by `leastAgreement` of what is left to agree on.
struct SharedGroups: LeakageCheck {
    static let leastAgreement = 0.3
    private static let leastShared = 0.2
    /// A value of more rows names no person or place among many, but stands for none or for unknown.
    private static let mostOfOneGroup = 0.05

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let named = data.schema.names(.group).compactMap { declared($0, data) }
        let candidates = data.features.filter { column in
            let profile = ColumnProfile(column)
            let present = profile.rows - profile.missing
            return (profile.kind == .category || (profile.kind == .number && profile.isWhole))
                && profile.distinct * 50 >= present && profile.distinct * 10 <= present * 7
                && profile.distinct >= 20
                && Double(column.mostFrequentCount) <= Self.mostOfOneGroup * Double(present)
        }
        return named
            + candidates.compactMap { undeclared($0, comparisons: candidates.count, data) }
    }

    /// How many test rows have a value of a column that training rows have too.
    private func shared(_ name: String, _ data: LeakageData) -> (rows: Int, of: Int, values: Int)? {
        guard let test = data.test else { return nil }
        let both = data.training.joining(test, columns: [name])
        guard let column = both.columns.first else { return nil }
        let index = DuplicateIndex(both, columns: [name])
        let count = data.training.rowCount
        var known = Set<Int32>()
        for row in 0..<count where !column.isMissing(row) { known.insert(index.codes[row]) }
        var values = Set<Int32>()
        var rows = 0
        for row in count..<both.rowCount where known.contains(index.codes[row]) {
            rows += 1
            values.insert(index.codes[row])
        }
        return (rows, test.rowCount, values.count)
    }

    private func declared(_ name: String, _ data: LeakageData) -> LeakageFinding? {
        guard let shared = shared(name, data), shared.rows > 0 else { return nil }
        return LeakageFinding(
            .sharedGroups, columns: [name], rows: shared.rows,
            effect: shareEstimate(shared.rows, of: shared.of),
            evidence:
                "\(shared.rows) of \(shared.of) test rows belong to \(shared.values) groups of "
                + "\"\(name)\" that training rows belong to too")
    }

    private func undeclared(
        _ column: Column, comparisons: Int, _ data: LeakageData
    ) -> LeakageFinding? {
        guard let shared = shared(column.name, data),
            Double(shared.rows) >= Self.leastShared * Double(shared.of)
        else { return nil }
        // Numbers and dates by size, others by first use.
        let cells = column.measures ?? column.coded.codes.map(Double.init)
        let order = (0..<column.count).filter { !column.isMissing($0) }
            .sorted { (cells[$0], $0) < (cells[$1], $1) }
        // Pairs of rows next to each other in the order of the column.
        var (same, sameAgree, near, nearAgree) = (0, 0, 0, 0)
        for (a, b) in zip(order, order.dropFirst()) {
            let agree = data.classes[a] == data.classes[b] ? 1 : 0
            if cells[a] == cells[b] {
                same += 1
                sameAgree += agree
            } else {
                near += 1
                nearAgree += agree
            }
        }
        guard same >= 50, near >= 20 else { return nil }
        let inside = shareEstimate(sameAgree, of: same)
        let outside = shareEstimate(nearAgree, of: near)
        let effect = inside.minus(outside, comparisons: comparisons)
        guard let lower = effect.lower, let agreed = outside.value, let within = inside.value,
            lower >= Self.leastAgreement * (1 - agreed)
        else { return nil }
        return LeakageFinding(
            .groupLikeColumn, columns: [column.name], rows: shared.rows, effect: effect,
            evidence:
                "\(shared.rows) of \(shared.of) test rows share a value of \"\(column.name)\" "
                + "with training rows; rows of one value have the same target in "
                + "\(percent(within)) of pairs, rows of neighbouring values in \(percent(agreed)). "
                + "If it names a person or a place, give it as --group")
    }
}

extension Column {
    /// The rows of the value that has the most.
    fileprivate var mostFrequentCount: Int {
        var counts: [UInt64: Int] = [:]
        for key in keys where key != Self.missingKey { counts[key, default: 0] += 1 }
        return counts.values.max() ?? 0
    }
}
