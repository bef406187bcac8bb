/// How the largest difference between groups changes from one way of deciding the same rows to another.
///
/// `Δ = max_p a_p − max_q b_q`, where p and q run over ordered pairs of groups in each rate, `b` is the second
/// group's rate taken from the first's before, and `a` the same after. With q̂ the pair that is farthest apart before,
///
/// `upper = max_p upper(a_p − b_q̂)`, and by symmetry `lower = min_q lower(a_p̂ − b_q)`.
///
/// Whatever pair is truly farthest apart after, `a_p − b_q̂` is at least Δ there, so that no choice among p is paid for;
/// the choice of q̂ is, by Bonferroni over the unordered pairs. Each part's interval is recovered from those of the groups'
/// rates (MOVER): of a group that stands in both with the same sign, from the paired difference of its rate; with
/// opposite signs, as if both errors always added up. Hence no interval is a point where a rate is 0 or 1, and equal
/// groups are no special case.
///
/// - Source: Zou & Donner 2008, DOI 10.1002/sim.3095; the intersection of tests, Berger 1982,
///   DOI 10.1080/00401706.1982.10487790.
package struct PairedGaps: Sendable {
    /// A group's rate before and after, on the same rows.
    package struct Rate: Sendable {
        package var before: Estimate
        package var after: Estimate
        /// After − before, paired.
        package var moved: Estimate

        package init(before: Estimate, after: Estimate, moved: Estimate) {
            self.before = before
            self.after = after
            self.moved = moved
        }
    }

    private struct Pair {
        var rate: Int
        var high: Int
        var low: Int
        var value: Double
    }

    /// `[rates][groups]`
    private let rates: [[Rate]]
    private let before: [Pair]
    private let after: [Pair]

    package init(rates: [[Rate]]) {
        self.rates = rates
        func pairs(_ value: (Rate) -> Estimate) -> [Pair] {
            rates.indices.flatMap { rate in
                let usable = rates[rate].indices.filter { rates[rate][$0].isUsable }
                return usable.flatMap { high in
                    usable.filter { $0 != high }.map { low in
                        Pair(
                            rate: rate, high: high, low: low,
                            value: (value(rates[rate][high]).value ?? 0)
                                - (value(rates[rate][low]).value ?? 0))
                    }
                }
            }
        }
        before = pairs { $0.before }
        after = pairs { $0.after }
    }

    /// The gap after less the gap before.
    package func change() -> Estimate {
        let count = rates.first?.reduce(0) { $0 + $1.before.count } ?? 0
        let comparisons = max(1, before.count / 2)
        var result = Estimate(
            value: nil,
            method: "MOVER, paired" + (comparisons > 1 ? ", Bonferroni over \(comparisons)" : ""),
            varied: rates.first?.first?.before.varied ?? "rows", count: count)
        guard let widestBefore = before.max(by: { $0.value < $1.value }),
            let widestAfter = after.max(by: { $0.value < $1.value })
        else {
            result.note = "fewer than two groups have the rate"
            return result
        }
        result.value = widestAfter.value - widestBefore.value
        result.upper = after.map { pair in
            pair.value - widestBefore.value
                + arm(pair, widestBefore, sign: 1, comparisons)
        }.max()
        result.lower = before.map { pair in
            widestAfter.value - pair.value
                - arm(widestAfter, pair, sign: -1, comparisons)
        }.min()
        return result
    }

    /// The arm of `a_after − b_before`, upward or downward, that holds for so many comparisons at once.
    private func arm(
        _ after: Pair, _ before: Pair, sign: Double, _ comparisons: Int
    ) -> Double {
        var squares = 0.0
        for rate in Set([after.rate, before.rate]) {
            for group in Set([after.high, after.low, before.high, before.low]) {
                let a = coefficient(after, rate, group)
                let b = -coefficient(before, rate, group)
                let part = rates[rate][group]
                let length =
                    a == -b
                    ? Self.arm(part.moved, sign * a, comparisons)
                    : Self.arm(part.after, sign * a, comparisons)
                        + Self.arm(part.before, sign * b, comparisons)
                squares += length * length
            }
        }
        return squares.squareRoot()
    }

    private func coefficient(_ pair: Pair, _ rate: Int, _ group: Int) -> Double {
        guard pair.rate == rate else { return 0 }
        return group == pair.high ? 1 : group == pair.low ? -1 : 0
    }

    /// How far `coefficient · estimate` may lie above its value.
    private static func arm(
        _ estimate: Estimate, _ coefficient: Double, _ comparisons: Int
    ) -> Double {
        guard coefficient != 0, let value = estimate.value, let lower = estimate.lower,
            let upper = estimate.upper
        else { return 0 }
        let length = coefficient > 0 ? coefficient * (upper - value) : -coefficient * (value - lower)
        return length * estimate.stretch(comparisons: comparisons)
    }
}

extension PairedGaps.Rate {
    fileprivate var isUsable: Bool {
        [before, after, moved].allSatisfy {
            $0.value != nil && $0.lower != nil && $0.upper != nil
        }
    }
}
