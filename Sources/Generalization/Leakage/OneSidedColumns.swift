import Statistics
import Tables

/// Columns that are filled, missing or constant according to the target.
///
/// For each column the share of rows with a mark (filled; missing; another value than the usual one)
/// is compared between classes. Suspected are
/// - filled after the outcome: at most 1 % of the rows of all classes but one are filled, and surely
///   20 % more of that one's;
/// - missing by the target: the shares of missing cells of two classes surely differ by 40 %;
/// - constant in one class: at most 1 % of the rows of all classes but one have another value than the
///   usual one, and surely 30 % more of that one's, in no more than a quarter of the columns.
struct OneSidedColumns: LeakageCheck {
    static let leastFilled = 0.2
    static let leastMissing = 0.4
    static let leastVaried = 0.3
    private static let almostNone = 0.01
    /// A difference of shares from which a column of two values is the target under other names.
    private static let copy = 0.995

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let columns = data.sampledFeatures
        let classes = data.sampledClasses
        var found: [LeakageFinding] = []
        var constant: [LeakageFinding] = []
        for column in columns {
            let isMissing = (0..<column.count).map { column.isMissing($0) }
            if isMissing.contains(true),
                let finding = missing(column.name, isMissing, classes, columns.count, data)
            {
                found.append(finding)
                continue
            }
            guard let usual = column.usualCells else { continue }
            let shares = ClassShares(
                marks: usual.map { !$0 }, classes: classes, count: data.classNames.count)
            if let (label, others) = shares.onlyClass(below: Self.almostNone) {
                let effect = shares.difference(label, others, comparisons: columns.count)
                guard let lower = effect.lower, lower >= Self.leastVaried else { continue }
                let isCopy =
                    data.classNames.count == 2
                    && shares.share(label) - shares.share(others) > Self.copy
                constant.append(
                    LeakageFinding(
                        isCopy ? .targetCopy : .constantInOneClass, columns: [column.name],
                        effect: effect,
                        evidence: "\"\(column.name)\" has another value than its usual one in "
                            + "\(percent(shares.share(label))) of the rows of \(data.name(label)), "
                            + "and in \(percent(shares.share(others))) of the others"
                            + data.sampleText))
            }
        }
        return found + (constant.count <= max(1, columns.count / 4) ? constant : [])
    }

    private func missing(
        _ name: String, _ isMissing: [Bool], _ classes: [Int32], _ comparisons: Int,
        _ data: LeakageData
    ) -> LeakageFinding? {
        let filled = ClassShares(
            marks: isMissing.map { !$0 }, classes: classes, count: data.classNames.count)
        if let (label, others) = filled.onlyClass(below: Self.almostNone) {
            let effect = filled.difference(label, others, comparisons: comparisons)
            if let lower = effect.lower, lower >= Self.leastFilled {
                return LeakageFinding(
                    .filledAfterOutcome, columns: [name], effect: effect,
                    evidence: "\"\(name)\" is filled in \(percent(filled.share(label))) of the "
                        + "rows of \(data.name(label)), and in "
                        + "\(percent(filled.share(others))) of the others; was it filled after "
                        + "the outcome?" + data.sampleText)
            }
        }
        guard let (most, least) = filled.extremes else { return nil }
        let effect = filled.difference(most, [least], comparisons: comparisons)
        guard let lower = effect.lower, lower >= Self.leastMissing else { return nil }
        return LeakageFinding(
            .targetDependentMissingness, columns: [name], effect: effect,
            evidence:
                "\"\(name)\" is missing in \(percent(1 - filled.share(least))) of the rows of "
                + "\(data.name(least)), and in \(percent(1 - filled.share(most))) of "
                + "\(data.name(most))" + data.sampleText)
    }
}

/// A share as a percentage in a sentence.
func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}

/// The share of marked rows of each class.
struct ClassShares {
    private var rows: [Int]
    private var marked: [Int]
    /// Classes with fewer rows are too few to speak of.
    private static let leastRows = 20

    init(marks: [Bool], classes: [Int32], count: Int) {
        rows = [Int](repeating: 0, count: count)
        marked = rows
        for (row, label) in classes.enumerated() {
            rows[Int(label)] += 1
            if marks[row] { marked[Int(label)] += 1 }
        }
    }

    private var used: [Int] { rows.indices.filter { rows[$0] >= Self.leastRows } }

    func share(_ label: Int) -> Double { Double(marked[label]) / Double(max(rows[label], 1)) }

    func share(_ labels: [Int]) -> Double {
        let total = labels.reduce(0) { $0 + rows[$1] }
        return Double(labels.reduce(0) { $0 + marked[$1] }) / Double(max(total, 1))
    }

    /// The one class whose share is not below a limit, and the others.
    func onlyClass(below limit: Double) -> (label: Int, others: [Int])? {
        guard used.count > 1 else { return nil }
        let above = used.filter { share($0) > limit }
        guard above.count == 1 else { return nil }
        return (above[0], used.filter { $0 != above[0] })
    }

    /// The classes of the largest and of the smallest share.
    var extremes: (most: Int, least: Int)? {
        guard used.count > 1, let most = used.max(by: { share($0) < share($1) }),
            let least = used.min(by: { share($0) < share($1) })
        else { return nil }
        return (most, least)
    }

    /// The share of one class minus that of others together.
    func difference(_ label: Int, _ others: [Int], comparisons: Int) -> Estimate {
        let otherRows = others.reduce(0) { $0 + rows[$1] }
        return shareEstimate(marked[label], of: rows[label])
            .minus(
                shareEstimate(others.reduce(0) { $0 + marked[$1] }, of: otherRows),
                comparisons: comparisons)
    }
}

extension Column {
    /// Whether each cell has the most frequent value, the first of two; `nil` where that is found
    /// in less than half of the rows.
    fileprivate var usualCells: [Bool]? {
        let keys = keys
        var counts: [UInt64: Int] = [:]
        for key in keys { counts[key, default: 0] += 1 }
        guard let most = counts.values.max(), most * 2 >= keys.count,
            let usual = keys.first(where: { counts[$0] == most })
        else { return nil }
        return keys.map { $0 == usual }
    }
}
