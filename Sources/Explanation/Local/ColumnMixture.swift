import Models
import Prediction
import Tables

/// Predicts background rows that have some of their columns from another row.
struct ColumnMixture: Sendable {
    var predictor: any Predictor
    var background: Table
    /// The number that is explained.
    var output: @Sendable (Predictions, Int) -> Double

    /// Rows that are put together and predicted at once.
    private static let rowsTogether = 1 << 16

    /// - Parameters:
    ///   - row: Of the table, the row whose columns are mixed in.
    ///   - part: Of a place from 0 to `count − 1`, the columns from the row, and the background row.
    func values(
        _ row: Int, _ table: Table, count: Int, _ part: (Int) -> (ArraySlice<Int>, Int)
    ) throws -> [Double] {
        guard count > 0 else { return [] }
        let columns = predictor.features
        let own = background.rowCount
        let joined = try background.appending(table.selecting(rows: [row]), columns: columns)
        var values: [Double] = []
        values.reserveCapacity(count)
        for begin in stride(from: 0, to: count, by: Self.rowsTogether) {
            let places = begin..<min(begin + Self.rowsTogether, count)
            var sources = [[Int]](
                repeating: [Int](repeating: 0, count: places.count), count: columns.count)
            for place in places {
                let (taken, other) = part(place)
                for column in columns.indices { sources[column][place - begin] = other }
                for column in taken { sources[column][place - begin] = own }
            }
            let predictions = try predictor.predictions(mixing: joined, sources: sources)
            values += (0..<places.count).map { output(predictions, $0) }
        }
        return values
    }
}
