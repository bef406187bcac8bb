import RealModule
import Statistics

/// What is known of a table before anything is trained.
package struct TableTraits: Hashable, Codable, Sendable {
    /// Rows that are learned from or validated on.
    package var rows: Int
    /// Columns that are learned from.
    package var columns: Int
    /// How many of these are numbers.
    package var numbers: Int
    /// Of the target; 0 where it is a number.
    package var classes: Int

    package init(rows: Int, columns: Int, numbers: Int, classes: Int) {
        self.rows = rows
        self.columns = columns
        self.numbers = numbers
        self.classes = classes
    }

    /// A trait by which a gain may be foretold.
    package enum Feature: String, Codable, Sendable {
        case rows, columns, rowsPerColumn, classes, numbers
    }

    func value(of feature: Feature) -> Double {
        let (rows, columns) = (Double(max(rows, 1)), Double(max(columns, 1)))
        return switch feature {
        case .rows: .log(rows)
        case .columns: .log(columns)
        case .rowsPerColumn: .log(rows / columns)
        case .classes: Double(classes)
        case .numbers: Double(numbers) / columns
        }
    }
}

/// What tuning saved on tables on which it was tried, as shares of the default's loss on test rows.
package struct TuningGains: Hashable, Codable, Sendable {
    package struct Table: Hashable, Codable, Sendable {
        package var table: String
        package var traits: TableTraits
        /// Below 0 where what was chosen on validation rows is worse than the default.
        package var saved: Double

        package init(table: String, traits: TableTraits, saved: Double) {
            self.table = table
            self.traits = traits
            self.saved = saved
        }
    }

    /// What was done, in words, such as `the best of 30 random recipes`.
    package var search: String
    package var tables: [Table]
    /// What foretold left-out tables better than their median alone; `nil` for nothing.
    package var feature: TableTraits.Feature?

    package init(search: String, tables: [Table], feature: TableTraits.Feature? = nil) {
        self.search = search
        self.tables = tables
        self.feature = feature
    }

    /// Tables from which on an interval is told.
    package static let leastTables = 20

    /// What tuning is expected to save on another table.
    ///
    /// The line through the tables' savings by `feature` (their median where there is none), with a jackknife+ interval: each
    /// table is compared with what the others say of it.
    ///
    /// - Returns: `nil` without a table; without an interval below `leastTables`.
    /// - Source: Barber et al. 2021, DOI 10.1214/20-AOS1965.
    package func forecast(for traits: TableTraits) -> GainForecast? {
        guard !tables.isEmpty else { return nil }
        let x = value(traits)
        let (xs, ys) = (tables.map { value($0.traits) }, tables.map(\.saved))
        var forecast = GainForecast(
            traits: traits, saved: MedianLine(xs: xs, ys: ys).value(at: x), tables: tables.count,
            search: search, feature: feature, largestRows: tables.map(\.traits.rows).max() ?? 0)
        guard tables.count >= Self.leastTables else { return forecast }
        let lines = tables.indices.map { place in
            MedianLine(xs: xs.without(place), ys: ys.without(place))
        }
        let scores = zip(lines, zip(xs, ys)).map { abs($1.1 - $0.value(at: $1.0)) }
        guard let level = try? ConformalLevel(GainForecast.coverage),
            let others = try? CrossConformal(
                scores: scores, folds: Array(tables.indices), level: level)
        else { return forecast }
        let bounds = others.interval(predictions: lines.map { $0.value(at: x) })
        forecast.lower = bounds.lower
        forecast.upper = bounds.upper
        return forecast
    }

    private func value(_ traits: TableTraits) -> Double { feature.map(traits.value) ?? 0 }
}

extension Array {
    fileprivate func without(_ place: Int) -> [Element] {
        Array(self[..<place] + self[(place + 1)...])
    }
}

/// What tuning is expected to save on a table, told before it is paid for.
package struct GainForecast: Hashable, Codable, Sendable {
    /// Of the table that it is of.
    package var traits: TableTraits
    /// A share of the default's loss.
    package var saved: Double
    /// Ends of an interval that holds a new table's saving with probability `coverage`; `nil` where tables are too few.
    package var lower: Double?
    package var upper: Double?
    /// From how many it is told.
    package var tables: Int
    package var search: String
    package var feature: TableTraits.Feature?
    /// Of the largest of these tables.
    package var largestRows: Int

    package static let coverage = 0.9

    init(
        traits: TableTraits, saved: Double, tables: Int, search: String,
        feature: TableTraits.Feature?, largestRows: Int
    ) {
        self.traits = traits
        self.saved = saved
        self.tables = tables
        self.search = search
        self.feature = feature
        self.largestRows = largestRows
    }

    /// Whether even the most that is to be expected does not count, by what `vouch tune worth` takes for the least that does.
    package var needsNoTuning: Bool { upper.map { $0 < Worth.usualMargin } ?? false }
}
