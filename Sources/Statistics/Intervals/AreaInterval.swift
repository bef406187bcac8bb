import RealModule

extension SamplingDesign {
    /// How many rows, or groups of rows, of equal weight the classes are as good as.
    func classSizes(_ isPositive: [Bool]) -> (positive: Double, negative: Double) {
        (
            kish(weights.indices.map { isPositive[$0] ? weights[$0] : 0 }),
            kish(weights.indices.map { isPositive[$0] ? 0 : weights[$0] })
        )
    }

    /// From so large a smaller class on DeLong's interval stands alone.
    var leastOfRanking: Double {
        clusters == nil ? SamplePart.rankingRows : SamplePart.rankingGroups
    }

    /// An AUC with an interval that also holds where one class has few rows.
    ///
    /// DeLong's variance takes the spread of a class from its own rows: of one row it is 0, of ten it is still so
    /// uncertain that 95 % intervals hold the truth in 90 % of samples. So, with k the effective size of the smaller
    /// class:
    ///
    /// - k from 20 on, of groups of rows from 10 on: DeLong's, or Obuchowski's, on the logit scale;
    /// - below that, from 2 on: the hull of that and of the values θ with `|Â − θ| ≤ 1.96 √V(θ)`, where V is Hanley and
    ///   McNeil's variance at θ, which needs no spread (`HanleyMcNeil`);
    /// - below 2, and where the classes are parted completely: Clopper and Pearson's of k pairs. A mean over all
    ///   pairs is a mean of means over k pairs that have no row in common, each pair a trial of chance θ; it varies no
    ///   more than those do. In groups of rows k is at most half the groups, as a pair takes two.
    ///
    /// - Source: DeLong et al. 1988, DOI 10.2307/2531595; Obuchowski 1997, DOI 10.2307/2533958; score intervals from
    ///   V(θ): Newcombe 2006, DOI 10.1002/sim.2324; the disjoint pairs: Hoeffding 1963,
    ///   DOI 10.1080/01621459.1963.10500830, section 5.
    func areaEstimate(_ area: AreaUnderCurve, isPositive: [Bool]) -> Estimate {
        let influence = area.influence(isPositive: isPositive, weights: weights)
        let isSimple = clusters == nil && !isWeighted
        let name = isSimple ? "DeLong" : clusters == nil ? "DeLong, weighted" : "Obuchowski"
        let sizes = classSizes(isPositive)
        let fewest = min(sizes.positive, sizes.negative)
        let pairs = clusters == nil ? fewest : min(fewest, Double(units) / 2)
        var variance =
            isSimple ? area.simpleVariance(isPositive: isPositive) : clusteredVariance(influence)
        let isFew = fewest < leastOfRanking
        // The usual variance of few pieces, as DeLong's has it.
        if isFew, !isSimple, pairs > 1 { variance *= pairs / (pairs - 1) }
        var result = estimate(
            area.value, influence: influence, variance: variance, method: "\(name), logit",
            scale: .logit)
        guard isFew else {
            return area.value > 0 && area.value < 1
                ? result : trials(result, pairs: pairs, value: area.value)
        }
        guard area.value > 0, area.value < 1, pairs >= 2 else {
            return trials(result, pairs: pairs, value: area.value)
        }
        let score = HanleyMcNeil(positives: sizes.positive, negatives: sizes.negative)
            .interval(area.value)
        result.note = nil
        result.lower = min(result.lower ?? 1, score.lower)
        result.upper = max(result.upper ?? 0, score.upper)
        result.form = result.form ?? .student(scale: .logit, degrees: max(1, pairs - 1))
        result.method = "\(name), logit, and Hanley–McNeil, score"
        return result
    }

    private func trials(_ estimate: Estimate, pairs: Double, value: Double) -> Estimate {
        var result = estimate
        guard pairs >= 1 - 1e-9 else {
            (result.lower, result.upper, result.form) = (nil, nil, nil)
            result.note = Self.tooFewPieces
            return result
        }
        let effective = EffectiveRows(simple: pairs, limit: pairs)
        let edge = effective.interval(value)
        (result.lower, result.upper, result.form) = (edge.lower, edge.upper, .share(effective))
        result.method = "\(edge.isExact ? "Clopper–Pearson" : "Wilson") of disjoint pairs"
        result.note = nil
        return result
    }
}

/// The variance of an AUC that follows from its size alone.
///
/// `V(θ) = (θ(1 − θ) + (m − 1)(Q₁ − θ²) + (n − 1)(Q₂ − θ²))/(mn)` with `Q₁ = θ/(2 − θ)`, `Q₂ = 2θ²/(1 + θ)`: that of
/// scores with exponential distributions. Which of the classes has the heavier tail is not known, so that the larger of
/// both variances counts.
///
/// - Source: Hanley & McNeil 1982, DOI 10.1148/radiology.143.1.7063747.
struct HanleyMcNeil {
    var positives: Double
    var negatives: Double

    func variance(_ area: Double) -> Double {
        max(
            Self.variance(area, positives, negatives),
            Self.variance(1 - area, negatives, positives))
    }

    private static func variance(_ area: Double, _ m: Double, _ n: Double) -> Double {
        let square = area * area
        let shared = area / (2 - area) - square
        let paired = 2 * square / (1 + area) - square
        return (area * (1 - area) + max(m - 1, 0) * shared + max(n - 1, 0) * paired) / (m * n)
    }

    /// The areas that a value is not farther from than 1.96 of their own standard errors.
    func interval(_ value: Double) -> (lower: Double, upper: Double) {
        let z = SpecialFunctions.normalQuantile(0.975)
        func holds(_ area: Double) -> Bool {
            (value - area) * (value - area) <= z * z * variance(area)
        }
        func end(_ edge: Double) -> Double {
            var (inside, outside) = (value, edge)
            for _ in 0..<50 {
                let middle = (inside + outside) / 2
                if holds(middle) { inside = middle } else { outside = middle }
            }
            return inside
        }
        return (end(0), end(1))
    }
}
