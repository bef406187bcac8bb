/// Differences between all pairs of groups in one or several rates, with intervals that hold for all
/// of them at once.
///
/// A pair's interval is MOVER's of two independent rates, its arms lengthened by Bonferroni over all pairs and
/// rates (`Estimate.minus`). A gap is a function of the sizes of the differences that rises with each, so that
/// while all intervals hold it lies between its values at all lower and at all upper ends. Equal groups are no
/// special case: the lower end is then 0. The percentile bootstrap, by contrast, never reaches 0, since the
/// largest of noisy differences is always above it.
package struct PairwiseGaps: Sendable {
    /// How the pairs of one rate become one number.
    package enum WithinRate: Sendable { case range, meanOfPairs }
    /// How the rates become one number.
    package enum AcrossRates: Sendable { case maximum, mean, sum }

    /// A gap, with what is needed for a verdict.
    package struct Gap: Sendable {
        package var estimate: Estimate
        /// Of the hypothesis that all groups are equal; `nil` where the gap is undefined.
        package var pValue: Double?
        /// The gap that a sample of this kind shows in 80 % of cases.
        package var detectable: Double?
        /// The groups that are farthest apart: the higher and the lower.
        package var widest: (high: Int, low: Int)?
        /// Groups that take no part in one of the rates, and why.
        package var leftOut: [(group: Int, why: String)] = []
    }

    private struct Pair {
        var high: Int
        var low: Int
        /// The size of the difference, and its ends.
        var size: Double
        var lower: Double
        var upper: Double
        /// The chance of a difference as large where the two are equal.
        var pValue: Double
        /// The mean arm of the interval for this pair alone.
        var arm: Double
    }

    /// For each rate the groups' estimates; one without a value or an interval takes no part in its rate.
    private let rates: [[Estimate]]
    private let pairs: [[Pair]]
    private let comparisons: Int

    private let leftOut: [(group: Int, why: String)]

    package init(rates: [[Estimate]]) {
        self.rates = rates
        leftOut = (0..<(rates.first?.count ?? 0)).compactMap { group in
            let lacking = rates.map { $0[group] }.first { $0.value == nil || $0.lower == nil }
            return lacking.map { (group, $0.note ?? "it has no interval") }
        }
        let taking = rates.map { rate in
            rate.indices.filter { rate[$0].value != nil && rate[$0].lower != nil }
        }
        let comparisons = max(1, taking.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 })
        self.comparisons = comparisons
        pairs = zip(rates, taking).map { rate, taking in
            let stretches = rate.map { $0.stretch(comparisons: comparisons) }
            return taking.indices.flatMap { first in
                taking[(first + 1)...].compactMap {
                    Self.pair(
                        rate, taking[first], $0, comparisons: comparisons, stretches: stretches)
                }
            }
        }
    }

    private static func pair(
        _ rate: [Estimate], _ first: Int, _ second: Int, comparisons: Int, stretches: [Double]
    ) -> Pair? {
        let isRising = (rate[first].value ?? 0) < (rate[second].value ?? 0)
        let (high, low) = isRising ? (second, first) : (first, second)
        let all = rate[high].minus(
            rate[low], comparisons: comparisons, stretches: (stretches[high], stretches[low]))
        let alone = rate[high].minus(rate[low])
        guard let size = all.value, let lower = all.lower, let upper = all.upper,
            let least = alone.lower, let most = alone.upper
        else { return nil }
        return Pair(
            high: high, low: low, size: size, lower: max(lower, 0), upper: max(upper, -lower),
            pValue: pValue(rate[high], rate[low], arm: size - least), arm: (most - least) / 2)
    }

    /// Twice the tail at which the difference's interval would just reach 0, each arm by its own quantiles.
    ///
    /// - Parameter arm: From the difference towards 0, of the 95 % interval.
    private static func pValue(_ high: Estimate, _ low: Estimate, arm: Double) -> Double {
        guard let a = high.value, let b = low.value, let end = high.lower, let other = low.upper,
            arm > 0
        else { return 1 }
        let z95 = SpecialFunctions.normalQuantile(0.975)
        let normal = 2 * SpecialFunctions.normalCDF(-z95 * (a - b) / arm)
        // Student's is never smaller.
        guard normal < 0.05, min(high.degrees, low.degrees) < 1e5 else { return normal }
        return VarianceComponents(
            parts: [(a - end, high.degrees), (other - b, low.degrees)].map { length, degrees in
                let error = length / VarianceComponents.quantile(tail: 0.025, degrees: degrees)
                return (error * error, degrees)
            }
        ).pValue(of: a - b)
    }

    /// A gap of sizes, 0 where all groups are equal.
    package func gap(within: WithinRate, across: AcrossRates) -> Gap {
        guard let undefined = pairs.firstIndex(where: \.isEmpty) else {
            func value(_ part: (Pair) -> Double) -> Double {
                let each = pairs.map { pairs in
                    let sizes = pairs.map(part)
                    switch within {
                    case .range: return sizes.max() ?? 0
                    case .meanOfPairs: return sizes.reduce(0, +) / Double(sizes.count)
                    }
                }
                switch across {
                case .maximum: return each.max() ?? 0
                case .mean: return each.reduce(0, +) / Double(each.count)
                case .sum: return each.reduce(0, +)
                }
            }
            let most = across == .sum ? Double(rates.count) : 1
            var gap = told(value(\.size), value(\.lower), min(value(\.upper), most))
            // Where one rate, or one group, alone differs, a mean moves by its share only.
            if across == .mean { gap.detectable = gap.detectable.map { $0 / Double(rates.count) } }
            if within == .meanOfPairs, let groups = pairs.first.map(Self.groups) {
                gap.detectable = gap.detectable.map { 2 / Double(groups) * $0 }
            }
            return gap
        }
        return self.undefined(undefined)
    }

    private static func groups(_ pairs: [Pair]) -> Int {
        Set(pairs.flatMap { [$0.high, $0.low] }).count
    }

    /// The smallest ratio of a lower to a higher rate, 1 where all groups are equal.
    ///
    /// - Source: the ratio's interval is MOVER-R, Donner & Zou 2012, DOI 10.1177/0962280210383718.
    package func leastRatio() -> Gap {
        guard let undefined = pairs.firstIndex(where: \.isEmpty) else {
            // Two groups of rate 0 have no ratio; each has one to the groups above 0.
            let told = zip(rates, pairs).flatMap { (rate: [Estimate], pairs: [Pair]) in
                pairs.filter { (rate[$0.high].value ?? 0) > 0 }
                    .map { foldedRatio(rate[$0.low], rate[$0.high]) }
            }
            let ratios = told.compactMap { $0 }
            guard !ratios.isEmpty, ratios.count == told.count else {
                return none("no group has a rate above 0")
            }
            var gap = self.told(
                ratios.map(\.value).min() ?? 1, ratios.map(\.lower).min() ?? 1,
                ratios.map(\.upper).min() ?? 1)
            gap.detectable = nil
            gap.estimate.method = method("MOVER-R")
            return gap
        }
        return self.undefined(undefined)
    }

    /// The mean over rates of the second group's less the first's, which may be below 0.
    ///
    /// Rates of different rows, such as the true- and the false-positive rate, are independent: arms add as
    /// squares do.
    package func signedMean() -> Gap {
        var (value, below, above) = (0.0, 0.0, 0.0)
        for (index, rate) in rates.enumerated() {
            precondition(rate.count == 2, "a signed gap is one of two groups")
            let difference = rate[1].minus(rate[0])
            guard let size = difference.value, let lower = difference.lower,
                let upper = difference.upper
            else { return undefined(index) }
            value += size
            below += (size - lower) * (size - lower)
            above += (upper - size) * (upper - size)
        }
        let count = Double(rates.count)
        let arms = (below.squareRoot() / count, above.squareRoot() / count)
        value /= count
        let z95 = SpecialFunctions.normalQuantile(0.975)
        let towardsZero = value > 0 ? arms.0 : arms.1
        var estimate = empty("MOVER")
        estimate.value = value
        estimate.lower = max(value - arms.0, -1)
        estimate.upper = min(value + arms.1, 1)
        return Gap(
            estimate: estimate,
            pValue: towardsZero > 0 ? Self.pValue(z: z95 * abs(value) / towardsZero) : 1,
            detectable: (z95 + Self.power) / z95 * (arms.0 + arms.1) / 2,
            widest: value > 0 ? (1, 0) : (0, 1), leftOut: leftOut)
    }

    /// The second group's rate over the first's.
    package func signedRatio() -> Gap {
        guard let pair = pairs.first?.first, rates[0].count == 2 else { return undefined(0) }
        guard let ratio = ratio(rates[0][1], rates[0][0]) else {
            return none("the first group's rate is 0")
        }
        var gap = told(ratio.value, ratio.lower, ratio.upper)
        gap.widest = (pair.high, pair.low)
        gap.detectable = nil
        gap.estimate.method = "MOVER-R"
        return gap
    }

    private static let power = SpecialFunctions.normalQuantile(0.8)

    private static func pValue(z: Double) -> Double {
        2 * SpecialFunctions.normalCDF(-z)
    }

    private func told(_ value: Double, _ lower: Double, _ upper: Double) -> Gap {
        let all = pairs.flatMap { $0 }
        let widest = all.max { ($0.size, $1.low) < ($1.size, $0.low) }
        var estimate = empty(method("MOVER"))
        estimate.value = value
        estimate.lower = lower
        estimate.upper = upper
        let z95 = SpecialFunctions.normalQuantile(0.975)
        let needed = SpecialFunctions.normalQuantile(1 - 0.025 / Double(comparisons)) + Self.power
        return Gap(
            estimate: estimate,
            pValue: all.map(\.pValue).min().map { min(1, Double(comparisons) * $0) },
            detectable: all.map(\.arm).min().map { needed / z95 * $0 },
            widest: widest.map { ($0.high, $0.low) }, leftOut: leftOut)
    }

    private func method(_ name: String) -> String {
        comparisons > 1 ? "\(name), Bonferroni over \(comparisons)" : name
    }

    private func undefined(_ rate: Int) -> Gap {
        let why = rates[rate].lazy.filter { $0.value == nil }.compactMap(\.note).first
        return none(
            "fewer than two groups have the rate" + (why.map { " (\($0))" } ?? ""))
    }

    private func none(_ note: String) -> Gap {
        var estimate = empty("")
        estimate.note = note
        return Gap(estimate: estimate, leftOut: leftOut)
    }

    private func empty(_ method: String) -> Estimate {
        let first = rates.first ?? []
        return Estimate(
            value: nil, method: method, varied: first.first?.varied ?? "rows",
            count: first.reduce(0) { $0 + $1.count })
    }

    /// The smaller over the larger of two rates, whichever is smaller; at most 1.
    private func foldedRatio(
        _ low: Estimate, _ high: Estimate
    ) -> (value: Double, lower: Double, upper: Double)? {
        guard let (value, lower, upper) = ratio(low, high) else { return nil }
        // Where the order is not sure the truth may be the other way round.
        return upper < 1
            ? (value, lower, upper) : (value, min(lower, 1 / upper), 1)
    }

    private func ratio(
        _ numerator: Estimate, _ denominator: Estimate
    ) -> (value: Double, lower: Double, upper: Double)? {
        func ends(_ estimate: Estimate) -> (Double, Double, Double)? {
            guard let value = estimate.value, let lower = estimate.lower,
                let upper = estimate.upper
            else { return nil }
            let stretch = estimate.stretch(comparisons: comparisons)
            return (
                value, max(0, value - stretch * (value - lower)),
                value + stretch * (upper - value)
            )
        }
        guard let (a, a0, a1) = ends(numerator), let (b, b0, b1) = ends(denominator), b > 0
        else { return nil }
        func root(_ x: Double) -> Double { max(0, x).squareRoot() }
        let product = a * b
        let lower =
            (product - root(product * product - a0 * b1 * (2 * a - a0) * (2 * b - b1)))
            / (b1 * (2 * b - b1))
        let upper =
            b0 > 0
            ? (product + root(product * product - a1 * b0 * (2 * a - a1) * (2 * b - b0)))
                / (b0 * (2 * b - b0)) : Double.infinity
        // With few rows the denominator's upper arm may be longer than the rate, and the formula has no root.
        let least = 2 * b > b1 ? max(0, lower) : max(0, a0 / b1)
        return (a / b, min(least, a / b), max(upper, a / b))
    }
}
