/// The mean and the standard deviation of some numbers, dividing by their count.
package struct Moments: Sendable, Hashable {
    /// 0 of none.
    package let mean: Double
    /// 0 of none.
    package let standardDeviation: Double

    package init(_ values: [Double]) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        self.mean = mean
        standardDeviation =
            (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    }
}
