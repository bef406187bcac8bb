/// Edges of bins where a regression tree on one column cuts.
///
/// The tree grows best first: of all leaves, the one is cut whose cut takes most from
/// `Σ (y − ȳ of its leaf)²`, summed over the outcomes. Bins are then narrow where the target bends
/// and wide where it does not.
///
/// - Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.
package struct TreeEdges: Sendable {
    /// The smallest value, the cuts, the largest value: ascending and distinct.
    package private(set) var edges: [Double] = []

    /// Fewer rows on a side are no reason to cut.
    private static let leastRows = 16

    private struct Leaf {
        var rows: Range<Int>
        var cut: Int
        var gain: Double
    }

    /// - Parameters:
    ///   - values: NaN where missing.
    ///   - outcomes: Columns of numbers, each as long as `values`.
    ///   - bins: The most bins.
    package init(values: [Double], outcomes: [[Float]], bins: Int) {
        let order = values.indices.filter { !values[$0].isNaN }
            .sorted { (values[$0], $0) < (values[$1], $1) }
        guard let first = order.first, let last = order.last else { return }
        guard values[first] < values[last] else {
            edges = [values[first]]
            return
        }
        let sums = outcomes.map { outcome in
            order.reduce(into: [0.0]) { $0.append($0[$0.count - 1] + Double(outcome[$1])) }
        }
        func best(_ rows: Range<Int>) -> Leaf? {
            var found: Leaf?
            let first = rows.lowerBound + Self.leastRows
            let last = rows.upperBound - Self.leastRows
            guard first <= last else { return nil }
            for cut in first...last where values[order[cut - 1]] < values[order[cut]] {
                let left = Double(cut - rows.lowerBound)
                let right = Double(rows.upperBound - cut)
                var gain = 0.0
                for sum in sums {
                    let leftMean = (sum[cut] - sum[rows.lowerBound]) / left
                    let rightMean = (sum[rows.upperBound] - sum[cut]) / right
                    let distance = leftMean - rightMean
                    gain += distance * distance * left * right / (left + right)
                }
                if gain > found?.gain ?? 0 { found = Leaf(rows: rows, cut: cut, gain: gain) }
            }
            return found
        }
        var open = [best(0..<order.count)].compactMap { $0 }
        var cuts: [Int] = []
        while cuts.count + 1 < bins,
            let next = open.indices.max(by: { open[$0].gain < open[$1].gain })
        {
            let leaf = open.remove(at: next)
            cuts.append(leaf.cut)
            open += [leaf.rows.lowerBound..<leaf.cut, leaf.cut..<leaf.rows.upperBound]
                .compactMap(best)
        }
        let middles = cuts.sorted().map { (values[order[$0 - 1]] + values[order[$0]]) / 2 }
        // The middle of two neighbouring doubles may be one of them.
        edges = middles.reduce(into: [values[first]]) { edges, middle in
            if middle > edges[edges.count - 1], middle < values[last] { edges.append(middle) }
        }
        edges.append(values[last])
    }
}
