package import Adoption
import Models
package import ONNX
import Platform
import Prediction
import RunStore
package import Tables

/// The tables of an adoption, read as the model takes them, and the model that takes them.
package struct AdoptedRows {
    package let model: ImportedModel
    /// The text of `rows.yaml`.
    package let mapping: String
    /// Those that it is measured on; every one has an answer.
    package let test: Table
    /// Those that it was trained on.
    package let training: Table?
    /// Those that thresholds and remedies are fitted on.
    package let validation: Table?
    package let warnings: [String]
    /// SHA-256 of the files: training rows where there are some, then those that it is measured on.
    package let hashes: [String]
    /// Of the file of validation rows.
    package let validationSHA256: String?

    /// - Parameters:
    ///   - named: What errors call the model.
    ///   - sha256: Of the model and its external data.
    ///   - say: Is told what was guessed.
    package init(
        _ configuration: AdoptConfiguration, _ model: ONNXModel, named: String, sha256: String,
        threads: Int, say: (String) -> Void
    ) throws {
        let bytes = try CSVReader.bytes(path: configuration.data)
        let columns = configuration.columns
        let options = try schemaOptions(columns)
        let reading = try csvOptions(configuration.reading, threads: threads).naming(columns, options)
        mapping = try Self.mapping(
            configuration, model, named: named,
            table: {
                try CSVReader.read(bytes: bytes, name: configuration.data, options: reading)
            }, say: say)
        let rows = try RowMapping(
            yaml: mapping, as: configuration.rows.map { "--rows \($0)" } ?? "rows.yaml as guessed")
        guard columns.target.isEmpty || columns.target == rows.target else {
            throw VouchError(
                setting: """
                    \(named: "target") is "\(columns.target)", and \(configuration.rows ?? "rows.yaml") says target: \
                    \(rows.target); name the same column
                    """)
        }
        let table = try CSVReader.read(
            bytes: bytes, name: configuration.data, options: reading.reading(rows))
        var found: [String] = table.remarks.map { "\(configuration.data): \($0)" }
        let schema = try Self.schema(table, rows, configuration, warnings: &found)
        try checkGroups(
            bins: columns.groupBins, labels: columns.groupLabels, protected: schema.protected, in: table)
        let target = try Self.target(rows, in: table, columns)
        var naming = GroupNaming(labels: columns.groupLabels ?? [:])
        for name in schema.protected {
            naming.edges[name] =
                columns.groupBins?[name]
                ?? table.column(named: name)?.groupEdges(rows: Array(0..<table.rowCount))
        }
        if configuration.costs != nil, target.task != .binary {
            throw VouchError(
                setting: "\(named: Settings.costs) is for two classes, and \"\(rows.target)\" has others")
        }
        self.model = try ImportedModel(
            model, rows,
            .init(
                name: named, target: target, schema: schema, costs: configuration.costs, groups: naming,
                provenance: Provenance(
                    origin: .imported(
                        source: Files.name(of: configuration.model), sha256: sha256, version: vouchVersion))))
        var hashes = [ContentHash.sha256(bytes)]
        var validationHash: String?
        let own = self.model
        func other(_ path: String?, hashed read: (String) -> Void) throws -> Table? {
            guard let path else { return nil }
            let bytes = try CSVReader.bytes(path: path)
            let table = try CSVReader.read(
                bytes: bytes, name: path,
                options: own.newRowOptions(configuration.reading, threads: threads))
            guard table.column(named: rows.target) != nil else {
                throw VouchError("\(path) has no column \"\(rows.target)\", the target")
            }
            read(ContentHash.sha256(bytes))
            return table.selecting(
                rows: try LabelledPredictions.knownRows(table, rows: nil, target: target))
        }
        training = try other(configuration.training) { hashes.insert($0, at: 0) }
        validation = try other(configuration.validation) { validationHash = $0 }
        validationSHA256 = validationHash
        let known = try LabelledPredictions.knownRows(table, rows: nil, target: target)
        if known.count < table.rowCount {
            found.append(
                "\(configuration.data): \(table.rowCount - known.count) of \(table.rowCount) rows have no target and "
                    + "are left out")
        }
        if rows.output.meaning == .label {
            found.append(
                "the model says which class, and no probabilities: 1 stands for the class that it says and 0 for the "
                    + "others, so that what is told of probabilities (log loss, Brier score, calibration) is of these")
        }
        test = table.selecting(rows: known)
        warnings = found
        self.hashes = hashes
    }

    /// The text that says which rows the model takes: a file's, or what is guessed.
    private static func mapping(
        _ configuration: AdoptConfiguration, _ model: ONNXModel, named: String,
        table: () throws -> Table, say: (String) -> Void
    ) throws -> String {
        if let path = configuration.rows { return String(decoding: try Files.read(path), as: UTF8.self) }
        let columns = configuration.columns
        let others = columns.id + columns.exclude + [columns.group, columns.weight].compactMap { $0 }
        let table = try table()
        if !columns.target.isEmpty, table.column(named: columns.target) == nil {
            throw VouchError(
                setting: """
                    \(named: "target") is "\(columns.target)", and \(configuration.data) has no such column; it has \
                    \(table.columns.namesText)
                    """)
        }
        let guess = MappingGuess(
            model, name: named, table: table, target: columns.target.isEmpty ? nil : columns.target,
            except: Set(others))
        guard guess.open.isEmpty else {
            throw VouchError(
                "\(named) and \(configuration.data) do not tell which rows the model takes. Write a file with "
                    + "`vouch model init`, complete it and give it with --rows. Open are:\n  "
                    + guess.open.joined(separator: "\n  "))
        }
        for note in guess.notes { say("guessed: \(note)") }
        return guess.text
    }

    /// Columns with their roles: what the model takes are features, whatever is in them.
    private static func schema(
        _ table: Table, _ rows: RowMapping, _ configuration: AdoptConfiguration,
        warnings: inout [String]
    ) throws -> Schema {
        let taken = Set(rows.columns)
        for name in rows.columns where table.column(named: name) == nil {
            throw VouchError(
                "\(configuration.data) has no column \"\(name)\", which the model takes by "
                    + "\(configuration.rows ?? "rows.yaml"). It has \(table.columns.namesText)")
        }
        guard !taken.contains(rows.target) else {
            throw VouchError(
                "the model takes the column \"\(rows.target)\", which is the target, too: correct rows.yaml")
        }
        var options = try schemaOptions(configuration.columns)
        options.target = rows.target
        let named = Set(options.protected + options.id + [options.group, options.weight].compactMap { $0 })
        options.exclude += table.columns.map(\.name).filter {
            !taken.contains($0) && $0 != rows.target && !named.contains($0) && !options.exclude.contains($0)
        }
        var (schema, found) = try Schema.infer(table, options)
        schema.missingTexts = configuration.reading.missing
        for place in schema.columns.indices where taken.contains(schema.columns[place].name) {
            schema.columns[place].role = .feature
        }
        // What makes a column useless for a training is no matter here.
        let notes = Set(table.notes.map(\.column))
        warnings += found.filter { notes.contains($0.column) }.map(\.description)
        return schema
    }

    private static func target(
        _ rows: RowMapping, in table: Table, _ columns: TrainConfiguration.ColumnRoles
    ) throws -> TargetEncoder {
        guard let column = table.column(named: rows.target) else {
            throw VouchError(
                "\(table.name) has no column \"\(rows.target)\", the target. It has \(table.columns.namesText)")
        }
        guard rows.output.meaning != .number else {
            return try TargetEncoder(
                column, source: table.name, rows: Array(0..<table.rowCount), task: .regression,
                positive: nil, lines: table.lines)
        }
        var classes = rows.classes
        if let positive = columns.positive {
            guard let place = classes.firstIndex(of: positive) else {
                throw VouchError(
                    setting: """
                        \(named: "positive") is "\(positive)", but the classes are \
                        \(classes.joined(separator: ", "))
                        """)
            }
            classes.append(classes.remove(at: place))
        }
        let target = TargetEncoder(column: rows.target, classes: classes)
        do throws(TableError) {
            _ = try target.labels(column, source: table.name, lines: table.lines)
        } catch {
            var error = error
            error.problem = error.problem.replacing(
                "is not a class of the training rows", with: "is not a class of the model")
            error.advice += ". Correct the cell, or `classes` in rows.yaml"
            throw error
        }
        return target
    }
}

extension CSVOptions {
    /// Cells as a model takes them: texts and codes as they stand, numbers as numbers.
    fileprivate func reading(_ rows: RowMapping) -> CSVOptions {
        var options = self
        let texts = rows.textColumns
        for name in rows.columns where options.kinds[name] == nil {
            options.kinds[name] = texts.contains(name) ? .category : .number
        }
        options.kinds[rows.target] = rows.output.meaning == .number ? .number : .category
        options.keepText(rows.target, role: .target)
        return options
    }
}
