import Models
package import Tables

/// What a prediction loses when one raw column is another row's: `f(x) − mean over z of f(x with a column of z)`,
/// for background rows z.
///
/// It asks for predictions alone. Contributions need not sum to `f(x) − mean f(z)`: the residual says by how much
/// they do not, which is what the columns do together.
///
/// - Source: Zeiler & Fergus 2014, arXiv:1311.2901, with background rows in the place of a grey patch.
/// - Complexity: `columns · background` predictions a row.
package struct OcclusionAttribution: RowAttribution {
    package init() {}

    package var name: String { "occlusion" }

    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let mixture = ColumnMixture(
            predictor: model.predictor, background: model.background, output: model.output)
        let base = try model.values(of: model.background)
        let values = try model.values(of: rows)
        let columns = model.columns
        let others = columns.indices.map { column in columns.indices.filter { $0 != column } }
        let count = model.background.rowCount
        return try (0..<rows.rowCount).map { row in
            let mixed = try mixture.values(row, rows, count: columns.count * count) { place in
                (others[place / count][...], place % count)
            }
            let means = columns.indices.map { column in
                mixed[column * count..<(column + 1) * count].reduce(0, +) / Double(count)
            }
            let found = SampledContributions(samples: means.map { values[row] - $0 }, count: 1)
            return Attribution(
                base: base.reduce(0, +) / Double(count), value: values[row],
                contributions: found.contributions(of: columns), resolved: found.resolved,
                evaluations: mixed.count + 1)
        }
    }
}
