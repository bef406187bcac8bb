/// What values a setting has in the unit cube.
package enum AxisKind: Hashable, Sendable {
    /// In [0, 1], evenly spread over the space.
    case number
    /// Places of words from 0, each as likely.
    case choice(Int)
}

/// Functions of settings that are orthonormal over the space, so that a surrogate's analysis of variance is exact: the
/// variance of an effect is the sum of its squared coefficients.
///
/// Of a number they are Legendre's polynomials `√(2m+1)·P_m(2x − 1)`; of a choice among `k` words contrasts (Helmert's) with
/// mean 0 and variance 1; of a pair all products of the first of both.
///
/// - Source: Sudret 2008, DOI 10.1016/j.ress.2007.04.002.
package struct EffectBasis: Sendable {
    /// A setting, or a pair of them.
    package struct Effect: Hashable, Sendable {
        package var first: Int
        package var second: Int?

        package init(_ first: Int, _ second: Int? = nil) {
            self.first = first
            self.second = second
        }

        package func holds(_ axis: Int) -> Bool { first == axis || second == axis }
    }

    package static let mostDegree = 8
    static let pairDegree = 4

    package let axes: [AxisKind]
    /// Settings first, then pairs.
    package let effects: [Effect]
    /// Where an effect's functions lie among all.
    let ranges: [Range<Int>]
    /// Variances that coefficients have beforehand, as parts of their effect's; they add up to 1 in each.
    let shares: [Double]

    package var count: Int { shares.count }

    /// - Parameter roughness: `m^(−roughness)` is how the variance falls with the degree beforehand.
    package init(_ axes: [AxisKind], roughness: Double = 2) {
        self.axes = axes
        let decays = axes.map { kind -> [Double] in
            switch kind {
            case .number: (1...Self.mostDegree).map { 1 / Self.power(Double($0), roughness) }
            case .choice(let count): Array(repeating: 1, count: max(1, count - 1))
            }
        }
        var effects = axes.indices.map { Effect($0) }
        for first in axes.indices {
            effects += axes.indices.dropFirst(first + 1).map { Effect(first, $0) }
        }
        self.effects = effects
        var ranges: [Range<Int>] = []
        var shares: [Double] = []
        for effect in effects {
            let own: [Double]
            if let second = effect.second {
                let (left, right) = (effect.first, second)
                own = decays[left][..<Self.paired(axes[left], decays[left])].flatMap { a in
                    decays[right][..<Self.paired(axes[right], decays[right])].map { a * $0 }
                }
            } else {
                own = decays[effect.first]
            }
            let total = own.reduce(0, +)
            ranges.append(shares.count..<shares.count + own.count)
            shares += own.map { $0 / total }
        }
        self.ranges = ranges
        self.shares = shares
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        var result = 1.0
        for _ in 0..<Int(exponent) { result *= base }
        return result
    }

    private static func paired(_ kind: AxisKind, _ decays: [Double]) -> Int {
        kind == .number ? pairDegree : decays.count
    }

    /// All functions at a point, `[count]`.
    package func values(at point: [Double]) -> [Double] {
        let own = zip(axes, point).map { Self.values(of: $0, at: $1) }
        var result: [Double] = []
        result.reserveCapacity(count)
        for effect in effects {
            guard let second = effect.second else {
                result += own[effect.first]
                continue
            }
            let right = own[second][..<Self.paired(axes[second], own[second])]
            for value in own[effect.first][..<Self.paired(axes[effect.first], own[effect.first])] {
                for other in right { result.append(value * other) }
            }
        }
        return result
    }

    private static func values(of kind: AxisKind, at place: Double) -> [Double] {
        switch kind {
        case .number:
            let x = 2 * place - 1
            var (before, now) = (1.0, x)
            var result = [Double(3).squareRoot() * x]
            for degree in 1..<mostDegree {
                let m = Double(degree)
                (before, now) = (now, ((2 * m + 1) * x * now - m * before) / (m + 1))
                result.append((2 * m + 3).squareRoot() * now)
            }
            return result
        case .choice(let count):
            guard count > 1 else { return [0] }
            let word = Int(place)
            // The j-th contrast: the words before against word j.
            return (1..<count).map { j in
                let size = (Double(count) / Double(j * (j + 1))).squareRoot()
                return word < j ? size : word == j ? -Double(j) * size : 0
            }
        }
    }
}
