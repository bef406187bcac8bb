import RealModule

/// Raw rows to the numbers a network reads; fitted on training rows only.
///
/// Numbers are scaled robustly and squashed smoothly, categories become indices, dates become
/// parts. Missing and never-seen have values of their own.
package struct Encoder: Codable, Sendable, Hashable {
    package struct Number: Codable, Sendable, Hashable {
        package var column: String
        package var center: Double
        package var scale: Double
        /// Whether a training row lacked it; then a 0/1 output says so.
        package var marksMissing: Bool
    }

    package struct Category: Codable, Sendable, Hashable {
        package var column: String
        /// Index 2 and up, most frequent first; empty when hashed.
        package var values: [String]
        /// The number of hash buckets, where the training rows had too many values.
        package var buckets: Int?

        /// Indices in all: missing, never seen, and the values or buckets.
        package var cardinality: Int { 2 + (buckets ?? values.count) }
    }

    package struct Date: Codable, Sendable, Hashable {
        package var column: String
        package var hasTime: Bool
        /// Days since 1970.
        package var center: Double
        package var scale: Double
        /// How the training file wrote them; tells 03/04/2020 in a file of few rows.
        package var order: DateOrder?
    }

    package var numbers: [Number]
    package var dates: [Date]
    package var categories: [Category]
    /// Positions and atoms of each number, where the network asks for them; else empty.
    package var bins: [NumberBins] = []
    /// What numbers go through before all else; `nil` for nothing.
    package var repair: GroupRepair?

    /// Above this many values a category's texts are hashed into as many buckets.
    package static let maximumCategories = 4096

    package var numericWidth: Int { numericNames.count }

    /// A name for each numeric output, with the raw column it comes from.
    package var numericParents: [(name: String, column: String)] {
        numbers.map { ($0.column, $0.column) }
            + numbers.filter(\.marksMissing).map { ($0.column + " is missing", $0.column) }
            + dates.flatMap { date in
                date.partNames.map { (date.column + " " + $0, date.column) }
            }
    }

    package var numericNames: [String] { numericParents.map(\.name) }

    /// Fits on the given rows.
    ///
    /// Numbers: center is the median, scale the interquartile range, or where that is 0 the
    /// standard deviation, or where that is 0 one.
    ///
    /// - Parameters:
    ///   - rows: The training rows; only they decide.
    ///   - bins: How each number's bins and atoms are found; `nil` for none.
    ///   - outcomes: What is to be predicted, a number for each of `rows`, in one column or more.
    ///   - repair: How numbers are changed first, so that they tell less of the protected groups; `nil` for not.
    /// - Throws: `TableError` when the schema has no feature, or the repair cannot be fitted.
    package static func fit(
        _ table: Table, _ schema: Schema, rows: [Int], bins: NumberBins.Rule? = nil,
        outcomes: [[Float]] = [], repair: GroupRepair.Rule? = nil
    ) throws(TableError) -> Encoder {
        guard !schema.features.isEmpty else {
            throw TableError(
                action: "encoding", source: table.name,
                problem: "no column is left to predict from",
                advice: "Exclude fewer columns, or use --use-protected")
        }
        var encoder = Encoder(numbers: [], dates: [], categories: [])
        if let repair {
            encoder.repair = try GroupRepair(repair, table, schema, rows: rows)
        }
        let source = try NumberSource(table, encoder.repair)
        for entry in schema.features {
            guard let column = table.column(named: entry.name) else { continue }
            switch column.cells {
            case .numbers:
                let numbers = try source.numbers(in: entry.name)
                let (center, scale) = robustScale(rows.map { numbers[$0] })
                encoder.numbers.append(
                    Number(
                        column: entry.name, center: center, scale: scale,
                        marksMissing: rows.contains { numbers[$0].isNaN }))
            case .dates(let seconds, let hasTime):
                let (center, scale) = robustScale(rows.map { seconds[$0] / 86_400 })
                encoder.dates.append(
                    Date(
                        column: entry.name, hasTime: hasTime, center: center, scale: scale,
                        order: column.format?.date))
            case .categories(let codes, let values):
                encoder.categories.append(fitCategory(entry.name, codes, values, rows))
            }
        }
        if let bins {
            for number in encoder.numbers {
                let values = try source.numbers(in: number.column)
                encoder.bins.append(
                    NumberBins(
                        column: number.column, values: rows.map { values[$0] }, rule: bins,
                        outcomes: outcomes))
            }
        }
        return encoder
    }

    private static func fitCategory(
        _ name: String, _ codes: [Int32], _ values: [String], _ rows: [Int]
    ) -> Category {
        var counts = [Int](repeating: 0, count: values.count)
        for row in rows where codes[row] >= 0 { counts[Int(codes[row])] += 1 }
        let seen = values.indices.filter { counts[$0] > 0 }
        guard seen.count <= maximumCategories else {
            return Category(column: name, values: [], buckets: maximumCategories)
        }
        let ordered = seen.sorted { (counts[$1], values[$0]) < (counts[$0], values[$1]) }
        return Category(column: name, values: ordered.map { values[$0] }, buckets: nil)
    }

    private static func robustScale(_ values: [Double]) -> (center: Double, scale: Double) {
        let present = values.filter { !$0.isNaN }.sorted()
        guard !present.isEmpty else { return (0, 1) }
        let center = sortedQuantile(present, 0.5)
        let range = sortedQuantile(present, 0.75) - sortedQuantile(present, 0.25)
        if range > 0 { return (center, range) }
        let mean = present.reduce(0, +) / Double(present.count)
        let variance = present.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(present.count)
        return (center, variance > 0 ? variance.squareRoot() : 1)
    }
}

/// Encoded rows, row-major.
package struct EncodedFeatures: Sendable {
    package var rows: Int
    package var numericWidth: Int
    /// `[rows, numericWidth]`: the encoder's numeric outputs, then a position for each of its bins.
    package var numeric: [Float]
    package var categoryWidth: Int
    /// `[rows, categoryWidth]`: an index for each category, then for each of its bins the
    /// atom, numbered from 1 over all columns; 0 for none.
    package var categories: [Int32]

    package func selecting(rows chosen: [Int]) -> EncodedFeatures {
        var result = EncodedFeatures(
            rows: chosen.count, numericWidth: numericWidth, numeric: [],
            categoryWidth: categoryWidth, categories: [])
        result.numeric.reserveCapacity(chosen.count * numericWidth)
        result.categories.reserveCapacity(chosen.count * categoryWidth)
        for row in chosen {
            result.numeric += numeric[row * numericWidth..<(row + 1) * numericWidth]
            result.categories += categories[row * categoryWidth..<(row + 1) * categoryWidth]
        }
        return result
    }
}

extension EncodedFeatures {
    /// Rows of numbers that are encoded already, `[rows, width]`.
    package init(numbers: [Float], width: Int) {
        self.init(
            rows: numbers.count / width, numericWidth: width, numeric: numbers, categoryWidth: 0,
            categories: [])
    }
}

// MARK: - Encoding

extension Encoder {
    /// The columns that become numbers of the network; a repair needs those that tell groups, too.
    package var requiredColumns: [String] {
        numbers.map(\.column) + dates.map(\.column) + categories.map(\.column)
    }

    /// Encodes any table that has the required columns, in any order.
    ///
    /// - Throws: `TableError` listing the columns that are missing, or naming the first cell that
    ///   is not of its column's kind.
    package func encode(_ table: Table) throws(TableError) -> EncodedFeatures {
        let absent = requiredColumns.filter { table.column(named: $0) == nil }
        guard absent.isEmpty else {
            let unused = table.columns.map(\.name).filter { !requiredColumns.contains($0) }
            let hints = absent.compactMap { name in
                nearestName(to: name, among: unused).map { "Is \"\($0)\" the column \"\(name)\"? " }
            }
            throw TableError(
                action: "encoding", source: table.name,
                problem: absent.count == 1
                    ? "the model needs a column that is not there: \"\(absent[0])\""
                    : "the model needs columns that are not there: "
                        + absent.map { "\"\($0)\"" }.joined(separator: ", "),
                advice: hints.joined() + (hints.isEmpty ? "" : "Then rename it. ")
                    + "Add \(absent.count == 1 ? "it" : "them"); cells may be empty")
        }
        let source = try NumberSource(table, repair)
        let width = numericWidth + bins.count
        var numeric = [Float](repeating: 0, count: table.rowCount * width)
        var output = numbers.count
        for (position, number) in numbers.enumerated() {
            let values = try source.numbers(in: number.column)
            for (row, value) in values.enumerated() {
                if !value.isNaN {
                    numeric[row * width + position] = squash((value - number.center) / number.scale)
                } else if number.marksMissing {
                    numeric[row * width + output] = 1
                }
            }
            if number.marksMissing { output += 1 }
        }
        for date in dates {
            let seconds = try table.dates(of: date)
            for row in seconds.indices where !seconds[row].isNaN {
                for (part, value) in date.parts(seconds[row]).enumerated() {
                    numeric[row * width + output + part] = value
                }
            }
            output += date.partNames.count
        }
        let categoryWidth = categories.count + bins.count
        var indices = [Int32](repeating: 0, count: table.rowCount * categoryWidth)
        for (position, category) in categories.enumerated() {
            let codes = table.indices(of: category)
            for row in codes.indices { indices[row * categoryWidth + position] = codes[row] }
        }
        var atomsBefore: Int32 = 0
        for (position, bins) in bins.enumerated() {
            let values = try source.numbers(in: bins.column)
            for (row, value) in values.enumerated() where !value.isNaN {
                numeric[row * width + numericWidth + position] = bins.position(value)
                let atom = bins.atom(value)
                indices[row * categoryWidth + categories.count + position] =
                    atom == 0 ? 0 : atomsBefore + atom
            }
            atomsBefore += Int32(bins.atoms.count)
        }
        return EncodedFeatures(
            rows: table.rowCount, numericWidth: width, numeric: numeric,
            categoryWidth: categoryWidth, categories: indices)
    }

}

/// A table's numbers as they are scaled: as they stand, or repaired.
private struct NumberSource {
    private let table: Table
    private let repair: (GroupRepair, GroupRepair.RowGroups)?

    init(_ table: Table, _ repair: GroupRepair?) throws(TableError) {
        self.table = table
        if let repair {
            self.repair = (repair, try repair.groups(of: table))
        } else {
            self.repair = nil
        }
    }

    func numbers(in column: String) throws(TableError) -> [Double] {
        let values = try table.numbers(in: column)
        guard let (repair, groups) = repair else { return values }
        return repair.repaired(values, column: column, groups)
    }
}

/// `x / √(1 + (x/3)²)`: nearly `x` for small `x`, never beyond ±3.
///
/// - Source: Holzmüller et al. 2024, arXiv:2407.04491, "smooth clipping".
private func squash(_ x: Double) -> Float {
    guard abs(x) < 1e9 else { return x > 0 ? 3 : -3 }
    return Float(x / (1 + (x / 3) * (x / 3)).squareRoot())
}

extension Encoder.Date {
    package var partNames: [String] {
        [
            "days", "year", "month sine", "month cosine", "weekday sine", "weekday cosine",
            "day of year sine", "day of year cosine",
        ]
            + (hasTime ? ["hour sine", "hour cosine"] : [])
    }

    func parts(_ seconds: Double) -> [Float] {
        let days = (seconds / 86_400).rounded(.down)
        let date = CivilDate(daysSince1970: Int(days))
        func turn(_ share: Double) -> [Float] {
            [Float(Double.sin(2 * .pi * share)), Float(Double.cos(2 * .pi * share))]
        }
        let weekday = Double(((Int(days) + 3) % 7 + 7) % 7)
        var parts = [
            // A far date, such as the 9999-12-31 of open contracts, must not drown the others.
            squash((seconds / 86_400 - center) / scale),
            squash(Double(date.year - 2000) / 10),
        ]
        parts += turn(Double(date.month - 1) / 12)
        parts += turn(weekday / 7)
        parts += turn(Double(date.dayOfYear - 1) / 365.25)
        if hasTime { parts += turn((seconds / 86_400) - days) }
        return parts
    }
}

extension Table {
    private func wrongCell(
        _ column: String, _ row: Int, _ text: String, _ wanted: String
    ) -> TableError {
        TableError(
            action: "encoding", source: name, line: lines?[row], row: row + 1, column: column,
            problem: "\"\(text)\" is not \(wanted), which the model was trained with",
            advice: "Correct the cell or leave it empty")
    }

    /// A column's numbers; texts that are all numbers are read as such.
    package func numbers(in name: String) throws(TableError) -> [Double] {
        guard let column = column(named: name) else { return [] }
        switch column.cells {
        case .numbers(let numbers): return numbers
        case .dates:
            for row in 0..<rowCount {
                if let text = column.text(row) { throw wrongCell(name, row, text, "a number") }
            }
            return [Double](repeating: .nan, count: rowCount)
        case .categories(let codes, let values):
            let format = column.format?.number
            let parsed = values.map { text in
                guard let format else { return CellParsing.number(text) }
                return WrittenNumber(text.utf8).flatMap(format.number)
            }
            var result = [Double](repeating: .nan, count: codes.count)
            for (row, code) in codes.enumerated() where code >= 0 {
                guard let number = parsed[Int(code)] else {
                    throw wrongCell(name, row, values[Int(code)], "a number")
                }
                result[row] = number
            }
            return result
        }
    }

    /// A column's dates; texts that are dates as the training file wrote them are read as such.
    func dates(of date: Encoder.Date) throws(TableError) -> [Double] {
        guard let column = column(named: date.column) else { return [] }
        switch column.cells {
        case .dates(let seconds, _):
            let orders = Set([column.format?.date, date.order])
            guard orders != [.dayFirst, .monthFirst] else {
                throw TableError(
                    action: "encoding", source: name, column: date.column,
                    problem: "its dates are of the order \(column.format?.date?.rawValue ?? ""), "
                        + "those that the model was trained with \(date.order?.rawValue ?? "")",
                    advice: "Write dates as 2020-01-31")
            }
            return seconds
        case .numbers:
            for row in 0..<rowCount {
                guard let text = column.text(row) else { continue }
                throw wrongCell(date.column, row, text, "a date")
            }
            return [Double](repeating: .nan, count: rowCount)
        case .categories(let codes, let values):
            let parsed = values.map { value in
                date.order.flatMap { CellParsing.date(value, $0)?.seconds }
            }
            var result = [Double](repeating: .nan, count: codes.count)
            for (row, code) in codes.enumerated() where code >= 0 {
                guard let seconds = parsed[Int(code)] else {
                    throw wrongCell(date.column, row, values[Int(code)], "a date")
                }
                result[row] = seconds
            }
            return result
        }
    }

    /// A category's index in each row: 0 missing, 1 never seen, 2 and up the values or buckets.
    func indices(of category: Encoder.Category) -> [Int32] {
        guard let column = column(named: category.column) else { return [] }
        var known: [String: Int32] = [:]
        for (position, value) in category.values.enumerated() {
            known[value] = Int32(position + 2)
        }
        func index(_ text: String) -> Int32 {
            guard let buckets = category.buckets else { return known[text] ?? 1 }
            var hash: UInt32 = 2_166_136_261
            for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
            return 2 + Int32(hash % UInt32(buckets))
        }
        if case .categories(let codes, let values) = column.cells {
            let byCode = values.map(index)
            return codes.map { $0 < 0 ? 0 : byCode[Int($0)] }
        }
        return (0..<rowCount).map { row in column.text(row).map(index) ?? 0 }
    }
}
