import Statistics
import Tables

/// Test rows that stand among the training rows too: with their answer, or with another one.
///
/// Rows of few and coarse columns are equal by chance. Chance shows in that far more rows are equal in
/// all columns but one than in all; a row that was copied is equal in all of them at once. So copies are
/// suspected where at least `leastShare` of the test rows have an equal training row *and*, for every
/// single column, at least `leastRatio` of the test rows that have an equal outside that column have one
/// with it too, as the lower end of that share's interval says.
///
/// - Complexity: O(rows · columns), every row looked at.
struct CopiedRows: LeakageCheck {
    static let leastShare = 0.01
    static let leastRatio = 0.5
    private static let leastRows = 5

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        guard let target = data.schema.target else { return [] }
        let features = data.features.map(\.name)
        guard features.count > 1, let hashes = data.hashes(features) else { return [] }
        let equal = matched(hashes, without: [])
        let twins = equal.compactMap(\.self)
        guard twins.count >= Self.leastRows else { return [] }
        let total = hashes.rows - hashes.trainingRows
        for column in 0..<hashes.columns {
            let outside = matched(hashes, without: [column]).count { $0 != nil }
            let ratio = shareEstimate(min(twins.count, outside), of: outside)
            guard let lower = ratio.lower, lower >= Self.leastRatio else { return [] }
        }
        // Which of them have the same answer in one of their equals.
        guard let whole = data.hashes(features + [target]) else { return [] }
        let sameAnswer = matched(whole, without: []).count { $0 != nil }
        let effect = shareEstimate(twins.count, of: total)
        guard let share = effect.value, share >= Self.leastShare else { return [] }
        let known = "\(twins.count) of \(total) test rows equal a training row in every feature"
        if sameAnswer * 4 >= twins.count * 3 {
            return [
                LeakageFinding(
                    .copiedRows, rows: twins.count, effect: effect,
                    evidence: known + ", and \(sameAnswer) of them in the target too")
            ]
        }
        return [
            LeakageFinding(
                .copiedFeatures, rows: twins.count, effect: effect,
                evidence: known + ", and \(twins.count - sameAnswer) of them have another target")
        ]
    }

    /// Of each test row, a training row that is equal outside some columns; `nil` where there is none.
    private func matched(_ hashes: RowHashes, without omitted: [Int]) -> [Int?] {
        var index: [UInt64: Int] = [:]
        for row in hashes.trainingRows..<hashes.rows {
            index[hashes.hash(row, without: omitted)] = -1
        }
        for row in 0..<hashes.trainingRows {
            let hash = hashes.hash(row, without: omitted)
            if let known = index[hash], known < 0 { index[hash] = row }
        }
        return (hashes.trainingRows..<hashes.rows).map { row in
            guard let found = index[hashes.hash(row, without: omitted)], found >= 0 else {
                return nil
            }
            return found
        }
    }
}
