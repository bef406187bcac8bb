import RealModule

extension Estimate {
    /// The product of this share and a difference of means that the share's error tells nothing of.
    ///
    /// `v(sd) = d² v(s) + s² v(d) + v(s) v(d)`, exact where both are unbiased and uncorrelated; so are the share of a
    /// subset and the mean in it, even of the same rows, since the mean's expectation does not depend on the count. The
    /// interval reaches as many errors as the difference's own; the share's error is its interval's width by 2 · 1.96.
    ///
    /// - Returns: No interval where one of the two has none.
    /// - Source: Goodman 1960, DOI 10.1080/01621459.1960.10483369.
    package func times(_ difference: Difference) -> Estimate {
        let other = difference.estimate
        var result = Estimate(
            value: nil, level: level, method: "Goodman, product", varied: varied,
            count: other.count, clusters: other.clusters, note: note ?? other.note)
        guard let value, let gap = other.value else { return result }
        result.value = value * gap
        guard let lower, let upper, let low = other.lower, let high = other.upper,
            let error = difference.standardError, error > 0
        else { return result }
        let shareError = (upper - lower) / 2 / SpecialFunctions.normalQuantile(0.975)
        let (own, others) = (shareError * shareError, error * error)
        let spread = (gap * gap * own + value * value * others + own * others).squareRoot()
        let reach = (high - low) / 2 / error * spread
        (result.lower, result.upper) = (value * gap - reach, value * gap + reach)
        return result
    }

    /// The quotient of two shares of independent samples: how many times the one is the other.
    ///
    /// The interval is recovered on the logarithmic scale from both (`minus`).
    ///
    /// - Returns: No value where the other share is 0; no interval where an end is.
    /// - Source: Zou & Donner 2008, DOI 10.1002/sim.3095, of logarithms.
    package func over(_ other: Estimate) -> Estimate {
        guard let own = value, let divisor = other.value, own > 0, divisor > 0 else {
            var none = self
            none.method = "MOVER of logarithms"
            (none.value, none.lower, none.upper, none.form) = (nil, nil, nil, nil)
            none.note = note ?? other.note ?? "no row of one of the two"
            return none
        }
        func logarithm(_ estimate: Estimate) -> Estimate {
            var result = estimate
            result.value = estimate.value.map { Double.log($0) }
            let isInside = (estimate.lower ?? 0) > 0
            result.lower = isInside ? estimate.lower.map { Double.log($0) } : nil
            result.upper = isInside ? estimate.upper.map { Double.log($0) } : nil
            result.form = nil
            return result
        }
        var result = logarithm(self).minus(logarithm(other))
        result.method = "MOVER of logarithms"
        result.value = own / divisor
        result.lower = result.lower.map { Double.exp($0) }
        result.upper = result.upper.map { Double.exp($0) }
        return result
    }
}
