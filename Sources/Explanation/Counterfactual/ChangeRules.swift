import Tables

/// What may be changed in a row.
package struct ChangeRules: Sendable, Hashable {
    /// Never changed.
    package var immutable: Set<String> = []
    /// Numbers or dates that may only rise.
    package var onlyIncrease: Set<String> = []
    /// Numbers or dates that may only fall.
    package var onlyDecrease: Set<String> = []
    /// Bounds of what a number, or a date in seconds since 1970, may be changed to.
    package var ranges: [String: ClosedRange<Double>] = [:]

    package init() {}

    func permits(_ name: String, _ number: Double, from own: Double) -> Bool {
        if onlyIncrease.contains(name), !(number > own) { return false }
        if onlyDecrease.contains(name), !(number < own) { return false }
        return ranges[name]?.contains(number) ?? true
    }
}

/// One column of one row, and what may stand there instead.
///
/// A place of 0 is the row's own cell; the others are cells of training rows, ascending for numbers.
struct Choices: Sendable {
    let axis: Int
    let cells: Column
    /// Empty for categories.
    let numbers: [Double]
    let codes: [Int32]
    /// From the row's own cell.
    let distances: [Double]
    /// For `PairSupport`.
    let bins: [Int32]
    /// Those that are tried first.
    let grid: [Int]

    /// - Parameter most: The most places of the grid.
    init(
        _ place: Int, _ axis: RowSpace.Axis, own: RowSpace.Axis.Cell, rules: ChangeRules,
        support: PairSupport, most: Int
    ) throws(TableError) {
        self.axis = place
        let isFixed = rules.immutable.contains(axis.name)
        var permitted: [Int] = []
        if !isFixed {
            permitted =
                axis.kind == .category
                ? (0..<axis.count).filter { Int32($0) != own.code }
                : axis.numbers.indices.filter {
                    axis.numbers[$0] != own.number
                        && rules.permits(axis.name, axis.numbers[$0], from: own.number)
                }
        }
        let table = Table(name: axis.name, rowCount: 1, columns: [own.column])
        let others = Table(
            name: axis.name, rowCount: permitted.count,
            columns: [axis.cells.selecting(rows: permitted)])
        cells = try table.appending(others, columns: [axis.name]).columns[0]
        numbers = axis.numbers.isEmpty ? [] : [own.number] + permitted.map { axis.numbers[$0] }
        let codes = [own.code] + permitted.map { Int32($0) }
        self.codes = codes
        let values = numbers
        distances =
            values.isEmpty
            ? codes.indices.map { $0 == 0 ? 0 : 1 }
            : values.map { axis.distance(values[0], $0) }
        bins = codes.indices.map {
            support.bin(place, number: values.isEmpty ? .nan : values[$0], code: codes[$0])
        }
        let rest = codes.count - 1
        if rest <= most {
            grid = Array(1..<max(codes.count, 1))
        } else if axis.kind == .category {
            // Those that most training rows have.
            var counts = [Int](repeating: 0, count: axis.count)
            for code in axis.codes where code >= 0 { counts[Int(code)] += 1 }
            let ordered = (1..<codes.count).sorted { first, second in
                let (a, b) = (counts[Int(codes[first])], counts[Int(codes[second])])
                return a == b ? first < second : a > b
            }
            grid = Array(ordered.prefix(most))
        } else {
            grid = Self.spread(rest, most).map { $0 + 1 }
        }
    }

    /// `most` of `count` places, evenly, with both ends.
    static func spread(_ count: Int, _ most: Int) -> [Int] {
        guard count > most else { return Array(0..<count) }
        guard most > 1 else { return [count / 2] }
        return (0..<most).map { $0 * (count - 1) / (most - 1) }
    }

    /// Places strictly between the row's own number and another's, from near to far; at most `most`.
    func between(_ place: Int, most: Int) -> [Int] {
        guard !numbers.isEmpty, !numbers[0].isNaN else { return [] }
        let (own, end) = (numbers[0], numbers[place])
        let inner: [Int] =
            end > own
            ? Array((1..<place).drop { numbers[$0] < own })
            : (place + 1..<numbers.count).prefix { numbers[$0] < own }.reversed()
        return Self.spread(inner.count, most).map { inner[$0] }
    }
}
