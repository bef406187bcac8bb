package import Statistics
package import Tables

/// How much of two columns' joint effect is no sum of their single ones: Friedman and Popescu's H².
///
/// `H² = Σ (PD_jk − PD_j − PD_k)² / Σ PD_jk²` with partial dependences centered, at the rows themselves; 0 for a sum, 1
/// where there is nothing but interaction. Each of several samples of rows gives one; their mean and Student's interval stand for all.
/// Chance makes it positive, so that small values say little.
///
/// - Source: Friedman & Popescu 2008, DOI 10.1214/07-AOAS148.
package struct Interaction: Sendable {
    package var first: String
    package var second: String
    package var strength: Estimate

    /// - Parameter samples: Rows of each sample; two samples or more.
    package static func measured(
        _ columns: [String], in model: AttributedModel, rows: Table, samples: [[Int]]
    ) throws -> [Interaction] {
        var found: [[Double]] = []
        for sample in samples {
            found.append(try strengths(columns, in: model, rows.selecting(rows: sample)))
        }
        let design = try SamplingDesign(rows: samples.count, weights: nil, clusters: nil)
        var result: [Interaction] = []
        for (place, pair) in pairs(columns.count).enumerated() {
            var estimate = design.mean(
                found.map { $0[place] }, scale: .plain, bounds: 0...1, least: 2)
            estimate.varied = "samples of rows"
            result.append(
                Interaction(
                    first: columns[pair.0], second: columns[pair.1], strength: estimate))
        }
        return result.sorted {
            ($1.strength.value ?? 0, $0.first, $0.second)
                < ($0.strength.value ?? 0, $1.first, $1.second)
        }
    }

    private static func pairs(_ count: Int) -> [(Int, Int)] {
        (0..<count).flatMap { first in ((first + 1)..<max(count, first + 1)).map { (first, $0) } }
    }

    private static func strengths(
        _ columns: [String], in model: AttributedModel, _ rows: Table
    ) throws -> [Double] {
        let count = rows.rowCount
        /// The mean output over rows with these columns as in each row, centered.
        func dependence(_ names: [String]) throws -> [Double] {
            let outputs = try model.outputs(
                rows,
                replacing: (0..<count).map { row in
                    Dictionary(
                        uniqueKeysWithValues: names.map {
                            ($0, Array(repeating: row, count: count))
                        })
                })
            let means = outputs.map { $0.reduce(0, +) / Double(count) }
            let center = means.reduce(0, +) / Double(count)
            return means.map { $0 - center }
        }
        let single = try columns.map { try dependence([$0]) }
        return try pairs(columns.count).map { first, second in
            let joint = try dependence([columns[first], columns[second]])
            let left = joint.indices.reduce(0) { sum, row in
                let rest = joint[row] - single[first][row] - single[second][row]
                return sum + rest * rest
            }
            let all = joint.reduce(0) { $0 + $1 * $1 }
            return all > 0 ? min(1, left / all) : 0
        }
    }
}
