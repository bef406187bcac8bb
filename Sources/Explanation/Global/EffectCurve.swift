import Models
import Prediction
import Statistics
package import Tables

/// How a model's output moves with one column, on average over rows.
package struct EffectCurve: Sendable, Hashable {
    package var column: String
    package var points: [Point]

    package struct Point: Sendable, Hashable {
        /// The column's number; `nil` of a category.
        package var number: Double?
        package var text: String?
        package var value: Double
        /// `nil` where the rows show no spread to judge by.
        package var lower: Double?
        package var upper: Double?
        /// Of the rows whose own lines were kept, the line's value here.
        package var lines: [Double] = []
    }

    private static let places = 20

    /// Partial dependence, centered: `mean over rows of f(x with the column at z) − mean over z`, and single rows' lines.
    ///
    /// Rows are put where none may live; where columns go together, `accumulated` does not.
    ///
    /// - Parameter lines: Rows whose own lines are kept (individual conditional expectation).
    /// - Source: Friedman 2001, DOI 10.1214/aos/1013203451; lines: Goldstein et al. 2015, arXiv:1309.6392.
    package static func partialDependence(
        _ column: String, in model: AttributedModel, rows: Table, lines: Int = 0
    ) throws -> EffectCurve {
        let donors = donors(of: column, rows)
        guard donors.count > 1 else { return EffectCurve(column: column, points: []) }
        let count = rows.rowCount
        let outputs = try model.outputs(
            rows, replacing: column,
            by: donors.map { donor in Array(repeating: donor.row, count: count) })
        let means = (0..<count).map { row in
            outputs.reduce(0) { $0 + $1[row] } / Double(donors.count)
        }
        let design = try SamplingDesign(rows: count, weights: nil, clusters: nil)
        return EffectCurve(
            column: column,
            points: zip(donors, outputs).map { donor, values in
                let centered = zip(values, means).map { $0 - $1 }
                let estimate = design.mean(centered, scale: .plain)
                return Point(
                    number: donor.number, text: donor.text, value: estimate.value ?? 0,
                    lower: estimate.lower, upper: estimate.upper,
                    lines: Array(centered.prefix(lines)))
            })
    }

    /// Accumulated local effects of a column of numbers: the mean change of the output across each bin, over the rows that
    /// lie in it, added up and centered over the rows.
    ///
    /// The variance of a point is that of the bins' mean changes, each counted by how far it moves the point less the
    /// center. A bin of one row shows none: the curve then has no interval.
    ///
    /// - Returns: no point for a column of categories, whose values have no order.
    /// - Source: Apley & Zhu 2020, arXiv:1612.08468.
    package static func accumulated(
        _ column: String, in model: AttributedModel, rows: Table
    ) throws -> EffectCurve {
        let donors = donors(of: column, rows)
        guard donors.count > 1, donors[0].number != nil,
            let values = rows.column(named: column)?.measures
        else { return EffectCurve(column: column, points: []) }
        let edges = donors.compactMap(\.number)
        let bins = values.map { value in
            value.isNaN
                ? nil
                : max(0, min(edges.count - 2, edges.firstIndex { $0 >= value }.map { $0 - 1 } ?? 0))
        }
        let known = bins.indices.filter { bins[$0] != nil }
        let part = rows.selecting(rows: known)
        func ends(_ shift: Int) -> [Int] { known.map { donors[(bins[$0] ?? 0) + shift].row } }
        let outputs = try model.outputs(
            part, replacing: column, by: [ends(0), ends(1)], from: rows)
        var changes = [[Double]](repeating: [], count: edges.count - 1)
        for (place, row) in known.enumerated() {
            changes[bins[row] ?? 0].append(outputs[1][place] - outputs[0][place])
        }
        var heights = [0.0]
        // Of each bin's mean change; what it adds to the center is the share of the rows above it, and half of its own.
        var variances: [Double] = []
        var shares: [Double] = []
        var below = 0.0
        for change in changes {
            let count = Double(change.count)
            let mean = change.isEmpty ? 0 : change.reduce(0, +) / count
            let spread = change.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            heights.append(heights[heights.count - 1] + mean)
            variances.append(spread / max(count - 1, 1) / max(count, 1))
            shares.append(1 - (below + count / 2) / Double(max(known.count, 1)))
            below += count
        }
        let center = zip(heights.dropFirst(), zip(heights, shares)).reduce(0) { sum, bin in
            sum + (bin.0 - bin.1.0) * bin.1.1
        }
        let isKnown = changes.allSatisfy { $0.count > 1 }
        let reach = SpecialFunctions.normalQuantile(0.975)
        return EffectCurve(
            column: column,
            points: edges.indices.map { place in
                let variance = variances.indices.reduce(0.0) { sum, bin in
                    let part = (bin < place ? 1 : 0) - shares[bin]
                    return sum + part * part * variances[bin]
                }
                let value = heights[place] - center
                let error = isKnown && variance > 0 ? reach * variance.squareRoot() : nil
                return Point(
                    number: edges[place], text: donors[place].text, value: value,
                    lower: error.map { value - $0 }, upper: error.map { value + $0 })
            })
    }

    /// A row for each place: numbers at equal shares of the rows and of the values, or the most frequent categories.
    private static func donors(
        of name: String, _ rows: Table
    ) -> [(row: Int, number: Double?, text: String?)] {
        guard let column = rows.column(named: name) else { return [] }
        if let numbers = column.measures {
            let order = numbers.indices.filter { !numbers[$0].isNaN }
                .sorted { (numbers[$0], $0) < (numbers[$1], $1) }
            guard !order.isEmpty else { return [] }
            // Half at equal shares of the rows, half at equal shares of the different values, which a column that
            // piles up on one value needs.
            var different = [order[0]]
            for row in order where numbers[row] > numbers[different[different.count - 1]] {
                different.append(row)
            }
            var chosen: [Double: Int] = [:]
            for list in [order, different] {
                for place in 0...(places / 2) {
                    let row = list[place * (list.count - 1) / (places / 2)]
                    chosen[numbers[row]] = min(chosen[numbers[row]] ?? row, row)
                }
            }
            return chosen.sorted { $0.key < $1.key }.map {
                ($0.value, $0.key, column.text($0.value))
            }
        }
        var counts: [String: (row: Int, count: Int)] = [:]
        for row in 0..<column.count {
            if let text = column.text(row) { counts[text, default: (row, 0)].count += 1 }
        }
        return counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .prefix(places).map { ($0.value.row, nil, $0.key) }
    }
}

extension AttributedModel {
    /// The output of rows whose cells of some columns come from other rows.
    ///
    /// - Parameters:
    ///   - donors: Lists of a row for each of `rows`.
    ///   - source: Whose rows the donors are; `rows` themselves if `nil`.
    /// - Returns: A list of outputs for each list of donors.
    func outputs(
        _ rows: Table, replacing name: String, by donors: [[Int]], from source: Table? = nil
    ) throws -> [[Double]] {
        try outputs(rows, replacing: donors.map { [name: $0] }, from: source)
    }

    /// - Parameter donors: Of each list, for some columns a row for each of `rows`.
    func outputs(
        _ rows: Table, replacing donors: [[String: [Int]]], from source: Table? = nil
    ) throws -> [[Double]] {
        let count = rows.rowCount
        let joined = try source.map { try rows.appending($0, columns: columns) } ?? rows
        let shift = source == nil ? 0 : count
        let sources = columns.map { column in
            donors.flatMap { list in
                list[column].map { $0.map { $0 + shift } } ?? Array(0..<count)
            }
        }
        let predictions = try predictor.predictions(mixing: joined, sources: sources)
        return donors.indices.map { list in
            (0..<count).map { output(predictions, list * count + $0) }
        }
    }
}
