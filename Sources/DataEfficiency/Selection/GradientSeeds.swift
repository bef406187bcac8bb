import TensorCore

/// BADGE: rows whose gradients of the last layer, by the label that the model thinks likeliest, are long and
/// unlike one another.
///
/// The gradient of row x is `(p − onehot(argmax p)) ⊗ h(x)` with hidden features h. Seeds of k-means++ among the
/// gradients are taken: the longest first, then each with a chance in proportion to its squared distance to the
/// nearest of those taken. A distance needs no gradient in full: `⟨a ⊗ h, b ⊗ k⟩ = ⟨a, b⟩ ⟨h, k⟩`.
///
/// - Complexity: O(rows · batch · (classes + width)).
/// - Source: Ash et al. 2020, arXiv:1906.03671; the first seed is the longest, as in its published code.
struct GradientSeeds {
    private let pool: SelectionPool
    /// `[rows, classes]`: p − onehot(argmax p).
    private let residuals: [Double]
    private let squares: [Double]
    /// To the nearest gradient that was taken.
    private var distances: [Double]
    private let random: CounterRandom
    private var open: [Bool]
    private var isFirst = true
    private var draws: UInt64 = 0

    /// - Parameter open: Which rows may be taken.
    init(_ pool: SelectionPool, open: [Bool], seed: UInt64) {
        self.pool = pool
        self.open = open
        var residuals = pool.probabilities
        for row in 0..<pool.rows {
            let own = pool.probabilities(row)
            if let top = own.indices.max(by: { own[$0] < own[$1] }) { residuals[top] -= 1 }
        }
        self.residuals = residuals
        squares = (0..<pool.rows).map { row in
            let start = row * pool.classes
            let residual = residuals[start..<start + pool.classes].reduce(0) { $0 + $1 * $1 }
            let features = pool.features[row * pool.width..<(row + 1) * pool.width]
            return residual * features.reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        distances = squares
        random = CounterRandom(seed: seed, name: "gradient seeds")
    }

    private func squaredDistance(_ first: Int, _ second: Int) -> Double {
        var residual = 0.0
        for column in 0..<pool.classes {
            residual +=
                residuals[first * pool.classes + column] * residuals[second * pool.classes + column]
        }
        var product: Float = 0
        for column in 0..<pool.width {
            product +=
                pool.features[first * pool.width + column]
                * pool.features[second * pool.width + column]
        }
        return max(0, squares[first] + squares[second] - 2 * residual * Double(product))
    }

    /// The next row; it is not offered again. `nil` where none is left.
    mutating func next() -> Int? {
        guard let row = drawn() else { return nil }
        open[row] = false
        draws += 1
        return row
    }

    /// From here on, gradients near to this row's are less likely.
    mutating func take(_ row: Int) {
        if isFirst { distances = distances.map { _ in .infinity } }
        isFirst = false
        for other in 0..<pool.rows where open[other] {
            distances[other] = min(distances[other], squaredDistance(row, other))
        }
    }

    private func drawn() -> Int? {
        func weight(_ row: Int) -> Double { open[row] ? distances[row] / pool.cost(row) : 0 }
        if isFirst {
            return (0..<pool.rows).filter { open[$0] }.max { weight($0) < weight($1) }
        }
        let total = (0..<pool.rows).reduce(0) { $0 + weight($1) }
        guard total > 0 else { return open.firstIndex(of: true) }
        var left = random.uniform(index: draws) * total
        var last: Int?
        for row in 0..<pool.rows where weight(row) > 0 {
            last = row
            left -= weight(row)
            if left <= 0 { break }
        }
        return last
    }
}
