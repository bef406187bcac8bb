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
        package var lower: Double
        package var upper: Double
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
                let value = estimate.value ?? 0
                return Point(
                    number: donor.number, text: donor.text, value: value,
                    lower: estimate.lower ?? value, upper: estimate.upper ?? value,
                    lines: Array(centered.prefix(lines)))
            })
    }

    /// Accumulated local effects of a column of numbers: the mean change of the output across each bin, over the rows that
    /// lie in it, added up and centered over the rows.
    ///
    /// The variance of a point is the sum of the bins' before it; that of the center is left out.
    ///
    /// - Returns: no point for a column of categories, whose values have no order.
    /// - Source: Apley & Zhu 2020, arXiv:1612.08468.
    package static func accumulated(
        _ column: String, in model: AttributedModel, rows: Table
    ) throws -> EffectCurve {
        let donors = donors(of: column, rows)
        guard donors.count > 1, donors[0].number != nil,
            let values = rows.column(named: column)?.plainNumbers
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
        var variances = [0.0]
        for change in changes {
            let count = Double(change.count)
            let mean = change.isEmpty ? 0 : change.reduce(0, +) / count
            let spread = change.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            heights.append(heights[heights.count - 1] + mean)
            variances.append(
                variances[variances.count - 1]
                    + (change.count > 1 ? spread / (count - 1) / count : 0))
        }
        let center =
            zip(changes, changes.indices).reduce(0) { sum, bin in
                sum + Double(bin.0.count) * (heights[bin.1] + heights[bin.1 + 1]) / 2
            } / Double(max(known.count, 1))
        let reach = SpecialFunctions.normalQuantile(0.975)
        return EffectCurve(
            column: column,
            points: edges.indices.map { place in
                let error = reach * variances[place].squareRoot()
                let value = heights[place] - center
                return Point(
                    number: edges[place], text: donors[place].text, value: value,
                    lower: value - error, upper: value + error)
            })
    }

    /// A row for each place: numbers at equal shares of the rows and of the values, or the most frequent categories.
    private static func donors(
        of name: String, _ rows: Table
    ) -> [(row: Int, number: Double?, text: String?)] {
        guard let column = rows.column(named: name) else { return [] }
        if let numbers = column.plainNumbers {
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
