import Figures
import Statistics
import Tables

/// Columns of numbers whose test rows are written in other units than the training rows.
///
/// The distance of the two distributions (Kolmogorov and Smirnov), the most usual training value left
/// aside, is surely above `bar`. Rows that were drawn like the training rows are never that far; rows of
/// another time or place may be.
struct OtherUnits: LeakageCheck {
    static let bar = 0.2

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        guard let test = data.test else { return [] }
        let columns = data.sampledFeatures
        return columns.compactMap { column in
            guard let known = column.numbers,
                let tested = test.column(named: column.name)?.numbers
            else { return nil }
            let usual = usualValue(known)
            let a = known.filter { !$0.isNaN && $0 != usual }
            let b = tested.filter { !$0.isNaN && $0 != usual }
            guard a.count >= 20, b.count >= 20 else { return nil }
            let distance = distributionDistance(a, b, comparisons: columns.count)
            guard let lower = distance.lower, lower >= Self.bar, let value = distance.value else {
                return nil
            }
            return LeakageFinding(
                .otherUnits, columns: [column.name], effect: distance,
                evidence: "\"\(column.name)\" is distributed otherwise among test rows, by a "
                    + "distance of \(NumberText.fixed(value, decimals: 2)) of at most 1; is it in the same units?"
                    + data.sampleText)
        }
    }

    /// The value of at least a twentieth of the rows that is found most often.
    private func usualValue(_ numbers: [Double]) -> Double? {
        var counts: [Double: Int] = [:]
        for number in numbers where !number.isNaN { counts[number, default: 0] += 1 }
        let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        return most.flatMap { $0.value * 20 >= numbers.count ? $0.key : nil }
    }
}
