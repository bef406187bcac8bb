/// For each group, where the median of all groups' distributions has each of the group's numbers.
///
/// A number `y` of group `g` goes to `median over groups h of F_h⁻¹(F_g(y))`. `F_g(y)` is the middle of the ranks of
/// `y` among the group's training rows, `F_h⁻¹(u)` the smallest training number of `h` with a share `u` of its rows
/// up to it, the median of an even count the middle of the two in the middle. Between two training
/// numbers lies a straight line, and beyond the group's ends a number is moved as the end is, so that order holds.
///
/// AIF360's `DisparateImpactRemover` changes the rows of one table by their ranks, and cannot be applied to others; it takes
/// the lower of two medians and cuts groups of unequal size into as many parts as the smallest group has rows. For
/// an odd number of equally large groups without ties the two agree.
///
/// Where one number is very common, as 0 often is, all its rows go to one place, and the groups' distributions do not become
/// the same.
///
/// - Source: Feldman et al. 2015, DOI 10.1145/2783258.2783311, sections 5.1 and 5.2 (geometric repair).
struct QuantileCurves: Codable, Sendable, Hashable {
    /// Of each group, ascending; empty for one with too few numbers.
    private(set) var values: [[Double]]
    /// Where each of them goes.
    private(set) var targets: [[Double]]

    /// Of a group with more different numbers, so many are kept, evenly by place.
    static let mostPoints = 4096

    /// - Parameters:
    ///   - numbers: NaN where missing.
    ///   - groups: Of each number; −1 for none.
    init(_ numbers: [Double], groups: [Int32], groupCount: Int) {
        var members = [[Double]](repeating: [], count: groupCount)
        for (number, group) in zip(numbers, groups) where group >= 0 && number.isFinite {
            members[Int(group)].append(number)
        }
        for group in members.indices {
            members[group].sort()
            if members[group].count < GroupRepair.fewestRows { members[group] = [] }
        }
        let deciding = members.filter { !$0.isEmpty }
        values = []
        targets = []
        for own in members {
            var (points, moved) = ([Double](), [Double]())
            var begin = 0
            while begin < own.count {
                var end = begin
                while end < own.count, own[end] == own[begin] { end += 1 }
                // Twice the middle of the ranks begin + 1 … end, less one: 2 · count · F.
                let twice = begin + end
                points.append(own[begin])
                moved.append(Self.median(deciding.map { Self.quantile($0, twice, own.count) }))
                begin = end
            }
            let kept = Self.kept(of: points.count)
            values.append(kept.map { points[$0] })
            targets.append(kept.map { moved[$0] })
        }
    }

    /// The smallest number with a share `twice / (2 · count)` of the rows up to it; in whole numbers, since the ranks of
    /// equally large groups are exact.
    private static func quantile(_ sorted: [Double], _ twice: Int, _ count: Int) -> Double {
        let rank = (twice * sorted.count + 2 * count - 1) / (2 * count)
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }

    private static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2
    }

    private static func kept(of count: Int) -> [Int] {
        guard count > mostPoints else { return Array(0..<count) }
        return (0..<mostPoints).map { $0 * (count - 1) / (mostPoints - 1) }
    }

    /// Where a number of a group goes; itself where the group had too few numbers.
    func moved(_ value: Double, group: Int) -> Double {
        let (points, targets) = (values[group], targets[group])
        guard let first = points.first, let last = points.last else { return value }
        if value <= first { return value + (targets[0] - first) }
        if value >= last { return value + (targets[targets.count - 1] - last) }
        var (low, high) = (0, points.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if points[middle] <= value { low = middle } else { high = middle }
        }
        let share = (value - points[low]) / (points[high] - points[low])
        return targets[low] + share * (targets[high] - targets[low])
    }
}
