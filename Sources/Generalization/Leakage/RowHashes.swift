import Tables

/// A number for every cell of training and test rows, so that equal cells of a column have equal
/// numbers and a row's sum over some columns stands for what it holds in them.
struct RowHashes: Sendable {
    /// `[column][row]`, training rows first.
    private let cells: [[UInt64]]
    private let sums: [UInt64]
    let trainingRows: Int
    let columns: Int

    var rows: Int { sums.count }

    /// - Parameter table: Training and test rows, one after another.
    init(_ table: Table, trainingRows: Int) {
        cells = table.columns.enumerated().map { index, column in
            let salt = Self.mixed(UInt64(index + 1))
            return column.keys.map { Self.mixed($0 ^ salt) }
        }
        var sums = [UInt64](repeating: 0, count: table.rowCount)
        for column in cells {
            for row in sums.indices { sums[row] &+= column[row] }
        }
        self.sums = sums
        self.trainingRows = trainingRows
        columns = cells.count
    }

    /// The finisher of SplitMix64.
    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// What a row holds in all columns but some.
    func hash(_ row: Int, without omitted: [Int] = []) -> UInt64 {
        var hash = sums[row]
        for column in omitted { hash &-= cells[column][row] }
        return hash
    }

    /// Columns in which two rows differ.
    func differing(_ a: Int, _ b: Int, atMost most: Int) -> Int {
        var count = 0
        for column in cells where column[a] != column[b] {
            count += 1
            if count > most { return count }
        }
        return count
    }
}

extension LeakageData {
    /// Training and test rows in the given columns, one after another; `nil` without test rows.
    func hashes(_ columns: [String]) -> RowHashes? {
        test.map { test in
            RowHashes(training.joining(test, columns: columns), trainingRows: training.rowCount)
        }
    }
}
