/// A linear rule that tells two sets of rows apart, found by a few steps of conjugate gradients on the squared error.
///
/// The first step goes along the difference of the two means; further ones turn away from directions in which rows vary
/// for other reasons. To stop early keeps the rule small where there are more numbers than rows. These steps are partial
/// least squares, a component each.
///
/// - Source: Hestenes & Stiefel 1952, DOI 10.6028/jres.049.044; as partial least squares: Phatak & de Hoog 2002,
///   DOI 10.1002/cem.728.
struct LinearRule {
    private let weights: [Double]
    private let edge: Double

    private static let mostSteps = 10
    private static let rowsOfAStep = 20

    /// - Parameters:
    ///   - first, second: As many rows each, `[rows, width]`.
    init(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>, width: Int) {
        let all = Array(first) + second
        let count = all.count / width
        var center = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for place in 0..<width { center[place] += Double(all[row * width + place]) }
        }
        for place in 0..<width { center[place] /= Double(count) }
        let rows = (0..<all.count).map { all[$0] - Float(center[$0 % width]) }
        var missed = (0..<count).map { $0 < first.count / width ? 1.0 : -1 }
        var weights = [Double](repeating: 0, count: width)
        var slope = Self.sums(rows, missed, width: width)
        var step = slope
        var size = Self.product(slope, slope)
        let start = size
        for _ in 0..<max(1, min(Self.mostSteps, count / Self.rowsOfAStep))
        where size > start * 1e-12 {
            let moved = (0..<count).map { row in
                var sum = 0.0
                for place in 0..<width { sum += Double(rows[row * width + place]) * step[place] }
                return sum
            }
            let curvature = Self.product(moved, moved)
            guard curvature > 0 else { break }
            let length = size / curvature
            for place in 0..<width { weights[place] += length * step[place] }
            for row in 0..<count { missed[row] -= length * moved[row] }
            slope = Self.sums(rows, missed, width: width)
            let next = Self.product(slope, slope)
            for place in 0..<width { step[place] = slope[place] + next / size * step[place] }
            size = next
        }
        self.weights = weights
        edge = Self.product(weights, center)
    }

    /// Above 0 for a row that is like those of the first set.
    func side(of row: ArraySlice<Float>) -> Double {
        zip(weights, row).reduce(0) { $0 + $1.0 * Double($1.1) } - edge
    }

    private static func sums(_ rows: [Float], _ factors: [Double], width: Int) -> [Double] {
        var result = [Double](repeating: 0, count: width)
        for (row, factor) in factors.enumerated() {
            for place in 0..<width { result[place] += factor * Double(rows[row * width + place]) }
        }
        return result
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
