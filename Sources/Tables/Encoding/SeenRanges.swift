/// The least and the greatest value that training rows had in each column of numbers or dates.
package struct SeenRanges: Sendable, Hashable {
    /// Of the encoder's columns that can be ordered, dates in seconds since 1970; infinite where
    /// all training rows lacked a value.
    package var lowest: [Double]
    /// In the same order.
    package var highest: [Double]

    package init(lowest: [Double], highest: [Double]) {
        self.lowest = lowest
        self.highest = highest
    }

    /// - Parameter rows: The training rows; only they decide.
    package init(_ table: Table, _ encoder: Encoder, rows: [Int]) throws(TableError) {
        self.init(lowest: [], highest: [])
        for values in try encoder.measures(of: table) {
            let known = rows.lazy.map { values[$0] }.filter { !$0.isNaN }
            lowest.append(known.min() ?? .infinity)
            highest.append(known.max() ?? -.infinity)
        }
    }

    /// For each row, in how many columns it has a number or a date outside the range, or a category
    /// that no training row had.
    ///
    /// A category that is hashed, as it has more than `Encoder.maximumCategories` values, counts as
    /// seen. Missing cells are not counted.
    ///
    /// - Throws: `TableError` naming the first cell that is not of its column's kind.
    package func unseenCounts(
        _ table: Table, _ encoder: Encoder
    ) throws(TableError) -> [Int] {
        var counts = [Int](repeating: 0, count: table.rowCount)
        for (place, values) in try encoder.measures(of: table).enumerated() {
            for (row, value) in values.enumerated()
            where value < lowest[place] || value > highest[place] {
                counts[row] += 1
            }
        }
        let source = CellSource(table)
        for column in encoder.columns {
            for row in column.unseenRows(in: source) { counts[row] += 1 }
        }
        return counts
    }
}

extension Encoder {
    /// The cells, as they stand, of each column whose cells can be ordered; NaN where missing.
    fileprivate func measures(of table: Table) throws(TableError) -> [[Double]] {
        let source = CellSource(table)
        var result: [[Double]] = []
        for column in columns {
            if let values = try column.measures(in: source) { result.append(values) }
        }
        return result
    }
}
