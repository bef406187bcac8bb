package import Models
package import ONNX
package import Prediction
package import Tables

/// A model that another program trained, with the rows that it takes and what it predicts.
///
/// It predicts raw rows, and has gradients where all of it is one graph. Its rows are run in batches of a fixed number,
/// so that those of a block of a file are computed as those of the whole file are.
package struct ImportedModel: DescribedModel {
    /// As it was called when it was imported.
    package let name: String
    package let mapping: RowMapping
    /// With the positive class last.
    package let target: TargetEncoder
    package let schema: Schema
    package let costs: LabelledPredictions.Costs?
    package let groups: GroupNaming
    package let provenance: Provenance
    private var runner: any ModelRunner
    private let writers: [InputWriter]
    private let reader: OutputReader
    private let graph: ImportedGraph
    /// Rows that the model is given at once.
    private let batchRows: Int
    private let isBatchFixed: Bool

    /// Rows at once of a model that takes any number: what it makes on its way stays small, and a block of a file has a
    /// multiple of them.
    private static let usualBatchRows = 256
    /// Of a model that takes one number of rows only.
    private static let mostBatchRows = 1 << 16

    /// What the model says of itself beside its file.
    package struct Description: Sendable {
        package var name: String
        package var target: TargetEncoder
        package var schema: Schema
        package var costs: LabelledPredictions.Costs?
        package var groups: GroupNaming
        package var provenance: Provenance

        package init(
            name: String, target: TargetEncoder, schema: Schema,
            costs: LabelledPredictions.Costs? = nil, groups: GroupNaming = GroupNaming(),
            provenance: Provenance
        ) {
            self.name = name
            self.target = target
            self.schema = schema
            self.costs = costs
            self.groups = groups
            self.provenance = provenance
        }
    }

    /// - Throws: where the mapping is not of this model, or an operator is not built here.
    package init(
        _ model: ONNXModel, _ mapping: RowMapping, _ described: Description
    ) throws(ModelError) {
        name = described.name
        self.mapping = mapping
        target = described.target
        schema = described.schema
        costs = described.costs
        groups = described.groups
        provenance = described.provenance
        do throws(ONNXError) {
            runner = try modelRunner(of: model)
        } catch {
            throw ModelError(error, of: described.name)
        }
        writers = try Self.writers(model, mapping, name: described.name)
        guard model.graph.outputs.contains(where: { $0.name == mapping.output.name }) else {
            throw ModelError(
                "\(described.name) gives no \"\(mapping.output.name)\", which rows.yaml names as its output; it gives "
                    + model.graph.outputs.map(\.name).joined(separator: ", "))
        }
        let places = try Self.places(of: described.target, in: mapping)
        reader = OutputReader(mapping, places: places)
        graph = ImportedGraph(model, mapping, writers, places: places, name: described.name)
        let fixed = Set(writers.compactMap(\.fixedRows))
        guard fixed.count < 2 else {
            let counts = fixed.sorted().map { "\($0)" }.joined(separator: " and ")
            throw ModelError(
                "the inputs of \(described.name) take \(counts) rows at once. Export it with a batch that may be of "
                    + "any size")
        }
        if let rows = fixed.first, rows > Self.mostBatchRows {
            throw ModelError(
                "\(described.name) takes \(rows) rows at once, and at most \(Self.mostBatchRows) are given. Export it "
                    + "with a batch that may be of any size")
        }
        batchRows = fixed.first ?? Self.usualBatchRows
        isBatchFixed = !fixed.isEmpty
    }

    private static func writers(
        _ model: ONNXModel, _ mapping: RowMapping, name: String
    ) throws(ModelError) -> [InputWriter] {
        var writers: [InputWriter] = []
        for input in mapping.inputs {
            guard let port = model.graph.inputs.first(where: { $0.name == input.name }) else {
                throw ModelError(
                    "\(name) takes no \"\(input.name)\", which rows.yaml names as an input; it takes "
                        + model.graph.inputs.map(\.name).joined(separator: ", "))
            }
            writers.append(try InputWriter(input, port))
        }
        let given = Set(mapping.inputs.map(\.name))
        for port in model.graph.requiredInputs where !given.contains(port.name) {
            throw ModelError(
                "\(name) takes \"\(port.name)\" (\(port.shapeText)), which rows.yaml does not feed. Say under `inputs` "
                    + "which columns it gets")
        }
        return writers
    }

    /// Of each class of the target, its place in the output.
    private static func places(
        of target: TargetEncoder, in mapping: RowMapping
    ) throws(ModelError) -> [Int] {
        guard mapping.output.meaning != .number else { return [] }
        var places: [Int] = []
        for name in target.classes {
            guard let place = mapping.classes.firstIndex(of: name) else {
                throw ModelError("the class \"\(name)\" is not among those of rows.yaml")
            }
            places.append(place)
        }
        guard Set(places).count == mapping.classes.count else {
            throw ModelError("rows.yaml names other classes than the model of this run has")
        }
        return places
    }
}

extension ImportedModel {
    package var requiredColumns: [String] { mapping.columns }
    /// Nobody here knows the rows that it learned from.
    package func unseenCells(in table: Table?) -> UnseenCells? { nil }
}

extension ImportedModel: Predictor {
    package var features: [String] { mapping.columns }

    package func predictions(for table: Table) throws -> Predictions {
        var filled: [InputWriter.Filled] = []
        for writer in writers { filled.append(try writer.filled(table)) }
        var values: [Double] = []
        values.reserveCapacity(table.rowCount * max(target.classes.count, 1))
        for first in stride(from: 0, to: table.rowCount, by: batchRows) {
            let used = min(batchRows, table.rowCount - first)
            var rows = Array(first..<first + used)
            // Of a batch of a fixed size the last row is repeated, and what is said of its copies is dropped.
            if isBatchFixed { rows += [Int](repeating: first + used - 1, count: batchRows - used) }
            var inputs: [String: ONNXValue] = [:]
            for (writer, filled) in zip(writers, filled) {
                inputs[writer.input.name] = writer.value(filled, rows: rows)
            }
            values += try reader.values(
                try said(of: inputs), rows: rows.count, used: used,
                rowNumber: { row in
                    let place = table.lines.map { "line \($0[first + row])" } ?? "row \(first + row + 1)"
                    return "\(place) of \(table.name)"
                })
        }
        return Predictions(rows: table.rowCount, classes: target.classes, values: values)
    }

    private func said(of inputs: [String: ONNXValue]) throws(ModelError) -> ONNXValue {
        let outputs: [String: ONNXValue]
        do throws(ONNXError) {
            outputs = try runner.run(inputs)
        } catch {
            throw ModelError(error, of: name)
        }
        guard let value = outputs[mapping.output.name] else {
            throw ModelError("\(name) did not give its output \"\(mapping.output.name)\"")
        }
        return value
    }

    /// What it can be asked beside: gradients, where it is a graph.
    package var abilities: ModelAbilities {
        switch graph.found {
        case .graph(let graph): ModelAbilities(graph: graph)
        case .obstacle(let why): ModelAbilities(graphObstacle: why)
        }
    }

    package func copied() -> any Predictor {
        var copy = self
        copy.runner = runner.copied()
        return copy
    }
}

extension ModelError {
    /// What an imported file has wrong, with the file's name before it.
    package init(_ error: ONNXError, of file: String) {
        self.init(error.place.hasPrefix(file) ? error.description : "\(file), \(error.description)")
    }
}
