import RealModule
package import Statistics

/// Whether rows that are alike are decided alike: `1 − mean |y − mean of the y of the k nearest rows|`, a row being one of its own
/// nearest.
///
/// - Source: Zemel et al. 2013, PMLR 28:325; AIF360, `consistency_score`.
package struct Consistency: Sendable {
    /// `[rows, width]`
    private let features: [Float]
    private let width: Int
    private let rows: Int

    /// - Parameter features: `[rows, width]`, scaled as distances shall be; finite.
    package init(features: [Float], width: Int) {
        precondition(width > 0 && features.count.isMultiple(of: width), "rows of one width")
        self.features = features
        self.width = width
        rows = features.count / width
    }

    /// - Parameters:
    ///   - decisions: One a row.
    ///   - neighbors: k, with the row itself.
    ///   - most: Rows that are asked about, evenly chosen if there are more; neighbors are sought among all.
    /// - Returns: With an interval over the rows that are asked about.
    /// - Complexity: O(most · rows · width).
    package func score(_ decisions: [Double], neighbors: Int = 5, most: Int = 2000) throws
        -> Estimate
    {
        precondition(decisions.count == rows, "a decision a row")
        guard rows >= neighbors else {
            return Estimate(
                value: nil, method: "mean", count: rows,
                note: "there are fewer than \(neighbors) rows")
        }
        let asked = min(rows, most)
        let alike = (0..<asked).map { place -> Double in
            let row = place * rows / asked
            let near = nearest(row, neighbors)
            let mean = near.reduce(0) { $0 + decisions[$1] } / Double(near.count)
            return 1 - abs(decisions[row] - mean)
        }
        let design = try SamplingDesign(rows: asked, weights: nil, clusters: nil)
        return design.mean(alike, scale: .plain)
    }

    /// The k nearest rows; of equally near ones the first.
    private func nearest(_ row: Int, _ count: Int) -> [Int] {
        var found: [(distance: Float, row: Int)] = []
        var bound = Float.infinity
        let start = row * width
        for other in 0..<rows {
            var distance: Float = 0
            let place = other * width
            for column in 0..<width {
                let difference = features[start + column] - features[place + column]
                distance += difference * difference
            }
            guard distance < bound || found.count < count else { continue }
            let position = found.firstIndex { $0.distance > distance } ?? found.count
            found.insert((distance, other), at: position)
            if found.count > count { found.removeLast() }
            if found.count == count { bound = found[count - 1].distance }
        }
        return found.map(\.row)
    }
}
