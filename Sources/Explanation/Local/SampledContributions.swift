import RealModule
import Statistics

/// Contributions that are means of samples, with what follows from how the samples differ.
package struct SampledContributions: Sendable, Hashable {
    /// One for each column.
    package let means: [Double]
    /// Standard errors of the means; 0 of a single sample, which is no draw.
    package let errors: [Double]
    /// How many of the largest means, by size, are in an order that chance does not explain: each
    /// leads the next by more than 1.96 standard errors of the lead.
    package let resolved: Int

    /// - Parameters:
    ///   - samples: `[samples, columns]`, one sample after the other.
    ///   - count: Samples, one or more.
    ///   - areSquares: Means of squares lean to the right, and where a draw of few is missed both they and their
    ///     errors are too small. So with `e` the standard error of a mean `m`, the error is
    ///     `m · (exp(1.96 · e/m) − 1)/1.96`: to where the interval on the scale of logarithms ends above.
    package init(samples: [Double], count: Int, areSquares: Bool = false) {
        precondition(count > 0 && samples.count % count == 0, "samples are whole")
        let width = samples.count / count
        let number = Double(count)
        func mean(_ part: (Int) -> Double) -> Double {
            (0..<count).reduce(0) { $0 + part($1 * width) } / number
        }
        func error(_ part: (Int) -> Double) -> Double {
            guard count > 1 else { return 0 }
            let middle = mean(part)
            let squares = (0..<count).reduce(0) { sum, sample in
                let off = part(sample * width) - middle
                return sum + off * off
            }
            return (squares / (number - 1) / number).squareRoot()
        }
        let means = (0..<width).map { column in mean { samples[$0 + column] } }
        let order = (0..<width).sorted { abs(means[$0]) > abs(means[$1]) }
        var resolved = 0
        for (first, second) in zip(order, order.dropFirst()) {
            func sign(_ column: Int) -> Double { means[column] < 0 ? -1 : 1 }
            let lead = abs(means[first]) - abs(means[second])
            let doubt = error {
                sign(first) * samples[$0 + first] - sign(second) * samples[$0 + second]
            }
            guard lead > SpecialFunctions.normalQuantile(0.975) * doubt, lead > 0 else { break }
            resolved += 1
        }
        self.means = means
        errors = (0..<width).map { column in
            let error = error { samples[$0 + column] }
            guard areSquares, means[column] > 0 else { return error }
            let quantile = SpecialFunctions.normalQuantile(0.975)
            return means[column] * .expMinusOne(quantile * error / means[column]) / quantile
        }
        self.resolved = resolved
    }

    /// With the columns' names.
    package func contributions(of columns: [String]) -> [Attribution.Contribution] {
        columns.indices.map { column in
            .init(column: columns[column], value: means[column], standardError: errors[column])
        }
    }
}
