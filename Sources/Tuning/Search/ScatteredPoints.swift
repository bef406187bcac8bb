import TensorCore

/// Points that fill the unit cube evenly from the first on: Halton's sequence with its digits scrambled.
///
/// Coordinate `k` of point `i` is `Σ π(digit_j) b^(−j−1)` over the digits of `i` in base `b`, the `k`-th prime, where each
/// digit's place has a random permutation π of its own. A function of seed, point and coordinate.
///
/// - Source: Owen 2017, "A randomized Halton algorithm in R", arXiv:1706.02808.
package struct ScatteredPoints: Sendable {
    private let scrambled: [[[Int]]]

    /// Digits that are kept: further ones are below a thousandth of any range.
    private static let places = 12

    package init(seed: UInt64, dimensions: Int) {
        let bases = Self.primes(dimensions)
        scrambled = bases.enumerated().map { dimension, base in
            let random = CounterRandom(seed: seed, name: "search-scatter-\(dimension)")
            return (0..<Self.places).map { random.permutation(of: base, step: UInt32($0)) }
        }
    }

    package func coordinates(_ index: Int) -> [Double] {
        scrambled.map { permutations in
            let base = permutations[0].count
            var (rest, share, sum) = (index, 1.0, 0.0)
            for permutation in permutations {
                share /= Double(base)
                sum += share * Double(permutation[rest % base])
                rest /= base
            }
            return sum
        }
    }

    private static func primes(_ count: Int) -> [Int] {
        var found: [Int] = []
        var number = 2
        while found.count < count {
            if !found.contains(where: { number % $0 == 0 }) { found.append(number) }
            number += 1
        }
        return found
    }
}
