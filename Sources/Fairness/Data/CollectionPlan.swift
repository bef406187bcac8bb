package import Evidence
package import Prediction
import RealModule
import Statistics

/// For each gap of which these rows cannot tell: how many rows of which group would settle it.
///
/// A gap of which the estimate d is at least half the tolerance is settled as *gap*, a smaller one as *no gap beyond the
/// tolerance*, in 80 % of samples if the true rates are the estimated ones. Of a pair's rates that takes a standard
/// error of
///
/// `s = t / (z(1 − 0.025/comparisons) + z(0.8))`, with `t = |d|`, or `tolerance − |d|`
///
/// and `s² = v_a/m_a + v_b/m_b`: the group whose part is larger grows alone where that can do, else both do.
package struct CollectionPlan: Sendable {
    package var needs: [Need]

    package struct Need: Sendable, Hashable {
        package var column: String
        package var metric: MetricDefinition
        package var group: String
        /// Rows of the group there are.
        package var have: Int
        /// Further rows.
        package var rows: Int
        /// The group that it is compared with.
        package var other: String
        /// The difference as it is estimated.
        package var gap: Double
        /// Whether it would be settled as a gap.
        package var settlesAsGap: Bool
    }

    /// - Parameter rows: Decisions between two classes, judged from their threshold on; else there is no plan.
    package init(_ rows: LabelledPredictions, options: GapOptions = GapOptions()) throws {
        needs = []
        guard rows.predictions.classes.count == 2, case .classes(let labels) = rows.answers else {
            return
        }
        let decided = rows.predictions.positiveScores.map { $0 >= rows.threshold }
        let tables = try GroupRates(options).measure(Subject(test: rows)).groups
        for (table, column) in zip(tables, rows.protected) {
            let open = Set(table.gaps.filter { $0.verdict == "cannot tell" }.map(\.metric))
            let members = Dictionary(grouping: column.groups.indices) { column.groups[$0] }
            for gap in options.convention.gaps where open.contains(gap.metric.id) {
                let cells = gap.rates.map { rate in
                    members.keys.sorted().compactMap { name in
                        Cell(rate, name, members[name] ?? [], labels: labels, decided: decided)
                    }
                }
                guard cells.count == gap.rates.count else { continue }
                needs += Self.needs(
                    cells, column: column.name, metric: gap.metric, tolerance: options.tolerance)
            }
        }
    }

    /// A rate of one group.
    struct Cell {
        var group: String
        /// Rows of the group.
        var rows: Int
        /// Rows that the rate is of.
        var base: Double
        var rate: Double

        init(group: String, rows: Int, base: Int, hits: Int) {
            self.group = group
            self.rows = rows
            self.base = Double(base)
            // A rate of 0 or 1 would need no rows at all.
            rate = (Double(hits) + 1) / (Double(base) + 2)
        }

        /// `nil` of what is no share.
        init?(
            _ kind: GroupRate, _ group: String, _ rows: [Int], labels: [Int32], decided: [Bool]
        ) {
            func count(_ holds: (Int) -> Bool) -> Int { rows.count(where: holds) }
            let (base, hits): (Int, Int)
            switch kind {
            case .selection: (base, hits) = (rows.count, count { decided[$0] })
            case .truePositive:
                (base, hits) = (
                    count { labels[$0] == 1 }, count { labels[$0] == 1 && decided[$0] }
                )
            case .falsePositive:
                (base, hits) = (
                    count { labels[$0] == 0 }, count { labels[$0] == 0 && decided[$0] }
                )
            case .precision:
                (base, hits) = (count { decided[$0] }, count { decided[$0] && labels[$0] == 1 })
            case .accuracy:
                (base, hits) = (rows.count, count { decided[$0] == (labels[$0] == 1) })
            case .calibration, .rocAUC: return nil
            }
            self.init(group: group, rows: rows.count, base: base, hits: hits)
        }

        var variance: Double { rate * (1 - rate) }
        /// Rows that the rate is of in one row of the group.
        var baseShare: Double { (base + 1) / (Double(rows) + 2) }

        /// Further rows of the group for so many that the rate is of.
        func further(_ wanted: Double) -> Int {
            Int(min(max(0, ((wanted - base) / baseShare).rounded(.up)), 1e15))
        }
    }

    /// The largest need of each group over all pairs that are not settled.
    static func needs(
        _ cells: [[Cell]], column: String, metric: MetricDefinition, tolerance: Double
    ) -> [Need] {
        let comparisons = cells.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 }
        guard comparisons > 0 else { return [] }
        let z = SpecialFunctions.normalQuantile(1 - 0.025 / Double(comparisons))
        let power = SpecialFunctions.normalQuantile(0.8)
        var largest: [String: Need] = [:]
        for group in cells {
            for (place, a) in group.enumerated() {
                for b in group[(place + 1)...] {
                    let gap = abs(a.rate - b.rate)
                    let isGap = gap >= tolerance / 2
                    let target = isGap ? gap : tolerance - gap
                    let wanted = target / (z + power)
                    for (cell, other, more) in further(a, b, spread: wanted * wanted) where more > 0
                    {
                        guard more > largest[cell.group]?.rows ?? 0 else { continue }
                        largest[cell.group] = Need(
                            column: column, metric: metric, group: cell.group, have: cell.rows,
                            rows: more, other: other.group, gap: gap, settlesAsGap: isGap)
                    }
                }
            }
        }
        return largest.values.sorted { ($0.rows, $0.group) < ($1.rows, $1.group) }
    }

    private static func further(
        _ a: Cell, _ b: Cell, spread: Double
    ) -> [(Cell, Cell, Int)] {
        let (own, other) = (a.variance / max(a.base, 1), b.variance / max(b.base, 1))
        guard own + other > spread else { return [] }
        if own <= spread / 2 { return [(b, a, b.further(b.variance / (spread - own)))] }
        if other <= spread / 2 { return [(a, b, a.further(a.variance / (spread - other)))] }
        return [
            (a, b, a.further(2 * a.variance / spread)), (b, a, b.further(2 * b.variance / spread)),
        ]
    }
}
