/// A linear function of the levels of protected columns that is nearest to a column of numbers.
///
/// Least squares on one 0/1 column for each level of each protected column, each less its mean over training rows; the
/// solution of least length, where several are equally near. What it says of a row is what the
/// row's groups say of the number, in the mean 0. A number less this is uncorrelated with every level over the
/// training rows.
///
/// - Source: Fairlearn 0.15, `CorrelationRemover`. It knows no missing cells; here each column is fitted on the rows
///   that have a number.
struct GroupEffects: Codable, Sendable, Hashable {
    /// Of each protected column, of each level.
    let coefficients: [[Double]]
    /// The mean over training rows of the sum of their coefficients.
    let mean: Double

    /// - Parameters:
    ///   - numbers: NaN where missing.
    ///   - codes: Of each protected column, a level for each number.
    ///   - moments: Of the rows that have a number.
    init(_ numbers: [Double], codes: [[Int32]], moments: LevelMoments) {
        let rows = moments.rows
        let count = Double(max(rows.count, 1))
        let center = rows.reduce(0) { $0 + numbers[$1] } / count
        var right = [Double](repeating: 0, count: moments.width)
        for row in rows {
            for place in moments.places(codes, row) {
                right[place] += (numbers[row] - center) / count
            }
        }
        let width = moments.width
        let found = (0..<width).map { place in
            (0..<width).reduce(0) { $0 + moments.inverse[place * width + $1] * right[$1] }
        }
        mean = zip(moments.shares, found).reduce(0) { $0 + $1.0 * $1.1 }
        coefficients = zip(moments.starts, moments.levelCounts).map { Array(found[$0..<$0 + $1]) }
    }

    /// What is taken off a number; `nil` for a row with a level that is not known.
    func effect(_ codes: [[Int32]], row: Int) -> Double? {
        var sum = -mean
        for (own, column) in zip(coefficients, codes) {
            guard column[row] >= 0 else { return nil }
            sum += own[Int(column[row])]
        }
        return sum
    }
}

/// What a least-squares fit on levels needs of the rows, whatever the numbers are.
struct LevelMoments {
    let rows: [Int]
    let levelCounts: [Int]
    /// Where each protected column's levels begin.
    let starts: [Int]
    let width: Int
    /// The share of each level.
    let shares: [Double]
    /// The pseudo-inverse of the levels' covariances, `[width, width]`.
    let inverse: [Double]

    init(rows: [Int], codes: [[Int32]], levelCounts: [Int]) {
        self.rows = rows
        self.levelCounts = levelCounts
        var starts: [Int] = []
        var width = 0
        for count in levelCounts {
            starts.append(width)
            width += count
        }
        self.starts = starts
        self.width = width
        var products = [Double](repeating: 0, count: width * width)
        for row in rows {
            let places = Self.places(starts, codes, row)
            for place in places {
                for other in places { products[place * width + other] += 1 }
            }
        }
        let count = Double(max(rows.count, 1))
        let shares = (0..<width).map { products[$0 * width + $0] / count }
        for place in 0..<width {
            for other in 0..<width {
                let index = place * width + other
                products[index] = products[index] / count - shares[place] * shares[other]
            }
        }
        self.shares = shares
        inverse = pseudoInverse(products, width: width)
    }

    /// Of a row's level in each protected column, among all levels.
    func places(_ codes: [[Int32]], _ row: Int) -> [Int] { Self.places(starts, codes, row) }

    private static func places(_ starts: [Int], _ codes: [[Int32]], _ row: Int) -> [Int] {
        zip(starts, codes).map { $0 + Int($1[row]) }
    }
}

/// The pseudo-inverse of a symmetric positive semidefinite matrix, by its eigenvectors.
///
/// Eigenvalues below 1e-10 of the greatest count as 0: the levels of a column sum to one, so that each column leaves one.
///
/// - Source: Jacobi's rotations; Golub & Van Loan, Matrix Computations, section 8.5.
private func pseudoInverse(_ matrix: [Double], width: Int) -> [Double] {
    var values = matrix
    var vectors = [Double](repeating: 0, count: width * width)
    for place in 0..<width { vectors[place * width + place] = 1 }
    func offDiagonal() -> Double {
        var sum = 0.0
        for row in 0..<width {
            for column in 0..<width where column != row {
                sum += values[row * width + column] * values[row * width + column]
            }
        }
        return sum
    }
    let norm = values.reduce(0) { $0 + $1 * $1 }
    var sweeps = 0
    while sweeps < 60, offDiagonal() > norm * 1e-32 {
        sweeps += 1
        for first in 0..<width {
            for second in (first + 1)..<max(width, first + 1) {
                let between = values[first * width + second]
                guard between != 0 else { continue }
                let difference =
                    (values[second * width + second] - values[first * width + first])
                    / (2 * between)
                let tangent =
                    (difference < 0 ? -1 : 1)
                    / (abs(difference) + (difference * difference + 1).squareRoot())
                let cosine = 1 / (tangent * tangent + 1).squareRoot()
                let sine = tangent * cosine
                for place in 0..<width {
                    let (a, b) = (
                        values[place * width + first], values[place * width + second]
                    )
                    values[place * width + first] = cosine * a - sine * b
                    values[place * width + second] = sine * a + cosine * b
                }
                for place in 0..<width {
                    let (a, b) = (
                        values[first * width + place], values[second * width + place]
                    )
                    values[first * width + place] = cosine * a - sine * b
                    values[second * width + place] = sine * a + cosine * b
                    let (c, d) = (
                        vectors[place * width + first], vectors[place * width + second]
                    )
                    vectors[place * width + first] = cosine * c - sine * d
                    vectors[place * width + second] = sine * c + cosine * d
                }
            }
        }
    }
    let eigenvalues = (0..<width).map { values[$0 * width + $0] }
    let least = (eigenvalues.max() ?? 0) * 1e-10
    var inverse = [Double](repeating: 0, count: width * width)
    for (place, value) in eigenvalues.enumerated() where value > least {
        for row in 0..<width {
            for column in 0..<width {
                inverse[row * width + column] +=
                    vectors[row * width + place] * vectors[column * width + place] / value
            }
        }
    }
    return inverse
}
