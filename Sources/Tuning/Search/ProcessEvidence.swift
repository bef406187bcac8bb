import RealModule
import Statistics

/// How likely values are under the shapes of a `GaussianProcess`, with their priors.
package struct ProcessEvidence {
    /// Squared differences of each pair `i > j`, one list a coordinate.
    private let squares: [[Double]]
    private let values: [Double]

    private static let leastNoise = 1e-6

    package init(_ inputs: [[Double]], isChoice: [Bool], values: [Double]) {
        squares = isChoice.indices.map { place in
            inputs.indices.flatMap { i in
                (0..<i).map { j in
                    let difference = inputs[i][place] - inputs[j][place]
                    return isChoice[place]
                        ? (difference == 0 ? 0 : 1) : difference * difference
                }
            }
        }
        self.values = values
    }

    /// The better of two: values that change slowly, or fast.
    func likeliest() -> GaussianProcess.Shape {
        let ends = [0.0, 2].map { weight in
            let start = [Double](repeating: weight, count: squares.count) + [0, Double.log(0.01)]
            return minimized(from: start, steps: 30, cost)
        }
        return shape(cost(ends[1]).value < cost(ends[0]).value ? ends[1] : ends[0])
    }

    private func shape(_ logarithms: [Double]) -> GaussianProcess.Shape {
        let numbers = logarithms.map { Double.exp($0) }
        return .init(
            weights: Array(numbers.prefix(squares.count)), scale: numbers[squares.count],
            noise: numbers[squares.count + 1] + Self.leastNoise)
    }

    /// The negative log posterior density, but for a constant, and its gradient, by logarithms of weights, scale and noise.
    ///
    /// `½ yᵀK⁻¹y + ½ log |K|` and `½ Σ (K⁻¹ − K⁻¹yyᵀK⁻¹) ∘ ∂K`, less the log priors.
    package func cost(_ logarithms: [Double]) -> (value: Double, gradient: [Double]) {
        let outside = (
            value: Double.infinity, gradient: [Double](repeating: 0, count: logarithms.count)
        )
        guard logarithms.allSatisfy({ abs($0) < 25 }) else { return outside }
        let shape = shape(logarithms)
        let count = values.count
        var distances = [Double](repeating: 0, count: count * (count - 1) / 2)
        for (weight, square) in zip(shape.weights, squares) {
            for pair in distances.indices { distances[pair] += weight * square[pair] }
        }
        let kernels = distances.map(GaussianProcess.matern)
        var factor = GrowingCholeskyFactor()
        for i in 0..<count {
            let first = i * (i - 1) / 2
            factor.append(
                kernels[first..<first + i].map { shape.scale * $0.value },
                diagonal: shape.scale + shape.noise)
        }
        let solved = factor.solved(values)
        let determinant = (0..<count).reduce(0) { $0 + Double.log(factor.rows[$1][$1]) }
        let fit = zip(values, solved).reduce(0) { $0 + $1.0 * $1.1 } / 2
        let prior = prior(shape)
        let value = fit + determinant + prior.value
        guard value.isFinite else { return outside }

        // K⁻¹ − ααᵀ, of pairs and of the diagonal.
        let inverse = factor.inverted()
        var diagonal = [Double](repeating: 0, count: count)
        var pairs = [Double](repeating: 0, count: distances.count)
        for row in inverse {
            for i in row.indices {
                diagonal[i] += row[i] * row[i]
                let first = i * (i - 1) / 2
                for j in 0..<i { pairs[first + j] += row[i] * row[j] }
            }
        }
        for i in 0..<count {
            diagonal[i] -= solved[i] * solved[i]
            let first = i * (i - 1) / 2
            for j in 0..<i { pairs[first + j] -= solved[i] * solved[j] }
        }
        var gradient = prior.gradient
        var slopes = pairs
        var ofScale = diagonal.reduce(0, +) / 2
        for pair in pairs.indices {
            ofScale += pairs[pair] * kernels[pair].value
            slopes[pair] *= kernels[pair].slope * shape.scale
        }
        for (place, square) in squares.enumerated() {
            var sum = 0.0
            for pair in square.indices { sum += slopes[pair] * square[pair] }
            gradient[place] += sum * shape.weights[place]
        }
        gradient[squares.count] += ofScale * shape.scale
        gradient[squares.count + 1] +=
            diagonal.reduce(0, +) / 2 * (shape.noise - Self.leastNoise)
        return (value, gradient)
    }

    private func prior(_ shape: GaussianProcess.Shape) -> (value: Double, gradient: [Double]) {
        let (scale, noise) = (shape.scale, shape.noise)
        let value =
            shape.weights.reduce(0) { $0 + 0.1 * ($1 + 1 / $1) }
            - (Double.log(scale) - scale) - (0.1 * Double.log(noise) - 10 * noise)
        let gradient =
            shape.weights.map { 0.1 * ($0 - 1 / $0) } + [scale - 1]
            + [(10 - 0.1 / noise) * (noise - Self.leastNoise)]
        return (value, gradient)
    }
}
