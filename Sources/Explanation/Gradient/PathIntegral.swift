/// Integrated gradients.
extension GradientExplainer {
    /// Adds `weight · gradient · (x − b)` of each group.
    private static func add(
        _ gradient: Span<Float>, weight: Double, row: Int, baseline: Int, _ part: PointRows,
        _ groups: [Int], to sums: inout MutableSpan<Double>, at start: Int
    ) {
        for place in 0..<part.width {
            let difference = Double(part.row(row, place)) - Double(part.baseline(baseline, place))
            sums[start + groups[place]] += weight * Double(gradient[place]) * difference
        }
    }

    private static func fill(
        _ into: inout MutableSpan<Float>, row: Int, baseline: Int, share: Double, _ part: PointRows
    ) {
        let share = Float(share)
        for place in 0..<part.width {
            let from = part.baseline(baseline, place)
            into[place] = from + share * (part.row(row, place) - from)
        }
    }

    /// By so many nodes on each path.
    func integrated(_ part: PointRows, steps: Int) -> [Result] {
        let rule = GaussLegendre(steps)
        let (groups, groupCount) = (groups, groupCount)
        let share = 1 / Double(part.baselineCount)
        let sums = engine.sums(
            units: part.count, points: part.baselineCount * steps, slots: groupCount,
            fill: { unit, point, into in
                Self.fill(
                    &into, row: unit, baseline: point / steps, share: rule.nodes[point % steps],
                    part)
            },
            collect: { given, gradient, sums, start in
                Self.add(
                    gradient, weight: share * rule.weights[given.point % steps], row: given.unit,
                    baseline: given.point / steps, part, groups, to: &sums, at: start)
            })
        return results(
            sums, values(of: part.rows), base: part.base,
            evaluations: part.baselineCount * steps + 1)
    }

    /// A part of the path between a row and a baseline.
    private struct Panel: Sendable {
        var row: Int
        var baseline: Int
        var begin: Double
        var end: Double
        /// The function's values at both.
        var values: (begin: Double, end: Double)
    }

    /// A ReLU bends the path at a point, which few nodes and many halvings find with the fewest gradients.
    private static let panelNodes = 3
    private static let pathsTogether = 1024
    /// Parts are cut down to this share of the path in any case: what a part misses may be little by chance.
    private static let widest = 0.125
    /// Parts are not cut below this share of the path.
    private static let narrowest = 0x1p-16
    /// A part may miss its change by this share of what the whole path may, times the root of the number of
    /// baselines, since what the paths to them miss is averaged.
    private static let panelShare = 0.125
    /// Times that a row's paths are looked at more closely than before.
    private static let mostRounds = 5

    /// By nodes where they are needed.
    ///
    /// A path is cut in halves, each gets three nodes, and a half whose quadrature misses `f(end) − f(begin)` is cut
    /// again. Networks of ReLUs bend at points, which no fixed set of nodes finds. If a row's parts together still miss by
    /// more than the tolerance, its paths are walked again with less allowed for a part.
    func integrated(_ part: PointRows, tolerance: Double) -> [Result] {
        let values = values(of: part.rows)
        var sums = [Double](repeating: 0, count: part.count * groupCount)
        var evaluations = [Int](repeating: 1, count: part.count)
        let low = part.baseValues.min() ?? 0
        let high = part.baseValues.max() ?? 0
        let allowed = values.map { value in
            // Below this the function's own rounding hides the rest.
            let rounding = 4e-7 * max(abs(value), abs(low), abs(high))
            return max(tolerance * (max(high, value) - min(low, value)), rounding)
        }
        var waiting = Array(0..<part.count)
        var share = Self.panelShare * Double(part.baselineCount).squareRoot()
        for round in 0..<Self.mostRounds where !waiting.isEmpty {
            let limits = allowed.map { $0 * share }
            for row in waiting {
                for group in 0..<groupCount { sums[row * groupCount + group] = 0 }
            }
            walk(waiting, part, values, limits, &sums, &evaluations)
            guard round < Self.mostRounds - 1 else { break }
            waiting.removeAll { row in
                let own = sums[row * groupCount..<(row + 1) * groupCount].reduce(0, +)
                return abs(values[row] - part.base - own) <= allowed[row]
            }
            share /= 4
        }
        return values.indices.map { row in
            Result(
                base: part.base, value: values[row],
                samples: Array(sums[row * groupCount..<(row + 1) * groupCount]), count: 1,
                evaluations: evaluations[row])
        }
    }

    /// Adds up the paths of some rows, in panels that each miss by at most the row's limit.
    private func walk(
        _ rows: [Int], _ part: PointRows, _ values: [Double], _ limits: [Double],
        _ sums: inout [Double], _ evaluations: inout [Int]
    ) {
        let slots = 2 * groupCount + 1
        let most = max(1, memoryLimit / 8 / (8 * slots))
        // Some rows at a time, so that few panels are known at once and batches are full all the same.
        let together = max(1, Self.pathsTogether / part.baselineCount)
        for first in stride(from: 0, to: rows.count, by: together) {
            var open = rows[first..<min(first + together, rows.count)].flatMap { row in
                (0..<part.baselineCount).map { baseline in
                    Panel(
                        row: row, baseline: baseline, begin: 0, end: 1,
                        values: (part.baseValues[baseline], values[row]))
                }
            }
            while !open.isEmpty {
                var next: [Panel] = []
                for begin in stride(from: 0, to: open.count, by: most) {
                    let panels = Array(open[begin..<min(begin + most, open.count)])
                    let halves = halved(panels, part)
                    for (place, panel) in panels.enumerated() {
                        let start = place * slots
                        evaluations[panel.row] += 2 * Self.panelNodes + 1
                        settle(
                            panel, halves[start..<start + slots], limits[panel.row],
                            share: 1 / Double(part.baselineCount), &sums, &next)
                    }
                }
                open = next
            }
        }
    }

    /// Of each panel the sums of both halves' groups, and the value in the middle.
    private func halved(_ panels: [Panel], _ part: PointRows) -> [Double] {
        let nodes = Self.panelNodes
        let rule = GaussLegendre(nodes)
        let (groups, groupCount) = (groups, groupCount)
        return engine.sums(
            units: panels.count, points: 2 * nodes + 1, slots: 2 * groupCount + 1,
            fill: { unit, point, into in
                let panel = panels[unit]
                let half = (panel.end - panel.begin) / 2
                let share =
                    point == 2 * nodes
                    ? panel.begin + half
                    : panel.begin + half * (Double(point / nodes) + rule.nodes[point % nodes])
                Self.fill(&into, row: panel.row, baseline: panel.baseline, share: share, part)
            },
            collect: { given, gradient, sums, start in
                let panel = panels[given.unit]
                guard given.point < 2 * nodes else {
                    sums[start + 2 * groupCount] = given.value
                    return
                }
                let weight = (panel.end - panel.begin) / 2 * rule.weights[given.point % nodes]
                Self.add(
                    gradient, weight: weight, row: panel.row, baseline: panel.baseline, part,
                    groups, to: &sums, at: start + given.point / nodes * groupCount)
            })
    }

    /// Adds the halves that are near enough, and puts the others up for halving.
    private func settle(
        _ panel: Panel, _ found: ArraySlice<Double>, _ limit: Double, share: Double,
        _ sums: inout [Double], _ next: inout [Panel]
    ) {
        let start = found.startIndex
        let middle = found[start + 2 * groupCount]
        let center = (panel.begin + panel.end) / 2
        for half in 0..<2 {
            let own = found[start + half * groupCount..<start + (half + 1) * groupCount]
            let piece = Panel(
                row: panel.row, baseline: panel.baseline,
                begin: half == 0 ? panel.begin : center, end: half == 0 ? center : panel.end,
                values: half == 0 ? (panel.values.begin, middle) : (middle, panel.values.end))
            let missed = piece.values.end - piece.values.begin - own.reduce(0, +)
            let width = piece.end - piece.begin
            let isNear = abs(missed) <= limit && width <= Self.widest
            if isNear || width <= Self.narrowest || missed.isNaN {
                for (group, value) in own.enumerated() {
                    sums[panel.row * groupCount + group] += share * value
                }
            } else {
                next.append(piece)
            }
        }
    }
}
