package import Prediction
import Statistics

/// Decisions that keep a gap within a tolerance without being told a row's group: a row's score is moved by how probable
/// each group is, given its features.
///
/// With `η` the score and `q_g` the probability of group g, 1 is decided where
///
/// `c_FN η − c_FP (1 − η) ≥ Σ_kinds Σ_g λ_g w(η) q_g / mean(w(η) q_g)`
///
/// and `w` is 1 for selection rates, `η` for true-, `1 − η` for false-positive rates: the form of the best decision
/// where scores and probabilities are the true ones. λ minimises the dual
/// `mean(margin)₊ + tolerance · ½ Σ|λ_g|` with `Σ_g λ_g = 0`, smoothed; the fitting rows' own groups then choose
/// its strength and move each multiplier by a pattern search, since neither is true.
///
/// - Source: Menon & Williamson 2018, PMLR 81:107; Zeng et al. 2022, arXiv:2202.09724.
package struct GroupFreeRule: Codable, Sendable, Hashable {
    package var constraint: FairnessConstraint
    package var tolerance: Double
    package var groups: [String]
    /// `[kinds][groups]`: λ over the mean that it is divided by.
    package var multipliers: [[Double]]
    package var falsePositiveCost: Double
    package var falseNegativeCost: Double
    /// On the rows that it was fitted on.
    package var fittedGap: Double

    /// Over which a decision turns from 0 to 1 where λ is sought.
    private static let smoothing = 0.005
    /// Accuracy that is given for a gap beyond the tolerance: more than any rule has to.
    private static let gapPrice = 20.0
    /// Rows that λ is sought on; it is a start, and all rows choose from there.
    private static let mostDualRows = 6000

    /// - Parameters:
    ///   - scores: Of the positive class, one a row.
    ///   - chances: `[rows][groups]`: the probability of each group by the row's features.
    ///   - members: The group that each row is truly of, by its place in `groups`.
    package init(
        _ constraint: FairnessConstraint, tolerance: Double, groups: [String], scores: [Double],
        chances: [[Double]], labels: [Bool], members: [Int], weights: [Double]? = nil,
        costs: (falsePositive: Double, falseNegative: Double) = (1, 1)
    ) {
        self.constraint = constraint
        self.tolerance = tolerance
        self.groups = groups
        falsePositiveCost = costs.falsePositive
        falseNegativeCost = costs.falseNegative
        let kinds = constraint.rates
        multipliers = kinds.map { _ in groups.map { _ in 0 } }
        fittedGap = 0
        let rows = FittingRows(
            scores: scores, chances: chances, labels: labels, members: members,
            weights: weights ?? Array(repeating: 1, count: scores.count), groups: groups.count,
            kinds: kinds, costs: costs)
        // No rule of finitely many decisions has a gap of exactly 0: two rows of the smallest group are none.
        let allowed = tolerance + 2 / max(rows.fewestInRate, 1)
        func worth(_ outcome: (gap: Double, value: Double)) -> Double {
            outcome.value - Self.gapPrice * max(0, outcome.gap - allowed)
        }
        let sample = rows.thinned(to: Self.mostDualRows)
        let unit = sample.units
        var point = [Double](repeating: 0, count: kinds.count * groups.count)
        var found = rows.outcome(point)
        for aimed in Set([0, tolerance / 2, tolerance]).sorted() {
            let lambda = sample.dual(unit: unit, tolerance: aimed, smoothing: Self.smoothing)
            for strength in stride(from: 0.1, through: 3.0, by: 0.1) {
                let tried = zip(lambda, unit).map { strength * $0 * $1 }
                let outcome = rows.outcome(tried)
                if worth(outcome) > worth(found) { (point, found) = (tried, outcome) }
            }
        }
        // Neither score nor probability is the true one, so that the true groups move each multiplier on.
        var step = max(point.reduce(0) { max($0, abs($1)) }, 0.1) / 4
        for _ in 0..<30 {
            var moved = false
            for place in point.indices {
                for sign in [1.0, -1.0] {
                    var tried = point
                    tried[place] += sign * step
                    let outcome = rows.outcome(tried)
                    guard worth(outcome) > worth(found) else { continue }
                    (point, found) = (tried, outcome)
                    moved = true
                    break
                }
            }
            if !moved { step /= 2 }
        }
        multipliers = kinds.indices.map { kind in
            Array(point[kind * groups.count..<(kind + 1) * groups.count])
        }
        fittedGap = found.gap
    }

    /// - Parameter chances: Of each group, in the order of `groups`.
    package func decides(_ score: Double, _ chances: [Double]) -> Bool {
        var margin = falseNegativeCost * score - falsePositiveCost * (1 - score)
        for (rate, own) in zip(constraint.rates, multipliers) {
            let share = rate.share(score)
            for (multiplier, chance) in zip(own, chances) { margin -= multiplier * share * chance }
        }
        return margin >= 0
    }
}

extension GroupFreeRule {
    /// - Parameter chances: `[rows][groups]`, in the order of `groups`.
    /// - Throws: where a group has too few rows, saying how many are needed.
    package init(
        _ constraint: FairnessConstraint, tolerance: Double, column: String, groups: [String],
        chances: [[Double]], fittedOn rows: LabelledPredictions
    ) throws {
        let known = try rows.decidedGroups(of: column)
        try known.check(constraint, split: rows.split)
        let places = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0) })
        var members = [Int](repeating: 0, count: rows.rows)
        for (name, own) in known.members { for row in own { members[row] = places[name] ?? 0 } }
        let present = known.names.compactMap { places[$0] }
        // A group that no fitting row is of plays no part.
        let order = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
        self.init(
            constraint, tolerance: tolerance, groups: known.names, scores: known.scores,
            chances: chances.map { row in present.map { row[$0] } }, labels: known.labels,
            members: members.map { order[$0] ?? 0 }, weights: known.weights,
            costs: rows.costs.map { ($0.falsePositive, $0.falseNegative) } ?? (1, 1))
        if present.count < groups.count {
            // New rows come with the probability of every group.
            multipliers = multipliers.map { own in
                groups.indices.map { group in order[group].map { own[$0] } ?? 0 }
            }
            self.groups = groups
        }
    }
}
