/// The weight of positives and negatives at each distinct score, from the highest down.
struct RankedScores {
    /// Rows in order of falling score.
    let order: [Int]
    /// For each distinct score: the positions in `order` that have it.
    let ties: [Range<Int>]
    let positive: Double
    let negative: Double

    init(_ scores: [Double], isPositive: [Bool], weights: [Double]) {
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        var ties: [Range<Int>] = []
        var start = 0
        for position in 1...order.count
        where position == order.count || scores[order[position]] != scores[order[start]] {
            ties.append(start..<position)
            start = position
        }
        var positive = 0.0
        var negative = 0.0
        for row in order {
            if isPositive[row] { positive += weights[row] } else { negative += weights[row] }
        }
        self.order = order
        self.ties = ties
        self.positive = positive
        self.negative = negative
    }
}

/// The area under the ROC curve and what each row contributes to it.
struct AreaUnderCurve {
    let value: Double
    /// For a positive row, the share of negatives below it; for a negative, of positives above it;
    /// ties count half.
    let placements: [Double]
    let positive: Double
    let negative: Double

    /// - Returns: `nil` without positives or without negatives.
    init?(_ scores: [Double], isPositive: [Bool], weights: [Double]) {
        let ranked = RankedScores(scores, isPositive: isPositive, weights: weights)
        guard ranked.positive > 0, ranked.negative > 0 else { return nil }
        var placements = [Double](repeating: 0, count: scores.count)
        var positiveAbove = 0.0
        var negativeAbove = 0.0
        var area = 0.0
        for tie in ranked.ties {
            var positiveHere = 0.0
            var negativeHere = 0.0
            for row in ranked.order[tie] {
                if isPositive[row] {
                    positiveHere += weights[row]
                } else {
                    negativeHere += weights[row]
                }
            }
            let below = ranked.negative - negativeAbove - negativeHere + negativeHere / 2
            let above = positiveAbove + positiveHere / 2
            for row in ranked.order[tie] {
                placements[row] =
                    isPositive[row] ? below / ranked.negative : above / ranked.positive
            }
            area += positiveHere * below
            positiveAbove += positiveHere
            negativeAbove += negativeHere
        }
        let share = area / (ranked.positive * ranked.negative)
        // Sums of weights round; classes that are parted completely have an area of 0 or 1.
        value = share < 1e-14 ? 0 : share > 1 - 1e-14 ? 1 : share
        self.placements = placements
        positive = ranked.positive
        negative = ranked.negative
    }

    /// `ψᵢ` of each row.
    func influence(isPositive: [Bool], weights: [Double]) -> [Double] {
        placements.indices.map { row in
            weights[row] * (placements[row] - value) / (isPositive[row] ? positive : negative)
        }
    }

    /// DeLong's variance for simple rows: `s²₁₀/m + s²₀₁/n`.
    func simpleVariance(isPositive: [Bool]) -> Double {
        var positives = 0.0
        var negatives = 0.0
        for row in placements.indices {
            let square = (placements[row] - value) * (placements[row] - value)
            if isPositive[row] { positives += square } else { negatives += square }
        }
        return positives / (positive * max(positive - 1, 1))
            + negatives / (negative * max(negative - 1, 1))
    }
}

extension ClassificationSample {
    var isPositive: [Bool] { labels.map { $0 == 1 } }

    private func undefined(_ method: String, _ note: String) -> Estimate {
        let counts = design.counts()
        return Estimate(
            value: nil, method: method, varied: design.varied, count: counts.rows,
            clusters: counts.clusters, note: note)
    }

    /// P(score of a positive > score of a negative) + ½ P(equal), two classes.
    ///
    /// - Complexity: O(rows · log rows).
    /// - Source: of the interval, see `SamplingDesign.areaEstimate`.
    package func rocAUC() -> Estimate {
        let isPositive = isPositive
        guard
            let area = AreaUnderCurve(scores, isPositive: isPositive, weights: design.weights)
        else { return undefined("DeLong", "only one class occurs") }
        return design.areaEstimate(area, isPositive: isPositive)
    }

    /// The mean over classes of the AUC of one class against the rest.
    ///
    /// Where a class has few rows, its own AUC's interval enters by its ends (variance recovery).
    package func macroAUC() -> Estimate {
        guard let (value, influence, missing) = macroAreaUnderCurve else {
            return undefined("Infinitesimal jackknife", "one class occurs")
        }
        let note = missing == 0 ? nil : "\(missing) classes do not occur"
        let isFew = (0..<classes).contains { candidate in
            let isMember = labels.map { Int($0) == candidate }
            let sizes = design.classSizes(isMember)
            return min(sizes.positive, sizes.negative) < design.leastOfRanking
        }
        guard isFew else {
            return design.estimate(
                value, influence: influence, method: "Infinitesimal jackknife, logit",
                scale: .logit, note: note)
        }
        let parts = classAreas.map { area, isMember -> Share? in
            let estimate = design.areaEstimate(area, isPositive: isMember)
            guard let lower = estimate.lower, let upper = estimate.upper else { return nil }
            return Share(
                value: area.value, lower: lower, upper: upper, isExact: false,
                influence: area.influence(isPositive: isMember, weights: design.weights))
        }
        var result = design.recovered(
            value, from: parts.map { (1 / Double(parts.count), $0) })
        result.method = "Variance recovery from the classes' AUC"
        result.lower = result.lower.map { max(0, $0) }
        result.upper = result.upper.map { min(1, $0) }
        result.note = [note, result.note].compactMap { $0 }.first
        return result
    }

    /// The ROC area of each class that occurs against the rest.
    private var classAreas: [(area: AreaUnderCurve, isMember: [Bool])] {
        (0..<classes).compactMap { candidate in
            let isMember = labels.map { Int($0) == candidate }
            let scores = (0..<rows).map { probabilities[$0 * classes + candidate] }
            return AreaUnderCurve(scores, isPositive: isMember, weights: design.weights)
                .map { ($0, isMember) }
        }
    }

    /// The macro AUC, its influence values, and how many classes do not occur; `nil` of one class.
    var macroAreaUnderCurve: (value: Double, influence: [Double], missing: Int)? {
        var sum = 0.0
        var influence = [Double](repeating: 0, count: rows)
        let areas = classAreas
        for (area, isMember) in areas {
            sum += area.value
            let part = area.influence(isPositive: isMember, weights: design.weights)
            for row in 0..<rows { influence[row] += part[row] }
        }
        let defined = areas.count
        guard defined > 0 else { return nil }
        let count = Double(defined)
        return (sum / count, influence.map { $0 / count }, classes - defined)
    }

    /// `Σ (recallₖ − recallₖ₋₁) · precisionₖ` over the distinct scores, two classes.
    ///
    /// With `T(s)` the weight of positives and `P(s)` of all rows scored `s` or more, it is
    /// `Σ_{i positive} wᵢ T(sᵢ)/P(sᵢ) / Σ_{i positive} wᵢ`; the influence of row k is its derivative
    /// by `wₖ`.
    ///
    /// - Complexity: O(rows · log rows).
    package func averagePrecision() -> Estimate {
        let method = "Infinitesimal jackknife, logit"
        guard let (value, influence, mass) = precisionRecallArea else {
            return undefined(method, "there are no positive rows")
        }
        return design.estimate(
            value, influence: influence, mass: mass, method: method, scale: .logit,
            parts: [design.part("positive rows") { labels[$0] == 1 }])
    }

    /// The average precision, its influence values, and the weights of the positive rows; `nil`
    /// without those.
    var precisionRecallArea: (value: Double, influence: [Double], mass: [Double])? {
        let isPositive = isPositive
        let ranked = RankedScores(scores, isPositive: isPositive, weights: design.weights)
        guard ranked.positive > 0 else { return nil }
        let weights = design.weights
        // Downwards: precision at each score.
        var found = 0.0
        var decided = 0.0
        var sum = 0.0
        var steps: [(mass: Double, precision: Double, decided: Double)] = []
        for tie in ranked.ties {
            var mass = 0.0
            for row in ranked.order[tie] {
                decided += weights[row]
                if isPositive[row] { mass += weights[row] }
            }
            found += mass
            let precision = decided > 0 ? found / decided : 0
            sum += mass * precision
            steps.append((mass, precision, decided))
        }
        let value = sum / ranked.positive
        // Upwards: what a row adds to the precision at its own and all lower scores.
        var influence = [Double](repeating: 0, count: rows)
        var inverse = 0.0
        var ratio = 0.0
        for (tie, step) in zip(ranked.ties, steps).reversed() {
            if step.decided > 0 {
                inverse += step.mass / step.decided
                ratio += step.mass * step.precision / step.decided
            }
            for row in ranked.order[tie] {
                let own = isPositive[row] ? step.precision + inverse - value : 0
                influence[row] = weights[row] * (own - ratio) / ranked.positive
            }
        }
        let mass = (0..<rows).map { isPositive[$0] ? weights[$0] : 0 }
        return (value, influence, mass)
    }

    /// A point of the ROC curve.
    package struct CurvePoint: Sendable, Hashable {
        package var threshold: Double
        package var falsePositiveRate: Double
        package var truePositiveRate: Double
    }

    /// The ROC curve from (0, 0) to (1, 1), at most `limit` points; empty where a class is missing.
    package func rocCurve(limit: Int = 200) -> [CurvePoint] {
        let isPositive = isPositive
        let ranked = RankedScores(scores, isPositive: isPositive, weights: design.weights)
        guard ranked.positive > 0, ranked.negative > 0 else { return [] }
        var points = [CurvePoint(threshold: .infinity, falsePositiveRate: 0, truePositiveRate: 0)]
        var positive = 0.0
        var negative = 0.0
        for tie in ranked.ties {
            for row in ranked.order[tie] {
                if isPositive[row] {
                    positive += design.weights[row]
                } else {
                    negative += design.weights[row]
                }
            }
            points.append(
                CurvePoint(
                    threshold: scores[ranked.order[tie.lowerBound]],
                    falsePositiveRate: negative / ranked.negative,
                    truePositiveRate: positive / ranked.positive))
        }
        guard points.count > limit, limit > 1 else { return points }
        // Evenly along the curve's length in both rates, so that its steep start stays drawn.
        var kept = [points[0]]
        for (position, point) in points.enumerated().dropFirst() {
            let travelled = point.falsePositiveRate + point.truePositiveRate
            let wanted = 2 * Double(kept.count) / Double(limit - 1)
            if travelled >= wanted || position == points.count - 1 { kept.append(point) }
        }
        return kept
    }
}
