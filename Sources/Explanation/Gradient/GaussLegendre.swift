import RealModule

/// Nodes and weights of Gauss-Legendre quadrature on [0, 1].
///
/// `∫ f ≈ Σ weight · f(node)`, exact for polynomials up to degree `2·count − 1`.
///
/// - Source: nodes by Newton's method from `cos(π(i − ¼)/(n + ½))`, as in Press et al. 2007, "Numerical Recipes",
///   section 4.6.1.
package struct GaussLegendre: Sendable {
    /// Ascending.
    package var nodes: [Double]
    /// They sum to 1.
    package var weights: [Double]

    /// - Precondition: `count > 0`.
    package init(_ count: Int) {
        precondition(count > 0, "quadrature needs a node")
        nodes = [Double](repeating: 0.5, count: count)
        weights = [Double](repeating: 1, count: count)
        for index in 0..<count {
            var x = Double.cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 0.0
            for _ in 0..<100 {
                var (value, before) = (1.0, 0.0)
                for degree in 0..<count {
                    let n = Double(degree)
                    (value, before) = (((2 * n + 1) * x * value - n * before) / (n + 1), value)
                }
                slope = Double(count) * (x * value - before) / (x * x - 1)
                let step = value / slope
                x -= step
                if abs(step) < 1e-15 { break }
            }
            nodes[count - 1 - index] = (1 + x) / 2
            weights[count - 1 - index] = 1 / ((1 - x * x) * slope * slope)
        }
    }
}
