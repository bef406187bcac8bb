package import GraphIR
package import TensorCore

/// Stems: what the block of one kind becomes before a body of layers.
extension GraphBuilder {
    /// The block of numbers as it comes, `[rows, …]`.
    ///
    /// - Parameters:
    ///   - shape: Of one row.
    ///   - rows: The extent of the rows: one part each, or several.
    package mutating func numberBlock(_ shape: [Int], rows: Extent = .rows) -> Value {
        input(.numeric, Shape([rows] + shape.map { .fixed($0) }))
    }

    /// A table's numbers, as parts of a row's features, each `[rows, width]`: those with bins as vectors, the others as they
    /// are.
    ///
    /// - Parameter indices: The block of indices, whose last columns are the codes of embedded numbers.
    mutating func numberStem(
        _ input: TabularInput, indices: Value?, rows: Extent
    ) -> [Value] {
        guard input.numericWidth > 0 else { return [] }
        let numeric = numberBlock([input.numericWidth], rows: rows)
        guard let embedding = input.embedding, let indices else { return [numeric] }
        let begin = input.cardinalities.count
        let atoms = columns(indices, begin..<begin + embedding.numbers)
        let plain = embedding.numbers..<(input.numericWidth - embedding.numbers)
        let vectors = scoped("numbers") { b in
            b.embedded(
                numbers: b.columns(numeric, 0..<embedding.numbers),
                positions: b.columns(numeric, plain.upperBound..<input.numericWidth),
                atoms: atoms, embedding)
        }
        return plain.isEmpty ? [vectors] : [vectors, columns(numeric, plain)]
    }
}
