import DataEfficiency
import Prediction
import Tables

// What `PreparedData.prepare` tells about the rows, in the order in which it finds it.
extension PreparedData {
    /// Rows without an answer, equal rows with different ones, and classes that are hard to learn.
    static func answerWarnings(
        _ answers: KnownAnswers, _ copies: RowCopies, of table: Table, ruled: RuledRows?
    ) -> [String] {
        var warnings: [String] = []
        if let ruled {
            warnings.append(
                "\(table.rowCount - answers.rows.count) of \(table.rowCount) rows have no target: "
                    + "\(ruled.rows.count) are labelled by rules"
                    + (ruled.silent > 0
                        ? ", \(ruled.silent), of which no rule votes, are left out" : ""))
        } else if answers.rows.count < table.rowCount {
            warnings.append(
                "\(table.rowCount - answers.rows.count) of \(table.rowCount) rows have no target and are "
                    + "left out")
        }
        if let conflict = copies.conflict { warnings.append(conflict) }
        if let labels = answers.classes {
            warnings += classWarnings(answers.target.classes, labels, answers.rows)
        }
        return warnings
    }

    /// Rules that never vote, and those that are wrong on the rows to learn from.
    static func ruleWarnings(
        _ ruled: RuledRows, _ answers: KnownAnswers, on training: [Int]
    ) -> [String] {
        let (model, labels) = ruled.labelModel(training, labels: answers.labels)
        let summary = RuleSummary(model, labels: labels)
        return zip(ruled.rules, summary.rules).compactMap { rule, figures in
            if figures.covered == 0 {
                return "rule \"\(rule.name)\" votes of no row that is learned from"
            }
            guard figures.direction.isWrong else { return nil }
            return
                "rule \"\(rule.name)\" is wrong: where it votes for \"\(answers.target.classes[figures.voted])\", "
                + "that class is rarer than elsewhere (right on \(figures.right) of \(figures.answered) rows with an answer). "
                + "Correct it or take it out; its votes count as what they turned out to say"
        }
    }

    /// What an encoder does to columns that nobody asked for, or leaves undone that somebody did.
    static func encoderWarnings(
        _ encoder: Encoder, _ schema: Schema, table: Table, testTable: Table?
    ) throws -> [String] {
        var warnings: [String] = []
        if let repair = encoder.repair {
            warnings += try repairWarnings(
                repair, schema, tables: [table] + (testTable.map { [$0] } ?? []))
        }
        for category in encoder.categories {
            if let buckets = category.buckets {
                warnings.append(
                    "column \"\(category.column)\" has more than \(Encoder.maximumCategories) "
                        + "values; they are hashed into \(buckets) buckets")
            }
        }
        return warnings
    }

    /// Rows of a test file that also stand in the data.
    ///
    /// - Parameter columns: Those in which they are equal.
    static func sharedRowWarnings(
        _ table: Table, _ testTable: Table, columns: [String]
    ) -> [String] {
        let shared = testTable.rowsOccurring(in: table, columns: columns).count
        guard shared > 0 else { return [] }
        return [
            "\(shared) of \(testTable.rowCount) test rows also stand among the training "
                + "data, target included; they are not moved"
        ]
    }

    /// What a repair of numbers leaves as it is.
    private static func repairWarnings(
        _ repair: GroupRepair, _ schema: Schema, tables: [Table]
    ) throws -> [String] {
        let others = schema.features.filter { !repair.columns.contains($0.name) }.map(\.name)
        var warnings: [String] = []
        if !others.isEmpty {
            warnings.append(
                "\(repair.rule.method.option) changes \(repair.columns.count) of "
                    + "\(schema.features.count) columns, those of numbers; what the others tell of the groups "
                    + "stays: \(others.prefix(20).joined(separator: ", "))"
                    + (others.count > 20 ? ", …" : ""))
        }
        return warnings + (try tables.compactMap { try repair.note(on: $0) })
    }

    private static func classWarnings(
        _ classes: [String], _ labels: [Int32], _ rows: [Int]
    ) -> [String] {
        var counts = [Int](repeating: 0, count: classes.count)
        for row in rows { counts[Int(labels[row])] += 1 }
        var warnings: [String] = []
        let single = zip(classes, counts).filter { $0.1 < 2 }.map { "\"\($0.0)\"" }
        if single.count == 1 {
            warnings.append("class \(single[0]) has one row, which is used for training")
        } else if !single.isEmpty {
            warnings.append(
                "\(single.count) of \(classes.count) classes have one row each, which is used for training: "
                    + single.prefix(5).joined(separator: ", ") + (single.count > 5 ? ", …" : ""))
        }
        if let (a, b) = equalNumbers(classes) {
            warnings.append(
                "classes \"\(a)\" and \"\(b)\" are one number and stay two classes, as they are spelled. Write them "
                    + "alike if they are one")
        }
        return warnings
    }

    /// Two texts that are the same number.
    private static func equalNumbers(_ texts: [String]) -> (String, String)? {
        var known: [Double: String] = [:]
        for text in texts {
            guard let number = CellParsing.number(text) else { continue }
            if let other = known.updateValue(text, forKey: number) { return (other, text) }
        }
        return nil
    }

    /// Classes whose rows count nothing.
    ///
    /// - Throws: where the weights leave nothing to learn from, to stop at, to measure on, or to tell apart.
    static func weightWarnings(
        _ table: Table, testTable: Table?, _ schema: Schema, _ split: Split, _ folds: [Split],
        _ target: TargetEncoder, labels: [Int32]?
    ) throws -> [String] {
        guard let name = schema.names(.weight).first, let weights = try table.weights(in: name)
        else { return [] }
        // Those of test rows in a file of their own must be weights, too, before an hour of training.
        _ = try testTable?.weights(in: name)
        let parts =
            folds.flatMap { [(RowSplit.training, $0.train), (.validation, $0.validation)] }
            + [(.test, split.test)]
        for (part, rows) in parts
        where !rows.isEmpty && !rows.contains(where: { weights[$0] > 0 }) {
            throw VouchError(
                "\(table.name), column \"\(name)\": the weights of all \(rows.count) \(part.word) rows are 0, so that none "
                    + "of them counts. Give more rows a weight above 0, leave rows of weight 0 out of the file, or "
                    + "leave --weight out")
        }
        guard let labels else { return [] }
        var sums = [Float](repeating: 0, count: target.classes.count)
        for row in split.train { sums[Int(labels[row])] += weights[row] }
        let empty = target.classes.indices.filter { sums[$0] == 0 }.map {
            "\"\(target.classes[$0])\""
        }
        guard !empty.isEmpty else { return [] }
        let text =
            "all training rows of class " + empty.joined(separator: ", ") + " have the weight 0"
        guard sums.count(where: { $0 > 0 }) > 1 else {
            throw VouchError(
                "\(table.name), column \"\(name)\": \(text), so that there is nothing to tell apart. Give rows of two "
                    + "classes a weight above 0, or leave --weight out")
        }
        return ["column \"\(name)\": \(text): the model cannot learn to predict it"]
    }
}
