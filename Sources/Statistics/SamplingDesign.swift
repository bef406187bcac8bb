import RealModule

/// How the rows of a sample came about: their weights, and which of them belong together.
///
/// Every interval here rests on influence values: `ψᵢ = wᵢ ∂θ/∂wᵢ`, so that the error of an estimate
/// is about `Σ ψᵢ` (infinitesimal jackknife; Efron 1982, ISBN 978-0-89871-179-0). Rows that belong
/// together are summed before they are squared:
///
/// `variance = C/(C−1) · Σ_c (Σ_{i∈c} ψᵢ)²`, where each row is its own cluster unless told.
package struct SamplingDesign: Sendable, Hashable {
    package let rows: Int
    /// One a row, ≥ 0, not all 0.
    package let weights: [Double]
    package let isWeighted: Bool
    /// A number from 0 for every row, or `nil` where no rows belong together.
    package let clusters: [Int]?

    /// - Parameters:
    ///   - weights: Finite, ≥ 0, not all 0; `nil` for ones.
    ///   - clusters: Equal codes belong together; a negative one stands alone.
    package init(rows: Int, weights: [Double]?, clusters: [Int32]?) throws(StatisticsError) {
        guard rows > 0 else {
            throw StatisticsError("there are no rows to measure on. Give rows with known answers")
        }
        if let weights {
            guard weights.count == rows else {
                throw StatisticsError("\(rows) rows have \(weights.count) weights; give one each")
            }
            guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 })
            else {
                throw StatisticsError(
                    "row weights must be finite, not negative and not all zero. Correct them")
            }
        }
        if let clusters, clusters.count != rows {
            throw StatisticsError("\(rows) rows have \(clusters.count) groups; give one each")
        }
        self.rows = rows
        self.weights = weights ?? Array(repeating: 1, count: rows)
        isWeighted = weights != nil
        self.clusters = clusters.map(Self.dense)
    }

    private static func dense(_ codes: [Int32]) -> [Int] {
        var numbers: [Int32: Int] = [:]
        var next = 0
        return codes.map { code in
            if code >= 0, let known = numbers[code] { return known }
            if code >= 0 { numbers[code] = next }
            next += 1
            return next - 1
        }
    }

    var varied: String { clusters == nil ? "rows" : "clusters" }

    /// Rows of positive weight among the chosen ones, and their clusters.
    func counts(where isChosen: (Int) -> Bool = { _ in true }) -> (rows: Int, clusters: Int?) {
        var count = 0
        var seen = Set<Int>()
        for row in 0..<rows where weights[row] > 0 && isChosen(row) {
            count += 1
            if let clusters { seen.insert(clusters[row]) }
        }
        return (count, clusters == nil ? nil : seen.count)
    }

    /// The variance of an estimate from its influence values, and its degrees of freedom.
    ///
    /// - Parameters:
    ///   - influence: `ψᵢ`, one a row; 0 for rows that play no part.
    ///   - units: The independent pieces of the sample that play a part: clusters, or rows.
    func variance(of influence: [Double], units: Int) -> (value: Double, degrees: Double)? {
        guard units > 1 else { return nil }
        let correction = Double(units) / Double(units - 1)
        var sum = 0.0
        if let clusters {
            var totals = [Double](repeating: 0, count: (clusters.max() ?? 0) + 1)
            for row in 0..<rows { totals[clusters[row]] += influence[row] }
            sum = totals.reduce(0) { $0 + $1 * $1 }
        } else {
            sum = influence.reduce(0) { $0 + $1 * $1 }
        }
        return (correction * sum, Double(units - 1))
    }
}

// MARK: - Intervals

/// The scale on which an interval is symmetric.
enum IntervalScale {
    /// `θ ± t·se`
    case plain
    /// Of `log(θ/(1 − θ))`: stays in (0, 1).
    case logit
    /// Of `log θ`: stays positive.
    case log
}

extension SamplingDesign {
    /// An estimate with Student's interval from influence values.
    ///
    /// - Parameters:
    ///   - isChosen: Which rows play a part; they make the counts.
    ///   - bounds: The metric's possible values; the interval is cut there.
    func estimate(
        _ value: Double, influence: [Double], method: String, scale: IntervalScale = .plain,
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity, note: String? = nil,
        where isChosen: (Int) -> Bool = { _ in true }
    ) -> Estimate {
        let counts = counts(where: isChosen)
        let units = counts.clusters ?? counts.rows
        var result = Estimate(
            value: value, method: method, varied: varied, count: counts.rows,
            clusters: counts.clusters, note: note)
        guard let (variance, degrees) = variance(of: influence, units: units) else {
            result.note = note ?? "one independent \(clusters == nil ? "row" : "group") of rows "
                + "says nothing of the spread: no interval"
            return result
        }
        let t = SpecialFunctions.studentQuantile(0.975, degrees: degrees)
        let reach = t * variance.squareRoot()
        guard let (lower, upper) = scale.interval(value, reach) else {
            result.note = note ?? "at the edge of its range the sample gives no interval"
            return result
        }
        result.lower = max(lower, bounds.lowerBound)
        result.upper = min(upper, bounds.upperBound)
        return result
    }

    /// A weighted mean of numbers of the chosen rows, with Student's interval.
    func mean(
        _ values: [Double], method: String = "Student t",
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity
    ) -> Estimate {
        let total = weights.reduce(0, +)
        let mean = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        let influence = zip(weights, values).map { $0 * ($1 - mean) / total }
        return estimate(mean, influence: influence, method: method, bounds: bounds)
    }

    /// The share of the chosen rows that are hits, with Wilson's interval.
    ///
    /// Weighted or clustered rows count as the number of simple rows that would give the same
    /// variance (Korn & Graubard 1998, Survey Methodology 24:193, with Wilson's interval in place of
    /// Clopper and Pearson's).
    func share(
        of isHit: (Int) -> Bool, among isChosen: (Int) -> Bool, empty: String
    ) -> Estimate {
        let counts = counts(where: isChosen)
        let method = isWeighted || clusters != nil ? "Wilson, effective rows" : "Wilson"
        var total = 0.0
        var hits = 0.0
        for row in 0..<rows where isChosen(row) {
            total += weights[row]
            if isHit(row) { hits += weights[row] }
        }
        var result = Estimate(
            value: nil, method: method, varied: varied, count: counts.rows,
            clusters: counts.clusters)
        guard total > 0 else {
            result.note = empty
            return result
        }
        let share = hits / total
        result.value = share
        let z = SpecialFunctions.normalQuantile(0.975)
        guard isWeighted || clusters != nil else {
            (result.lower, result.upper) = wilson(share: share, rows: total, z: z)
            return result
        }
        let units = counts.clusters ?? counts.rows
        guard units > 1 else {
            result.note = "one independent group of rows says nothing of the spread: no interval"
            return result
        }
        let influence = (0..<rows).map { row in
            isChosen(row) ? weights[row] * ((isHit(row) ? 1 : 0) - share) / total : 0
        }
        let pieces = (0..<rows).map { isChosen($0) ? weights[$0] / total : 0 }
        // Without any spread the effective rows are Kish's (1965).
        let correction = Double(units) / Double(units - 1)
        let kish = (variance(of: pieces, units: units)?.value ?? 1) / correction
        let found = variance(of: influence, units: units)?.value ?? 0
        let effective = found > 0 ? share * (1 - share) / found : 1 / kish
        let t = SpecialFunctions.studentQuantile(0.975, degrees: Double(units - 1))
        (result.lower, result.upper) = wilson(
            share: share, rows: effective * (z / t) * (z / t), z: z)
        return result
    }
}

extension IntervalScale {
    /// - Returns: `nil` where the value stands on the scale's edge.
    func interval(_ value: Double, _ reach: Double) -> (Double, Double)? {
        switch self {
        case .plain: return (value - reach, value + reach)
        case .logit:
            guard value > 0, value < 1 else { return nil }
            let center = Double.log(value / (1 - value))
            let half = reach / (value * (1 - value))
            return (1 / (1 + Double.exp(-(center - half))), 1 / (1 + Double.exp(-(center + half))))
        case .log:
            guard value > 0 else { return nil }
            return (value * Double.exp(-reach / value), value * Double.exp(reach / value))
        }
    }
}

/// Wilson's score interval of a proportion.
///
/// `(p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)`
///
/// - Parameters:
///   - share: The observed proportion, in [0, 1].
///   - rows: The number of trials, > 0; effective ones need not be whole.
///   - z: The normal quantile of the level.
/// - Source: Wilson 1927, DOI 10.1080/01621459.1927.10502953.
package func wilson(share: Double, rows: Double, z: Double) -> (lower: Double, upper: Double) {
    precondition((0...1).contains(share) && rows > 0, "no proportion")
    let square = z * z / rows
    let center = share + square / 2
    let reach = z * (share * (1 - share) / rows + square / (4 * rows)).squareRoot()
    let lower = share == 0 ? 0 : max(0, (center - reach) / (1 + square))
    let upper = share == 1 ? 1 : min(1, (center + reach) / (1 + square))
    return (lower, upper)
}
