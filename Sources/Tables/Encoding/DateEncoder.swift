import RealModule

/// A column of dates: how far away a day lies, and where in the year, the week and the day; 0 where
/// missing.
package struct DateEncoder: ColumnEncoder {
    package static let kind = ColumnKind.date
    package static let key = "dates"

    package var column: String
    package var hasTime: Bool
    /// Days since 1970.
    package var center: Double
    package var scale: Double
    /// How the training file wrote them; tells 03/04/2020 in a file of few rows.
    package var order: DateOrder?

    package var outputs: ColumnOutputs {
        ColumnOutputs(numbers: partNames.map { column + " " + $0 })
    }

    package init(
        fitting column: Column, in source: CellSource, rows: [Int]
    ) throws(TableError) {
        guard case .dates(let seconds, let hasTime) = column.cells else {
            preconditionFailure("the column holds no dates: \(column.name)")
        }
        self.column = column.name
        self.hasTime = hasTime
        (center, scale) = robustScale(rows.map { seconds[$0] / 86_400 })
        order = column.format?.date
    }

    package func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        let (width, place) = (features.numericWidth, places.numbers.lowerBound)
        for (row, seconds) in try seconds(in: source.table).enumerated() where !seconds.isNaN {
            for (part, value) in parts(seconds).enumerated() {
                features.numeric[row * width + place + part] = value
            }
        }
    }

    package func measures(in source: CellSource) throws(TableError) -> [Double]? {
        try seconds(in: source.table)
    }

    private var partNames: [String] {
        [
            "days", "year", "month sine", "month cosine", "weekday sine", "weekday cosine",
            "day of year sine", "day of year cosine",
        ]
            + (hasTime ? ["hour sine", "hour cosine"] : [])
    }

    private func parts(_ seconds: Double) -> [Float] {
        let days = (seconds / 86_400).rounded(.down)
        let date = CivilDate(daysSince1970: Int(days))
        let weekday = ((Int(days) + 3) % 7 + 7) % 7
        var parts = [
            // A far date, such as the 9999-12-31 of open contracts, must not drown the others.
            squash((seconds / 86_400 - center) / scale),
            squash(Double(date.year - Self.middleYear) / Self.yearScale),
        ]
        parts += Self.turns(ofMonth: date.month)
        parts += Self.turns(ofWeekday: weekday)
        parts += Self.turns(ofDay: date.dayOfYear)
        if hasTime { parts += Self.turns((seconds / 86_400) - days) }
        return parts
    }

    package static let middleYear = 2000
    package static let yearScale = 10.0

    /// Sine and cosine of a share of a turn.
    private static func turns(_ share: Double) -> [Float] {
        [Float(Double.sin(2 * .pi * share)), Float(Double.cos(2 * .pi * share))]
    }

    /// - Parameter month: From 1.
    package static func turns(ofMonth month: Int) -> [Float] { turns(Double(month - 1) / 12) }
    /// - Parameter weekday: From 0, Monday.
    package static func turns(ofWeekday weekday: Int) -> [Float] { turns(Double(weekday) / 7) }
    /// - Parameter day: Of the year, from 1.
    package static func turns(ofDay day: Int) -> [Float] { turns(Double(day - 1) / 365.25) }

    /// The column's dates; texts that are dates as the training file wrote them are read as such.
    private func seconds(in table: Table) throws(TableError) -> [Double] {
        guard let cells = table.column(named: column) else { return [] }
        guard cells.kind == .date, let seconds = cells.measures else {
            return try table.readings(of: cells, as: "a date") { text in
                guard cells.kind == .category else { return nil }
                return order.flatMap { CellParsing.date(text, $0)?.seconds }
            }
        }
        guard Set([cells.format?.date, order]) != [.dayFirst, .monthFirst] else {
            throw TableError(
                action: "encoding", source: table.name, column: column,
                problem: "its dates are of the order \(cells.format?.date?.rawValue ?? ""), "
                    + "those that the model was trained with \(order?.rawValue ?? "")",
                advice: "Write dates as 2020-01-31")
        }
        return seconds
    }
}
