/// Methods that look at the row itself, or at the row beside its baselines.
extension GradientExplainer {
    /// The results of contributions without samples: the groups' of each row, side by side.
    func results(
        _ sums: [Double], _ values: [Double], base: Double, evaluations: Int
    ) -> [Result] {
        values.indices.map { row in
            Result(
                base: base, value: values[row],
                samples: Array(sums[row * groupCount..<(row + 1) * groupCount]), count: 1,
                evaluations: evaluations)
        }
    }

    /// Splits sums whose last slot is the row's value.
    private func split(_ sums: [Double]) -> (sums: [Double], values: [Double]) {
        var contributions: [Double] = []
        var values: [Double] = []
        contributions.reserveCapacity(sums.count)
        for start in stride(from: 0, to: sums.count, by: groupCount + 1) {
            contributions += sums[start..<start + groupCount]
            values.append(sums[start + groupCount])
        }
        return (contributions, values)
    }

    /// Saliency, input × gradient and relevance, whose gradient is the multiplier.
    func atRow(_ part: PointRows) -> [Result] {
        let (groups, groupCount, width, isSaliency) = (
            groups, groupCount, width, method == .saliency
        )
        let sums = engine.sums(
            units: part.count, points: 1, slots: groupCount + 1,
            fill: { unit, _, into in
                for place in 0..<width { into[place] = part.row(unit, place) }
            },
            collect: { given, gradient, sums, start in
                for place in 0..<width {
                    let slope = Double(gradient[place])
                    sums[start + groups[place]] +=
                        isSaliency ? abs(slope) : slope * Double(part.row(given.unit, place))
                }
                sums[start + groupCount] = given.value
            })
        let found = split(sums)
        var base = part.base
        // Relevance is divided from nothing, not from a baseline.
        if case .relevancePropagation = method { base = 0 }
        return results(found.sums, found.values, base: base, evaluations: 1)
    }

    /// DeepLIFT: multipliers times differences, a baseline at a time.
    func compared(_ part: PointRows) -> [Result] {
        let (groups, groupCount, width) = (groups, groupCount, width)
        let share = 1 / Double(part.baselineCount)
        let sums = engine.sums(
            units: part.count, points: part.baselineCount, slots: groupCount + 1,
            fill: { unit, point, into in
                for place in 0..<width {
                    into[place] = part.row(unit, place)
                    into[width + place] = part.baseline(point, place)
                }
            },
            collect: { given, gradient, sums, start in
                for place in 0..<width {
                    let difference =
                        Double(part.row(given.unit, place))
                        - Double(part.baseline(given.point, place))
                    sums[start + groups[place]] += share * Double(gradient[place]) * difference
                }
                if given.point == 0 { sums[start + groupCount] = given.value }
            })
        let found = split(sums)
        return results(
            found.sums, found.values, base: part.base, evaluations: 2 * part.baselineCount)
    }

    /// Occlusion: the row with one group of each baseline.
    func occluded(_ part: PointRows) -> [Result] {
        let (groups, groupCount, width) = (groups, groupCount, width)
        let points = groupCount * part.baselineCount
        let values = values(of: part.rows)
        let share = 1 / Double(part.baselineCount)
        let sums = engine.sums(
            units: part.count, points: points, slots: groupCount,
            fill: { unit, point, into in
                let (baseline, group) = (point / groupCount, point % groupCount)
                for place in 0..<width {
                    into[place] =
                        groups[place] == group
                        ? part.baseline(baseline, place) : part.row(unit, place)
                }
            },
            collect: { given, _, sums, start in
                sums[start + given.point % groupCount] += share * (values[given.unit] - given.value)
            })
        return results(sums, values, base: part.base, evaluations: points + 1)
    }
}
