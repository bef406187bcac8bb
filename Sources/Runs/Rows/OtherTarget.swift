package import Tables

extension PreparedData {
    /// With another column to predict from the same features, as they stand in the table.
    package func predicting(_ column: Column) throws -> PreparedData {
        var result = self
        result.table = Table(
            name: table.name, rowCount: table.rowCount, columns: table.columns + [column],
            lines: table.lines)
        result.target = try TargetEncoder(
            column, source: table.name, rows: Array(0..<table.rowCount), task: nil, positive: nil)
        result.encoder.repair = nil
        return result
    }
}
