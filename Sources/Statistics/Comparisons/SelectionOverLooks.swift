import RealModule
import TensorCore

/// Intervals of a number that was picked from several on the same rows.
///
/// The best of k looks is above its true value more often than any one of them is. An interval that
/// holds for all k at once holds for the one picked, whatever picked it.
package enum SelectionOverLooks {
    /// The interval of one of `looks` estimates, at the same level as if it had been the only one.
    ///
    /// - `direction` 0, picked by any rule: each end errs by `(1 − level^(1/k))/2`, which holds for
    ///   all k at once for any normal estimates (Šidák).
    /// - `direction` ±1, picked as the *highest* (`+1`) or the *lowest* (`−1`) of these very estimates:
    ///   only the end that faces away from the luck moves, to an error of `(1 − level)/2k`
    ///   (Bonferroni). The other stays: let j be the candidate that is truly the best. If the true value
    ///   of the picked one were above its upper end, so would j's be above its own, as j is truly no
    ///   worse and scored no higher; and that j, fixed beforehand, errs no more than nominally. The
    ///   candidates' standard errors must be about the same for this.
    ///
    /// The reach grows on the estimate's own scale, by Student's t or the share's own quantiles; where
    /// only the ends are known (sums of shares, calibration error), each side by normal quantiles.
    ///
    /// - Parameters:
    ///   - estimate: Of the one that was picked.
    ///   - looks: k ≥ 1, all those that it was picked from.
    /// - Source: Šidák 1967, DOI 10.1080/01621459.1967.10482935; Dunn 1961,
    ///   DOI 10.1080/01621459.1961.10482090.
    package static func widened(
        _ estimate: Estimate, looks: Int, direction: Int = 0
    ) -> Estimate {
        precondition(looks > 0, "the picked one is one look")
        guard looks > 1, let value = estimate.value, let lower = estimate.lower,
            let upper = estimate.upper
        else { return estimate }
        let nominal = (1 - estimate.level) / 2
        let tails = tails(level: estimate.level, looks: looks, direction: direction)
        var result = estimate
        switch estimate.form {
        case .student(let scale, let degrees):
            // An end that was cut at the edge of the metric's range reaches as far as the other.
            let reach = max(
                scale.distance(from: lower, to: value), scale.distance(from: value, to: upper))
            let unit = reach / VarianceComponents.quantile(tail: nominal, degrees: degrees)
            func end(_ tail: Double, _ sign: Double) -> Double {
                let t = VarianceComponents.quantile(tail: tail, degrees: degrees)
                return scale.moved(value, by: sign * unit * t)
            }
            result.lower = min(lower, end(tails.lower, -1))
            result.upper = max(upper, end(tails.upper, 1))
        case .share(let rows):
            result.lower = min(lower, rows.interval(value, tail: tails.lower).lower)
            result.upper = max(upper, rows.interval(value, tail: tails.upper).upper)
        case nil:
            func factor(_ tail: Double) -> Double {
                SpecialFunctions.normalQuantile(tail) / SpecialFunctions.normalQuantile(nominal)
            }
            result.lower = min(lower, value - (value - lower) * factor(tails.lower))
            result.upper = max(upper, value + (upper - value) * factor(tails.upper))
        }
        if direction > 0 { result.upper = upper }
        if direction < 0 { result.lower = lower }
        result.method +=
            direction == 0
            ? ", Šidák over \(looks) looks" : ", Bonferroni over \(looks) looks, the best kept"
        return result
    }

    /// The same for a difference; its p-value is that of all k at once, at most 1.
    package static func widened(
        _ difference: Difference, looks: Int, direction: Int = 0
    ) -> Difference {
        var result = difference
        result.estimate = widened(difference.estimate, looks: looks, direction: direction)
        result.pValue = difference.pValue.map { min(1, Double(looks) * $0) }
        return result
    }

    private static func tails(
        level: Double, looks: Int, direction: Int
    ) -> (lower: Double, upper: Double) {
        let nominal = (1 - level) / 2
        guard direction != 0 else {
            let each = -Double.expMinusOne(Double.log(level) / Double(looks)) / 2
            return (each, each)
        }
        let shared = nominal / Double(looks)
        return direction > 0 ? (shared, nominal) : (nominal, shared)
    }
}

// MARK: - With all candidates at hand

/// The best of several candidates, with an interval that allows for the choice.
package struct Selected: Sendable {
    package var index: Int
    package var estimate: Estimate
    /// The number of unrelated looks that would have widened the interval as much.
    package var effectiveLooks: Double
}

extension SelectionOverLooks {
    /// The best of candidates by their mean of a number a row.
    ///
    /// - Parameters:
    ///   - candidates: `[candidates][rows]`, such as losses; finite.
    ///   - direction: `+1` to pick the highest mean, `−1` the lowest.
    /// - Throws: Where candidates are missing or differ in rows.
    package static func best(
        of candidates: [[Double]], direction: Int, weights: [Double]? = nil,
        clusters: [Int32]? = nil, seed: UInt64, draws: Int = 4000
    ) throws(StatisticsError) -> Selected {
        guard let rows = candidates.first?.count, candidates.allSatisfy({ $0.count == rows }) else {
            throw StatisticsError(
                "there are no candidates, or they differ in rows. Give each one's number for the "
                    + "same rows, in the same order")
        }
        let design = try SamplingDesign(rows: rows, weights: weights, clusters: clusters)
        return best(
            of: candidates.map {
                JackknifedValue(
                    meanOf: $0, design: design, parts: [design.whole(least: SamplePart.squares)])
            },
            direction: direction, design: design, seed: seed, draws: draws)
    }

    /// The best of candidates, with the distribution of the largest error of all of them.
    ///
    /// Candidates that err alike cost less than as many unrelated ones. With `mⱼ` the deletions of j
    /// and g normal, `maxⱼ Σ_c g_c m_jc / |mⱼ|` has the distribution of the largest error in standard
    /// errors (Gaussian multiplier bootstrap). Its 97.5 % quantile gives the tail of one candidate, at
    /// least Bonferroni's, from which its t is taken. The reach away from the luck is at least the
    /// mean of all candidates': of skewed numbers the one that looks best also looks surest.
    ///
    /// - Complexity: O(draws · candidates · pieces).
    /// - Source: Chernozhukov et al. 2013, DOI 10.1214/13-AOS1161.
    package static func best(
        of candidates: [JackknifedValue], direction: Int, design: SamplingDesign, seed: UInt64,
        draws: Int = 4000
    ) -> Selected {
        precondition(!candidates.isEmpty && direction != 0 && draws >= 1000, "nothing to pick")
        let sign: Double = direction > 0 ? 1 : -1
        var index = 0
        for candidate in candidates.indices
        where sign * candidates[candidate].value > sign * candidates[index].value {
            index = candidate
        }
        let picked = candidates[index]
        let components = picked.deletions.map {
            VarianceComponents(parts: [($0.variance, $0.degrees)])
        }
        var estimate = Difference(
            picked.value, components, method: "Jackknife, paired", shortage: picked.shortage,
            design: design
        ).estimate
        let tail = sharedTail(candidates, sign: sign, seed: seed, draws: draws)
        guard let components, estimate.lower != nil else {
            return Selected(index: index, estimate: estimate, effectiveLooks: 0.025 / tail)
        }
        let near = components.reach(tail: 0.025)
        let reaches = candidates.compactMap(\.deletions).map {
            VarianceComponents(parts: [($0.variance, $0.degrees)]).reach(tail: tail)
        }
        let far = max(
            components.reach(tail: tail), reaches.reduce(0, +) / Double(reaches.count))
        estimate.lower = picked.value - (direction > 0 ? far : near)
        estimate.upper = picked.value + (direction > 0 ? near : far)
        estimate.method = "Jackknife, maximum of \(candidates.count) looks by multiplier bootstrap"
        return Selected(index: index, estimate: estimate, effectiveLooks: 0.025 / tail)
    }

    /// The error of one candidate's end at which that of all is 2.5 %.
    private static func sharedTail(
        _ candidates: [JackknifedValue], sign: Double, seed: UInt64, draws: Int
    ) -> Double {
        let units = candidates.compactMap { candidate -> [Double]? in
            guard let moves = candidate.deletions?.moves else { return nil }
            let length = moves.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return length > 0 ? moves.map { sign * $0 / length } : nil
        }
        guard let pieces = units.first?.count, units.count > 1 else { return 0.025 }
        let random = CounterRandom(seed: seed, name: "multiplier bootstrap")
        var largest: [Double] = []
        largest.reserveCapacity(draws)
        var normal = [Double](repeating: 0, count: pieces)
        for draw in 0..<draws {
            for piece in 0..<pieces {
                let u = random.uniform(step: UInt32(draw), index: UInt64(2 * piece))
                let v = random.uniform(step: UInt32(draw), index: UInt64(2 * piece + 1))
                normal[piece] = (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
            }
            var most = -Double.infinity
            for unit in units {
                var sum = 0.0
                for piece in 0..<pieces { sum += unit[piece] * normal[piece] }
                most = max(most, sum)
            }
            largest.append(most)
        }
        largest.sort()
        let quantile = largest[min(draws - 1, Int(0.975 * Double(draws)))]
        let tail = SpecialFunctions.normalCDF(-quantile)
        return min(0.025, max(tail, 0.025 / Double(units.count)))
    }
}
