package import Tables
import TensorCore

/// Rows made of pairs of rows, cell by cell: where another model answers them, more of the space between a table's rows is
/// labelled than the table itself labels.
///
/// Of each made row two rows are drawn, and a share that is uniform below a half; each of its cells is the second row's with
/// that chance, else the first's. A made row is a function of the seed and of its number.
///
/// Differs from the source in this: there the second row is the first's nearest neighbour, and numbers are drawn about it.
///
/// - Source: Bucilă et al. 2006, DOI 10.1145/1150402.1150464.
package struct RowMixing: Hashable, Codable, Sendable {
    /// Rows to make.
    package var count: Int
    package var seed: UInt64

    package init(count: Int, seed: UInt64) {
        self.count = count
        self.seed = seed
    }

    /// - Parameter rows: Of the table; those that pairs are drawn from, one or more.
    package func made(of table: Table, among rows: [Int]) -> Table {
        let random = CounterRandom(seed: seed, name: "mixed rows")
        let drawn = (0..<count).map { place in
            let index = UInt64(place)
            return (
                first: rows[random.integer(below: rows.count, index: index)],
                second: rows[random.integer(below: rows.count, step: 1, index: index)],
                share: random.uniform(step: 2, index: index) / 2
            )
        }
        let columns = table.columns.enumerated().map { column, cells in
            let step = UInt32(3 + column)
            return cells.selecting(
                rows: drawn.enumerated().map { place, pair in
                    random.uniform(step: step, index: UInt64(place)) < pair.share
                        ? pair.second : pair.first
                })
        }
        return Table(name: table.name, rowCount: count, columns: columns)
    }
}
