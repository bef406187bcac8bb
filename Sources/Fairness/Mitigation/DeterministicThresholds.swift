package import Statistics

extension ThresholdOptimizer {
    /// The points of all groups together that are looked at for two rates at once; of more, evenly chosen ones are.
    private static let mostPoints = 900

    /// The best of one threshold a group.
    ///
    /// All rates lie in a window as wide as the tolerance that begins at one of them. A group's rates rise along
    /// its thresholds, so that those inside of a window are neighbours, and a sparse table knows the best of them.
    ///
    /// - Returns: One rule a group. Deciding nobody 1 always keeps the tolerance, so that there is one.
    package func deterministic(_ groups: [ROCThresholds]) -> [GroupRule] {
        let isPlane = constraint.rates.count > 1
        let share = isPlane ? Self.mostPoints / max(groups.count, 1) : Int.max
        let lines = groups.map { Line(self, $0, most: share) }
        let lows = constraint.rates.indices.map { kind in
            Array(Set(lines.flatMap { $0.rates[kind] })).sorted()
        }
        var best = (value: -Double.infinity, chosen: lines.map { _ in 0 })
        func consider(_ ranges: [[Range<Int>]]) {
            var value = 0.0
            var chosen: [Int] = []
            for (place, line) in lines.enumerated() {
                let all = ranges.map { $0[place] }
                let range = all.dropFirst().reduce(all[0]) { $0.clamped(to: $1) }
                // Clamping ranges that do not meet leaves an empty one.
                guard !range.isEmpty else { return }
                let found = line.best(range)
                value += line.values[found]
                chosen.append(found)
            }
            if value > best.value { best = (value, chosen) }
        }
        func windows(_ kind: Int) -> [[Range<Int>]] {
            lows[kind].map { low in lines.map { $0.range(kind, low, low + tolerance) } }
        }
        let first = windows(0)
        if isPlane {
            let second = windows(1)
            for one in first { for other in second { consider([one, other]) } }
        } else {
            for one in first { consider([one]) }
        }
        return zip(lines, best.chosen).map { GroupRule(threshold: $0.thresholds[$1]) }
    }

    /// A group's thresholds with what each is worth.
    private struct Line {
        var thresholds: [Double]
        /// `[kinds][points]`, rising.
        var rates: [[Double]]
        var values: [Double]
        /// The best point of 2ᵏ from each on.
        private var table: [[Int]]

        init(_ optimizer: ThresholdOptimizer, _ group: ROCThresholds, most: Int) {
            var points = group.points
            if points.count > most {
                let step = Double(points.count - 1) / Double(max(most - 1, 1))
                let even = (0..<most).map { Int((Double($0) * step).rounded()) }
                let kept = Set(even.map { points[$0] } + group.hull)
                points = points.filter(kept.contains)
            }
            thresholds = points.map(\.threshold)
            values = points.map { optimizer.value(group, $0) }
            let each = points.map { optimizer.rates(group, $0) }
            rates = optimizer.constraint.rates.indices.map { kind in each.map { $0[kind] } }
            table = [Array(points.indices)]
            var length = 1
            while 2 * length <= points.count {
                let last = table[table.count - 1]
                table.append(
                    (0...(points.count - 2 * length)).map { start in
                        let (a, b) = (last[start], last[start + length])
                        return values[a] >= values[b] ? a : b
                    })
                length *= 2
            }
        }

        /// The points whose rate lies in a window.
        func range(_ kind: Int, _ low: Double, _ high: Double) -> Range<Int> {
            let start = firstPoint(kind) { $0 >= low - 1e-12 }
            return start..<max(start, firstPoint(kind) { $0 > high + 1e-12 })
        }

        private func firstPoint(_ kind: Int, where holds: (Double) -> Bool) -> Int {
            var (low, high) = (0, rates[kind].count)
            while low < high {
                let middle = (low + high) / 2
                if holds(rates[kind][middle]) { high = middle } else { low = middle + 1 }
            }
            return low
        }

        func best(_ range: Range<Int>) -> Int {
            let level = Int.bitWidth - 1 - range.count.leadingZeroBitCount
            let (a, b) = (
                table[level][range.lowerBound], table[level][range.upperBound - (1 << level)]
            )
            return values[a] >= values[b] ? a : b
        }
    }
}
