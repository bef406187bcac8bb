import RealModule

extension ClassificationSample {
    /// Rows of any score, higher for positives; what counts is the order alone.
    ///
    /// - Parameters:
    ///   - scores: One a row; not NaN.
    ///   - isPositive: One a row.
    package init(
        scores: [Double], isPositive: [Bool], weights: [Double]? = nil, clusters: [Int32]? = nil
    ) throws(StatisticsError) {
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var probabilities = [Double](repeating: 0, count: 2 * scores.count)
        var level = 0.0
        for (position, row) in order.enumerated() {
            // Equal scores have equal probabilities.
            if position == 0 || scores[order[position - 1]] < scores[row] {
                level = Double(position + 1) / Double(scores.count + 1)
            }
            probabilities[2 * row] = 1 - level
            probabilities[2 * row + 1] = level
        }
        try self.init(
            labels: isPositive.map { $0 ? 1 : 0 }, probabilities: probabilities, classes: 2,
            weights: weights, clusters: clusters)
    }

    /// Of two classes: the true-positive rate at the lowest threshold that calls at most a given share
    /// of the negatives positive.
    ///
    /// Both the threshold and the rate come from a sample, so each end of the interval holds both.
    /// Of n negatives the number above a threshold is binomial. At one that calls too many positive it is
    /// at least k₋ with a chance of 98.75 %, so a threshold that fewer are above calls few enough; at one that
    /// calls few enough it is at most k₊ with the same chance. At these two the ends of the positives'
    /// exact interval are taken, each again at 98.75 %: so the whole covers at least 95 %. It may be wide,
    /// and has 0 as its lower end where k₋ is 0.
    ///
    /// Weighted or clustered negatives count as Kish's effective number of rows.
    ///
    /// - Parameter rate: The share of negatives, in (0, 1), such as 0.001.
    /// - Complexity: O(rows · log rows).
    /// - Source: the interval of a quantile from binomial ranks, David & Nagaraja 2003,
    ///   ISBN 978-0-471-38926-2, section 7.1; Clopper & Pearson 1934, DOI 10.1093/biomet/26.4.404.
    package func truePositiveRate(atFalsePositiveRate rate: Double) -> Estimate {
        precondition(rate > 0 && rate < 1, "a share of the negatives")
        let counts = design.counts()
        let isPositive = isPositive
        var result = Estimate(
            value: nil, method: "Clopper–Pearson at binomial ranks", varied: design.varied,
            count: counts.rows, clusters: counts.clusters)
        let ranked = RankedScores(scores, isPositive: isPositive, weights: design.weights)
        guard ranked.positive > 0, ranked.negative > 0 else {
            result.note = "only one class occurs"
            return result
        }
        let steps = ThresholdSteps(
            ranked, isPositive: isPositive, weights: design.weights, scores: scores)
        result.value = steps.positives(upTo: rate)
        let negatives =
            design.isWeighted || design.clusters != nil
            ? design.kish((0..<rows).map { isPositive[$0] ? 0 : design.weights[$0] })
            : ranked.negative
        let tail = Self.tail
        let ranks = BinomialRanks(count: negatives, share: rate, tail: tail)
        if ranks.lower == 0 {
            let needed = (Double.log(tail) / Double.log(onePlus: -rate)).rounded(.up)
            result.note =
                "\(Int(negatives)) rows that are none are too few for a lower end: "
                + "a share of \(rate) takes \(Int(needed))"
        }
        let strict = steps.score(with: Double(ranks.lower - 1) / negatives)
        let loose = steps.score(beyond: Double(ranks.upper) / negatives)
        guard let lower = end(where: { $0 >= strict }), let upper = end(where: { $0 > loose })
        else {
            result.note = SamplingDesign.tooFewPieces
            return result
        }
        result.lower = ranks.lower == 0 ? 0 : lower.lower
        result.upper = Double(ranks.upper + 1) > negatives ? 1 : upper.upper
        return result
    }

    /// The chance of an error at each of the four places where one can be made.
    private static var tail: Double { 0.0125 }

    private func end(where isCalled: (Double) -> Bool) -> (lower: Double, upper: Double)? {
        design.shareWithInterval(
            of: { isCalled(scores[$0]) }, among: { labels[$0] == 1 }
        ).map { share in
            guard let effective = share.effective else { return (share.lower, share.upper) }
            let interval = effective.interval(share.value, tail: Self.tail)
            return (interval.lower, interval.upper)
        }
    }
}

/// The shares of positives and negatives from each distinct score on, from the highest down.
private struct ThresholdSteps {
    private var steps: [(score: Double, positives: Double, negatives: Double)] = []

    init(_ ranked: RankedScores, isPositive: [Bool], weights: [Double], scores: [Double]) {
        var positives = 0.0
        var negatives = 0.0
        for tie in ranked.ties {
            for row in ranked.order[tie] {
                if isPositive[row] { positives += weights[row] } else { negatives += weights[row] }
            }
            steps.append(
                (
                    scores[ranked.order[tie.lowerBound]], positives / ranked.positive,
                    negatives / ranked.negative
                ))
        }
    }

    /// The most positives with at most so large a share of negatives.
    func positives(upTo rate: Double) -> Double {
        steps.last { $0.negatives <= rate * (1 + 1e-12) }?.positives ?? 0
    }

    /// The lowest score from which on at most so large a share of the negatives lies.
    func score(with share: Double) -> Double {
        steps.last { $0.negatives <= share + 1e-12 }?.score ?? .infinity
    }

    /// The highest score from which on a larger share of the negatives lies.
    func score(beyond share: Double) -> Double {
        steps.first { $0.negatives > share + 1e-12 }?.score ?? -.infinity
    }
}

/// How many of n rows an event of a known share hits.
private struct BinomialRanks {
    /// The largest k that is reached with a chance of at least 1 − tail; 0 where none is.
    let lower: Int
    /// The smallest k that is exceeded with a chance of at most the tail.
    let upper: Int

    init(count: Double, share: Double, tail: Double) {
        /// P(K ≥ k), as the incomplete beta function.
        func reaching(_ k: Int) -> Double {
            if k <= 0 { return 1 }
            if Double(k) > count { return 0 }
            return SpecialFunctions.incompleteBeta(share, a: Double(k), b: count - Double(k) + 1)
        }
        var lower = Int(count * share)
        while lower > 0, reaching(lower) < 1 - tail { lower -= 1 }
        var upper = Int(count * share)
        while reaching(upper + 1) > tail { upper += 1 }
        self.lower = lower
        self.upper = upper
    }
}
