import Statistics

/// Which pairs of columns tell of an outcome what a sum of functions of single columns does not.
///
/// Both columns of a pair are cut into cells. With the gradient `gᵢ = yᵢ − pᵢ` and the curvature hᵢ of a row's loss
/// (`p(1 − p)`, or the residuals' variance⁻¹ with residuals scaled likewise), a function of each single column is
/// fitted to the cells by Newton steps; what remains in the cells, `Σ G²/H`, is chi-squared with
/// `(cells₁ − 1)(cells₂ − 1)` degrees of freedom where the pair has nothing to add.
///
/// - Source: in the manner of FAST, Lou et al. 2013, DOI 10.1145/2487575.2487579, with the score test of logistic
///   regression in place of residual sums.
package struct PairSearch: Sendable {
    /// Of a column: each row's code and the number of codes.
    package struct Codes: Sendable {
        package var codes: [Int]
        package var count: Int

        package init(_ codes: [Int], count: Int) {
            self.codes = codes
            self.count = count
        }
    }

    package struct Found: Sendable, Hashable {
        package var first: Int
        package var second: Int
        /// `Σ G²/H` beyond what chance gives on average.
        package var gain: Double
        /// Of a gain as large by chance.
        package var pValue: Double
    }

    private let columns: [Codes]
    private let gradients: [Double]
    private let curvatures: [Double]

    /// Of any pair that has nothing to add.
    private static let falseAlarms = 0.01
    private static let sweeps = 20

    /// - Parameters:
    ///   - gradients: Of each row, weights included.
    ///   - curvatures: Positive, weights included.
    package init(_ columns: [Codes], gradients: [Double], curvatures: [Double]) {
        self.columns = columns
        self.gradients = gradients
        self.curvatures = curvatures
    }

    /// At most so many pairs that chance does not explain, the strongest first: any false one in 1 % of searches, by
    /// Bonferroni's bound.
    package func strongest(_ most: Int) -> [Found] {
        var found: [Found] = []
        for first in columns.indices {
            for second in columns.indices.dropFirst(first + 1) {
                if let pair = measured(first, second) { found.append(pair) }
            }
        }
        let level = Self.falseAlarms / Double(max(found.count, 1))
        found = found.filter { $0.pValue < level }
        found.sort { ($1.gain, $0.first, $0.second) < ($0.gain, $1.first, $1.second) }
        return Array(found.prefix(most))
    }

    /// `nil` where one of the columns has one code.
    func measured(_ first: Int, _ second: Int) -> Found? {
        let (rows, across) = (columns[first], columns[second])
        var gradient = [Double](repeating: 0, count: rows.count * across.count)
        var curvature = gradient
        for row in gradients.indices {
            let cell = rows.codes[row] * across.count + across.codes[row]
            gradient[cell] += gradients[row]
            curvature[cell] += curvatures[row]
        }
        func sums(_ values: [Double]) -> (rows: [Double], across: [Double]) {
            var result = (
                [Double](repeating: 0, count: rows.count),
                [Double](repeating: 0, count: across.count)
            )
            for cell in values.indices {
                result.0[cell / across.count] += values[cell]
                result.1[cell % across.count] += values[cell]
            }
            return result
        }
        let weights = sums(curvature)
        let used = (
            weights.rows.count { $0 > 0 }, weights.across.count { $0 > 0 },
            curvature.count { $0 > 0 }
        )
        guard used.0 > 1, used.1 > 1 else { return nil }
        var left = gradient
        for sweep in 0..<(2 * Self.sweeps) {
            let isRows = sweep % 2 == 0
            let remaining = sums(left)
            for cell in left.indices where curvature[cell] > 0 {
                let (a, b) = (cell / across.count, cell % across.count)
                left[cell] -=
                    curvature[cell]
                    * (isRows
                        ? remaining.rows[a] / weights.rows[a]
                        : remaining.across[b] / weights.across[b])
            }
        }
        let statistic = left.indices.reduce(0) { sum, cell in
            curvature[cell] > 0 ? sum + left[cell] * left[cell] / curvature[cell] : sum
        }
        // Cells without rows have no freedom.
        let degrees = max(1, used.2 - used.0 - used.1 + 1)
        let gain = statistic - Double(degrees)
        return Found(
            first: first, second: second, gain: gain,
            pValue: SpecialFunctions.chiSquareTail(statistic, degrees: degrees))
    }
}
