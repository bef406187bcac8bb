import RealModule

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

/// Clopper and Pearson's exact interval of a proportion: it covers at least 95 % whatever the truth.
///
/// The quantiles α/2 of Beta(k, n − k + 1) and 1 − α/2 of Beta(k + 1, n − k), for k = n · share.
///
/// - Parameters:
///   - share: The observed proportion, in [0, 1].
///   - rows: The number of trials, > 0; effective ones need not be whole.
///   - tail: α/2, in (0, ½).
/// - Source: Clopper & Pearson 1934, DOI 10.1093/biomet/26.4.404.
package func clopperPearson(
    share: Double, rows: Double, tail: Double = 0.025
) -> (lower: Double, upper: Double) {
    precondition((0...1).contains(share) && rows > 0, "no proportion")
    let hits = share * rows
    let misses = (1 - share) * rows
    let lower = hits > 0 ? SpecialFunctions.betaQuantile(tail, a: hits, b: misses + 1) : 0
    // The upper end, mirrored: its distance from 1 keeps its digits.
    let distance = misses > 0 ? SpecialFunctions.betaQuantile(tail, a: misses, b: hits + 1) : 0
    return (lower, 1 - distance)
}

/// What is shown by rows that are all hits: the lower end of Clopper and Pearson's interval at 95 % to one side,
/// `0.05^(1/n) ≈ 1 − 3/n`, the rule of three. A chance that such rows tell is not told to be more.
///
/// - Parameter rows: Their number, ≥ 0; effective ones need not be whole.
/// - Source: Hanley & Lippman-Hand 1983, DOI 10.1001/jama.1983.03330370053031.
package func shareShownByAll(of rows: Double) -> Double {
    rows > 0 ? Double.pow(0.05, 1 / rows) : 0
}

/// The number of simple rows that would tell as much of a share as weighted or clustered ones do.
package struct EffectiveRows: Sendable, Hashable {
    /// Those of the same variance.
    var simple: Double
    /// Of that variance; `nil` for simple rows.
    var degrees: Double?
    /// As many rows as there are.
    var limit: Double

    /// `simple · (z/t)²`, at most the limit.
    ///
    /// - Parameter tail: The chance at each end of the interval.
    func count(tail: Double) -> Double {
        guard let degrees else { return simple }
        let ratio =
            SpecialFunctions.normalQuantile(tail)
            / SpecialFunctions.studentQuantile(tail, degrees: degrees)
        return min(simple * ratio * ratio, limit)
    }

    /// Clopper and Pearson's interval where hits or misses are fewer than 50, Wilson's from there on.
    func interval(
        _ share: Double, tail: Double = 0.025
    ) -> (lower: Double, upper: Double, isExact: Bool) {
        let rows = count(tail: tail)
        // Weights of nearly one row leave no row's worth; sums of weights end beyond 1 by rounding.
        guard rows > 0 else { return (0, 1, true) }
        let share = min(1, max(0, share))
        let isExact = min(share, 1 - share) * rows < 50
        let (lower, upper) =
            isExact
            ? clopperPearson(share: share, rows: rows, tail: tail)
            : wilson(share: share, rows: rows, z: -SpecialFunctions.normalQuantile(tail))
        return (lower, upper, isExact)
    }
}

/// A share of rows with its interval, and what each row contributes to it.
struct Share {
    var value: Double
    var lower: Double
    var upper: Double
    var isExact: Bool
    /// `ψᵢ` of each row.
    var influence: [Double]
    var effective: EffectiveRows?
}

extension SamplingDesign {
    /// The share of the chosen rows that are hits, with an interval.
    func share(of isHit: (Int) -> Bool, among isChosen: (Int) -> Bool, empty: String) -> Estimate {
        let counts = counts(where: isChosen)
        var result = Estimate(
            value: nil, method: "Wilson", varied: varied, count: counts.rows,
            clusters: counts.clusters)
        var total = 0.0
        var hits = 0.0
        for row in 0..<rows where isChosen(row) {
            total += weights[row]
            if isHit(row) { hits += weights[row] }
        }
        guard total > 0 else {
            result.note = empty
            return result
        }
        result.value = hits / total
        guard let share = shareWithInterval(of: isHit, among: isChosen) else {
            result.note = Self.tooFewPieces
            return result
        }
        result.lower = share.lower
        result.upper = share.upper
        result.form = share.effective.map { .share($0) }
        result.method = share.isExact ? "Clopper–Pearson" : "Wilson"
        if isWeighted || clusters != nil { result.method += ", effective rows" }
        return result
    }

    /// The share of all rows that are hits, with an interval.
    package func share(_ isHit: [Bool]) -> Estimate {
        precondition(isHit.count == rows, "one a row")
        return share(of: { isHit[$0] }, among: { _ in true }, empty: "no row has a weight")
    }

    /// The share of the chosen rows that are hits: Clopper and Pearson's interval where hits or
    /// misses are fewer than 50, Wilson's from there on.
    ///
    /// Wilson's covers 95 % on average over the possible shares, and as little as 83 % for one near
    /// 0 or 1; with 50 hits and misses it covers 94 % at the least.
    ///
    /// Weighted or clustered rows count as the number of simple rows that would give the same
    /// variance, scaled by t, at most as many as there are (Korn & Graubard 1998, Survey
    /// Methodology 24:193; Parker et al. 2017, NCHS Vital Health Stat 2(175)).
    ///
    /// - Returns: `nil` where no weight is chosen, or one independent piece alone.
    func shareWithInterval(of isHit: (Int) -> Bool, among isChosen: (Int) -> Bool) -> Share? {
        let counts = counts(where: isChosen)
        var total = 0.0
        var hits = 0.0
        for row in 0..<rows where isChosen(row) {
            total += weights[row]
            if isHit(row) { hits += weights[row] }
        }
        guard total > 0 else { return nil }
        let share = hits / total
        let influence = (0..<rows).map { row in
            isChosen(row) ? weights[row] * ((isHit(row) ? 1 : 0) - share) / total : 0
        }
        var effective = EffectiveRows(simple: total, limit: Double(counts.rows))
        if isWeighted || clusters != nil {
            let mass = (0..<rows).map { isChosen($0) ? weights[$0] : 0 }
            guard let deletions = deletions(influence, mass: mass) else { return nil }
            let found = deletions.variance
            effective.simple = found > 0 ? share * (1 - share) / found : kish(mass)
            effective.degrees = Double(deletions.count - 1)
        }
        let (lower, upper, isExact) = effective.interval(share)
        return Share(
            value: share, lower: lower, upper: upper, isExact: isExact, influence: influence,
            effective: effective)
    }

    /// `(Σ W_c)² / Σ W_c²` over the weights of the pieces: the effective rows where hits or misses
    /// are all there is, as if rows of a cluster were the same.
    ///
    /// - Source: Kish 1965, ISBN 978-0-471-10949-5.
    func kish(_ mass: [Double]) -> Double {
        let pieces = pieces(mass)
        let total = pieces.reduce(0, +)
        return total * total / pieces.reduce(0) { $0 + $1 * $1 }
    }
}

// MARK: - Sums of shares

extension SamplingDesign {
    /// `Σ cₖ fₖ` for values of known intervals, by the method of variance estimates recovery.
    ///
    /// `lower = θ − √(Σₖ Σⱼ ρₖⱼ dₖ dⱼ)` with `dₖ = cₖ (fₖ − lowerₖ)`, and the same upwards. Unlike an
    /// interval from variances it keeps the lopsidedness of its parts and works where all are 0 or 1.
    /// The correlations ρ are those of the influence values. Where cₖ < 0, the parts' ends change
    /// places.
    ///
    /// - Parameters:
    ///   - parts: cₖ, and fₖ with its interval and influence; `nil` where it has no interval.
    ///   - value: θ, where the parts may be missing.
    /// - Source: Zou & Donner 2008, DOI 10.1002/sim.3095.
    func recovered(
        _ value: Double, from parts: [(coefficient: Double, share: Share?)]
    ) -> Estimate {
        let counts = counts()
        var result = Estimate(
            value: value, method: "Variance recovery from shares", varied: varied,
            count: counts.rows, clusters: counts.clusters)
        var lower = DirectedReach()
        var upper = DirectedReach()
        for (coefficient, share) in parts {
            guard let share else {
                result.note = Self.tooFewPieces
                return result
            }
            let pieces = pieces(share.influence)
            let below = coefficient * (share.value - share.lower)
            let above = coefficient * (share.upper - share.value)
            lower.add(coefficient < 0 ? above : below, pieces)
            upper.add(coefficient < 0 ? below : above, pieces)
        }
        result.lower = value - lower.length
        result.upper = value + upper.length
        return result
    }
}

/// `√(Σₖ Σⱼ ρₖⱼ dₖ dⱼ)`, summed as the length of `Σₖ dₖ ψₖ/|ψₖ|`.
private struct DirectedReach {
    private var sum: [Double] = []
    /// Parts without spread, which correlate with nothing.
    private var apart = 0.0

    mutating func add(_ distance: Double, _ pieces: [Double]) {
        let norm = pieces.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm > 0 else {
            apart += distance * distance
            return
        }
        if sum.isEmpty { sum = [Double](repeating: 0, count: pieces.count) }
        for (position, piece) in pieces.enumerated() { sum[position] += distance / norm * piece }
    }

    var length: Double { (sum.reduce(0) { $0 + $1 * $1 } + apart).squareRoot() }
}
