import Statistics
import Tables

/// Training rows that are equal in every feature and have different answers: of a regression, answers
/// in different quarters.
///
/// Rows of few and coarse columns are equal by chance. So conflicts are suspected where they are surely at
/// least `leastShare` of the rows *and*, as for `CopiedRows`, no single column makes the difference:
/// leaving any one out at most doubles them.
///
/// - Complexity: O(rows) where there are few conflicts, O(rows · columns) else.
struct ConflictingLabels: LeakageCheck {
    static let leastShare = 0.01
    static let leastRatio = 0.5

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let features = data.features
        guard features.count > 1 else { return [] }
        let hashes = RowHashes(
            Table(name: data.training.name, rowCount: data.training.rowCount, columns: features),
            trainingRows: data.training.rowCount)
        let conflicting = conflicts(hashes, data.classes, without: [])
        let effect = shareEstimate(conflicting, of: hashes.rows)
        guard let lower = effect.lower, lower >= Self.leastShare else { return [] }
        for column in 0..<hashes.columns {
            let outside = conflicts(hashes, data.classes, without: [column])
            let ratio = shareEstimate(min(conflicting, outside), of: outside)
            guard let lower = ratio.lower, lower >= Self.leastRatio else { return [] }
        }
        return [
            LeakageFinding(
                .conflictingLabels, rows: conflicting, effect: effect,
                evidence:
                    "\(conflicting) of \(hashes.rows) training rows equal another one in every "
                    + "feature and have another answer")
        ]
    }

    /// Rows that share what they hold outside some columns with a row of another class.
    private func conflicts(
        _ hashes: RowHashes, _ classes: [Int32], without omitted: [Int]
    ) -> Int {
        var kinds: [UInt64: (rows: Int, label: Int32, isMixed: Bool)] = [:]
        for (row, label) in classes.enumerated() {
            let hash = hashes.hash(row, without: omitted)
            let known = kinds[hash] ?? (0, label, false)
            kinds[hash] = (known.rows + 1, label, known.isMixed || known.label != label)
        }
        return kinds.values.reduce(0) { $0 + ($1.isMixed ? $1.rows : 0) }
    }
}
