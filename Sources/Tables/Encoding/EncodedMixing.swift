extension Encoder {
    /// Encoded rows that are put together from the cells of others, as encoding the mixed rows would give.
    ///
    /// - Parameters:
    ///   - features: The encoded rows whose cells are taken.
    ///   - columns: Raw columns, each of the encoder's among them.
    ///   - sources: Of each of `columns`, the row that each new row has its cell from; all of one length.
    package func mixing(
        _ features: EncodedFeatures, columns: [String], sources: [[Int]]
    ) -> EncodedFeatures {
        let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        func rows(of column: String) -> [Int] {
            guard let place = places[column] else {
                preconditionFailure("a column that the model reads is not mixed: \(column)")
            }
            return sources[place]
        }
        let count = sources.first?.count ?? 0
        var result = EncodedFeatures(
            rows: count, numericWidth: features.numericWidth,
            categoryWidth: features.categoryWidth)
        let numeric = numericParents.map(\.column) + bins.map(\.column)
        for (slot, column) in numeric.enumerated() {
            let (own, width) = (rows(of: column), features.numericWidth)
            for row in 0..<count {
                result.numeric[row * width + slot] = features.numeric[own[row] * width + slot]
            }
        }
        for (slot, column) in (indexParents.map(\.column) + bins.map(\.column)).enumerated() {
            let (own, width) = (rows(of: column), features.categoryWidth)
            for row in 0..<count {
                result.categories[row * width + slot] = features.categories[own[row] * width + slot]
            }
        }
        result.blocks = zip(blocks, features.blocks).map { place, block in
            block.selecting(rows: rows(of: place.column))
        }
        return result
    }
}
