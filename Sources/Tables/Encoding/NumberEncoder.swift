/// A column of numbers: scaled robustly and squashed smoothly to ±3; 0 where missing.
package struct NumberEncoder: ColumnEncoder {
    package static let kind = ColumnKind.number
    package static let key = "numbers"

    package var column: String
    /// The median of the training rows; see `robustScale`.
    package var center: Double
    package var scale: Double
    /// Whether a training row lacked it; then a 0/1 output says so.
    package var marksMissing: Bool

    package var outputs: ColumnOutputs {
        ColumnOutputs(numbers: [column], mark: marksMissing ? column + " is missing" : nil)
    }

    package init(
        fitting column: Column, in source: CellSource, rows: [Int]
    ) throws(TableError) {
        let numbers = try source.numbers(in: column.name)
        self.column = column.name
        (center, scale) = robustScale(rows.map { numbers[$0] })
        marksMissing = rows.contains { numbers[$0].isNaN }
    }

    package func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        let (width, place) = (features.numericWidth, places.numbers.lowerBound)
        for (row, value) in try source.numbers(in: column).enumerated() {
            if !value.isNaN {
                features.numeric[row * width + place] = squash((value - center) / scale)
            } else if let mark = places.mark {
                features.numeric[row * width + mark] = 1
            }
        }
    }

    package func measures(in source: CellSource) throws(TableError) -> [Double]? {
        try source.numbers(in: column)
    }
}
