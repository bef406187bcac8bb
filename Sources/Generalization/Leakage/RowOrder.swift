import Statistics
import Tables

/// Training rows that stand in the order of the target, so that a row's place tells its answer.
///
/// A split by place, or a column that counts the rows, then leaks. Suspected where the place alone
/// has a skill that is surely above `bar`.
struct RowOrder: LeakageCheck {
    static let bar = 0.5

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let power = ColumnPower(data)
        guard data.numbers != nil || power.usableClasses > 1 else { return [] }
        let place = CellCodes(numbers: data.sample.map(Double.init))
        let skill = try power.skill(place, comparisons: 1)
        guard let value = skill.value, let lower = skill.lower, lower >= Self.bar else { return [] }
        return [
            LeakageFinding(
                .rowOrder, rows: data.training.rowCount, effect: skill,
                evidence: "the training rows stand in the order of the target: a row's place alone "
                    + "tells it with \(data.numbers == nil ? "a balanced skill" : "a rank R²") of "
                    + "\(twoDigits(value)). Shuffle before splitting by place"
                    + data.sampleText)
        ]
    }
}
