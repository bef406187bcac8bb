package import Models
package import Prediction
package import Statistics
package import Tables
import TensorCore

/// The rise of the loss when columns are shuffled among rows: one column or several together, over all rows or only
/// among rows that are alike.
///
/// Among all rows, shuffling a column that goes with others makes rows that do not exist. Conditional shuffling keeps to rows
/// that fall into the same leaf of a small tree, which tells the column from the others: what the column adds that the
/// others do not tell.
///
/// - Source: conditional subgroups: Molnar et al. 2020, arXiv:2006.04628; groups: Au et al. 2022, arXiv:2104.11688.
package struct ShuffledImportance: Sendable {
    private let predictor: any Predictor
    private let rows: Table
    private let test: LabelledPredictions
    private let before: [Double]
    private let seed: UInt64

    private static let shuffles = 2
    private static let depth = 4

    /// - Parameter test: The rows with their answers, in the order of `rows`.
    package init(
        _ predictor: any Predictor, rows: Table, test: LabelledPredictions, seed: UInt64
    ) throws {
        self.predictor = predictor
        self.rows = rows
        self.seed = seed
        self.test = test.with(try predictor.predictions(for: rows))
        before = self.test.rowLosses
    }

    /// Of columns that are shuffled together.
    package func marginal(_ columns: [String]) throws -> Estimate {
        try rise(columns, among: [Int](repeating: 0, count: rows.rowCount))
    }

    /// Of a column among rows that are alike in the others.
    package func conditional(_ column: String) throws -> Estimate {
        guard let cells = rows.column(named: column) else { return try marginal([column]) }
        let tree = SurrogateTree(
            rows, columns: predictor.features.filter { $0 != column }, outputs: code(cells),
            depth: Self.depth)
        return try rise([column], among: tree.leaves(of: rows))
    }

    /// A number for each cell: a number's rank, so that no far value decides; the mean loss of a category.
    private func code(_ column: Column) -> [Double] {
        if let numbers = column.measures {
            let order = numbers.indices.sorted {
                (numbers[$0].isNaN ? -.infinity : numbers[$0], $0)
                    < (numbers[$1].isNaN ? -.infinity : numbers[$1], $1)
            }
            var ranks = [Double](repeating: 0, count: numbers.count)
            for (rank, row) in order.enumerated() { ranks[row] = Double(rank) }
            return ranks
        }
        let outputs = (0..<test.rows).map { row in
            test.predictions.values[(row + 1) * test.predictions.width - 1]
        }
        var sums: [String?: (sum: Double, count: Double)] = [:]
        for row in 0..<column.count {
            let (sum, count) = sums[column.text(row)] ?? (0, 0)
            sums[column.text(row)] = (sum + outputs[row], count + 1)
        }
        return (0..<column.count).map { row in
            sums[column.text(row)].map { $0.sum / $0.count } ?? 0
        }
    }

    private func rise(_ columns: [String], among leaves: [Int]) throws -> Estimate {
        let random = CounterRandom(
            seed: seed, name: "shuffled " + columns.joined(separator: "\n"))
        let members = Dictionary(grouping: leaves.indices) { leaves[$0] }
        let shuffled = Set(columns)
        var rise = [Double](repeating: 0, count: rows.rowCount)
        for shuffle in 0..<Self.shuffles {
            var sources = Array(0..<rows.rowCount)
            for leaf in members.keys.sorted() {
                let own = members[leaf] ?? []
                let step = UInt32(truncatingIfNeeded: leaf * Self.shuffles + shuffle)
                let order = random.permutation(of: own.count, step: step)
                for (place, row) in own.enumerated() { sources[row] = own[order[place]] }
            }
            let predictions = try predictor.predictions(
                mixing: rows,
                sources: predictor.features.map {
                    shuffled.contains($0) ? sources : Array(0..<rows.rowCount)
                })
            let after = test.with(predictions).rowLosses
            for row in rise.indices {
                rise[row] += (after[row] - before[row]) / Double(Self.shuffles)
            }
        }
        return try test.design.mean(rise, scale: .plain)
    }
}
