import RealModule

extension Estimate {
    /// This minus another estimate from other rows, with an interval recovered from both.
    ///
    /// `d = a − b; lower = d − √((a − a₋)² + (b₊ − b)²); upper = d + √((a₊ − a)² + (b − b₋)²)`
    ///
    /// - Parameters:
    ///   - other: Of rows that are independent of these; both at the same level.
    ///   - comparisons: How many such differences the reader chooses from; the arms of both intervals
    ///     are lengthened by Bonferroni, each as its own quantiles grow (`stretch`).
    /// - Returns: No value where one of the two has none, no interval where one has none.
    /// - Source: the method of variance estimates recovery (MOVER), Zou & Donner 2008,
    ///   DOI 10.1002/sim.3095.
    package func minus(_ other: Estimate, comparisons: Int = 1) -> Estimate {
        minus(
            other, comparisons: comparisons,
            stretches: (
                stretch(comparisons: comparisons), other.stretch(comparisons: comparisons)
            ))
    }

    /// The same, with both arms' `stretch` known.
    func minus(
        _ other: Estimate, comparisons: Int, stretches: (Double, Double)
    ) -> Estimate {
        var result = Estimate(
            value: nil, level: level,
            method: "MOVER of \(method)"
                + (comparisons > 1 ? ", Bonferroni over \(comparisons)" : ""),
            varied: varied, count: count + other.count,
            clusters: clusters.flatMap { mine in other.clusters.map { mine + $0 } })
        guard let a = value, let b = other.value else {
            result.note = note ?? other.note
            return result
        }
        result.value = a - b
        guard let lower, let upper, let otherLower = other.lower, let otherUpper = other.upper
        else {
            result.note = note ?? other.note
            return result
        }
        let (own, others) = stretches
        func arm(_ x: Double, _ y: Double) -> Double {
            (own * own * x * x + others * others * y * y).squareRoot()
        }
        result.lower = a - b - arm(a - lower, otherUpper - b)
        result.upper = a - b + arm(upper - a, b - otherLower)
        return result
    }

    /// The degrees of freedom of the interval's spread; infinite where it is a formula's.
    var degrees: Double {
        switch form {
        case .student(_, let degrees): degrees
        case .share(let rows): rows.degrees ?? .infinity
        case nil: .infinity
        }
    }

    /// By how much an arm grows that is to hold for so many comparisons at once: `t(0.025/comparisons)/t(0.025)`.
    ///
    /// With a spread from few rows that is far more than of normal quantiles: of two degrees of freedom 3.3 where
    /// it is 1.4 for ten comparisons.
    package func stretch(comparisons: Int) -> Double {
        guard comparisons > 1 else { return 1 }
        let degrees = degrees
        return VarianceComponents.quantile(tail: 0.025 / Double(comparisons), degrees: degrees)
            / VarianceComponents.quantile(tail: 0.025, degrees: degrees)
    }
}
