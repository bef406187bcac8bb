import Statistics

/// An additive model as it can be read: what each column and each pair adds to an output, and how sure that is.
package struct ShapeFunctions: Codable, Sendable, Hashable {
    /// What the functions add to: `log-odds of >50K`, or the target's name.
    package var quantity: String
    /// The class whose output it is, of more than two.
    package var output: String?
    /// Models whose spread the intervals are of; one has none.
    package var models: Int
    /// Training rows over which functions are centered and importances are means.
    package var rows: Int
    /// From the most important to the least.
    package var terms: [Term]

    package struct Term: Codable, Sendable, Hashable {
        /// One column, or two of a pair.
        package var columns: [String]
        /// The mean over rows of the absolute value.
        package var importance: Value
        /// Of one column; empty for a pair.
        package var points: [Point]

        package init(columns: [String], importance: Value, points: [Point]) {
            self.columns = columns
            self.importance = importance
            self.points = points
        }

        /// `age`, or `age × hours-per-week`.
        package var name: String { columns.joined(separator: " × ") }
    }

    package struct Point: Codable, Sendable, Hashable {
        /// The column's number; `nil` for a category or a missing cell.
        package var number: Double?
        /// As it stands in the table; `nil` where missing.
        package var text: String?
        package var value: Value
        /// Rows with this very cell.
        package var rows: Int

        package init(number: Double?, text: String?, value: Value, rows: Int) {
            self.number = number
            self.text = text
            self.value = value
            self.rows = rows
        }
    }

    /// A number with its interval over models.
    package struct Value: Codable, Sendable, Hashable {
        package var value: Double
        package var lower: Double?
        package var upper: Double?

        /// The mean of what models say that each learned all rows but one part, with its interval.
        ///
        /// The variance is that of the jackknife of K parts, `(K − 1)/K · Σ (θₖ − θ̄)²`, the interval Student's with
        /// K − 1 degrees of freedom.
        ///
        /// - Parameter level: The nominal coverage.
        /// - Source: Shao & Wu 1989, DOI 10.1214/aos/1176347263 (delete-d jackknife).
        package init(leavingOut values: [Double], level: Double = 0.95) {
            let count = Double(values.count)
            let mean = values.reduce(0, +) / count
            value = mean
            guard values.count > 1 else { return }
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            // Models that agree show no spread to judge by.
            guard squares > 1e-24 * mean * mean else { return }
            let error = (squares * (count - 1) / count).squareRoot()
            let reach =
                SpecialFunctions.studentQuantile((1 + level) / 2, degrees: count - 1) * error
            lower = mean - reach
            upper = mean + reach
        }

        /// The mean of several numbers, none of which need be independent: the reach of its interval is the mean of
        /// theirs, since no standard error of a mean is larger than the mean of the standard errors.
        package init(meanOf values: [Value]) {
            func mean(_ numbers: [Double]) -> Double {
                numbers.reduce(0, +) / Double(max(numbers.count, 1))
            }
            value = mean(values.map(\.value))
            let (lows, highs) = (values.compactMap(\.lower), values.compactMap(\.upper))
            if lows.count == values.count, highs.count == values.count {
                (lower, upper) = (mean(lows), mean(highs))
            }
        }
    }

    package init(
        quantity: String, output: String? = nil, models: Int, rows: Int, terms: [Term]
    ) {
        self.quantity = quantity
        self.output = output
        self.models = models
        self.rows = rows
        self.terms = terms
    }
}

extension [ShapeFunctions] {
    /// A column's or a pair's functions, one an output.
    package struct Term: Sendable {
        package var columns: [String]
        /// The mean over outputs.
        package var importance: ShapeFunctions.Value
        /// Of each output.
        package var functions: [ShapeFunctions.Term]

        package var name: String { columns.joined(separator: " × ") }
    }

    /// From the most important to the least.
    package var terms: [Term] {
        let each = map { shapes in
            Dictionary(uniqueKeysWithValues: shapes.terms.map { ($0.name, $0) })
        }
        return (first?.terms ?? []).map { term in
            let functions = each.compactMap { $0[term.name] }
            return Term(
                columns: term.columns, importance: .init(meanOf: functions.map(\.importance)),
                functions: functions)
        }.sorted { ($1.importance.value, $0.name) < ($0.importance.value, $1.name) }
    }
}
