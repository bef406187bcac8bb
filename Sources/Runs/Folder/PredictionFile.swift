package import Models
import Platform
package import Prediction
import RunStore
import Statistics
package import Tables

/// The predictions of a run's test and validation rows as CSV, in the run folder: what a comparison
/// pairs, what an audit by others can take, and what a remedy is fitted on.
///
/// One line a row, in the rows' order: the answer, `probability[CLASS]` for every class or
/// `prediction`, and where there are such, the quantiles `lower` and `upper`, the `fold` whose model did not learn from
/// the row, `weight`, `cluster` and `group[COLUMN]`.
package enum PredictionFile {
    package static func name(_ split: RowSplit) -> String { split.rawValue + "_predictions.csv" }
    private static let answer = "answer"

    package static func encode(_ test: LabelledPredictions) -> [UInt8] {
        var header = [answer]
        let classes = test.predictions.classes
        header += classes.isEmpty ? ["prediction"] : classes.map { "probability[\($0)]" }
        if test.predictions.bounds != nil { header += ["lower", "upper"] }
        if test.folds != nil { header.append("fold") }
        if test.weights != nil { header.append("weight") }
        if test.clusters != nil { header.append("cluster") }
        header += test.protected.map { "group[\($0.name)]" }
        var bytes: [UInt8] = []
        CSVWriter.append(header, to: &bytes)
        let width = test.predictions.width
        for row in 0..<test.rows {
            var cells: [String]
            switch test.answers {
            case .classes(let labels): cells = [classes[Int(labels[row])]]
            case .numbers(let targets): cells = [targets[row].description]
            }
            cells += test.predictions.values[row * width..<(row + 1) * width].map(\.description)
            if let bounds = test.predictions.bounds?[row] {
                cells += [bounds.lower.description, bounds.upper.description]
            }
            if let folds = test.folds { cells.append(String(folds[row])) }
            if let weights = test.weights { cells.append(weights[row].description) }
            if let clusters = test.clusters { cells.append(String(clusters[row])) }
            cells += test.protected.map { $0.groups[row] }
            CSVWriter.append(cells, to: &bytes)
        }
        return bytes
    }

    /// Whoever reads a run's own rows goes through `HeldOutRows`.
    ///
    /// - Parameter model: That of the run whose rows they are.
    package static func decode(
        _ bytes: [UInt8], name: String, split: RowSplit, model: some DescribedModel
    ) throws -> LabelledPredictions {
        let classes = model.target.classes
        var options = CSVOptions()
        options.missingTokens = []
        options.kinds[answer] = model.target.task == .regression ? .number : .category
        for name in model.schema.protected { options.kinds["group[\(name)]"] = .category }
        let table = try CSVReader.read(
            bytes: bytes, name: name, options: options)
        let columns =
            classes.isEmpty ? ["prediction"] : classes.map { "probability[\($0)]" }
        let scores = try columns.map { try table.numbers(in: $0) }
        var values: [Double] = []
        values.reserveCapacity(table.rowCount * columns.count)
        for row in 0..<table.rowCount { for score in scores { values.append(score[row]) } }
        var bounds: [Bounds]?
        if classes.isEmpty, table.column(named: "lower") != nil {
            bounds = zip(try table.numbers(in: "lower"), try table.numbers(in: "upper"))
                .map { Bounds(lower: $0, upper: $1) }
        }
        var clusters: [Int32]?
        if table.column(named: "cluster") != nil {
            clusters = try table.numbers(in: "cluster").map { Int32($0) }
        }
        var found = LabelledPredictions(
            split: split,
            predictions: Predictions(
                rows: table.rowCount, classes: classes, values: values, bounds: bounds),
            answers: classes.isEmpty
                ? .numbers(try table.numbers(in: answer))
                : .classes(try table.classCodes(in: answer, classes: classes)),
            weights: table.column(named: "weight") == nil ? nil : try table.numbers(in: "weight"),
            clusters: clusters,
            protected: model.schema.protected.compactMap { name in
                table.column(named: "group[\(name)]").map { column in
                    .init(
                        name: name,
                        groups: (0..<table.rowCount).map { column.text($0) ?? "(missing)" })
                }
            },
            threshold: model.threshold, costs: model.costs)
        if table.column(named: "fold") != nil {
            found.folds = try table.numbers(in: "fold").map { Int($0) }
        }
        return found
    }
}

extension Table {
    /// The number of each cell's class in a list.
    ///
    /// - Throws: naming the line of the first cell that is missing or of another class.
    package func classCodes(in name: String, classes: [String]) throws -> [Int32] {
        guard let column = column(named: name) else {
            throw VouchError("\(self.name) has no column \"\(name)\"")
        }
        var index: [String: Int32] = [:]
        for (code, text) in classes.enumerated() { index[text] = Int32(code) }
        return try (0..<rowCount).map { row in
            guard let text = column.text(row), let code = index[text] else {
                throw TableError(
                    action: "reading", source: self.name, line: lines?[row], row: row + 1,
                    column: name, problem: "\"\(column.text(row) ?? "")\" is none of the classes",
                    advice: "They are \(classes.joined(separator: ", "))")
            }
            return code
        }
    }
}
