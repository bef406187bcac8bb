import TensorCore

/// The parts of a Brier score of two classes: `score = miscalibration − discrimination + uncertainty`.
///
/// With q the isotonic regression of outcomes on scores, that is the scores recalibrated on these very rows, and ȳ the
/// share of the positive class: miscalibration is `B(p) − B(q)`, discrimination `B(ȳ) − B(q)`, uncertainty
/// `B(ȳ) = ȳ(1 − ȳ)`. Each is 0 or more.
///
/// The intervals are those of the mean difference of a row, since q minimises B and its own error has no first-order
/// effect, less what a regression gains by chance on the rows it is fitted on: the mean over draws of outcomes from q, which
/// is too sure on these rows, and over draws from p, of which each end takes the one that widens the interval. At a
/// miscalibration of 0 that is no normal number: where calibrated probabilities would show as much in more than 5 % of
/// samples, by draws of the outcomes from the scores, the interval begins at 0.
///
/// - Source: Dimitriadis, Gneiting & Jordan 2021, DOI 10.1073/pnas.2016191118.
package struct BrierDecomposition: Sendable {
    package var miscalibration: Estimate
    package var discrimination: Estimate
    package var uncertainty: Estimate

    /// Draws of outcomes from the scores: fewer of many rows, of which one draw tells more.
    private static let mostDraws = 200
    /// Calibrated probabilities exceed the largest of 20 draws in 1 of 21 samples.
    private static let leastDraws = 20
    private static let mostSteps = 10_000_000

    /// - Precondition: The sample has two classes.
    package init(_ sample: ClassificationSample, seed: UInt64 = 0) {
        precondition(sample.classes == 2, "a Brier score of two classes")
        let design = sample.design
        let outcomes = sample.labels.map(Double.init)
        let total = design.weights.reduce(0, +)
        let share = zip(outcomes, design.weights).reduce(0) { $0 + $1.0 * $1.1 } / total
        let own = sample.rowBrierScores
        let best = Self.recalibrated(sample.scores, outcomes, design.weights)
        let parts = [
            design.whole(least: SamplePart.squares),
            design.part("positive rows", least: SamplePart.squares) { sample.labels[$0] == 1 },
            design.part("negative rows", least: SamplePart.squares) { sample.labels[$0] == 0 },
        ]
        miscalibration = design.mean(
            zip(own, best.errors).map { $0 - $1 }, scale: .plain, parts: parts)
        discrimination = design.mean(
            zip(outcomes, best.errors).map { ($0 - share) * ($0 - share) - $1 }, scale: .plain,
            parts: parts)
        uncertainty = design.functionOfShares(
            [{ sample.labels[$0] == 1 }], method: "Interval of the share, transformed"
        ) { max(0, $0[0] * (1 - $0[0])) }
        miscalibration.value = miscalibration.value.map { max(0, $0) }
        miscalibration.lower = miscalibration.lower.map { max(0, $0) }
        discrimination.lower = discrimination.lower.map { max(0, $0) }
        // Without an interval there is nothing to correct.
        guard miscalibration.lower != nil || discrimination.lower != nil else { return }
        let least = miscalibration.value ?? 0
        // What a regression fitted on these rows gains by chance, were its own values right.
        let order = sample.scores.indices.filter { design.weights[$0] > 0 }.sorted {
            (sample.scores[$0], $0) < (sample.scores[$1], $1)
        }
        // The regression's own values are too sure on these rows, and so gain too little; the scores may be too dull.
        let (gain, other) = Self.chanceGains(
            order.map { best.scores[$0] }, order.map { sample.scores[$0] },
            order.map { design.weights[$0] }, seed: seed)
        let (fewest, most) = (min(gain.mean, other.mean), max(gain.mean, other.mean))
        for part in [\BrierDecomposition.miscalibration, \BrierDecomposition.discrimination] {
            self[keyPath: part].lower = self[keyPath: part].lower.map { max(0, $0 - most) }
            self[keyPath: part].upper = self[keyPath: part].upper.map { max(0, $0 - fewest) }
        }
        let limit = other.limit
        if least <= limit, miscalibration.lower != nil {
            miscalibration.lower = 0
            miscalibration.upper = max(miscalibration.upper ?? least, least)
            miscalibration.note = "no more than calibrated probabilities would show"
        }
    }

    /// The isotonic regression's values, and their squared errors.
    private static func recalibrated(
        _ scores: [Double], _ outcomes: [Double], _ weights: [Double]
    ) -> (scores: [Double], errors: [Double]) {
        let fit = IsotonicFit(places: scores, outcomes: outcomes, weights: weights)
        let values = scores.map { fit($0) }
        return (
            values,
            zip(values, outcomes).map { ($0 - $1) * ($0 - $1) }
        )
    }

    /// What regression gains of right probabilities, over samples.
    private struct ChanceGain {
        var mean: Double
        /// What is exceeded in 5 % of them.
        var limit: Double

        init(_ gains: [Double]) {
            let gains = gains.sorted()
            mean = gains.reduce(0, +) / Double(gains.count)
            limit = gains[min(gains.count - 1, gains.count * 19 / 20)]
        }
    }

    /// By how much isotonic regression lowers the Brier score of right probabilities, of two lists of them on the same draws;
    /// rows are taken one by one.
    ///
    /// - Parameters: Both lists ascending, and the rows' weights.
    private static func chanceGains(
        _ first: [Double], _ second: [Double], _ weights: [Double], seed: UInt64
    ) -> (ChanceGain, ChanceGain) {
        let random = CounterRandom(seed: seed, name: "calibrated outcomes")
        let draws = min(mostDraws, max(leastDraws, mostSteps / max(weights.count, 1)))
        var places = [Double](repeating: 0, count: weights.count)
        var gains: (first: [Double], second: [Double]) = ([], [])
        for draw in 0..<draws {
            for row in places.indices {
                places[row] = random.uniform(step: UInt32(draw), index: UInt64(row))
            }
            gains.first.append(gain(first, weights, places))
            gains.second.append(gain(second, weights, places))
        }
        return (ChanceGain(gains.first), ChanceGain(gains.second))
    }

    /// Of outcomes that are 1 where a row's place in [0, 1) is below its score.
    private static func gain(
        _ scores: [Double], _ weights: [Double], _ places: [Double]
    ) -> Double {
        var own = 0.0
        var masses: [Mass] = []
        masses.reserveCapacity(scores.count)
        for row in scores.indices {
            let outcome = places[row] < scores[row]
            let error = scores[row] - (outcome ? 1 : 0)
            own += weights[row] * error * error
            let mass = Mass(sum: outcome ? weights[row] : 0, weight: weights[row])
            if row > 0, scores[row] == scores[row - 1] {
                masses[masses.count - 1] = masses[masses.count - 1] + mass
            } else {
                masses.append(mass)
            }
        }
        // Of outcomes 0 and 1, a block's squared error is its variance.
        let best = Mass.pooledAscending(masses).reduce(0) {
            $0 + $1.weight * $1.mean * (1 - $1.mean)
        }
        return (own - best) / weights.reduce(0, +)
    }
}
