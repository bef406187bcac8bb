import Statistics

/// What a model does to the rows of one group, two classes.
struct GroupMetrics: Sendable {
    var code: Int32
    var count: Int
    var selectionRate: Estimate
    var truePositiveRate: Estimate
    var falsePositiveRate: Estimate
    var accuracy: Estimate
    var meanScore: Estimate
}

/// The definition that gaps between groups are checked against: metrics of every group that occurs, in
/// order of the codes.
///
/// - Parameters:
///   - codes: A group for every row; negative for none.
///   - threshold: The score from which the positive class is decided.
func groupMetrics(
    _ sample: ClassificationSample, codes: [Int32], threshold: Double
) throws(StatisticsError) -> [GroupMetrics] {
    guard codes.count == sample.rows else {
        throw StatisticsError("\(sample.rows) rows have \(codes.count) groups; give one each")
    }
    var members: [Int32: [Int]] = [:]
    for (row, code) in codes.enumerated() where code >= 0 && sample.design.weights[row] > 0 {
        members[code, default: []].append(row)
    }
    var result: [GroupMetrics] = []
    for (code, rows) in members.sorted(by: { $0.key < $1.key }) {
        let part = try sample.selecting(rows)
        result.append(
            GroupMetrics(
                code: code, count: rows.count,
                selectionRate: part.selectionRate(threshold: threshold),
                truePositiveRate: part.sensitivity(threshold: threshold),
                falsePositiveRate: part.falsePositiveRate(threshold: threshold),
                accuracy: part.accuracy(threshold: threshold), meanScore: part.meanScore()))
    }
    return result
}
