/// Encoded rows, row-major.
package struct EncodedFeatures: Sendable {
    package var rows: Int
    package var numericWidth: Int
    /// `[rows, numericWidth]`: the encoder's numeric outputs, then a position for each of its bins.
    package var numeric: [Float]
    package var categoryWidth: Int
    /// `[rows, categoryWidth]`: the encoder's indices, then for each of its bins the
    /// atom, numbered from 1 over all columns; 0 for none.
    package var categories: [Int32]
    /// Those that columns have for themselves; see `Encoder.blocks`.
    package var blocks: [EncodedBlock] = []

    package func selecting(rows chosen: [Int]) -> EncodedFeatures {
        var result = EncodedFeatures(
            rows: chosen.count, numericWidth: numericWidth, numeric: [],
            categoryWidth: categoryWidth, categories: [])
        result.numeric.reserveCapacity(chosen.count * numericWidth)
        result.categories.reserveCapacity(chosen.count * categoryWidth)
        for row in chosen {
            result.numeric += numeric[row * numericWidth..<(row + 1) * numericWidth]
            result.categories += categories[row * categoryWidth..<(row + 1) * categoryWidth]
        }
        result.blocks = blocks.map { $0.selecting(rows: chosen) }
        return result
    }
}

extension EncodedFeatures {
    /// Rows of numbers that are encoded already, `[rows, width]`.
    package init(numbers: [Float], width: Int) {
        self.init(
            rows: numbers.count / width, numericWidth: width, numeric: numbers, categoryWidth: 0,
            categories: [])
    }

    /// Rows of which all is in blocks.
    package init(rows: Int, blocks: [EncodedBlock]) {
        self.init(rows: rows, numericWidth: 0, numeric: [], categoryWidth: 0, categories: [], blocks: blocks)
    }

    /// Rows of zeros.
    init(rows: Int, numericWidth: Int, categoryWidth: Int, blocks: [BlockPlace] = []) {
        self.init(
            rows: rows, numericWidth: numericWidth,
            numeric: [Float](repeating: 0, count: rows * numericWidth),
            categoryWidth: categoryWidth,
            categories: [Int32](repeating: 0, count: rows * categoryWidth),
            blocks: blocks.map { EncodedBlock($0, rows: rows) })
    }
}
