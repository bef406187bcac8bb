import RealModule
import Statistics
package import TensorCore

/// A surrogate of what settings do, drawn from its posterior: `y = μ + Σ effects + rest + noise`.
///
/// An effect (of a setting, or of a pair) is a sum of `EffectBasis`'s functions whose coefficients are normal with a variance of the
/// effect's own. The rest is what these functions do not hold (higher interactions, fine detail), one number a point; the noise is
/// that of the seed, one a training, which replicates tell from the rest. Each of these deviations is half-Cauchy beforehand, so
/// that effects that are none shrink to 0. Gibbs draws, all coefficients at once.
///
/// - Source: Durrande et al. 2013, DOI 10.1016/j.jmva.2012.08.016 (kernels by effects); Bhattacharya et al. 2016,
///   DOI 10.1093/biomet/asw042 (normal draws); Makalic & Schmidt 2016, DOI 10.1109/LSP.2015.2503725 (half-Cauchy).
package struct EffectSurrogate: Sendable {
    /// A function that the trials allow, and how far trials lie from it; in the values' unit.
    package struct Draw: Sendable {
        package var mean: Double
        /// `[basis.count]`
        package var coefficients: [Double]
        /// Variances of the effects, `[effects]`: exact, as the basis is orthonormal.
        package var effects: [Double]
        package var rest: Double
        package var noise: Double
        /// The effects' variances beforehand, in squares of the values' deviation.
        var scales: [Double]

        /// Of the function, without noise.
        package var variance: Double { effects.reduce(rest, +) }
    }

    package let basis: EffectBasis
    package let tried: TriedPoints
    package let draws: [Draw]
    /// Of the values: location and scale that they were standardised by.
    let center: Double
    let scale: Double
    /// `[points, basis.count]`
    let design: [[Double]]
    let kernels: EffectKernels

    /// How many draws are thrown away first, and how many are kept.
    package struct Length: Sendable {
        package var burn = 300
        package var kept = 600

        package init(burn: Int = 300, kept: Int = 600) { (self.burn, self.kept) = (burn, kept) }
    }

    /// What half of the deviations lie below beforehand, in deviations of the values.
    private static let (settingScale, pairScale, restScale, noiseScale) = (0.5, 0.3, 0.05, 0.5)
    /// Of the mean, in squares of the values' deviation.
    static let meanVariance = 100.0
    /// The least variance, in squares of the values' deviation: below it systems of points lose their digits.
    private static let leastVariance = 1e-6

    /// - Complexity: O((burn + kept) · points² · (points + effects)).
    package init(_ tried: TriedPoints, random: CounterRandom, length: Length = Length()) {
        let basis = EffectBasis(tried.axes)
        self.basis = basis
        self.tried = tried
        let points = tried.points.count
        let mean = tried.means.reduce(0, +) / Double(points)
        let spread = tried.means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(points)
        (center, scale) = (mean, spread > 0 ? spread.squareRoot() : 1)
        design = tried.points.map(basis.values)
        kernels = EffectKernels(basis, design)
        var chain = Chain(
            kernels: kernels, design: design,
            values: tried.means.map { [center, scale] in ($0 - center) / scale }, tried: tried,
            squares: tried.squares / (scale * scale), draws: DrawnNumbers(random))
        var kept: [Draw] = []
        for step in 0..<length.burn + length.kept {
            chain.advance(basis)
            guard step >= length.burn else { continue }
            let square = scale * scale
            kept.append(
                Draw(
                    mean: center + scale * chain.mean,
                    coefficients: chain.coefficients.map { [scale] in $0 * scale },
                    effects: basis.ranges.map { range in
                        chain.coefficients[range].reduce(0) { $0 + $1 * $1 } * square
                    },
                    rest: chain.rest * square, noise: chain.noise * square,
                    scales: chain.scales))
        }
        draws = kept
    }

    /// The draw's function at a row of the basis.
    package static func value(_ draw: Draw, _ row: [Double]) -> Double {
        var sum = draw.mean
        for (place, value) in row.enumerated() { sum += draw.coefficients[place] * value }
        return sum
    }

    /// The mean of the draws' functions.
    package var meanFunction: @Sendable (_ point: [Double]) -> Double {
        let size = Double(draws.count)
        let level = draws.reduce(0) { $0 + $1.mean } / size
        let coefficients = basis.shares.indices.map { place in
            draws.reduce(0) { $0 + $1.coefficients[place] } / size
        }
        return { [basis] point in
            zip(coefficients, basis.values(at: point)).reduce(level) { $0 + $1.0 * $1.1 }
        }
    }

    /// Where the Gibbs sampler stands; in deviations of the values.
    private struct Chain {
        let kernels: EffectKernels
        let design: [[Double]]
        let values: [Double]
        let tried: TriedPoints
        let squares: Double
        var draws: DrawnNumbers
        var mean = 0.0
        var coefficients: [Double] = []
        var scales: [Double] = []
        var rest = 0.1
        var noise = 0.1
        /// Of each deviation the variable that makes it half-Cauchy: effects, rest, noise.
        var helpers: [Double] = []

        mutating func advance(_ basis: EffectBasis) {
            if scales.isEmpty {
                scales = basis.effects.map { $0.second == nil ? 0.1 : 0.01 }
                helpers = Array(repeating: 1, count: scales.count + 2)
            }
            let points = values.count
            let wide = EffectSurrogate.meanVariance
            // What the model would say by chance alone.
            var drawn = [Double](repeating: 0, count: basis.count)
            for (effect, range) in basis.ranges.enumerated() {
                for place in range {
                    drawn[place] =
                        draws.normal() * (scales[effect] * basis.shares[place]).squareRoot()
                }
            }
            let level = draws.normal() * wide.squareRoot()
            let details = (0..<points).map { _ in draws.normal() * rest.squareRoot() }
            let errors = (0..<points).map {
                draws.normal() * (noise / Double(tried.counts[$0])).squareRoot()
            }
            let gap = (0..<points).map { point in
                var said = level + details[point] + errors[point]
                let row = design[point]
                for place in 0..<row.count { said += row[place] * drawn[place] }
                return values[point] - said
            }
            // Corrected by what was seen.
            var jitter = 0.0
            var weights: [Double]?
            while weights == nil {
                let matrix = kernels.covariance(
                    scales: scales, mean: wide,
                    diagonal: tried.counts.map { rest + noise / Double($0) + jitter })
                weights = CholeskyFactor(matrix, size: points)?.solution(gap)
                jitter = max(1e-9, 10 * jitter)
            }
            let moved = weights ?? gap
            mean = level + wide * moved.reduce(0, +)
            for point in 0..<points {
                let (row, weight) = (design[point], moved[point])
                for (effect, range) in basis.ranges.enumerated() {
                    let part = scales[effect] * weight
                    for place in range { drawn[place] += part * basis.shares[place] * row[place] }
                }
            }
            coefficients = drawn
            var restSquares = 0.0
            var noiseSquares = squares
            for point in 0..<points {
                let detail = details[point] + rest * moved[point]
                let count = Double(tried.counts[point])
                let error = errors[point] + noise / count * moved[point]
                restSquares += detail * detail
                noiseSquares += count * error * error
            }
            for (effect, range) in basis.ranges.enumerated() {
                let sum = range.reduce(0) { $0 + drawn[$1] * drawn[$1] / basis.shares[$1] }
                let usual =
                    basis.effects[effect].second == nil
                    ? EffectSurrogate.settingScale : EffectSurrogate.pairScale
                scales[effect] = variance(sum, range.count, usual, effect)
            }
            rest = variance(restSquares, points, EffectSurrogate.restScale, scales.count)
            noise = variance(
                noiseSquares, points + tried.repeats, EffectSurrogate.noiseScale, scales.count + 1)
        }

        /// A variance, drawn by so many squares of numbers that have it, and its helper anew.
        private mutating func variance(
            _ sum: Double, _ count: Int, _ usual: Double, _ place: Int
        ) -> Double {
            let found =
                (1 / helpers[place] + sum / 2) / draws.gamma(shape: Double(count + 1) / 2)
            let kept = max(EffectSurrogate.leastVariance, found)
            helpers[place] = (1 / (usual * usual) + 1 / kept) / draws.gamma(shape: 1)
            return kept
        }
    }
}

/// Of each effect what its coefficients' variance makes of the covariance between points.
struct EffectKernels: Sendable {
    let size: Int
    /// Lower halves, `[effects][points · (points + 1) / 2]`, for a variance of 1.
    let halves: [[Double]]

    init(_ basis: EffectBasis, _ design: [[Double]]) {
        size = design.count
        halves = basis.ranges.map { range in
            var half: [Double] = []
            half.reserveCapacity(design.count * (design.count + 1) / 2)
            for row in design.indices {
                let scaled = range.map { design[row][$0] * basis.shares[$0] }
                for column in 0...row {
                    var sum = 0.0
                    for (place, value) in zip(range, scaled) {
                        sum += value * design[column][place]
                    }
                    half.append(sum)
                }
            }
            return half
        }
    }

    /// `[size, size]`, its lower half.
    func covariance(scales: [Double], mean: Double, diagonal: [Double]) -> [Double] {
        var half = [Double](repeating: mean, count: size * (size + 1) / 2)
        for (scale, own) in zip(scales, halves) where scale > 1e-12 {
            for place in half.indices { half[place] += scale * own[place] }
        }
        var matrix = [Double](repeating: 0, count: size * size)
        var place = 0
        for row in 0..<size {
            for column in 0...row {
                matrix[row * size + column] = half[place]
                place += 1
            }
            matrix[row * size + row] += diagonal[row]
        }
        return matrix
    }
}
