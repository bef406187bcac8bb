import RealModule

/// `A = L·Lᵀ` of a symmetric positive definite matrix, for systems and determinants.
///
/// - Source: Golub & Van Loan 2013, ISBN 978-1-4214-0794-4, algorithm 4.2.2.
package struct CholeskyFactor: Sendable {
    package let size: Int
    /// `[size, size]`, row-major; what lies above the diagonal is not read.
    private let lower: [Double]

    /// - Parameter matrix: `[size, size]`, row-major; only its lower half is read.
    /// - Returns: `nil` where a pivot is not above 0, so that the matrix is not positive definite.
    /// - Complexity: O(size³ / 3).
    package init?(_ matrix: [Double], size: Int) {
        precondition(matrix.count == size * size, "a square matrix")
        var factor = matrix
        for row in 0..<size {
            let own = row * size
            for column in 0...row {
                let other = column * size
                var rest = factor[own + column]
                for place in 0..<column { rest -= factor[own + place] * factor[other + place] }
                if column < row {
                    factor[own + column] = rest / factor[other + column]
                } else {
                    guard rest > 0, rest.isFinite else { return nil }
                    factor[own + row] = rest.squareRoot()
                }
            }
        }
        self.size = size
        lower = factor
    }

    /// Of `A`.
    package var logDeterminant: Double {
        (0..<size).reduce(0) { $0 + 2 * Double.log(lower[$1 * size + $1]) }
    }

    /// `x` of `A·x = b`. O(size²).
    package func solution(_ right: [Double]) -> [Double] {
        var found = forward(right)
        for row in stride(from: size - 1, through: 0, by: -1) {
            found[row] /= lower[row * size + row]
            let value = found[row]
            for place in 0..<row { found[place] -= lower[row * size + place] * value }
        }
        return found
    }

    /// `z` of `L·z = b`, whose squares add up to `bᵀ·A⁻¹·b`. O(size²).
    package func forward(_ right: [Double]) -> [Double] {
        precondition(right.count == size, "as many numbers as the matrix has rows")
        var found = right
        for row in 0..<size {
            var rest = found[row]
            for place in 0..<row { rest -= lower[row * size + place] * found[place] }
            found[row] = rest / lower[row * size + row]
        }
        return found
    }
}
