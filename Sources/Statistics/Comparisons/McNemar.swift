/// McNemar's test of two models' right decisions on the same simple rows.
///
/// Of the `b + c` rows that only one decides right, the number that only the second does is binomial
/// with a chance of ½ if both are right equally often.
package struct McNemar: Sendable, Hashable {
    /// Rows that only the first decides right.
    package let onlyFirst: Int
    /// Rows that only the second decides right.
    package let onlySecond: Int

    package init(onlyFirst: Int, onlySecond: Int) {
        precondition(onlyFirst >= 0 && onlySecond >= 0, "counts are not negative")
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
    }

    /// `min(1, 2 P(X ≤ min(b, c)))`: errs in at most 5 % of cases, and often in far fewer.
    package var exactPValue: Double { min(1, 2 * chance(atMost: min(onlyFirst, onlySecond))) }

    /// `2 P(X < m) + P(X = m)` with `m = min(b, c)`: errs in 5 % or slightly fewer, nearly always.
    ///
    /// - Source: Fagerland et al. 2013, DOI 10.1186/1471-2288-13-91.
    package var midPValue: Double {
        let fewer = min(onlyFirst, onlySecond)
        return min(1, chance(atMost: fewer) + chance(atMost: fewer - 1))
    }

    /// `P(X ≤ k) = I(½; n − k, k + 1)` of n rows.
    private func chance(atMost hits: Int) -> Double {
        let rows = onlyFirst + onlySecond
        if hits < 0 { return 0 }
        if hits >= rows { return 1 }
        return SpecialFunctions.incompleteBeta(0.5, a: Double(rows - hits), b: Double(hits + 1))
    }
}
