import Statistics
package import Tables
package import TensorCore

/// A way in which cells go wrong, at five severities.
package enum Perturbation: String, Sendable, Hashable, CaseIterable {
    /// Normal noise is added to every number, in standard deviations of its column.
    case noise
    /// Cells of any kind are emptied, each with the same chance.
    case missing
    /// Categories are replaced by those of other rows, each with the same chance.
    case swapped

    /// What each severity means, the mildest first.
    package var strengths: [Double] {
        switch self {
        case .noise: [0.1, 0.25, 0.5, 0.75, 1]
        case .missing, .swapped: [0.05, 0.1, 0.2, 0.35, 0.5]
        }
    }

    /// In a sentence.
    package var name: String {
        switch self {
        case .noise: "noise on numbers"
        case .missing: "missing cells"
        case .swapped: "swapped categories"
        }
    }

    /// Whether it changes any of the columns.
    package func applies(to columns: [Column]) -> Bool {
        columns.contains { column in
            switch self {
            case .missing: true
            case .noise: column.kind == .number
            case .swapped: column.kind == .category
            }
        }
    }

    /// The table with the cells of some columns changed; the same for the same random numbers.
    ///
    /// - Parameters:
    ///   - severity: An index of `strengths`.
    ///   - columns: The names of those that may change.
    package func applied(
        to table: Table, severity: Int, columns: [String], random: CounterRandom
    ) -> Table {
        let strength = strengths[severity]
        let chosen = Set(columns)
        return Table(
            name: table.name, rowCount: table.rowCount,
            columns: table.columns.enumerated().map { index, column in
                guard chosen.contains(column.name) else { return column }
                let step = UInt32(index * strengths.count + severity)
                var changed = column
                changed.cells = cells(of: column, strength, random, step: step)
                return changed
            }, lines: table.lines)
    }

    private func cells(
        of column: Column, _ strength: Double, _ random: CounterRandom, step: UInt32
    ) -> Column.Cells {
        func isHit(_ row: Int) -> Bool {
            random.uniform(step: step, index: UInt64(row)) < strength
        }
        switch self {
        case .noise:
            guard let numbers = column.numbers else { return column.cells }
            let scale = strength * Self.deviation(numbers)
            return .numbers(
                numbers.enumerated().map { row, number in
                    // Uniform on the open interval.
                    let place = random.uniform(step: step, index: UInt64(row)) + 0x1p-54
                    return number + scale * SpecialFunctions.normalQuantile(place)
                })
        case .missing: return column.cells.emptied(where: isHit)
        case .swapped:
            guard let own = column.categories else { return column.cells }
            // Numbers of rows do not reach so far: other draws than those of the hits.
            let others: UInt64 = 1 << 40
            return .categories(
                codes: own.codes.enumerated().map { row, code in
                    guard isHit(row) else { return code }
                    let other = random.integer(
                        below: own.codes.count, step: step, index: others + UInt64(row))
                    return own.codes[other]
                }, values: own.values)
        }
    }

    /// Of the numbers that are there; 0 of fewer than two.
    private static func deviation(_ numbers: [Double]) -> Double {
        let known = numbers.filter { !$0.isNaN }
        guard known.count > 1 else { return 0 }
        let mean = known.reduce(0, +) / Double(known.count)
        let square = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (square / Double(known.count - 1)).squareRoot()
    }
}
