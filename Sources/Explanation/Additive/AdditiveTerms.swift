package import Evidence
package import Tables

/// The functions of an additive model, made unique: each is centered, and a pair holds only what its two columns do
/// not tell alone.
///
/// A model's own functions are not unique, since a part of a column's function may stand in a pair's. Over the
/// training rows in cells of the two columns, the part of the pair `r(x_c) + s(x_d)` that leaves every row and every column of
/// cells with mean 0 is moved to the columns; then each column's mean is moved to the intercept. The sum does not
/// change.
///
/// - Source: Lengerich et al. 2020, arXiv:1911.04974 ("purifying").
package struct AdditiveTerms: Codable, Sendable, Hashable {
    private var columns: [CellBins]
    private var pairs: [Pair]
    package private(set) var intercept: Double
    /// What is added to each column's own function in each of its cells.
    private var shifts: [[Double]]

    private struct Pair: Codable, Sendable, Hashable {
        var first: Int
        var second: Int
        /// What is taken from the pair, by the cell of either column.
        var ofFirst: [Double]
        var ofSecond: [Double]
    }

    private static let cells = 32
    private static let sweeps = 200
    private static let mostPoints = 128

    /// What the models of a run say of training rows, of one output.
    package struct Raw: Sendable {
        /// Of each model `[rows, columns + pairs]`.
        package var values: [[Float]]
        /// Of each model.
        package var intercepts: [Double]

        package init(values: [[Float]], intercepts: [Double]) {
            self.values = values
            self.intercepts = intercepts
        }
    }

    /// The functions of an output, and how they are shown.
    ///
    /// - Parameters:
    ///   - table: The training rows of `raw`.
    ///   - names: The columns in the model's order.
    ///   - pairs: Places among `names`.
    ///   - output: The class whose functions these are, of more than two.
    /// - Precondition: There is a row, a model, and every column is in the table.
    package static func read(
        _ raw: Raw, of table: Table, columns names: [String], pairs: [(first: Int, second: Int)],
        quantity: String, output: String? = nil
    ) -> (terms: AdditiveTerms, shapes: ShapeFunctions) {
        let cells = names.compactMap { table.column(named: $0) }
        precondition(cells.count == names.count && table.rowCount > 0, "a model reads its columns")
        let bins = cells.map { CellBins($0, most: Self.cells) }
        let codes = zip(bins, cells).map { $0.codes($1) }
        let each = zip(raw.values, raw.intercepts).map { values, intercept in
            AdditiveTerms(bins, codes, pairs, values, intercept)
        }
        let pure = zip(each, raw.values).map { $0.pure($1, codes: codes) }
        let count = names.count + pairs.count
        let rows = table.rowCount
        func importance(_ term: Int) -> ShapeFunctions.Value {
            .init(
                leavingOut: pure.map { values in
                    (0..<rows).reduce(0) { $0 + abs(values[$1 * count + term]) } / Double(rows)
                })
        }
        var shown = names.indices.map { place in
            ShapeFunctions.Term(
                columns: [names[place]], importance: importance(place),
                points: points(of: cells[place]).map { point in
                    .init(
                        number: point.number, text: point.text,
                        value: .init(leavingOut: pure.map { $0[point.row * count + place] }),
                        rows: point.rows)
                })
        }
        shown += pairs.enumerated().map { place, pair in
            .init(
                columns: [names[pair.first], names[pair.second]],
                importance: importance(names.count + place), points: [])
        }
        shown.sort { ($1.importance.value, $0.name) < ($0.importance.value, $1.name) }
        return (
            mean(of: each),
            ShapeFunctions(
                quantity: quantity, output: output, models: raw.values.count, rows: rows,
                terms: shown)
        )
    }

    /// Of one model.
    private init(
        _ bins: [CellBins], _ codes: [[Int]], _ pairs: [(first: Int, second: Int)],
        _ values: [Float], _ intercept: Double
    ) {
        columns = bins
        self.intercept = intercept
        shifts = bins.map { [Double](repeating: 0, count: $0.count) }
        let terms = bins.count + pairs.count
        let rows = codes.first?.count ?? 0
        self.pairs = []
        for (place, pair) in pairs.enumerated() {
            let fit = Self.additivePart(
                (0..<rows).map { Double(values[$0 * terms + bins.count + place]) },
                codes[pair.first], bins[pair.first].count, codes[pair.second],
                bins[pair.second].count)
            for cell in fit.first.indices { shifts[pair.first][cell] += fit.first[cell] }
            for cell in fit.second.indices { shifts[pair.second][cell] += fit.second[cell] }
            self.pairs.append(
                Pair(
                    first: pair.first, second: pair.second, ofFirst: fit.first,
                    ofSecond: fit.second))
        }
        for column in bins.indices {
            let sum = (0..<rows).reduce(0) {
                $0 + Double(values[$1 * terms + column]) + shifts[column][codes[column][$1]]
            }
            let mean = sum / Double(max(rows, 1))
            for cell in shifts[column].indices { shifts[column][cell] -= mean }
            self.intercept += mean
        }
    }

    /// `r` and `s` of the least-squares fit of `r(first) + s(second)` to the rows' values.
    private static func additivePart(
        _ values: [Double], _ first: [Int], _ firstCount: Int, _ second: [Int], _ secondCount: Int
    ) -> (first: [Double], second: [Double]) {
        var sums = [Double](repeating: 0, count: firstCount * secondCount)
        var counts = sums
        for (row, value) in values.enumerated() {
            sums[first[row] * secondCount + second[row]] += value
            counts[first[row] * secondCount + second[row]] += 1
        }
        var result = (
            first: [Double](repeating: 0, count: firstCount),
            second: [Double](repeating: 0, count: secondCount)
        )
        for _ in 0..<sweeps {
            // What the cells of one row, or of one column, have left over on average.
            func rest(_ cells: some Sequence<(a: Int, b: Int)>) -> Double? {
                var (sum, count) = (0.0, 0.0)
                for (a, b) in cells {
                    let cell = a * secondCount + b
                    sum += sums[cell] - counts[cell] * (result.first[a] + result.second[b])
                    count += counts[cell]
                }
                return count > 0 ? sum / count : nil
            }
            var moved = 0.0
            for a in 0..<firstCount {
                guard let rest = rest((0..<secondCount).lazy.map { (a, $0) }) else { continue }
                result.first[a] += rest
                moved = max(moved, abs(rest))
            }
            for b in 0..<secondCount {
                guard let rest = rest((0..<firstCount).lazy.map { ($0, b) }) else { continue }
                result.second[b] += rest
                moved = max(moved, abs(rest))
            }
            if moved < 1e-9 { break }
        }
        return result
    }

    private static func mean(of all: [AdditiveTerms]) -> AdditiveTerms {
        var result = all[0]
        let share = 1 / Double(all.count)
        func mean(_ lists: [[Double]]) -> [Double] {
            lists[0].indices.map { place in lists.reduce(0) { $0 + $1[place] } * share }
        }
        result.intercept = all.reduce(0) { $0 + $1.intercept } * share
        for column in result.shifts.indices {
            result.shifts[column] = mean(all.map { $0.shifts[column] })
        }
        for pair in result.pairs.indices {
            result.pairs[pair].ofFirst = mean(all.map { $0.pairs[pair].ofFirst })
            result.pairs[pair].ofSecond = mean(all.map { $0.pairs[pair].ofSecond })
        }
        return result
    }

    /// One row for each cell that is shown: numbers at up to 128 places of equally many rows, the most frequent
    /// categories, and a missing cell where there is one.
    private static func points(
        of column: Column
    ) -> [(row: Int, number: Double?, text: String?, rows: Int)] {
        var counts: [Double: (row: Int, rows: Int)] = [:]
        var texts: [String: (row: Int, rows: Int)] = [:]
        var missing: (row: Int, rows: Int)?
        let measures = column.measures
        for row in 0..<column.count {
            if column.isMissing(row) {
                missing = (missing?.row ?? row, (missing?.rows ?? 0) + 1)
                continue
            }
            if let measures {
                counts[measures[row], default: (row, 0)].rows += 1
            } else {
                texts[column.text(row) ?? "", default: (row, 0)].rows += 1
            }
        }
        let sorted = counts.sorted { $0.key < $1.key }
        let total = sorted.reduce(0) { $0 + $1.value.rows }
        var found: [(row: Int, number: Double?, text: String?, rows: Int)] = []
        var passed = 0
        var shown = -1
        for (place, entry) in sorted.enumerated() {
            let part = passed * mostPoints / max(total, 1)
            passed += entry.value.rows
            guard sorted.count <= mostPoints || part > shown || place == sorted.count - 1 else {
                continue
            }
            shown = part
            found.append(
                (entry.value.row, entry.key, column.text(entry.value.row), entry.value.rows))
        }
        for entry in texts.sorted(by: { ($1.value.rows, $0.key) < ($0.value.rows, $1.key) })
            .prefix(mostPoints)
        {
            found.append((entry.value.row, nil, entry.key, entry.value.rows))
        }
        if let missing { found.append((missing.row, nil, nil, missing.rows)) }
        return found
    }
}

extension AdditiveTerms {
    /// Each function's name: a column, or two.
    package var names: [[String]] {
        columns.map { [$0.column] }
            + pairs.map { [columns[$0.first].column, columns[$0.second].column] }
    }

    /// What each function adds to the output of each row; with the intercept they sum to it.
    ///
    /// - Parameters:
    ///   - raw: The models' mean, `[rows, terms]`.
    ///   - table: The rows.
    /// - Returns: `[rows, terms]`.
    package func values(_ raw: [Float], of table: Table) -> [Double] {
        pure(
            raw,
            codes: columns.map { bins in
                table.column(named: bins.column).map { bins.codes($0) } ?? []
            })
    }

    private func pure(_ raw: [Float], codes: [[Int]]) -> [Double] {
        let terms = columns.count + pairs.count
        var result = raw.map(Double.init)
        for row in 0..<(raw.count / terms) {
            for column in columns.indices {
                result[row * terms + column] += shifts[column][codes[column][row]]
            }
            for (place, pair) in pairs.enumerated() {
                result[row * terms + columns.count + place] -=
                    pair.ofFirst[codes[pair.first][row]] + pair.ofSecond[codes[pair.second][row]]
            }
        }
        return result
    }
}
