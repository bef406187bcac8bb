import Prediction
import RealModule
import Statistics

/// Rows that a `GroupFreeRule` is fitted on, in flat arrays: each evaluation is one pass without an allocation.
///
/// Multipliers are flat too: `[kinds · groups]`, kinds outermost.
struct FittingRows {
    private let scores: [Double]
    /// `[rows · groups]`
    private let chances: [Double]
    private let labels: [Bool]
    private let members: [Int]
    private let weights: [Double]
    private let groups: Int
    private let kinds: [GroupRate]
    private let costs: (falsePositive: Double, falseNegative: Double)
    private let total: Double

    init(
        scores: [Double], chances: [[Double]], labels: [Bool], members: [Int], weights: [Double],
        groups: Int, kinds: [GroupRate], costs: (falsePositive: Double, falseNegative: Double)
    ) {
        self.scores = scores
        self.chances = chances.flatMap { $0 }
        self.labels = labels
        self.members = members
        self.weights = weights
        self.groups = groups
        self.kinds = kinds
        self.costs = costs
        total = weights.reduce(0, +)
        precondition(self.chances.count == scores.count * groups, "a probability a group and row")
    }

    /// Evenly chosen rows, if there are more.
    func thinned(to most: Int) -> FittingRows {
        guard scores.count > most else { return self }
        let chosen = evenlySpread(most, of: scores.count)
        return FittingRows(
            scores: chosen.map { scores[$0] },
            chances: chosen.map { Array(chances[$0 * groups..<($0 + 1) * groups]) },
            labels: chosen.map { labels[$0] }, members: chosen.map { members[$0] },
            weights: chosen.map { weights[$0] }, groups: groups, kinds: kinds, costs: costs)
    }

    /// One over the mean that each λ is divided by.
    var units: [Double] {
        kinds.flatMap { rate in
            (0..<groups).map { group in
                var sum = 0.0
                for row in scores.indices {
                    sum += weights[row] * rate.share(scores[row]) * chances[row * groups + group]
                }
                return sum > 0 ? total / sum : 0
            }
        }
    }

    /// Rows of the group that has the fewest for any rate.
    var fewestInRate: Double {
        var counts = [[Double]](repeating: [0, 0], count: groups)
        for row in scores.indices { counts[members[row]][labels[row] ? 1 : 0] += 1 }
        return kinds.flatMap { rate in
            counts.map { count in
                switch rate {
                case .truePositive: count[1]
                case .falsePositive: count[0]
                default: count[0] + count[1]
                }
            }
        }.filter { $0 > 0 }.min() ?? 0
    }

    private func margin(_ row: Int, _ multipliers: [Double]) -> Double {
        let score = scores[row]
        var margin = costs.falseNegative * score - costs.falsePositive * (1 - score)
        for kind in kinds.indices {
            var sum = 0.0
            for group in 0..<groups {
                sum += multipliers[kind * groups + group] * chances[row * groups + group]
            }
            margin -= kinds[kind].share(score) * sum
        }
        return margin
    }

    /// The gap over the rows' true groups, and what the decisions are worth a row.
    func outcome(_ multipliers: [Double]) -> (gap: Double, value: Double) {
        // False and true negatives and positives, four a group.
        var counts = [Double](repeating: 0, count: 4 * groups)
        for row in scores.indices {
            let decided = margin(row, multipliers) >= 0
            counts[4 * members[row] + (labels[row] ? 2 : 0) + (decided ? 1 : 0)] += weights[row]
        }
        var value = 0.0
        for group in 0..<groups {
            value += costs.falseNegative * counts[4 * group + 3]
            value -= costs.falsePositive * counts[4 * group + 1]
        }
        var gap = 0.0
        for rate in kinds {
            var (low, high) = (Double.infinity, -Double.infinity)
            for group in 0..<groups {
                let (negative, falsePositive) = (counts[4 * group], counts[4 * group + 1])
                let (falseNegative, positive) = (counts[4 * group + 2], counts[4 * group + 3])
                let (hits, of) =
                    switch rate {
                    case .truePositive: (positive, falseNegative + positive)
                    case .falsePositive: (falsePositive, negative + falsePositive)
                    default:
                        (
                            positive + falsePositive,
                            positive + falsePositive + negative + falseNegative
                        )
                    }
                guard of > 0 else { continue }
                low = min(low, hits / of)
                high = max(high, hits / of)
            }
            if high > low { gap = max(gap, high - low) }
        }
        return (gap, value / total)
    }

    /// λ, whose sum over each kind's groups is 0, at the minimum of the smoothed dual.
    func dual(unit: [Double], tolerance: Double, smoothing: Double) -> [Double] {
        let free = groups - 1
        func lambda(_ point: [Double]) -> [Double] {
            kinds.indices.flatMap { kind -> [Double] in
                let own = point[kind * free..<(kind + 1) * free]
                return own + [-own.reduce(0, +)]
            }
        }
        let start = [Double](repeating: 0, count: kinds.count * free)
        let point = minimized(from: start, steps: 60) { point in
            let lambda = lambda(point)
            let scaled = zip(lambda, unit).map { $0 * $1 }
            var value = 0.0
            var slopes = [Double](repeating: 0, count: lambda.count)
            for row in scores.indices {
                let margin = margin(row, scaled) / smoothing
                let weight = weights[row] / total
                let tail = Double.exp(-abs(margin))
                value += weight * smoothing * (max(margin, 0) + Double.log(1 + tail))
                let decided = weight * (margin >= 0 ? 1 / (1 + tail) : tail / (1 + tail))
                for kind in kinds.indices {
                    let share = decided * kinds[kind].share(scores[row])
                    for group in 0..<groups {
                        slopes[kind * groups + group] -= share * chances[row * groups + group]
                    }
                }
            }
            for place in slopes.indices {
                let size = (lambda[place] * lambda[place] + 1e-6).squareRoot()
                value += tolerance / 2 * size
                slopes[place] = slopes[place] * unit[place] + tolerance / 2 * lambda[place] / size
            }
            let gradient = kinds.indices.flatMap { kind -> [Double] in
                let last = slopes[kind * groups + free]
                return (0..<free).map { slopes[kind * groups + $0] - last }
            }
            return (value, gradient)
        }
        return lambda(point)
    }
}

extension GroupRate {
    /// How much a row with this score counts for a rate in expectation.
    func share(_ score: Double) -> Double {
        switch self {
        case .truePositive: score
        case .falsePositive: 1 - score
        default: 1
        }
    }
}
