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
    /// What a regression's targets must stay below, and their spread above: their squares are still numbers.
    private static let (largestNumber, smallestSpread) = (1e100, 1e-100)

    /// - Parameters:
    ///   - rows: The training rows; only they decide.
    ///   - task: `nil` to infer: categories and up to 20 different whole numbers are classes.
    ///   - positive: The class that is to come last, of two.
    ///   - lines: Of the table that holds the column, so that an error can name the line.
    /// - Throws: `TableError` when no row has a target, or all have the same, or a cell among numbers is none.
    package init(
        _ column: Column, source: String, rows: [Int], task: Task?, positive: String?,
        lines: RowLines? = nil
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
        guard Self.distinct(column, profile, rows: present) > 1 else {
            throw fail(
                "every row has the same target \"\(column.text(present[0]) ?? "")\"",
                "There is nothing to learn; choose another target or more rows")
        }
        let classTask =
            Self.distinct(column, profile, rows: present) == 2 ? Task.binary : .multiclass
        self.task = task ?? (hasClasses ? classTask : .regression)
        if self.task == .regression {
            guard let numbers = column.numbers else {
                let odd = column.firstNoNumber(among: present) ?? present[0]
                throw fail(
                    "a regression needs numbers, and \"\(column.text(odd) ?? "")\" is none",
                    "Choose --task multiclass, or correct the cells")
            }
            if let row = present.first(where: { numbers[$0].isNaN }) {
                let odd = present.count { numbers[$0].isNaN }
                throw TableError(
                    action: "reading the target of", source: source, line: lines?[row],
                    row: row + 1, column: column.name,
                    problem: "\(present.count - odd) of \(present.count) cells are numbers, and "
                        + "\"\(column.text(row) ?? "")\" is none",
                    advice:
                        "Correct the cell, empty it, or name its text with --missing; for classes say "
                        + "--task multiclass")
            }
            classes = []
            let count = Double(present.count)
            center = present.reduce(0) { $0 + numbers[$1] } / count
            let mean = center
            scale = (present.reduce(0) { $0 + (numbers[$1] - mean) * (numbers[$1] - mean) } / count)
                .squareRoot()
            // Losses are squares, and a model's numbers are `Float`.
            let own = present.map { numbers[$0] }
            let (least, most) = (own.min() ?? 0, own.max() ?? 0)
            let largest = max(abs(least), abs(most))
            guard largest < Self.largestNumber,
                least == most || most - least > Self.smallestSpread
            else {
                throw fail(
                    "a regression computes with squares, and those of numbers "
                        + (largest < Self.largestNumber
                            ? "that differ by \(most - least) are 0"
                            : "such as \(largest) are beyond what a number holds"),
                    "Give it in another unit, or choose --task multiclass")
            }
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

    /// Of classes that are known beforehand, such as those of a model that was trained elsewhere.
    ///
    /// - Precondition: there are two or more.
    package init(column: String, classes: [String]) {
        precondition(classes.count > 1, "a class alone is no answer")
        self.column = column
        task = classes.count == 2 ? .binary : .multiclass
        self.classes = classes
        center = 0
        scale = 1
    }

    /// Different answers: texts where they were kept.
    private static func distinct(_ column: Column, _ profile: ColumnProfile, rows: [Int]) -> Int {
        guard let texts = column.texts else { return profile.distinct }
        return Set(rows.map { texts.codes[$0] }).count
    }

    /// The distinct values among rows that have one: numbers and dates by size, texts in order. What is spelled
    /// differently is different, though it be one number.
    private static func classes(of column: Column, rows: [Int]) -> [String] {
        guard let cells = column.measures else {
            let texts = column.coded
            // As a set, since two spellings of one text may differ in bytes alone.
            return Set(Set(rows.map { texts.codes[$0] }).map { texts.values[Int($0)] }).sorted()
        }
        if let texts = column.spelling {
            var first: [Int32: Int] = [:]
            for row in rows where first[texts.codes[row]] == nil { first[texts.codes[row]] = row }
            let known = first.map { (number: cells[$0.value], text: texts.values[Int($0.key)]) }
            // Texts that are no numbers come last.
            return known.sorted { a, b in
                switch (a.number.isNaN, b.number.isNaN) {
                case (false, true): true
                case (true, false): false
                case (false, false) where a.number != b.number: a.number < b.number
                default: a.text < b.text
                }
            }.map(\.text)
        }
        var first: [Double: Int] = [:]
        for row in rows where first[cells[row]] == nil { first[cells[row]] = row }
        return first.sorted { $0.key < $1.key }.map { column.text($0.value) ?? "" }
    }

    /// The class of each row; −1 where the target is missing.
    ///
    /// A class is found by its text. Where none is spelled so, the one class that is the same number is meant: 1.0 of a
    /// later file is the 1 of the training rows.
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
        let byNumber = Dictionary(
            grouping: classes.indices.filter { CellParsing.number(classes[$0]) != nil },
            by: { CellParsing.number(classes[$0]) ?? 0 })
        func label(_ text: String) -> Int32? {
            if let label = index[text] { return label }
            guard let number = CellParsing.number(text), let same = byNumber[number],
                same.count == 1
            else { return nil }
            return Int32(same[0])
        }
        // A text is looked up once a value, not once a row.
        if let texts = column.texts {
            let byCode = texts.values.map(label)
            for (row, code) in texts.codes.enumerated() where code >= 0 {
                guard let label = byCode[Int(code)] else {
                    throw unknown(texts.values[Int(code)], row, column, source, lines)
                }
                result[row] = label
            }
            return result
        }
        for row in result.indices {
            guard let text = column.text(row) else { continue }
            guard let label = label(text) else {
                throw unknown(text, row, column, source, lines)
            }
            result[row] = label
        }
        return result
    }

    private func unknown(
        _ text: String, _ row: Int, _ column: Column, _ source: String, _ lines: RowLines?
    ) -> TableError {
        TableError(
            action: "reading the target of", source: source, line: lines?[row], row: row + 1,
            column: column.name,
            problem: "\"\(text)\" is not a class of the training rows",
            advice: "They are: " + classes.prefix(20).joined(separator: ", "))
    }

    /// The numbers of a regression's target; NaN where missing.
    ///
    /// - Throws: with the first cell that is none.
    package func values(_ column: Column, source: String) throws(TableError) -> [Double] {
        guard let numbers = column.numbers else {
            let odd = column.firstNoNumber(among: 0..<column.count)
            throw TableError(
                action: "reading the target of", source: source, row: odd.map { $0 + 1 },
                column: column.name,
                problem: "a regression needs numbers"
                    + (odd.flatMap(column.text).map { ", and \"\($0)\" is none" } ?? ""),
                advice: "Correct the cell, or empty it")
        }
        if let spelling = column.spelling,
            let row = numbers.indices.first(where: { numbers[$0].isNaN && spelling.codes[$0] >= 0 })
        {
            throw TableError(
                action: "reading the target of", source: source, row: row + 1, column: column.name,
                problem: "\"\(column.text(row) ?? "")\" is not a number",
                advice: "Correct the cell, empty it, or name its text with --missing")
        }
        return numbers
    }
}
