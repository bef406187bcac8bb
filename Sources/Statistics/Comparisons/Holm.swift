/// P-values adjusted so that the chance to find anything false among those at or below α is at most α,
/// however they depend on each other.
///
/// `adjusted(k) = max over j ≤ k of min(1, (m − j + 1) p(j))`, for the p-values in rising order.
///
/// - Parameter pValues: In [0, 1].
/// - Returns: One a p-value, in the given order.
/// - Source: Holm 1979, Scandinavian Journal of Statistics 6:65, jstor.org/stable/4615733.
package func holm(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var most = 0.0
    for (position, index) in order.enumerated() {
        most = max(most, min(1, Double(pValues.count - position) * pValues[index]))
        adjusted[index] = most
    }
    return adjusted
}
