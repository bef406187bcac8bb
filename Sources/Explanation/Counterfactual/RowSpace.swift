package import Tables

/// What training rows have in each column: the cells that a changed row may have, how far apart two cells are, and
/// some rows to compare with.
package struct RowSpace: Sendable {
    package let axes: [Axis]
    package let rowCount: Int
    /// Drawn from the training rows; `sample[axis]` holds them column by column.
    let sample: [Sample]
    let sampleRows: Int

    /// One column.
    package struct Axis: Sendable {
        package let name: String
        package let kind: ColumnKind
        /// Distinct cells: ascending for numbers and dates, in order of first use for others.
        let cells: Column
        /// The same as numbers; empty for others.
        package let numbers: [Double]
        /// Each training row's place among the cells; −1 where missing.
        let codes: [Int32]
        /// The median absolute deviation from the median; where that is 0 the mean absolute deviation, and
        /// where that is 0 too, one.
        package let scale: Double
        let places: [String: Int32]

        package var count: Int { cells.count }
    }

    /// Cells of sampled rows: numbers, NaN where missing, or codes of others.
    struct Sample: Sendable {
        var numbers: [Double]
        var codes: [Int32]
    }

    /// - Parameters:
    ///   - table: Training rows, one or more.
    ///   - columns: Those to know of; each stands in the table.
    ///   - sample: Rows to compare with, as places in the table.
    package init(_ table: Table, columns: [String], sample: [Int]) {
        precondition(table.rowCount > 0, "a space needs rows")
        rowCount = table.rowCount
        sampleRows = sample.count
        axes = columns.compactMap { name in table.column(named: name).map(Axis.init) }
        self.sample = axes.map { axis in
            let codes = sample.map { axis.codes[$0] }
            return Sample(
                numbers: axis.numbers.isEmpty
                    ? [] : codes.map { $0 < 0 ? .nan : axis.numbers[Int($0)] },
                codes: codes)
        }
    }

    package func axis(named name: String) -> Int? { axes.firstIndex { $0.name == name } }
}

extension RowSpace.Axis {
    init(_ column: Column) {
        name = column.name
        kind = column.kind
        if let numbers = column.measures {
            let known = numbers.indices.filter { !numbers[$0].isNaN }
                .sorted { numbers[$0] < numbers[$1] }
            var distinct: [Int] = []
            var codes = [Int32](repeating: -1, count: numbers.count)
            for row in known {
                if distinct.isEmpty || numbers[distinct[distinct.count - 1]] != numbers[row] {
                    distinct.append(row)
                }
                codes[row] = Int32(distinct.count - 1)
            }
            self.codes = codes
            self.numbers = distinct.map { numbers[$0] }
            cells = column.selecting(rows: distinct)
            scale = Self.spread(known.map { numbers[$0] })
            places = [:]
        } else {
            let own = column.coded
            var first = [Int32](repeating: -1, count: own.values.count)
            var used: [Int] = []
            for code in own.codes where code >= 0 && first[Int(code)] < 0 {
                first[Int(code)] = Int32(used.count)
                used.append(Int(code))
            }
            let texts = used.map { own.values[$0] }
            codes = own.codes.map { $0 < 0 ? -1 : first[Int($0)] }
            cells = Column(
                name: column.name,
                cells: .categories(codes: texts.indices.map { Int32($0) }, values: texts))
            numbers = []
            scale = 1
            places = Dictionary(uniqueKeysWithValues: zip(texts, 0..<Int32(texts.count)))
        }
    }

    /// - Parameter sorted: Ascending.
    private static func spread(_ sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 1 }
        let middle = sortedQuantile(sorted, 0.5)
        let deviations = sorted.map { abs($0 - middle) }.sorted()
        let median = sortedQuantile(deviations, 0.5)
        if median > 0 { return median }
        let mean = deviations.reduce(0, +) / Double(deviations.count)
        return mean > 0 ? mean : 1
    }

    /// How far apart two numbers are: `|a − b| / scale`; 1 where one of them is missing.
    func distance(_ a: Double, _ b: Double) -> Double {
        a.isNaN || b.isNaN ? (a.isNaN && b.isNaN ? 0 : 1) : abs(a - b) / scale
    }

    /// A row's cell, of the column's kind.
    ///
    /// - Throws: `TableError` naming the cell where it is of another kind.
    func cell(_ row: Int, of table: Table) throws(TableError) -> Cell {
        guard let column = table.column(named: name) else {
            throw TableError(
                action: "reading", source: table.name, column: name, problem: "it is not there",
                advice: "Add it; cells may be empty")
        }
        switch kind {
        case .number:
            let number = try table.selecting(rows: [row]).numbers(in: name)[0]
            return Cell(
                column: Column(name: name, cells: .numbers([number])), number: number, code: -1)
        case .date:
            if column.kind == .date, let seconds = column.measures {
                return Cell(
                    column: column.selecting(rows: [row]), number: seconds[row], code: -1)
            }
            guard let text = column.text(row) else {
                let empty = Column(
                    name: name, cells: .dates([.nan], hasTime: false), format: cells.format)
                return Cell(column: empty, number: .nan, code: -1)
            }
            throw TableError(
                action: "reading", source: table.name, row: row + 1, column: name,
                problem: "\"\(text)\" is not a date, which training rows have there",
                advice: "Correct the cell or leave it empty")
        default:
            let text = column.text(row)
            let code = text.map { places[$0] ?? -2 } ?? -1
            return Cell(
                column: Column(
                    name: name,
                    cells: .categories(
                        codes: [text == nil ? -1 : 0], values: text.map { [$0] } ?? [])),
                number: .nan, code: code)
        }
    }

    /// One cell of a row.
    struct Cell: Sendable {
        var column: Column
        /// NaN where missing, or neither a number nor a date.
        var number: Double
        /// Of another kind, its place among the training rows' ones; −1 where missing, −2 where
        /// none has it.
        var code: Int32
    }
}

extension RowSpace {
    /// Columns that tell the same, such as `education` and `education-num`: each cell of one goes with one cell of
    /// the other in all training rows. The places of axes, in groups; a column of its own is a group of one.
    package func twins() -> [[Int]] {
        var groups: [[Int]] = []
        for (place, axis) in axes.enumerated() {
            let group = groups.firstIndex { isTwin(axes[$0[0]], axis) }
            if let group { groups[group].append(place) } else { groups.append([place]) }
        }
        return groups
    }

    private func isTwin(_ a: Axis, _ b: Axis) -> Bool {
        // Two columns with a value of its own in almost every row tell nothing of each other.
        guard a.count == b.count, a.count > 1, a.count * 10 < rowCount else { return false }
        var partner = [Int32](repeating: -2, count: a.count)
        var isTaken = [Bool](repeating: false, count: b.count)
        for (first, second) in zip(a.codes, b.codes) {
            if first < 0 || second < 0 {
                guard first == second else { return false }
                continue
            }
            if partner[Int(first)] == -2 {
                guard !isTaken[Int(second)] else { return false }
                isTaken[Int(second)] = true
                partner[Int(first)] = second
            }
            guard partner[Int(first)] == second else { return false }
        }
        return true
    }
}
