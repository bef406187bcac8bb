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

    /// The influence of each independent piece: of each cluster its rows' sum, or of each row.
    func pieces(_ influence: [Double]) -> [Double] {
        guard let clusters else { return influence }
        var totals = [Double](repeating: 0, count: (clusters.max() ?? 0) + 1)
        for row in 0..<rows { totals[clusters[row]] += influence[row] }
        return totals
    }

    /// The variance of an estimate from its influence values, and its degrees of freedom.
    ///
    /// A variance that rests on few or on some very large pieces is itself uncertain. Its degrees of
    /// freedom are those of the scaled χ² with its first two moments: `2C / (k − (C−3)/(C−1))`, where
    /// k is the kurtosis of the pieces; C − 1 if they are normal, and never more.
    ///
    /// - Parameters:
    ///   - influence: `ψᵢ`, one a row; 0 for rows that play no part.
    ///   - units: C, the independent pieces of the sample that play a part: clusters, or rows.
    /// - Source: Satterthwaite 1946, DOI 10.2307/3002019; O'Neill 2014,
    ///   DOI 10.1080/00031305.2014.966589.
    func variance(of influence: [Double], units: Int) -> (value: Double, degrees: Double)? {
        guard units > 1 else { return nil }
        let count = Double(units)
        var sum = 0.0
        var fourth = 0.0
        for piece in pieces(influence) {
            sum += piece * piece
            fourth += piece * piece * piece * piece
        }
        var degrees = count - 1
        if sum > 0 {
            let excess = count * (fourth / sum / sum) - (count - 3) / (count - 1)
            if excess > 0 { degrees = max(1, min(degrees, 2 * count / excess)) }
        }
        return (count / (count - 1) * sum, degrees)
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
    ///   - known: The variance, where it is not the influence values'.
    ///   - bounds: The metric's possible values; the interval is cut there.
    func estimate(
        _ value: Double, influence: [Double], variance known: Double? = nil, method: String,
        scale: IntervalScale = .plain,
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity, note: String? = nil
    ) -> Estimate {
        let counts = counts()
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
        let reach = t * (known ?? variance).squareRoot()
        guard let (lower, upper) = scale.interval(value, reach) else {
            result.note = note ?? "at the edge of its range the sample gives no interval"
            return result
        }
        result.lower = max(lower, bounds.lowerBound)
        result.upper = min(upper, bounds.upperBound)
        return result
    }

    /// A weighted mean, with Student's interval on a scale.
    func mean(
        _ values: [Double], scale: IntervalScale,
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity
    ) -> Estimate {
        let total = weights.reduce(0, +)
        let mean = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        let influence = zip(weights, values).map { $0 * ($1 - mean) / total }
        return estimate(
            mean, influence: influence, method: "Student t, \(scale)", scale: scale,
            bounds: bounds)
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
