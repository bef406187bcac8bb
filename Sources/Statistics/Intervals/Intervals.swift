import RealModule

/// The scale on which an interval is symmetric.
package enum IntervalScale: Sendable, Hashable {
    /// `θ ± t·se`
    case plain
    /// Of `log(θ/(1 − θ))`: stays in (0, 1).
    case logit
    /// Of `log θ`, for ratios of sums: stays positive.
    case log
    /// Of `−log(1 − θ)`: stays below 1.
    case logComplement
}

/// How the reach of an interval depends on its level.
package enum IntervalForm: Sendable, Hashable {
    /// Student's on a scale.
    case student(scale: IntervalScale, degrees: Double)
    /// Clopper and Pearson's or Wilson's, of so many effective rows.
    case share(EffectiveRows)
}

extension SamplingDesign {
    /// An estimate with Student's interval from influence values.
    ///
    /// - Parameters:
    ///   - influence: `ψᵢ`, one a row.
    ///   - mass: `bᵢ`, one a row, where θ is a ratio of sums; the weights else.
    ///   - known: The variance, where it is not the jackknife's.
    ///   - bounds: The metric's possible values; the interval is cut there.
    ///   - parts: The parts of the sample whose spread the interval rests on, beside all rows.
    func estimate(
        _ value: Double, influence: [Double], mass: [Double]? = nil, variance known: Double? = nil,
        method: String, scale: IntervalScale = .plain,
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity, note: String? = nil,
        parts: [SamplePart] = []
    ) -> Estimate {
        let counts = counts()
        var result = Estimate(
            value: value, method: method, varied: varied, count: counts.rows,
            clusters: counts.clusters, note: note)
        func without(_ reason: String) -> Estimate { result.withoutInterval(reason) }
        guard value.isFinite else {
            result.value = nil
            return without("the numbers are too large to be added up")
        }
        if let shortage = shortage(in: parts) { return without(shortage) }
        guard let deletions = deletions(influence, mass: mass ?? weights) else {
            return without(Self.tooFewPieces)
        }
        guard deletions.isSpread(beside: value) || known.map({ $0 > 0 }) == true else {
            return without(Self.noSpread)
        }
        guard let (lower, upper, degrees) = scale.interval(value, deletions, variance: known)
        else { return without("at the edge of its range the sample gives no interval") }
        guard lower.isFinite, upper.isFinite, scale.isBounded(lower, upper) else {
            return without("so few rows bound it on one side alone: no interval")
        }
        result.lower = max(lower, bounds.lowerBound)
        result.upper = min(upper, bounds.upperBound)
        result.form = .student(scale: scale, degrees: degrees)
        return result
    }

    static let tooFewPieces =
        "one independent group of rows says nothing of the spread: no interval"

    /// A weighted mean, with Student's interval of the jackknife on a scale.
    ///
    /// Of fewer rows than a mean's spread needs (`SamplePart.linear`) there is none: the numbers may be skewed, and rows of
    /// unequal weight tell less than they are.
    ///
    /// - Parameter least: How many rows, or groups, it needs; fewer of numbers that are known to be about normal.
    package func mean(
        _ values: [Double], scale: IntervalScale,
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity,
        least: Double = SamplePart.linear
    ) -> Estimate {
        mean(values, scale: scale, bounds: bounds, parts: [whole(least: least)])
    }

    func mean(
        _ values: [Double], scale: IntervalScale,
        bounds: ClosedRange<Double> = -Double.infinity...Double.infinity, parts: [SamplePart]
    ) -> Estimate {
        let total = weights.reduce(0, +)
        let mean = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        let influence = zip(weights, values).map { $0 * ($1 - mean) / total }
        return estimate(
            mean, influence: influence, method: "Jackknife, \(scale)", scale: scale,
            bounds: bounds, parts: parts)
    }
}

extension IntervalScale {
    /// Student's interval from deletions, each taken to this scale.
    ///
    /// - Parameter variance: θ's, where it is not the jackknife's; the deletions then give only the
    ///   degrees of freedom.
    /// - Returns: `nil` where the value stands on the scale's edge, or a ratio is left there by one
    ///   deletion.
    func interval(
        _ value: Double, _ deletions: Deletions, variance: Double? = nil
    ) -> (lower: Double, upper: Double, degrees: Double)? {
        var slope = 1.0
        var onScale = deletions
        switch self {
        case .plain: break
        case .logit:
            guard value > 0, value < 1 else { return nil }
            slope = 1 / (value * (1 - value))
            onScale.moves = deletions.moves.map { move in
                let left = value - move
                // First-order deletions may lead out of (0, 1); those stay first-order.
                guard variance == nil, left > 0, left < 1 else { return slope * move }
                return Double.log(value / (1 - value)) - Double.log(left / (1 - left))
            }
        case .log:
            guard value > 0, deletions.moves.allSatisfy({ $0 < value }) else { return nil }
            slope = 1 / value
            onScale.moves = deletions.moves.map { -Double.log(onePlus: -$0 / value) }
        case .logComplement:
            let rest = 1 - value
            guard rest > 0, deletions.moves.allSatisfy({ -$0 < rest }) else { return nil }
            slope = 1 / rest
            onScale.moves = deletions.moves.map { Double.log(onePlus: $0 / rest) }
        }
        let degrees = onScale.degrees
        let reach =
            SpecialFunctions.studentQuantile(0.975, degrees: degrees)
            * (variance.map { slope * slope * $0 } ?? onScale.variance).squareRoot()
        return (moved(value, by: -reach), moved(value, by: reach), degrees)
    }

    /// Whether an interval says something of a positive number's size: that its ends are not more than a
    /// factor of a million apart.
    func isBounded(_ lower: Double, _ upper: Double) -> Bool {
        switch self {
        case .plain, .logit: true
        case .log: upper <= 1e6 * lower
        case .logComplement: 1 - lower <= 1e6 * (1 - upper)
        }
    }

    /// The value that lies so far from another on this scale.
    func moved(_ value: Double, by distance: Double) -> Double {
        switch self {
        case .plain: value + distance
        case .logit: 1 / (1 + (1 - value) / value * Double.exp(-distance))
        case .log: value * Double.exp(distance)
        case .logComplement: 1 - (1 - value) * Double.exp(-distance)
        }
    }

    /// The distance on this scale from one value up to another.
    func distance(from value: Double, to other: Double) -> Double {
        switch self {
        case .plain: other - value
        case .logit:
            Double.log(other / (1 - other)) - Double.log(value / (1 - value))
        case .log: Double.log(other / value)
        case .logComplement: Double.log((1 - value) / (1 - other))
        }
    }
}
