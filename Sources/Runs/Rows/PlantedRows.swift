import Tables
import TensorCore

/// Rows that make no sense, planted among the training rows, and as many that were made alike and not
/// planted: whether a model tells them apart says whether it learns rows by heart.
///
/// Each cell is that of a random training row, column by column; the answer is a class drawn with equal
/// chances, or the number of a random training row. They stand at the end of the table, are part of
/// no validation and no test rows, and the references are part of nothing.
package struct PlantedRows {
    /// Rows of the table that training rows hold.
    var planted: Range<Int>
    /// Rows of the table that were not learned from.
    var references: Range<Int>
}

extension PreparedData {
    /// With so many rows planted, into the training rows of every fold.
    ///
    /// - Parameter seed: Of every draw.
    func planting(_ count: Int, seed: UInt64) throws -> PreparedData {
        guard count > 0 else { return self }
        var result = self
        let made = table.drawn(2 * count, from: split.train, seed: seed) { column, random in
            guard column.name == target.column, target.task != .regression else { return nil }
            return (0..<2 * count).map {
                target.classes[random.integer(below: target.classes.count, index: UInt64($0))]
            }
        }
        let start = table.rowCount
        result.table = table.joining(made, columns: table.columns.map(\.name))
        let planted = start..<start + count
        result.canaries = PlantedRows(
            planted: planted, references: start + count..<start + 2 * count)
        result.split.train += planted
        for fold in result.folds.indices { result.folds[fold].train += planted }
        return result
    }
}

extension Table {
    /// Made-up rows: each cell is that of a random one of some rows, drawn for each column alone.
    ///
    /// - Parameter texts: Texts for a column, one a row; `nil` to draw its cells from the rows.
    fileprivate func drawn(
        _ count: Int, from rows: [Int], seed: UInt64,
        texts: (Column, CounterRandom) -> [String]?
    ) -> Table {
        let random = CounterRandom(seed: seed, name: "planted rows")
        let made = columns.enumerated().map { position, column in
            let answers = CounterRandom(seed: seed, name: "planted answers")
            let places = (0..<count).map { row in
                rows[
                    random.integer(
                        below: rows.count, step: UInt32(position), index: UInt64(row))]
            }
            guard let wanted = texts(column, answers) else { return column.selecting(rows: places) }
            // A row of the table that has the wanted text.
            var known: [String: Int] = [:]
            for row in rows {
                if let text = column.text(row), known[text] == nil { known[text] = row }
            }
            return column.selecting(rows: wanted.map { known[$0] ?? rows[0] })
        }
        return Table(name: name, rowCount: count, columns: made)
    }
}
