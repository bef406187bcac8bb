import Statistics

/// Which pairs of columns tell of an outcome what a sum of functions of single columns does not.
///
/// Both columns of a pair are cut into cells. With the gradient `gᵢ = yᵢ − pᵢ` and the curvature hᵢ of a row's loss
/// (`p(1 − p)`, or the residuals' variance⁻¹ with residuals scaled likewise), a function of each single column is
/// fitted to the cells by Newton steps; what remains in the cells, `Σ G²/H`, is chi-squared with
/// `(cells₁ − 1)(cells₂ − 1)` degrees of freedom where the pair has nothing to add. Of several classes each is searched
/// against the others, and a pair has the smallest p-value times the classes (Bonferroni).
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
        /// `Σ G²/H` beyond what chance gives on average; of several classes their sum.
        package var gain: Double
        /// Of a gain as large by chance.
        package var pValue: Double
    }

    /// What a model leaves over of an output, each row's weight included.
    package struct Rest: Sendable {
        package var gradients: [Double]
        /// Positive.
        package var curvatures: [Double]

        package init(gradients: [Double], curvatures: [Double]) {
            self.gradients = gradients
            self.curvatures = curvatures
        }
    }

    private let columns: [Codes]
    private let rests: [Rest]

    /// Of any pair that has nothing to add.
    private static let falseAlarms = 0.01
    private static let sweeps = 20

    /// - Parameter rests: Of each output.
    package init(_ columns: [Codes], rests: [Rest]) {
        self.columns = columns
        self.rests = rests
    }

    /// At most so many pairs that chance does not explain, the strongest first: any false one in 1 % of searches, by
    /// Bonferroni's bound.
    package func strongest(_ most: Int) -> [Found] {
        var found: [Found] = []
        for first in columns.indices {
            for second in columns.indices.dropFirst(first + 1) {
                let each = rests.compactMap { measured(first, second, $0) }
                guard let least = each.map(\.pValue).min() else { continue }
                found.append(
                    Found(
                        first: first, second: second, gain: each.reduce(0) { $0 + $1.gain },
                        pValue: min(1, least * Double(each.count))))
            }
        }
        let level = Self.falseAlarms / Double(max(found.count, 1))
        found = found.filter { $0.pValue < level }
        found.sort { ($1.gain, $0.first, $0.second) < ($0.gain, $1.first, $1.second) }
        return Array(found.prefix(most))
    }

    /// `nil` where one of the columns has one code.
    func measured(_ first: Int, _ second: Int, _ rest: Rest) -> Found? {
        let (rows, across) = (columns[first], columns[second])
        var gradient = [Double](repeating: 0, count: rows.count * across.count)
        var curvature = gradient
        for row in rest.gradients.indices {
            let cell = rows.codes[row] * across.count + across.codes[row]
            gradient[cell] += rest.gradients[row]
            curvature[cell] += rest.curvatures[row]
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
