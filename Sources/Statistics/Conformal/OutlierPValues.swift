/// Scores of rows that are known to be ordinary, against which others are judged.
///
/// `p(s) = (1 + #{ordinary scores ≥ s}) / (n + 1)`: where the new row is exchangeable with the ordinary
/// ones, `P(p ≤ α) ≤ α` for every α, whatever the scores' distribution.
///
/// - Source: Bates et al. 2023, DOI 10.1214/22-AOS2244, conformal p-values.
package struct OutlierScale: Sendable, Hashable {
    /// Ascending.
    package let scores: [Double]

    /// - Parameter ordinary: Scores in any order, high ones strange; none is NaN.
    package init(ordinary: [Double]) { scores = ordinary.sorted() }

    /// - Complexity: O(log n).
    package func pValue(of score: Double) -> Double {
        var low = 0
        var high = scores.count
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] < score { low = middle + 1 } else { high = middle }
        }
        return Double(1 + scores.count - low) / Double(scores.count + 1)
    }
}
