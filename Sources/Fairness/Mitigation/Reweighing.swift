/// Row weights under which the label does not depend on the group.
///
/// `w(g, y) = P(g) P(y) / P(g, y)`, times the row's own weight; the sum of all weights stays.
///
/// - Parameters:
///   - labels: The class of each row.
///   - groups: Its group.
///   - weights: Its own weight, or `nil` for ones.
/// - Source: Kamiran & Calders 2012, DOI 10.1007/s10115-011-0463-8.
package func reweighed(labels: [Int32], groups: [String], weights: [Double]?) -> [Double] {
    precondition(labels.count == groups.count, "one group a label")
    let weights = weights ?? Array(repeating: 1, count: labels.count)
    struct Cell: Hashable {
        var group: String
        var label: Int32
    }
    var (byGroup, byLabel, byCell) = ([String: Double](), [Int32: Double](), [Cell: Double]())
    for row in labels.indices {
        byGroup[groups[row], default: 0] += weights[row]
        byLabel[labels[row], default: 0] += weights[row]
        byCell[Cell(group: groups[row], label: labels[row]), default: 0] += weights[row]
    }
    let total = weights.reduce(0, +)
    // Where a group lacks a label the products do not add up to the total.
    let reached = byCell.keys.reduce(0) {
        $0 + (byGroup[$1.group] ?? 0) * (byLabel[$1.label] ?? 0) / total
    }
    return labels.indices.map { row in
        let cell = byCell[Cell(group: groups[row], label: labels[row])] ?? 0
        guard cell > 0 else { return 0 }
        let expected = (byGroup[groups[row]] ?? 0) * (byLabel[labels[row]] ?? 0) / total
        return weights[row] * expected / cell * total / reached
    }
}
