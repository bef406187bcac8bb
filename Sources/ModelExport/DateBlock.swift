import ONNXExport
import Tables

/// All columns of dates of a row, as `DateEncoder` encodes them: each part of all columns, `[N, columns]`, one after
/// another; 0 where missing.
///
/// The calendar is that of `CivilDate`, in whole numbers.
struct DateBlock {
    /// In the order of `DateEncoder`'s outputs, those of the time last.
    let parts: [ONNXWritten]

    private static let secondsOfDay = 86_400.0
    /// Beyond every date that can be written, below what a whole number holds.
    private static let mostSeconds = 1e12

    /// - Parameter cells: Of each column, seconds since 1970, `[N, 1]` double; NaN where missing.
    init(_ columns: [DateEncoder], cells: [ONNXWritten], into writer: inout ONNXWriter) {
        let given = writer.sideBySide(cells)
        let isMissing = writer.apply("IsNaN", [given])
        let known = writer.apply("Where", [isMissing, writer.number(0.0), given])
        let lowest = writer.apply("Max", [known, writer.number(-Self.mostSeconds)])
        let seconds = writer.apply("Min", [lowest, writer.number(Self.mostSeconds)])
        let exact = writer.apply("Div", [seconds, writer.number(Self.secondsOfDay)])
        let floor = writer.apply("Floor", [exact])
        let calendar = Calendar(days: writer.cast(floor, to: .int64), into: &writer)
        let far = writer.squashed(
            writer.scaled(exact, centers: columns.map(\.center), scales: columns.map(\.scale)))
        let years = writer.apply(
            "Sub", [writer.cast(calendar.year, to: .float64), writer.number(Double(DateEncoder.middleYear))])
        let year = writer.squashed(writer.apply("Div", [years, writer.number(DateEncoder.yearScale)]))
        var all = [far, year]
        all += writer.turns(calendar.month, (1...12).map { DateEncoder.turns(ofMonth: $0) })
        all += writer.turns(calendar.weekday, (0..<7).map { DateEncoder.turns(ofWeekday: $0) })
        all += writer.turns(calendar.dayOfYear, (1...366).map { DateEncoder.turns(ofDay: $0) })
        if columns.contains(where: \.hasTime) {
            let angle = writer.apply("Mul", [writer.apply("Sub", [exact, floor]), writer.number(2 * Double.pi)])
            // A cosine is a sine a quarter further, of which ONNX Runtime has both in Double.
            let quarter = writer.apply("Add", [angle, writer.number(Double.pi / 2)])
            all += [angle, quarter].map { writer.cast(writer.apply("Sin", [$0]), to: .float32) }
        }
        parts = all.map { writer.apply("Where", [isMissing, writer.number(Float(0)), $0]) }
    }

    /// Days since 1970 as parts of the calendar, each from 0 but the year.
    private struct Calendar {
        let year: ONNXWritten
        let month: ONNXWritten
        /// 0 is Monday.
        let weekday: ONNXWritten
        let dayOfYear: ONNXWritten

        /// - Source: as `CivilDate`.
        init(days: ONNXWritten, into writer: inout ONNXWriter) {
            func with(_ operation: String, _ x: ONNXWritten, _ number: Int64) -> ONNXWritten {
                writer.apply(operation, [x, writer.number(number)])
            }
            func add(_ x: ONNXWritten, _ number: Int64) -> ONNXWritten { with("Add", x, number) }
            func times(_ x: ONNXWritten, _ number: Int64) -> ONNXWritten { with("Mul", x, number) }
            func by(_ x: ONNXWritten, _ number: Int64) -> ONNXWritten { with("Div", x, number) }
            func less(_ x: ONNXWritten, _ number: Int64) -> ONNXWritten { with("Less", x, number) }
            func sum(_ x: ONNXWritten, _ y: ONNXWritten) -> ONNXWritten { writer.apply("Add", [x, y]) }
            func difference(_ x: ONNXWritten, _ y: ONNXWritten) -> ONNXWritten { writer.apply("Sub", [x, y]) }
            func choice(_ condition: ONNXWritten, _ x: ONNXWritten, _ y: ONNXWritten) -> ONNXWritten {
                writer.apply("Where", [condition, x, y])
            }
            let z = add(days, 719_468)
            // Division cuts towards 0.
            let era = by(choice(less(z, 0), add(z, -146_096), z), 146_097)
            let dayOfEra = difference(z, times(era, 146_097))
            let years = difference(
                sum(difference(dayOfEra, by(dayOfEra, 1460)), by(dayOfEra, 36_524)), by(dayOfEra, 146_096))
            let yearOfEra = by(years, 365)
            let yearDays = difference(
                sum(times(yearOfEra, 365), by(yearOfEra, 4)), by(yearOfEra, 100))
            // From the first of March.
            let shifted = difference(dayOfEra, yearDays)
            let m = by(add(times(shifted, 5), 2), 153)
            let isFromMarch = less(m, 10)
            let zero = writer.number(Int64(0))
            month = choice(isFromMarch, add(m, 2), add(m, -10))
            year = sum(
                sum(yearOfEra, times(era, 400)), choice(isFromMarch, zero, writer.number(Int64(1))))
            weekday = with("Mod", add(days, 3), 7)
            let noCentury = difference(yearOfEra, times(by(yearOfEra, 100), 100))
            let noFourth = difference(yearOfEra, times(by(yearOfEra, 4), 4))
            let isCentury = writer.apply("Equal", [noCentury, zero])
            let isFirst = writer.apply("Equal", [yearOfEra, zero])
            let isLeap = writer.apply(
                "And",
                [
                    writer.apply("Equal", [noFourth, zero]),
                    writer.apply("Or", [isFirst, writer.apply("Not", [isCentury])]),
                ])
            let march = add(shifted, 59)
            dayOfYear = choice(
                isFromMarch, sum(march, writer.cast(isLeap, to: .int64)), add(shifted, -306))
        }
    }
}

extension ONNXWriter {
    /// Two numbers of a table by an index each: `[N, columns]` int64 to two of floats.
    fileprivate mutating func turns(_ place: ONNXWritten, _ table: [[Float]]) -> [ONNXWritten] {
        (0..<2).map { own in
            apply(
                "Gather", [constant(.float32(table.map { $0[own] }), shape: [table.count]), place],
                ["axis": .int(0)])
        }
    }
}
