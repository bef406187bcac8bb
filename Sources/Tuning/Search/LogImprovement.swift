import RealModule
import Statistics

/// Logarithms of tails of the normal distribution, which themselves would be 0 where a search has found most there is.
package enum LogImprovement {
    private static let halfLogTwoPi = 0.5 * Double.log(2 * .pi)

    /// `log E max(0, best − Y)` for `Y` with a normal distribution: `log σ + log (φ(z) + z Φ(z))`, `z = (best − mean) / σ`.
    ///
    /// Below `z = −25`, `φ(z) z⁻² (1 − 3 z⁻² + 15 z⁻⁴)`, whose relative error is below 105 z⁻⁶, 5e-7.
    ///
    /// - Source: Ament et al. 2023, arXiv:2310.20708, who have another form of the same.
    package static func expected(below best: Double, mean: Double, variance: Double) -> Double {
        let deviation = variance.squareRoot()
        let z = (best - mean) / deviation
        let square = z * z
        guard z < -25 else {
            let density = Double.exp(-square / 2 - halfLogTwoPi)
            return Double.log(deviation) + Double.log(density + z * SpecialFunctions.normalCDF(z))
        }
        return Double.log(deviation) - square / 2 - halfLogTwoPi - Double.log(square)
            + Double.log(onePlus: (15 / square - 3) / square)
    }

    /// `log Φ(z)`; below −25 `log (φ(z) / |z| · (1 − z⁻² + 3 z⁻⁴))`.
    package static func probability(_ z: Double) -> Double {
        let square = z * z
        guard z < -25 else { return Double.log(SpecialFunctions.normalCDF(z)) }
        return -square / 2 - halfLogTwoPi - Double.log(-z)
            + Double.log(onePlus: (3 / square - 1) / square)
    }
}
