import RealModule

/// A Gaussian process over points of a search: the mean and the spread of a value where nothing was tried.
///
/// `k(x, x') = s · (1 + √5 r + 5/3 r²) e^(−√5 r)` with `r² = Σ w_k d_k²`, Matérn's kernel of smoothness 5/2 with a weight a
/// coordinate; `d` is the difference of numbers, and 0 or 1 of words. Values are of mean 0 and variance 1, with noise of
/// variance `v`. Weights, `s` and `v` have the highest posterior density, with log priors `−0.1 (w + 1/w)`, Gamma(2, 1) of `s`
/// and Gamma(1.1, 10) of `v`; those of Optuna 5, but for the noise, which trainings have more of.
///
/// - Complexity: O(values³) to fit, O(values²) a prediction.
/// - Source: Rasmussen & Williams 2006, ISBN 0-262-18253-X, algorithm 2.1 and equation 5.9.
package struct GaussianProcess: Sendable {
    package struct Shape: Sendable {
        var weights: [Double]
        var scale: Double
        var noise: Double

        package init(weights: [Double], scale: Double, noise: Double) {
            self.weights = weights
            self.scale = scale
            self.noise = noise
        }
    }

    let isChoice: [Bool]
    let shape: Shape
    private var inputs: [[Double]]
    private var values: [Double]
    private var factor: GrowingCholeskyFactor
    private var solved: [Double] = []

    /// - Parameters:
    ///   - isChoice: Whether a coordinate is of words.
    ///   - values: Of the inputs, of mean 0 and variance 1.
    init(_ inputs: [[Double]], isChoice: [Bool], values: [Double]) {
        let evidence = ProcessEvidence(inputs, isChoice: isChoice, values: values)
        self.init(inputs, isChoice: isChoice, values: values, shape: evidence.likeliest())
    }

    package init(_ inputs: [[Double]], isChoice: [Bool], values: [Double], shape: Shape) {
        self.isChoice = isChoice
        self.shape = shape
        self.inputs = []
        self.values = []
        factor = GrowingCholeskyFactor()
        for (input, value) in zip(inputs, values) { append(input, value) }
        solved = factor.solved(self.values)
    }

    private mutating func append(_ input: [Double], _ value: Double) {
        let row = inputs.map { covariance($0, input) }
        factor.append(row, diagonal: shape.scale + shape.noise)
        inputs.append(input)
        values.append(value)
    }

    /// With one more value, and the shape as it is.
    package func adding(_ input: [Double], _ value: Double) -> GaussianProcess {
        var result = self
        result.append(input, value)
        result.solved = result.factor.solved(result.values)
        return result
    }

    /// What it expects at a point, without the noise.
    package func prediction(at point: [Double]) -> (mean: Double, variance: Double) {
        let row = inputs.map { covariance($0, point) }
        let mean = zip(row, solved).reduce(0) { $0 + $1.0 * $1.1 }
        let explained = factor.halfSolved(row).reduce(0) { $0 + $1 * $1 }
        return (mean, max(shape.scale - explained, 1e-10))
    }

    private func covariance(_ a: [Double], _ b: [Double]) -> Double {
        var distance = 0.0
        for place in shape.weights.indices {
            let difference = a[place] - b[place]
            let square = isChoice[place] ? (difference == 0 ? 0 : 1) : difference * difference
            distance += shape.weights[place] * square
        }
        return shape.scale * Self.matern(distance).value
    }

    /// The kernel of a squared distance, and its slope.
    static func matern(_ square: Double) -> (value: Double, slope: Double) {
        let root = (5 * square).squareRoot()
        let decay = Double.exp(-root)
        return ((1 + root + root * root / 3) * decay, -5.0 / 6 * (1 + root) * decay)
    }
}

/// The lower triangle `L` of `L Lᵀ`, to which rows are added one by one: a batch of proposals adds a point to a process at a time
/// (`CholeskyFactor` of `Statistics` factors a matrix that is whole).
struct GrowingCholeskyFactor: Sendable {
    private(set) var rows: [[Double]] = []

    init() {}

    /// Adds a row and a column of the matrix.
    ///
    /// - Parameter row: Without its diagonal. Where rounding leaves less than 1e-10 of the diagonal, that much is taken.
    mutating func append(_ row: [Double], diagonal: Double) {
        var next = halfSolved(row)
        let rest = diagonal - next.reduce(0) { $0 + $1 * $1 }
        next.append(max(rest, 1e-10).squareRoot())
        rows.append(next)
    }

    /// `L⁻¹ b`.
    func halfSolved(_ b: [Double]) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(b.count + 1)
        for (place, row) in rows.enumerated() {
            result.append((b[place] - dot(row, result)) / row[place])
        }
        return result
    }

    /// Over the second's length.
    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for place in b.indices { sum += a[place] * b[place] }
        return sum
    }

    /// `(L Lᵀ)⁻¹ b`.
    func solved(_ b: [Double]) -> [Double] {
        var result = halfSolved(b)
        for place in rows.indices.reversed() {
            result[place] /= rows[place][place]
            for other in 0..<place { result[other] -= rows[place][other] * result[place] }
        }
        return result
    }

    /// `L⁻¹`, row by row.
    func inverted() -> [[Double]] {
        var result: [[Double]] = []
        for (place, row) in rows.enumerated() {
            var next = [Double](repeating: 0, count: place + 1)
            for other in 0..<place {
                let share = row[other]
                let upper = result[other]
                for column in upper.indices { next[column] -= share * upper[column] }
            }
            next[place] = 1
            for column in next.indices { next[column] /= row[place] }
            result.append(next)
        }
        return result
    }
}
