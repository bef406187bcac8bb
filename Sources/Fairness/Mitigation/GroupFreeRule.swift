package import Prediction
import RealModule
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
/// among a few strengths of it, since neither is true.
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

    /// Beyond which no row is decided otherwise.
    private static let smoothing = 0.005

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
        multipliers = []
        fittedGap = 0
        let rows = FittingRows(
            scores: scores, chances: chances, labels: labels, members: members,
            weights: weights ?? Array(repeating: 1, count: scores.count), groups: groups.count)
        let unit = constraint.rates.map { rate in
            groups.indices.map { group in
                let total = scores.indices.reduce(0) {
                    $0 + rows.weights[$1] * Self.share(rate, scores[$1]) * chances[$1][group]
                }
                return total > 0 ? rows.total / total : 0
            }
        }
        var best: (rule: GroupFreeRule, value: Double)?
        for aimed in Set([0, tolerance / 2, tolerance]).sorted() {
            let lambda = dual(rows, unit: unit, tolerance: aimed)
            for strength in stride(from: 0.0, through: 2.0, by: 0.1) {
                var rule = self
                rule.multipliers = zip(lambda, unit).map { zip($0, $1).map { strength * $0 * $1 } }
                let decided = scores.indices.map { rule.decides(scores[$0], chances[$0]) }
                let (gap, value) = rows.outcome(of: decided, constraint, costs)
                rule.fittedGap = gap
                // Within the tolerance the cheapest, else the smallest gap.
                let isBetter =
                    best.map { known in
                        let (isKept, wasKept) = (
                            gap <= tolerance, known.rule.fittedGap <= tolerance
                        )
                        if isKept != wasKept { return isKept }
                        return isKept ? value > known.value : gap < known.rule.fittedGap
                    } ?? true
                if isBetter { best = (rule, value) }
            }
        }
        if let best { self = best.rule }
    }

    /// - Parameter chances: Of each group, in the order of `groups`.
    package func decides(_ score: Double, _ chances: [Double]) -> Bool {
        margin(score, chances, multipliers) >= 0
    }

    private func margin(_ score: Double, _ chances: [Double], _ multipliers: [[Double]]) -> Double {
        var margin = falseNegativeCost * score - falsePositiveCost * (1 - score)
        for (rate, own) in zip(constraint.rates, multipliers) {
            let share = Self.share(rate, score)
            for (multiplier, chance) in zip(own, chances) { margin -= multiplier * share * chance }
        }
        return margin
    }

    private static func share(_ rate: GroupRate, _ score: Double) -> Double {
        switch rate {
        case .truePositive: score
        case .falsePositive: 1 - score
        default: 1
        }
    }

    /// λ, `[kinds][groups]`, each kind's sum 0.
    private func dual(
        _ rows: FittingRows, unit: [[Double]], tolerance: Double
    ) -> [[Double]] {
        let (kinds, free) = (unit.count, groups.count - 1)
        func lambda(_ point: [Double]) -> [[Double]] {
            (0..<kinds).map { kind in
                let own = Array(point[kind * free..<(kind + 1) * free])
                return own + [-own.reduce(0, +)]
            }
        }
        let smooth = Self.smoothing
        let point = minimized(from: Array(repeating: 0, count: kinds * free), steps: 200) { point in
            let lambda = lambda(point)
            let scaled = zip(lambda, unit).map { zip($0, $1).map { $0 * $1 } }
            var value = 0.0
            var slopes = lambda.map { $0.map { _ in 0.0 } }
            for row in rows.scores.indices {
                let (score, chances) = (rows.scores[row], rows.chances[row])
                let margin = margin(score, chances, scaled) / smooth
                let weight = rows.weights[row] / rows.total
                value += weight * smooth * Self.softplus(margin)
                let decided = weight / (1 + Double.exp(-margin))
                for kind in 0..<kinds {
                    let share = decided * Self.share(constraint.rates[kind], score)
                    for group in chances.indices {
                        slopes[kind][group] -= share * chances[group] * unit[kind][group]
                    }
                }
            }
            for kind in 0..<kinds {
                for group in groups.indices {
                    let size = (lambda[kind][group] * lambda[kind][group] + 1e-10).squareRoot()
                    value += tolerance / 2 * size
                    slopes[kind][group] += tolerance / 2 * lambda[kind][group] / size
                }
            }
            let gradient = slopes.flatMap { own in own.dropLast().map { $0 - own[free] } }
            return (value, gradient)
        }
        return lambda(point)
    }

    private static func softplus(_ x: Double) -> Double {
        max(x, 0) + Double.log(1 + Double.exp(-abs(x)))
    }
}

/// Rows that a rule is fitted on.
private struct FittingRows {
    var scores: [Double]
    var chances: [[Double]]
    var labels: [Bool]
    var members: [Int]
    var weights: [Double]
    var groups: Int

    var total: Double { weights.reduce(0, +) }

    /// The gap over the rows' true groups, and the value of the decisions.
    func outcome(
        of decided: [Bool], _ constraint: FairnessConstraint,
        _ costs: (falsePositive: Double, falseNegative: Double)
    ) -> (gap: Double, value: Double) {
        var counts = [[Double]](repeating: [0, 0, 0, 0], count: groups)
        for row in decided.indices {
            counts[members[row]][(labels[row] ? 2 : 0) + (decided[row] ? 1 : 0)] += weights[row]
        }
        var value = 0.0
        for count in counts {
            value += costs.falseNegative * count[3] - costs.falsePositive * count[1]
        }
        let gaps = constraint.rates.map { rate in
            let rates = counts.map { count in
                switch rate {
                case .truePositive: count[3] / max(count[2] + count[3], 1e-300)
                case .falsePositive: count[1] / max(count[0] + count[1], 1e-300)
                default: (count[1] + count[3]) / count.reduce(0, +)
                }
            }
            return (rates.max() ?? 0) - (rates.min() ?? 0)
        }
        return (gaps.max() ?? 0, value)
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
