import GraphIR
import TensorCore

extension GraphBuilder {
    /// The block of indices as it comes, `[rows, columns]` int32.
    mutating func indexBlock(_ columns: Int, rows: Extent) -> Value {
        input(.categories, [rows, .fixed(columns)], dtype: .int32)
    }

    /// Categories as parts of a row's features, each `[rows, width]`: few values as a one-hot vector, many as a learned
    /// one.
    ///
    /// - Parameters:
    ///   - cardinalities: Values of each column.
    ///   - indices: `[rows, columns]`, of these columns first.
    mutating func categoryStem(
        _ cardinalities: [Int], indices: Value, rows: Extent
    ) -> [Value] {
        cardinalities.enumerated().map { column, values in
            let own = reshape(columns(indices, column..<column + 1), [rows])
            if values <= TabularNetwork.oneHotLimit {
                return apply(.oneHot(classes: values), [own])
            }
            return embedding(
                "category\(column)", own, values: values,
                width: TabularNetwork.embeddingWidth(values: values))
        }
    }
}
