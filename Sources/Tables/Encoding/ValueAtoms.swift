import RealModule

/// The values of a numeric column that deserve a code of their own, and how far each is trusted.
///
/// Some columns pile up on values that mean something by themselves: 40 hours a week, a capital
/// gain of exactly 7,688. Others, such as a latitude, repeat values that mean no more than their
/// neighbours, and a code for each would be learned by heart. Which it is, the target tells: at each
/// value v with nᵥ rows, the mean target m is compared with the mean s of up to 50 rows on each side.
/// With the variance σ² of the target among rows of one value, `d = m − s` has
///
/// `E d² = τ² + σ²(1/nᵥ + 1/nₛ)`,
///
/// where τ² is how much values differ from their neighbours beyond noise. It is estimated by moments,
/// weighing each value by the precision of its d²; where it is not above 0 by three standard errors,
/// the column has no atoms. Else a value's trust is Bühlmann's credibility `nᵥ/(nᵥ + σ²/τ²)`.
///
/// Several classes give one such sum each, added up.
///
/// - Source: Bühlmann & Straub 1970, Mitteilungen der Vereinigung schweizerischer
///   Versicherungsmathematiker 70:111.
package struct ValueAtoms: Sendable {
    package private(set) var values: [Double] = []
    package private(set) var trusts: [Float] = []

    /// Fewer rows say nothing of a value.
    private static let leastRows = 5
    /// The most frequent values are kept.
    private static let most = 1024
    private static let neighbourRows = 50
    private static let standardErrors = 3.0

    /// Which values get a code.
    package enum Rule: String, Codable, Sendable, Hashable, CaseIterable {
        /// Those that the target sets apart, trusted as far as it does.
        case target
        /// All with five rows or more, trusted fully.
        case all
        case none
    }

    /// - Parameters:
    ///   - values: Of the training rows; NaN where missing.
    ///   - outcomes: One column or more of numbers to be predicted, each as long as `values`.
    package init(values: [Double], outcomes: [[Float]], rule: Rule = .target) {
        guard rule != .none else { return }
        let order = values.indices.filter { !values[$0].isNaN }
            .sorted { (values[$0], $0) < (values[$1], $1) }
        let groups = Self.groups(order, values)
        guard groups.contains(where: { $0.count >= Self.leastRows }), groups.count > 2 else {
            return
        }
        func choose(_ positions: [Int], trust: (Double) -> Double) {
            let chosen = positions.sorted { (groups[$1].count, $0) < (groups[$0].count, $1) }
                .prefix(Self.most).sorted()
            for position in chosen {
                self.values.append(values[order[groups[position].lowerBound]])
                trusts.append(Float(trust(Double(groups[position].count))))
            }
        }
        guard rule == .target else {
            choose(groups.indices.filter { groups[$0].count >= Self.leastRows }) { _ in 1 }
            return
        }
        var deviations = [Double](repeating: 0, count: groups.count)
        var noise = [Double](repeating: 0, count: groups.count)
        var within = 0.0
        for outcome in outcomes {
            let column = GroupMeans(groups, order, outcome)
            guard column.within > 0 else { continue }
            within += column.within
            for position in groups.indices where groups[position].count >= Self.leastRows {
                let (mean, rows) = column.neighbours(of: position, rows: Self.neighbourRows)
                let deviation = column.mean(position) - mean
                deviations[position] += deviation * deviation
                noise[position] += column.within * (1 / Double(groups[position].count) + 1 / rows)
            }
        }
        var weight = 0.0
        var excess = 0.0
        for position in groups.indices where noise[position] > 0 {
            let precision = 1 / (noise[position] * noise[position])
            weight += precision
            excess += precision * (deviations[position] - noise[position])
        }
        // d² of pure noise has variance 2·noise², so that the weighted sum has variance 2·weight.
        guard weight > 0, excess > Self.standardErrors * (2 * weight).squareRoot() else { return }
        let halfTrustRows = within / (excess / weight)
        choose(groups.indices.filter { noise[$0] > 0 }) { rows in rows / (rows + halfTrustRows) }
    }

    /// Positions in `order` of rows with one value.
    private static func groups(_ order: [Int], _ values: [Double]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        for position in order.indices.dropFirst()
        where values[order[position]] != values[order[start]] {
            groups.append(start..<position)
            start = position
        }
        if !order.isEmpty { groups.append(start..<order.count) }
        return groups
    }
}

/// Means of a target within the groups of a sorted column.
private struct GroupMeans {
    private let groups: [Range<Int>]
    /// Sums of the target before each position of the sorted rows.
    private var sums: [Double] = [0]
    /// The mean square of the target's distance from its group's mean, over groups of two or more.
    private(set) var within = 0.0

    init(_ groups: [Range<Int>], _ order: [Int], _ outcome: [Float]) {
        self.groups = groups
        sums.reserveCapacity(order.count + 1)
        for row in order { sums.append(sums[sums.count - 1] + Double(outcome[row])) }
        var degrees = 0
        for (position, group) in groups.enumerated() where group.count > 1 {
            let mean = mean(position)
            degrees += group.count - 1
            within += group.reduce(0) { sum, place in
                let distance = Double(outcome[order[place]]) - mean
                return sum + distance * distance
            }
        }
        if degrees > 0 { within /= Double(degrees) }
    }

    func mean(_ position: Int) -> Double {
        let group = groups[position]
        return (sums[group.upperBound] - sums[group.lowerBound]) / Double(group.count)
    }

    /// The mean of the means of up to so many rows on each side; at an end, of one side.
    func neighbours(of position: Int, rows: Int) -> (mean: Double, rows: Double) {
        let group = groups[position]
        let before = max(0, group.lowerBound - rows)..<group.lowerBound
        let after = group.upperBound..<min(sums.count - 1, group.upperBound + rows)
        let sides = [before, after].filter { !$0.isEmpty }
        let mean = sides.reduce(0) { total, side in
            total + (sums[side.upperBound] - sums[side.lowerBound]) / Double(side.count)
        }
        // The variance of a mean of means, as a number of rows.
        let variance = sides.reduce(0) { $0 + 1 / Double($1.count) }
        let count = Double(sides.count)
        return (mean / count, count * count / variance)
    }
}
