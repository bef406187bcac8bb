import RealModule

/// Rows that stand for many, and rows that those do not stand for.
///
/// Prototypes are chosen one after the other so that `MMD²` between them and all rows falls most; criticisms where the
/// witness `mean k(x, rows) − mean k(x, prototypes)` is largest in size, each far from those before. k is a Gaussian kernel of hidden
/// features, as wide as their median distance.
///
/// - Source: Kim, Khanna & Koyejo 2016, "Examples are not enough, learn to criticize!", NIPS 29.
package struct Prototypes: Sendable, Hashable {
    /// Places among the rows, in the order in which they were chosen.
    package private(set) var prototypes: [Int] = []
    package private(set) var criticisms: [Int] = []

    /// - Parameters:
    ///   - features: `[rows, width]`.
    ///   - count: Of each kind, at most; never more than there are rows.
    /// - Complexity: O(rows² · width).
    package init(features: [Float], width: Int, count: Int) {
        let rows = width > 0 ? features.count / width : 0
        guard rows > 1 else { return }
        let kernel = Self.kernel(features, width, rows)
        let means = (0..<rows).map { row in
            (0..<rows).reduce(0) { $0 + Double(kernel[row * rows + $1]) } / Double(rows)
        }
        // Of the chosen: Σ over them of k with each row.
        var near = [Double](repeating: 0, count: rows)
        for _ in 0..<min(count, rows) {
            let size = Double(prototypes.count + 1)
            var best: (gain: Double, row: Int)?
            for row in 0..<rows where !prototypes.contains(row) {
                // MMD² of the larger set, less what no choice changes.
                let gain =
                    2 * means[row] - (2 * near[row] + Double(kernel[row * rows + row])) / size
                if gain > best?.gain ?? -.infinity { best = (gain, row) }
            }
            guard let best else { break }
            prototypes.append(best.row)
            for row in 0..<rows { near[row] += Double(kernel[best.row * rows + row]) }
        }
        let share = 1 / Double(max(prototypes.count, 1))
        let witness = (0..<rows).map { abs(means[$0] - near[$0] * share) }
        var crowd = [Double](repeating: 0, count: rows)
        for _ in 0..<min(count, rows - prototypes.count) {
            let left = (0..<rows).filter { !prototypes.contains($0) && !criticisms.contains($0) }
            // Less where another criticism already stands.
            guard
                let next = left.max(by: {
                    (witness[$0] * (1 - crowd[$0]), $1) < (witness[$1] * (1 - crowd[$1]), $0)
                })
            else { break }
            criticisms.append(next)
            for row in 0..<rows { crowd[row] = max(crowd[row], Double(kernel[next * rows + row])) }
        }
    }

    private static func kernel(_ features: [Float], _ width: Int, _ rows: Int) -> [Float] {
        var distances = [Float](repeating: 0, count: rows * rows)
        for first in 0..<rows {
            for second in 0..<first {
                var sum: Float = 0
                for place in 0..<width {
                    let change = features[first * width + place] - features[second * width + place]
                    sum += change * change
                }
                distances[first * rows + second] = sum
                distances[second * rows + first] = sum
            }
        }
        let sorted = distances.filter { $0 > 0 }.sorted()
        let middle = sorted.isEmpty ? 1 : sorted[sorted.count / 2]
        return distances.map { Float(Double.exp(-Double($0 / middle))) }
    }
}
