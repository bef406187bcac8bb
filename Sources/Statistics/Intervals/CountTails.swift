import RealModule

/// Chances that a count is as small as was seen, or smaller.
package enum CountTails {
    /// `P(X ≤ most)` of a binomial count of `trials` with the chance `share` each.
    ///
    /// `I_{1−p}(n − k, k + 1)`, DLMF 8.17.5.
    ///
    /// - Precondition: `0 ≤ most ≤ trials`, `share` in [0, 1].
    package static func binomial(_ most: Int, of trials: Int, share: Double) -> Double {
        precondition(most >= 0 && most <= trials, "more hits than trials")
        guard most < trials else { return 1 }
        return SpecialFunctions.incompleteBeta(
            1 - share, a: Double(trials - most), b: Double(most + 1))
    }

    /// `P(X ≤ most)` of a sum of independent hits, each with a chance of its own.
    ///
    /// - Complexity: O(chances · most).
    /// - Source: the direct recursion; Hong 2013, DOI 10.1016/j.csda.2012.10.006, section 2.3.
    package static func poissonBinomial(_ most: Int, chances: [Double]) -> Double {
        precondition(most >= 0, "no count is negative")
        guard most < chances.count else { return 1 }
        var mass = [Double](repeating: 0, count: most + 1)
        mass[0] = 1
        for chance in chances {
            for count in stride(from: most, to: 0, by: -1) {
                mass[count] = mass[count] * (1 - chance) + mass[count - 1] * chance
            }
            mass[0] *= 1 - chance
        }
        return min(1, mass.reduce(0, +))
    }

    /// `P(X ≤ hits)` where `hits` of `rows` and `otherHits` of `otherRows` came from equal chances:
    /// the lower tail of Fisher's exact test.
    ///
    /// - Source: Fisher 1935, "The logic of inductive inference", DOI 10.2307/2342435.
    package static func hypergeometric(
        _ hits: Int, of rows: Int, beside otherHits: Int, of otherRows: Int
    ) -> Double {
        precondition(
            hits >= 0 && hits <= rows && otherHits >= 0 && otherHits <= otherRows,
            "more hits than rows")
        let all = hits + otherHits
        let whole = logChoose(rows + otherRows, all)
        var tail = 0.0
        for count in max(0, all - otherRows)...hits {
            tail += Double.exp(
                logChoose(rows, count) + logChoose(otherRows, all - count) - whole)
        }
        return min(1, tail)
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        Double.logGamma(Double(n + 1)) - Double.logGamma(Double(k + 1))
            - Double.logGamma(Double(n - k + 1))
    }
}
