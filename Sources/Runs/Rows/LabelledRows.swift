package import Models
package import Prediction
package import Tables

extension LabelledPredictions {
    /// Takes the rows of a table that have a target.
    ///
    /// - Parameters:
    ///   - rows: Those to look at; all where `nil`.
    ///   - predictions: Of every row of the table.
    package init(
        _ table: Table, rows: [Int]?, model: some DescribedModel, predictions: Predictions, split: RowSplit
    ) throws {
        let known = try Self.knownRows(table, rows: rows, target: model.target)
        if rows == nil, known.count < table.rowCount {
            RowNotices.report(
                "\(table.name): \(table.rowCount - known.count) of \(table.rowCount) rows have no target and are left out"
            )
        }
        self = try LabelledPredictions(
            table, knownRows: known, model: model, predictions: predictions.selecting(known),
            split: split)
    }

    /// - Parameter knownRows: Rows with a target; `predictions` has one for each.
    package init(
        _ table: Table, knownRows known: [Int], model: some DescribedModel, predictions: Predictions,
        split: RowSplit
    ) throws {
        let target = model.target
        let column = try Self.targetColumn(table, target)
        let answers: Answers
        if target.task == .regression {
            let all = try target.values(column, source: table.name)
            answers = .numbers(known.map { all[$0] })
        } else {
            let all = try target.labels(column, source: table.name, lines: table.lines)
            answers = .classes(known.map { all[$0] })
        }
        let weights = try table.weights(in: model.schema.names(.weight).first)
        let codes = table.codes(in: model.schema.names(.group).first)
        self.init(
            split: split, predictions: predictions, answers: answers,
            weights: weights.map { weights in known.map { Double(weights[$0]) } },
            clusters: codes.map { codes in known.map { codes[$0] } },
            protected: model.schema.protected.compactMap { name in
                table.column(named: name).map { column in
                    let groups = column.groupNames(model.groups)
                    return ProtectedColumn(name: name, groups: known.map { groups[$0] })
                }
            },
            threshold: model.threshold, costs: model.costs)
    }

    /// The rows that have a target.
    package static func knownRows(
        _ table: Table, rows: [Int]?, target: TargetEncoder
    ) throws(VouchError) -> [Int] {
        let column = try targetColumn(table, target)
        let known = (rows ?? Array(0..<table.rowCount)).filter { !column.isMissing($0) }
        guard !known.isEmpty else {
            throw VouchError("\(table.name) has no row with a target in \"\(target.column)\"")
        }
        return known
    }

    private static func targetColumn(
        _ table: Table, _ target: TargetEncoder
    ) throws(VouchError) -> Column {
        guard let column = table.column(named: target.column) else {
            throw VouchError(
                "\(table.name) has no column \"\(target.column)\", the target; "
                    + "without answers there is nothing to measure")
        }
        return column
    }

    /// No rows of a split.
    init(none split: RowSplit, of model: some DescribedModel) {
        let classes = model.target.classes
        self.init(
            split: split, predictions: Predictions(rows: 0, classes: classes, values: []),
            answers: classes.isEmpty ? .numbers([]) : .classes([]),
            protected: model.schema.protected.map { .init(name: $0, groups: []) },
            threshold: model.threshold, costs: model.costs)
    }
}
