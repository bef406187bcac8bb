import RealModule
import Statistics

/// Whether chance explains an effect.
///
/// With `C` the covariance of a surrogate without the effect, its rest estimated anew, `r = C⁻¹·y` is what is left; the score of the effect
/// is `Q = rᵀ·K·r`, where `K` is what it would add to the covariance.
///
/// - A setting, alone or in pairs: three such scores (its smooth functions, all its functions alike, and with its pairs), each beside
///   those of its values shuffled among the points. The smallest of the three p-values is ranked among the smallest of the shuffles. That
///   holds whatever the surrogate is worth, where values were drawn without a look at other settings.
/// - An effect beyond all others: by the law of `Q` under the surrogate without it, a scaled χ² of the same mean and variance.
///
/// - Source: Zhang & Lin 2003, DOI 10.1093/biostatistics/4.1.57 (scores of kernels); Westfall & Young 1993, ISBN 978-0-471-55761-6
///   (the smallest p-value, shuffled).
struct EffectTests {
    let surrogate: EffectSurrogate
    /// Medians of the draws, in squares of the values' deviation.
    private let scales: [Double]
    private let rest: Double
    private let noise: Double
    private let values: [Double]

    static let shuffles = 399
    private static let rests = [0.003, 0.01, 0.03, 0.1, 0.3, 1]
    /// Of a pair's part in a setting's score, beside that of the setting alone.
    private static let pairWeight = 0.3

    init(_ surrogate: EffectSurrogate) {
        self.surrogate = surrogate
        let square = surrogate.scale * surrogate.scale
        scales = surrogate.basis.effects.indices.map { effect in
            Self.median(surrogate.draws.map { $0.scales[effect] })
        }
        rest = Self.median(surrogate.draws.map { $0.rest / square })
        noise = Self.median(surrogate.draws.map { $0.noise / square })
        values = surrogate.tried.means.map { ($0 - surrogate.center) / surrogate.scale }
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private struct Left {
        var factor: CholeskyFactor
        var residuals: [Double]
    }

    /// What is left without some effects; the rest is that of the greatest likelihood.
    private func left(without effects: [Int]) -> Left? {
        var own = scales
        for effect in effects { own[effect] = 0 }
        var best: (likelihood: Double, left: Left)?
        for rest in [rest] + Self.rests.filter({ $0 > rest }) {
            let matrix = surrogate.kernels.covariance(
                scales: own, mean: EffectSurrogate.meanVariance,
                diagonal: surrogate.tried.counts.map { rest + noise / Double($0) })
            guard let factor = CholeskyFactor(matrix, size: values.count) else { continue }
            let likelihood =
                -factor.logDeterminant - factor.forward(values).reduce(0) { $0 + $1 * $1 }
            if likelihood > best?.likelihood ?? -.infinity {
                best = (
                    likelihood, Left(factor: factor, residuals: factor.solution(values))
                )
            }
        }
        return best?.left
    }

    /// Of an effect beyond all others.
    func beyondOthers(_ effect: Int) -> Double {
        guard let left = left(without: [effect]) else { return 1 }
        let size = values.count
        let kernel = surrogate.kernels.halves[effect]
        var score = 0.0
        var place = 0
        for row in 0..<size {
            for column in 0...row {
                let value = kernel[place] * left.residuals[row] * left.residuals[column]
                score += row == column ? value : 2 * value
                place += 1
            }
        }
        // Trace and squares of C⁻¹K.
        let columns = (0..<size).map { column in
            left.factor.solution(
                (0..<size).map { row in
                    let (a, b) = (max(row, column), min(row, column))
                    return kernel[a * (a + 1) / 2 + b]
                })
        }
        var (trace, squares) = (0.0, 0.0)
        for row in 0..<size {
            trace += columns[row][row]
            for column in 0..<size { squares += columns[row][column] * columns[column][row] }
        }
        guard trace > 0, squares > 0 else { return 1 }
        let degrees = max(1, (trace * trace / squares).rounded())
        return SpecialFunctions.chiSquareTail(score * degrees / trace, degrees: Int(degrees))
    }

    /// Of a setting, alone or in pairs.
    func ofSetting(_ axis: Int, _ draws: inout DrawnNumbers) -> Double {
        let basis = surrogate.basis
        let own = basis.effects.indices.filter { basis.effects[$0].holds(axis) }
        guard let left = left(without: own) else { return 1 }
        let size = values.count
        let range = basis.ranges[axis]
        // Each function of the setting, and what each point's pairs weigh it by.
        let functions = range.map { place in surrogate.design.map { $0[place] } }
        let shares = range.map { basis.shares[$0] }
        let partners = basis.axes.indices.filter { $0 != axis }.flatMap { other in
            basis.ranges[other].prefix(EffectBasis.pairDegree).map { place in
                surrogate.design.enumerated().map { $1[place] * left.residuals[$0] }
            }
        }
        let paired = min(EffectBasis.pairDegree, functions.count)
        func scores(_ order: [Int]) -> [Double] {
            var (smooth, alike, pairs) = (0.0, 0.0, 0.0)
            for (place, function) in functions.enumerated() {
                var sum = 0.0
                for point in 0..<size { sum += function[order[point]] * left.residuals[point] }
                smooth += shares[place] * sum * sum
                alike += sum * sum
                guard place < paired else { continue }
                for partner in partners {
                    var sum = 0.0
                    for point in 0..<size { sum += function[order[point]] * partner[point] }
                    pairs += sum * sum
                }
            }
            return [smooth, alike, pairs]
        }
        var order = Array(0..<size)
        var all = [scores(order)]
        for _ in 0..<Self.shuffles {
            for place in stride(from: size - 1, to: 0, by: -1) {
                order.swapAt(place, draws.integer(below: place + 1))
            }
            all.append(scores(order))
        }
        // Of each order the best rank among all orders.
        var least = [Int](repeating: all.count, count: all.count)
        for score in all[0].indices {
            let sorted = all.map { $0[score] }.sorted(by: >)
            for (number, one) in all.enumerated() {
                // As many as are not lower.
                var (low, high) = (0, sorted.count)
                while low < high {
                    let middle = (low + high) / 2
                    if sorted[middle] >= one[score] { low = middle + 1 } else { high = middle }
                }
                least[number] = min(least[number], low)
            }
        }
        return Double(least.count { $0 <= least[0] }) / Double(all.count)
    }
}
