import RealModule

/// Distribution functions that intervals need.
package enum SpecialFunctions {
    /// The standard normal distribution function, `½ erfc(−x/√2)`.
    package static func normalCDF(_ x: Double) -> Double {
        0.5 * Double.erfc(-x / 2.0.squareRoot())
    }

    /// The standard normal quantile, accurate to a few units in the last place.
    ///
    /// A rational start (Acklam), then two Halley steps on the distribution function.
    ///
    /// - Precondition: `probability` lies in (0, 1).
    package static func normalQuantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "a probability outside (0, 1)")
        // In the upper half the distribution function rounds; the lower half has all digits.
        if probability > 0.5 { return -normalQuantile(1 - probability) }
        var x = roughNormalQuantile(probability)
        for _ in 0..<2 {
            let error = normalCDF(x) - probability
            let step = error * (2 * Double.pi).squareRoot() * Double.exp(x * x / 2)
            x -= step / (1 + x * step / 2)
        }
        return x
    }

    /// Relative error below 1.15e-9, for probabilities up to ½.
    private static func roughNormalQuantile(_ probability: Double) -> Double {
        if probability < 0.02425 {
            let q = (-2 * Double.log(probability)).squareRoot()
            return polynomial(
                [
                    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838,
                    -2.549732539343734, 4.374664141464968, 2.938163982698783,
                ], q)
                / polynomial(
                    [
                        7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996,
                        3.754408661907416, 1,
                    ], q)
        }
        let q = probability - 0.5
        let r = q * q
        return q
            * polynomial(
                [
                    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2,
                    1.383577518672690e2, -3.066479806614716e1, 2.506628277459239,
                ], r)
            / polynomial(
                [
                    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2,
                    6.680131188771972e1, -1.328068155288572e1, 1,
                ], r)
    }

    /// By Horner's rule, the highest power first.
    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }

    /// The regularised incomplete beta function `I_x(a, b)`.
    ///
    /// - Precondition: `a`, `b` > 0 and `x` in [0, 1].
    /// - Source: the continued fraction DLMF 8.17.22, by Lentz's method.
    package static func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
        incompleteBeta(x, complement: 1 - x, a: a, b: b)
    }

    /// - Parameter complement: `1 − x` with all its digits, which matter where `x` is next to 1.
    private static func incompleteBeta(
        _ x: Double, complement: Double, a: Double, b: Double
    ) -> Double {
        precondition(a > 0 && b > 0 && (0...1).contains(x), "incomplete beta out of its domain")
        if x == 0 || complement == 0 { return x == 0 ? 0 : 1 }
        // The fraction converges fast below the mean; above it, the mirrored one.
        if x > (a + 1) / (a + b + 2) {
            return 1 - incompleteBeta(complement, complement: x, a: b, b: a)
        }
        let logX = x < 0.5 ? Double.log(x) : Double.log(onePlus: -complement)
        let logComplement = x < 0.5 ? Double.log(onePlus: -x) : Double.log(complement)
        return Double.exp(a * logX + b * logComplement - logBeta(a, b)) / a * betaFraction(x, a, b)
    }

    /// `log Γ(a) + log Γ(b) − log Γ(a + b)`, with an absolute error of the smaller argument's size
    /// in units in the last place.
    ///
    /// For a large `a`, `log Γ(a + b) − log Γ(a)` is written with Stirling's series, so that the two
    /// large numbers are never subtracted.
    private static func logBeta(_ a: Double, _ b: Double) -> Double {
        let (small, large) = (min(a, b), max(a, b))
        guard large > 20 else {
            return Double.logGamma(a) + Double.logGamma(b) - Double.logGamma(a + b)
        }
        let difference =
            (large - 0.5) * Double.log(onePlus: small / large)
            + small * (Double.log(large + small) - 1)
            + stirlingRemainder(large + small) - stirlingRemainder(large)
        return Double.logGamma(small) - difference
    }

    /// `log Γ(x) − ((x − ½) log x − x + ½ log 2π)` for `x` > 20: DLMF 5.11.1, five terms.
    private static func stirlingRemainder(_ x: Double) -> Double {
        let inverse = 1 / (x * x)
        return polynomial([1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12], inverse) / x
    }

    private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func guarded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / guarded(1 - (a + b) * x / (a + 1))
        var fraction = d
        for m in 1...10_000 {
            let m = Double(m)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / guarded(1 + even * d)
            c = guarded(1 + even / c)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / guarded(1 + odd * d)
            c = guarded(1 + odd / c)
            let change = d * c
            fraction *= change
            if abs(change - 1) <= Double.ulpOfOne { break }
        }
        return fraction
    }

    /// The quantile of the beta distribution.
    ///
    /// - Precondition: `probability` in (0, 1); `a`, `b` > 0.
    package static func betaQuantile(_ probability: Double, a: Double, b: Double) -> Double {
        precondition(probability > 0 && probability < 1, "a probability outside (0, 1)")
        var low = 0.0
        var high = 1.0
        // Halving until neighbouring numbers.
        while true {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { return middle }
            if incompleteBeta(middle, a: a, b: b) < probability {
                low = middle
            } else {
                high = middle
            }
        }
    }

    /// The upper tail `P(T > t)` of Student's t, for `t` ≥ 0.
    package static func studentTail(_ t: Double, degrees: Double) -> Double {
        guard degrees.isFinite else { return normalCDF(-t) }
        let (square, sum) = (t * t, degrees + t * t)
        return 0.5
            * incompleteBeta(
                degrees / sum, complement: square / sum, a: degrees / 2, b: 0.5)
    }

    /// The quantile of Student's t distribution.
    ///
    /// - Precondition: `probability` in (0, 1), `degrees` > 0.
    package static func studentQuantile(_ probability: Double, degrees: Double) -> Double {
        precondition(probability > 0 && probability < 1 && degrees > 0, "t out of its domain")
        if probability == 0.5 { return 0 }
        if probability < 0.5 { return -studentQuantile(1 - probability, degrees: degrees) }
        let tail = 1 - probability
        var high = 1.0
        while studentTail(high, degrees: degrees) > tail { high *= 2 }
        var low = high == 1 ? 0 : high / 2
        // Halving until neighbouring numbers: at most 60 turns, as the ends are within a factor 2.
        while true {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { return middle }
            if studentTail(middle, degrees: degrees) > tail { low = middle } else { high = middle }
        }
    }
}

extension SpecialFunctions {
    /// The upper tail `P(X > x)` of χ² with a whole number of degrees of freedom.
    ///
    /// `Q(x; 1) = 2 − 2Φ(√x)`, `Q(x; 2) = e^(−x/2)`, and from there
    /// `Q(x; ν) = Q(x; ν − 2) + (x/2)^(ν/2 − 1) e^(−x/2) / Γ(ν/2)`.
    package static func chiSquareTail(_ x: Double, degrees: Int) -> Double {
        precondition(degrees > 0 && x >= 0, "χ² out of its domain")
        let isOdd = degrees % 2 == 1
        var tail = isOdd ? 2 * normalCDF(-x.squareRoot()) : Double.exp(-x / 2)
        // (x/2)^(ν/2 − 1) e^(−x/2) / Γ(ν/2), at ν = 3 or 4 first.
        var term =
            isOdd
            ? (2 * x / Double.pi).squareRoot() * Double.exp(-x / 2)
            : x / 2 * Double.exp(-x / 2)
        for current in stride(from: isOdd ? 3 : 4, through: degrees, by: 2) {
            tail += term
            term *= x / Double(current)
        }
        return tail
    }

    /// The quantile of χ² with a whole number of degrees of freedom.
    ///
    /// - Precondition: `probability` in (0, 1), `degrees` > 0.
    package static func chiSquareQuantile(_ probability: Double, degrees: Int) -> Double {
        precondition(probability > 0 && probability < 1, "a probability outside (0, 1)")
        var high = Double(degrees)
        while chiSquareTail(high, degrees: degrees) > 1 - probability { high *= 2 }
        var low = 0.0
        while true {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { return middle }
            if chiSquareTail(middle, degrees: degrees) > 1 - probability {
                low = middle
            } else {
                high = middle
            }
        }
    }
}
