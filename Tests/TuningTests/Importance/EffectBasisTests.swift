import RealModule
import Statistics
import TensorCore
import Testing
import Tuning

@Suite struct EffectBasisTests {
    /// Means are 0, squares 1, products 0: over a fine grid of a number and all words of a choice.
    @Test func functionsAreOrthonormal() {
        let basis = EffectBasis([.number, .choice(3)])
        let grid = 4000
        var sums = [Double](repeating: 0, count: basis.count)
        var products = [Double](repeating: 0, count: basis.count * basis.count)
        for place in 0..<grid {
            for word in 0..<3 {
                let row = basis.values(at: [(Double(place) + 0.5) / Double(grid), Double(word)])
                for (first, value) in row.enumerated() {
                    sums[first] += value
                    for (second, other) in row.enumerated() {
                        products[first * basis.count + second] += value * other
                    }
                }
            }
        }
        let size = Double(3 * grid)
        for first in 0..<basis.count {
            #expect(abs(sums[first] / size) < 1e-4)
            for second in 0..<basis.count {
                let wanted = first == second ? 1.0 : 0
                #expect(abs(products[first * basis.count + second] / size - wanted) < 1e-3)
            }
        }
    }

    @Test func systemsAreSolved() throws {
        let matrix: [Double] = [4, 2, 0.4, 2, 5, 1, 0.4, 1, 3]
        let factor = try #require(CholeskyFactor(matrix, size: 3))
        let found = factor.solution([1, -2, 3])
        for row in 0..<3 {
            let sum = (0..<3).reduce(0) { $0 + matrix[row * 3 + $1] * found[$1] }
            #expect(abs(sum - [1.0, -2, 3][row]) < 1e-12)
        }
        let squares = factor.forward([1, -2, 3]).reduce(0) { $0 + $1 * $1 }
        #expect(abs(squares - (found[0] - 2 * found[1] + 3 * found[2])) < 1e-12)
        // 4·(15 − 1) − 2·(6 − 0.4) + 0.4·(2 − 2)
        #expect(abs(Double.exp(factor.logDeterminant) - 44.8) < 1e-9)
        #expect(CholeskyFactor([1, 2, 2, 1], size: 2) == nil)
    }

    /// Moments of what is drawn.
    @Test func drawsHaveTheirMoments() {
        var draws = DrawnNumbers(CounterRandom(seed: 1, name: "draws"))
        let count = 20_000
        let normal = (0..<count).map { _ in draws.normal() }
        let square = normal.reduce(0) { $0 + $1 * $1 } / Double(count)
        #expect(abs(normal.reduce(0, +) / Double(count)) < 0.03 && abs(square - 1) < 0.04)
        for shape in [0.5, 1, 7.5] {
            let all = (0..<count).map { _ in draws.gamma(shape: shape) }
            let mean = all.reduce(0, +) / Double(count)
            let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            #expect(abs(mean / shape - 1) < 0.05 && abs(variance / shape - 1) < 0.1)
        }
    }

    @Test func repeatsTellTheSeedsDeviation() {
        let tried = TriedPoints(
            axes: [.number, .number],
            points: [[0.1, 0.1], [0.2, 0.2], [0.1, 0.1], [0.3, 0.3], [0.3, 0.3]],
            values: [1, 5, 3, 9, 9.5], ids: [0, 1, 0, 2, 2], cap: 9)
        #expect(tried.means == [2, 5, 9] && tried.counts == [2, 1, 1])
        // Of the point at the cap nothing is learned of the seed.
        #expect(tried.repeats == 1 && tried.squares == 2 && tried.capped == 1)
        #expect(tried.seedDeviation == 2.0.squareRoot())
    }
}
