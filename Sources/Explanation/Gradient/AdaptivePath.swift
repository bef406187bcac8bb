/// Integrated gradients by nodes where they are needed.
///
/// A path is cut in halves, each gets three nodes, and a half whose quadrature misses `f(end) − f(begin)` is cut
/// again: networks of ReLUs and of bins bend at points, which no fixed set of nodes finds. If a row's parts together
/// still miss by more than the tolerance, those that miss the most are cut further.
extension GradientExplainer {
    /// A part of the path between a row and a baseline, with its quadrature.
    fileprivate struct Panel: Sendable {
        var baseline: Int
        var begin: Double
        var end: Double
        /// The function's values at both.
        var values: (begin: Double, end: Double)
        /// Of each group; empty where the part was not looked at yet.
        var sums: [Double]
        /// The change of the function's value less the sums.
        var missed: Double

        var width: Double { end - begin }
    }

    /// The paths from all baselines to one row.
    fileprivate struct Paths: Sendable {
        var row: Int
        /// What all paths together may miss.
        var allowed: Double
        /// What a part may miss.
        var limit: Double
        var panels: [Panel]
        /// Sums of parts that miss next to nothing, and what they miss.
        var settled: [Double]
        var missed = 0.0
        var evaluations = 1

        /// Parts are cut down to this share of the path in any case: what a part misses may be little by chance.
        static let widest = 0.125
        /// Parts are not cut below this share of the path.
        static let narrowest = 0x1p-16

        /// Takes out what is to be cut; nothing where the paths are done.
        mutating func next() -> [Panel] {
            while true {
                let isOpen = panels.map { $0.width > Self.widest || abs($0.missed) > limit }
                let open = zip(panels, isOpen).filter { $0.1 }.map(\.0)
                if !open.isEmpty {
                    panels = zip(panels, isOpen).filter { !$0.1 }.map(\.0)
                    return open
                }
                let all = panels.reduce(missed) { $0 + $1.missed }
                guard abs(all) > allowed, limit > allowed * 1e-6 else { return [] }
                limit /= 2
            }
        }

        mutating func add(_ panel: Panel) {
            let isWide = panel.width > Self.widest
            guard isWide || panel.width > Self.narrowest && abs(panel.missed) > limit / 64 else {
                settle(panel)
                return
            }
            panels.append(panel)
        }

        private mutating func settle(_ panel: Panel) {
            for group in settled.indices { settled[group] += panel.sums[group] }
            missed += panel.missed
        }

        /// The sums over all parts.
        mutating func finish() -> [Double] {
            for panel in panels { settle(panel) }
            panels = []
            return settled
        }
    }

    private static let panelNodes = 3
    /// Paths that are walked together, so that batches are full.
    private static let pathsTogether = 1024
    /// Parts of a path to count on for memory.
    private static let usualPanels = 200
    /// A part may miss its change by this share of what a row's paths may, times the root of their
    /// number, since what they miss is averaged.
    private static let panelShare = 0.125

    func integrated(_ part: PointRows, tolerance: Double) -> [Result] {
        let values = values(of: part.rows)
        let low = part.baseValues.min() ?? 0
        let high = part.baseValues.max() ?? 0
        let baselines = part.baselineCount
        let bytes = baselines * Self.usualPanels * (8 * groupCount + 128)
        let together = max(1, min(Self.pathsTogether / baselines, memoryLimit / 8 / bytes))
        var results: [Result] = []
        for first in stride(from: 0, to: part.count, by: together) {
            var rows = (first..<min(first + together, part.count)).map { row in
                // Below this the function's own rounding hides the rest.
                let rounding = 4e-7 * max(abs(values[row]), abs(low), abs(high))
                let range = max(high, values[row]) - min(low, values[row])
                let allowed = max(tolerance * range, rounding) * Double(baselines)
                return Paths(
                    row: row, allowed: allowed,
                    limit: Self.panelShare * allowed / Double(baselines).squareRoot(),
                    panels: (0..<baselines).map { baseline in
                        Panel(
                            baseline: baseline, begin: 0, end: 1,
                            values: (part.baseValues[baseline], values[row]), sums: [], missed: 0)
                    }, settled: [Double](repeating: 0, count: groupCount))
            }
            walk(&rows, part)
            for place in rows.indices {
                let sums = rows[place].finish()
                results.append(
                    Result(
                        base: part.base, value: values[rows[place].row],
                        samples: sums.map { $0 / Double(baselines) }, count: 1,
                        evaluations: rows[place].evaluations))
            }
        }
        return results
    }

    /// Cuts parts of all rows' paths until none is to be cut.
    private func walk(_ rows: inout [Paths], _ part: PointRows) {
        let most = max(1, memoryLimit / 8 / (8 * (2 * groupCount + 1)))
        while true {
            var open: [(place: Int, panel: Panel)] = []
            for place in rows.indices { open += rows[place].next().map { (place, $0) } }
            if open.isEmpty { return }
            for begin in stride(from: 0, to: open.count, by: most) {
                let some = Array(open[begin..<min(begin + most, open.count)])
                let halves = halved(some.map { (rows[$0.place].row, $0.panel) }, part)
                for (index, item) in some.enumerated() {
                    rows[item.place].evaluations += 2 * Self.panelNodes + 1
                    rows[item.place].add(halves[2 * index])
                    rows[item.place].add(halves[2 * index + 1])
                }
            }
        }
    }

    /// Both halves of each panel.
    private func halved(_ panels: [(row: Int, panel: Panel)], _ part: PointRows) -> [Panel] {
        let nodes = Self.panelNodes
        let rule = GaussLegendre(nodes)
        let (groups, groupCount) = (groups, groupCount)
        let slots = 2 * groupCount + 1
        let sums = engine.sums(
            units: panels.count, points: 2 * nodes + 1, slots: slots,
            fill: { unit, point, into in
                let (row, panel) = panels[unit]
                let half = panel.width / 2
                let share =
                    point == 2 * nodes
                    ? panel.begin + half
                    : panel.begin + half * (Double(point / nodes) + rule.nodes[point % nodes])
                Self.fill(&into, row: row, baseline: panel.baseline, share: share, part)
            },
            collect: { given, gradient, sums, start in
                let (row, panel) = panels[given.unit]
                guard given.point < 2 * nodes else {
                    sums[start + 2 * groupCount] = given.value
                    return
                }
                let weight = panel.width / 2 * rule.weights[given.point % nodes]
                Self.add(
                    gradient, weight: weight, row: row, baseline: panel.baseline, part, groups,
                    to: &sums, at: start + given.point / nodes * groupCount)
            })
        var halves: [Panel] = []
        halves.reserveCapacity(2 * panels.count)
        for (unit, item) in panels.enumerated() {
            let (panel, start) = (item.panel, unit * slots)
            let middle = sums[start + 2 * groupCount]
            let center = (panel.begin + panel.end) / 2
            for half in 0..<2 {
                let own = Array(
                    sums[start + half * groupCount..<start + (half + 1) * groupCount])
                let ends =
                    half == 0 ? (panel.values.begin, middle) : (middle, panel.values.end)
                halves.append(
                    Panel(
                        baseline: panel.baseline, begin: half == 0 ? panel.begin : center,
                        end: half == 0 ? center : panel.end, values: ends, sums: own,
                        missed: ends.1 - ends.0 - own.reduce(0, +)))
            }
        }
        return halves
    }
}
