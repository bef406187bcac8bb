/// P-values adjusted so that those at or below q are found with a false-discovery rate of at most q.
///
/// `adjusted(k) = min over j ≥ k of m p(j)/j`, for the p-values in rising order. Holds for independent
/// p-values and for those that depend positively. Where no hypothesis is false, the chance to find
/// anything at all is at most q.
///
/// - Parameter pValues: In [0, 1].
/// - Returns: One a p-value, in the given order.
/// - Source: Benjamini & Hochberg 1995, DOI 10.1111/j.2517-6161.1995.tb02031.x; dependence: Benjamini &
///   Yekutieli 2001, DOI 10.1214/aos/1013699998.
package func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var least = 1.0
    for (position, index) in order.enumerated().reversed() {
        least = min(least, pValues[index] * Double(pValues.count) / Double(position + 1))
        adjusted[index] = least
    }
    return adjusted
}
