import Statistics
import TensorCore

/// How well the codes of one column alone tell the target, on rows that did not make the rule.
///
/// The rows are halved by chance; what a code means is learned on one half and tried on the other,
/// both ways, so that every row is judged once by the half it is not in.
struct ColumnPower {
    /// A class of each row.
    private let classes: [Int32]
    private let classCount: Int
    private let numbers: [Double]?
    private let isSecondHalf: [Bool]
    /// Classes with fewer rows are too few to speak of.
    private static let leastClassRows = 20

    init(classes: [Int32], classCount: Int, numbers: [Double]?, random: CounterRandom) {
        var counts = [Int](repeating: 0, count: classCount)
        for label in classes { counts[Int(label)] += 1 }
        self.classes = classes.map { counts[Int($0)] >= Self.leastClassRows ? $0 : -1 }
        self.classCount = classCount
        self.numbers = numbers
        // Alternating within each class, in a random order: halves of equal shares.
        var halves = [Bool](repeating: false, count: classes.count)
        var seen = [Int](repeating: 0, count: classCount)
        for row in random.permutation(of: classes.count, step: 3) {
            let label = Int(classes[row])
            halves[row] = seen[label] % 2 == 1
            seen[label] += 1
        }
        isSecondHalf = halves
    }

    init(_ data: LeakageData) {
        self.init(
            classes: data.sampledClasses, classCount: data.classNames.count,
            numbers: data.numbers.map { numbers in data.sample.map { numbers[$0] } },
            random: data.random)
    }

    /// Classes that have rows enough.
    var usableClasses: Int { Set(classes.filter { $0 >= 0 }).count }

    /// The balanced skill of a classification, R² of the places of a regression's numbers.
    ///
    /// - Parameter comparisons: Columns that are looked at; the interval is widened for them.
    func skill(_ column: CellCodes, comparisons: Int) throws -> Estimate {
        if let numbers { return try rSquared(column, numbers) }
        return balancedSkill(column, comparisons: comparisons)
    }

    func balancedSkill(_ column: CellCodes, comparisons: Int) -> Estimate {
        var totals = [Double](repeating: 0, count: 2 * classCount)
        var table = [Double](repeating: 0, count: 2 * column.levels * classCount)
        for (row, label) in classes.enumerated() where label >= 0 {
            let half = isSecondHalf[row] ? 1 : 0
            totals[half * classCount + Int(label)] += 1
            table[(half * column.levels + Int(column.codes[row])) * classCount + Int(label)] += 1
        }
        // Of each half, the class that each code speaks for most, classes weighing the same.
        var call = [Int32](repeating: -1, count: 2 * column.levels)
        for half in 0..<2 {
            for code in 0..<column.levels {
                var best = 0.0
                for label in 0..<classCount where totals[half * classCount + label] > 0 {
                    let share =
                        table[(half * column.levels + code) * classCount + label]
                        / totals[half * classCount + label]
                    if share > best {
                        best = share
                        call[half * column.levels + code] = Int32(label)
                    }
                }
            }
        }
        var rows = [Int](repeating: 0, count: classCount)
        var hits = [Int](repeating: 0, count: classCount)
        for (row, label) in classes.enumerated() where label >= 0 {
            rows[Int(label)] += 1
            let other = isSecondHalf[row] ? 0 : 1
            if call[other * column.levels + Int(column.codes[row])] == label {
                hits[Int(label)] += 1
            }
        }
        return Statistics.balancedSkill(hits: hits, rows: rows, comparisons: comparisons)
    }

    private func rSquared(_ column: CellCodes, _ numbers: [Double]) throws -> Estimate {
        var sums = [Double](repeating: 0, count: 2 * column.levels)
        var counts = sums
        var total = [0.0, 0.0]
        var rows = [0.0, 0.0]
        for (row, number) in numbers.enumerated() {
            let half = isSecondHalf[row] ? 1 : 0
            sums[half * column.levels + Int(column.codes[row])] += number
            counts[half * column.levels + Int(column.codes[row])] += 1
            total[half] += number
            rows[half] += 1
        }
        let predictions = numbers.indices.map { row in
            let other = isSecondHalf[row] ? 0 : 1
            let slot = other * column.levels + Int(column.codes[row])
            return counts[slot] > 0 ? sums[slot] / counts[slot] : total[other] / max(rows[other], 1)
        }
        return try RegressionSample(
            targets: numbers, predictions: predictions, weights: nil, clusters: nil
        ).rSquared()
    }
}
