import RealModule

/// How the rows of a sample came about: their weights, and which of them belong together.
///
/// Every interval here rests on influence values: `ψᵢ = wᵢ ∂θ/∂wᵢ`, so that the error of an estimate
/// is about `Σ ψᵢ` (infinitesimal jackknife; Efron 1982, ISBN 978-0-89871-179-0). Rows that belong
/// together are summed before they are squared; each row is its own cluster unless told.
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
            guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
                weights.contains(where: { $0 > 0 })
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

    /// Independent pieces of positive weight.
    var units: Int {
        let counts = counts()
        return counts.clusters ?? counts.rows
    }

    /// The sum over each independent piece: each cluster, or each row.
    func pieces(_ values: [Double]) -> [Double] {
        guard let clusters else { return values }
        var totals = [Double](repeating: 0, count: (clusters.max() ?? 0) + 1)
        for row in 0..<rows { totals[clusters[row]] += values[row] }
        return totals
    }

    /// `C/(C−1) · Σ_c (Σ_{i∈c} ψᵢ)²` over the C pieces; 0 of one.
    func clusteredVariance(_ influence: [Double]) -> Double {
        let units = Double(units)
        return units / max(units - 1, 1) * pieces(influence).reduce(0) { $0 + $1 * $1 }
    }

    /// How far an estimate moves when each independent piece is deleted, for `θ = Σ aᵢ / Σ bᵢ`.
    ///
    /// `θ − θ₍₋c₎ = Σ_{i∈c} ψᵢ / (1 − h_c)` with `h_c = Σ_{i∈c} bᵢ / Σ bᵢ`: exact for a ratio of sums,
    /// the first order for anything else.
    ///
    /// - Parameters:
    ///   - influence: `ψᵢ`, one a row; 0 for rows that play no part.
    ///   - mass: `bᵢ`, one a row, ≥ 0; the row's weight where it plays a part.
    /// - Returns: `nil` where fewer than two pieces have mass.
    func deletions(_ influence: [Double], mass: [Double]) -> Deletions? {
        let masses = pieces(mass)
        let total = masses.reduce(0, +)
        let count = masses.count { $0 > 0 }
        guard count > 1 else { return nil }
        let moves = zip(pieces(influence), masses).map { $0 / (1 - min($1 / total, 1 - 1e-9)) }
        return Deletions(moves: moves, count: count)
    }
}

/// Moves of an estimate when each of C independent pieces is deleted (the jackknife).
struct Deletions {
    var moves: [Double]
    /// C
    var count: Int

    /// Whether any piece moves the estimate by more than rounding.
    func isSpread(beside value: Double) -> Bool {
        let least = 1e-12 * max(abs(value), 1e-300)
        return moves.contains { abs($0) > least }
    }

    /// `(C−1)/C · Σ moves²`; for simple rows and a mean that is s²/n.
    ///
    /// - Source: Tukey 1958; Efron 1982, ISBN 978-0-89871-179-0, section 3.
    var variance: Double {
        Double(count - 1) / Double(count) * moves.reduce(0) { $0 + $1 * $1 }
    }

    /// The degrees of freedom of the variance: `2C / (k − (C−3)/(C−1))`, where k is the kurtosis of
    /// the moves; C − 1 if they are normal, and never more.
    ///
    /// A variance that rests on few pieces, or on few that are large, is itself uncertain. This is
    /// the scaled χ² of the same two moments.
    ///
    /// - Source: Satterthwaite 1946, DOI 10.2307/3002019; O'Neill 2014,
    ///   DOI 10.1080/00031305.2014.966589.
    var degrees: Double {
        let count = Double(count)
        let sum = moves.reduce(0) { $0 + $1 * $1 }
        let fourth = moves.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        guard sum > 0 else { return count - 1 }
        let excess = count * (fourth / sum / sum) - (count - 3) / (count - 1)
        return excess > 0 ? max(1, min(count - 1, 2 * count / excess)) : count - 1
    }
}
