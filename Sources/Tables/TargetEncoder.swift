/// What a column to predict asks of a model, and how its cells become labels.
package struct TargetEncoder: Codable, Sendable, Hashable {
    package enum Task: String, Codable, Sendable, Hashable { case binary, multiclass, regression }

    package var column: String
    package var task: Task
    /// The classes in order; of two, the second is the positive one. Empty for a regression.
    package var classes: [String]
    /// Of the training rows; a regression predicts `(y − center)/scale`.
    package var center: Double
    package var scale: Double

    /// A whole-number column of more different values than this is a regression.
    package static let mostNumericClasses = 20

    /// - Parameters:
    ///   - rows: The training rows; only they decide.
    ///   - task: `nil` to infer: categories and up to 20 different whole numbers are classes.
    ///   - positive: The class that is to come last, of two.
    /// - Throws: `TableError` when no row has a target, or all have the same.
    package init(
        _ column: Column, source: String, rows: [Int], task: Task?, positive: String?
    ) throws(TableError) {
        self.column = column.name
        center = 0
        scale = 1
        func fail(_ problem: String, _ advice: String) -> TableError {
            TableError(
                action: "reading the target of", source: source, column: column.name,
                problem: problem, advice: advice)
        }
        let present = rows.filter { !column.isMissing($0) }
        guard !present.isEmpty else {
            throw fail("no row has a target", "Check the column and the texts that mean missing")
        }
        let profile = ColumnProfile(column.selecting(rows: present))
        let hasClasses =
            profile.kind == .category
            || (profile.kind == .number && profile.isWhole
                && profile.distinct <= Self.mostNumericClasses)
        guard profile.distinct > 1 else {
            throw fail(
                "every row has the same target \"\(column.text(present[0]) ?? "")\"",
                "There is nothing to learn; choose another target or more rows")
        }
        let classTask = profile.distinct == 2 ? Task.binary : .multiclass
        self.task = task ?? (hasClasses ? classTask : .regression)
        if self.task == .regression {
            guard case .numbers(let numbers) = column.cells else {
                throw fail(
                    "a regression needs numbers, and \"\(column.text(present[0]) ?? "")\" is none",
                    "Choose --task multiclass, or correct the cells")
            }
            classes = []
            let count = Double(present.count)
            center = present.reduce(0) { $0 + numbers[$1] } / count
            let mean = center
            scale = (present.reduce(0) { $0 + (numbers[$1] - mean) * (numbers[$1] - mean) } / count)
                .squareRoot()
            return
        }
        classes = Self.classes(of: column, rows: present)
        guard classes.count <= 10_000 else {
            throw fail(
                "it has \(classes.count) different values, too many for classes",
                "Choose --task regression, or another target")
        }
        guard self.task != .binary || classes.count == 2 else {
            throw fail(
                "a binary target has two values, this has \(classes.count): "
                    + classes.prefix(10).joined(separator: ", "),
                "Choose --task multiclass, or correct the cells")
        }
        if let positive {
            guard let index = classes.firstIndex(of: positive) else {
                throw fail(
                    "--positive names \"\(positive)\", which is not one of its classes",
                    "They are: " + classes.prefix(20).joined(separator: ", "))
            }
            classes.append(classes.remove(at: index))
        }
    }

    /// The distinct values among rows that have one: numbers and dates by size, texts in order.
    private static func classes(of column: Column, rows: [Int]) -> [String] {
        switch column.cells {
        case .numbers(let cells), .dates(let cells, _):
            var first: [Double: Int] = [:]
            for row in rows where first[cells[row]] == nil { first[cells[row]] = row }
            return first.sorted { $0.key < $1.key }.map { column.text($0.value) ?? "" }
        case .categories(let codes, let values):
            // As a set, since two spellings of one text may differ in bytes alone.
            return Set(Set(rows.map { codes[$0] }).map { values[Int($0)] }).sorted()
        }
    }

    /// The class of each row; −1 where the target is missing.
    ///
    /// - Parameters:
    ///   - lines: Of the table that holds the column, so that an error can name the line.
    /// - Throws: `TableError` with the line, or else the row, of a class that training did not see.
    package func labels(
        _ column: Column, source: String, lines: RowLines? = nil
    ) throws(TableError) -> [Int32] {
        var index: [String: Int32] = [:]
        for (position, name) in classes.enumerated() { index[name] = Int32(position) }
        var result = [Int32](repeating: -1, count: column.count)
        // A category's text is looked up once a value, not once a row.
        if case .categories(let codes, let values) = column.cells {
            let byCode = values.map { index[$0] }
            for (row, code) in codes.enumerated() where code >= 0 {
                guard let label = byCode[Int(code)] else {
                    throw unknown(values[Int(code)], row, source, lines)
                }
                result[row] = label
            }
            return result
        }
        for row in result.indices {
            guard let text = column.text(row) else { continue }
            guard let label = index[text] else { throw unknown(text, row, source, lines) }
            result[row] = label
        }
        return result
    }

    private func unknown(
        _ text: String, _ row: Int, _ source: String, _ lines: RowLines?
    ) -> TableError {
        TableError(
            action: "reading the target of", source: source, line: lines?[row], row: row + 1,
            column: column,
            problem: "\"\(text)\" is not a class of the training rows",
            advice: "They are: " + classes.prefix(20).joined(separator: ", "))
    }

    /// The numbers of a regression's target; NaN where missing.
    package func values(_ column: Column, source: String) throws(TableError) -> [Double] {
        guard case .numbers(let numbers) = column.cells else {
            throw TableError(
                action: "reading the target of", source: source, column: column.name,
                problem: "a regression needs numbers", advice: "Correct the cells")
        }
        return numbers
    }
}
