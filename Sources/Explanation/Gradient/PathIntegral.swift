/// Integrated gradients.
extension GradientExplainer {
    /// Adds `weight · gradient · (x − b)` of each group.
    static func add(
        _ gradient: Span<Float>, weight: Double, row: Int, baseline: Int, _ part: PointRows,
        _ groups: [Int], to sums: inout MutableSpan<Double>, at start: Int
    ) {
        for place in 0..<part.width {
            let difference = Double(part.row(row, place)) - Double(part.baseline(baseline, place))
            sums[start + groups[place]] += weight * Double(gradient[place]) * difference
        }
    }

    static func fill(
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
}
