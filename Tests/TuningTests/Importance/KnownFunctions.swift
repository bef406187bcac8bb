import RealModule
import Statistics
import TensorCore
import Tuning

/// A function on the unit cube whose analysis of variance is known.
struct KnownFunction: Sendable {
    var name: String
    var axes: [AxisKind]
    var value: @Sendable ([Double]) -> Double
    /// Of effects that are not 0.
    var variances: [EffectBasis.Effect: Double]
    /// Of the whole function.
    var total: Double

    func share(_ effect: EffectBasis.Effect) -> Double { (variances[effect] ?? 0) / total }

    /// Whether a setting plays no part, alone or in pairs.
    func isWithoutEffect(_ axis: Int) -> Bool { !variances.contains { $0.key.holds(axis) } }

    /// Three seeds of the first few points, one of the others, drawn evenly; or after a third of them near the best
    /// fifth, as a search does.
    ///
    /// - Parameter noise: In deviations of the function.
    func tried(
        points: Int, repeated: Int, noise: Double, seed: UInt64, isSearch: Bool = false
    ) -> TriedPoints {
        var draws = DrawnNumbers(CounterRandom(seed: seed, name: name))
        var (all, values, ids): ([[Double]], [Double], [Int]) = ([], [], [])
        for point in 0..<points {
            var place = axes.map { kind -> Double in
                switch kind {
                case .number: draws.uniform()
                case .choice(let count): Double(draws.integer(below: count))
                }
            }
            if isSearch, point > points / 3, draws.uniform() < 0.7 {
                let order = values.indices.sorted { values[$0] < values[$1] }
                let near = all[order[draws.integer(below: max(1, order.count / 5))]]
                place = zip(axes, near).map { kind, value in
                    kind == .number
                        ? min(1, max(0, value + 0.15 * draws.normal())) : value
                }
            }
            for _ in 0..<(point < repeated ? 3 : 1) {
                all.append(place)
                ids.append(point)
                values.append(value(place) + noise * total.squareRoot() * draws.normal())
            }
        }
        return TriedPoints(axes: axes, points: all, values: values, ids: ids)
    }

    /// `sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁` on [−π, π]³, and two settings without effect: Ishigami & Homma 1990,
    /// DOI 10.1109/ISUMA.1990.151285.
    static let ishigami: KnownFunction = {
        let (a, b) = (7.0, 0.1)
        let fourth = Double.pow(Double.pi, 4)
        let first = 0.5 * Double.pow(1 + b * fourth / 5, 2)
        let pair = b * b * fourth * fourth * (1.0 / 18 - 1.0 / 50)
        return KnownFunction(
            name: "Ishigami", axes: Array(repeating: .number, count: 5),
            value: { point in
                let x = point.map { (2 * $0 - 1) * Double.pi }
                let squared = Double.sin(x[1]) * Double.sin(x[1])
                return Double.sin(x[0]) * (1 + b * Double.pow(x[2], 4)) + a * squared
            },
            variances: [
                .init(0): first, .init(1): a * a / 8, .init(0, 2): pair,
            ], total: first + a * a / 8 + pair)
    }()

    /// `Π (|4xᵢ − 2| + aᵢ)/(1 + aᵢ)`: Saltelli & Sobol' 1995, DOI 10.1016/0951-8320(95)00099-2.
    static let sobol: KnownFunction = {
        let weights = [0.0, 1, 4.5, 9, 99, 99]
        let own = weights.map { 1 / (3 * (1 + $0) * (1 + $0)) }
        var variances: [EffectBasis.Effect: Double] = [:]
        for first in own.indices {
            variances[.init(first)] = own[first]
            for second in own.indices.dropFirst(first + 1) {
                variances[.init(first, second)] = own[first] * own[second]
            }
        }
        return KnownFunction(
            name: "Sobol' g", axes: Array(repeating: .number, count: 6),
            value: { point in
                zip(point, weights).reduce(1) { product, one in
                    product * (abs(4 * one.0 - 2) + one.1) / (1 + one.1)
                }
            }, variances: variances, total: own.reduce(1) { $0 * (1 + $1) } - 1)
    }()

    /// A word that shifts and tilts the line of a number, a wave, and three settings without effect, of which one is a word.
    static let words: KnownFunction = {
        let (shifts, slopes) = ([-1.0, 0, 1], [0.5, 2, 0.5])
        return KnownFunction(
            name: "words", axes: [.choice(3), .number, .number, .choice(2), .number, .number],
            value: { point in
                let word = Int(point[0])
                return shifts[word] + slopes[word] * (2 * point[1] - 1)
                    + Double.sin(2 * Double.pi * point[2])
            },
            variances: [
                .init(0): 2.0 / 3, .init(1): 1.0 / 3, .init(2): 0.5, .init(0, 1): 1.0 / 6,
            ], total: 2.0 / 3 + 1.0 / 3 + 0.5 + 1.0 / 6)
    }()

    static let all = [ishigami, sobol, words]
}
