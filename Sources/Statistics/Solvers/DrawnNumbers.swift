import RealModule
package import TensorCore

/// Draws from distributions, one after another, from a stream of its own: the same stream gives the same draws.
package struct DrawnNumbers: Sendable {
    private let random: CounterRandom
    private var drawn: UInt64 = 0
    private var spare: Double?

    package init(_ random: CounterRandom) { self.random = random }

    /// In (0, 1).
    package mutating func uniform() -> Double {
        defer { drawn += 1 }
        return random.uniform(index: drawn) + 0x1p-54
    }

    /// On `0..<bound`.
    package mutating func integer(below bound: Int) -> Int {
        defer { drawn += 1 }
        return random.integer(below: bound, index: drawn)
    }

    /// Standard normal, by Box and Muller 1958, DOI 10.1214/aoms/1177706645.
    package mutating func normal() -> Double {
        if let kept = spare {
            spare = nil
            return kept
        }
        let length = (-2 * Double.log(uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spare = length * Double.sin(angle)
        return length * Double.cos(angle)
    }

    /// Gamma with scale 1.
    ///
    /// - Precondition: `shape` ≥ 1/2.
    /// - Source: Marsaglia & Tsang 2000, DOI 10.1145/358407.358414.
    package mutating func gamma(shape: Double) -> Double {
        precondition(shape >= 0.5, "a shape below a half")
        if shape < 1 {
            let power = Double.pow(uniform(), 1 / shape)
            return gamma(shape: shape + 1) * power
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
            guard v > 0 else { continue }
            if Double.log(uniform()) < x * x / 2 + d - d * v + d * Double.log(v) { return d * v }
        }
    }
}
