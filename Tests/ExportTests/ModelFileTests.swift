import Foundation
import GraphIR
import Kernels
import ModelExport
import Models
import NN
import ONNX
import ONNXExport
import Prediction
import Tables
import TensorCore
import Testing

/// A table of each kind of column, a model of it with random weights, and its file.
struct SmallModel {
    enum Form: String, CaseIterable, Sendable { case linear, mlp, ensemble, additive }

    let table: Table
    let model: ModelBundle

    static let header = "age,income,rate,city,member,day,seen,label,several,amount\n"

    /// Rows that a model is fitted on: values pile up, cells are missing.
    static let text: String = {
        var text = header
        for row in 0..<120 {
            let cities = ["Zürich", "Nice", "Łódź", "", "Oslo"]
            let day = "20\(10 + row % 14)-\(row % 9 < 8 ? "0\(row % 9 + 1)" : "12")-\(10 + row % 19)"
            text += "\(row % 11 == 0 ? "" : "\(18 + row % 40)"),\(row * row % 997),\(Double(row % 37) / 8 - 2),"
            text += "\(cities[row % 5]),\(row % 3 == 0),\(row % 13 == 0 ? "NA" : day),"
            text += "\(day) \(row % 24 < 10 ? "0" : "")\(row % 24):30:0\(row % 10),"
            text += "\(row % 2 == 0 ? "no" : "yes"),\(["a", "b", "c"][row % 3]),\(Double(row) * 1.5 + 1000)\n"
        }
        return text
    }()

    /// - Parameter change: Of the encoder, before the network is made.
    init(_ form: Form, target name: String, models: Int = 1, change: (inout Encoder) -> Void = { _ in }) throws {
        table = try CSVReader.read(bytes: Array(Self.text.utf8), name: "rows.csv", options: CSVOptions())
        var options = SchemaOptions()
        options.target = name
        options.exclude = ["label", "several", "amount"].filter { $0 != name }
        let (schema, _) = try Schema.infer(table, options)
        let rows = Array(0..<table.rowCount)
        let bins = form == .linear ? nil : NumberBins.Rule(most: 6, atoms: .all)
        var encoder = try Encoder.fit(table, schema, rows: rows, bins: bins)
        change(&encoder)
        let target = try TargetEncoder(
            #require(table.column(named: name)), source: table.name, rows: rows, task: nil, positive: nil)
        let embedding = bins.map { _ in
            NumberEmbedding(
                numbers: encoder.bins.count, bins: encoder.bins.map(\.binCount).max() ?? 0, frequencies: 2, width: 3,
                trusts: encoder.bins.flatMap(\.trusts))
        }
        let input = TabularInput(
            numericWidth: encoder.numericWidth + encoder.bins.count,
            cardinalities: encoder.indexParents.map(\.cardinality), embedding: embedding)
        let task: TaskKind =
            switch target.task {
            case .binary: .binary
            case .multiclass: .multiclass(classes: target.classes.count)
            case .regression: .regression
            }
        let ranges = input.featureRanges
        let additive = AdditiveForm(
            columns: [
                .init(name: "numbers", features: ranges.numeric), .init(name: "texts", features: ranges.categories),
            ], pairs: [.init(0, 1)])
        let network = TabularNetwork(
            input: input, task: task, hidden: form == .mlp || form == .ensemble ? [8, 8] : [],
            members: form == .ensemble ? 3 : 1, activation: form == .mlp ? .gelu : .silu,
            additive: form == .additive ? additive : nil, hasLine: form == .ensemble)
        let graph = try network.inferenceGraph()
        let parameters = ModelParameters(graph, count: models) { tensor, model in
            if let spec = graph.parameter(named: tensor.name), case .values(let values) = spec.initializer {
                return values
            }
            let random = CounterRandom(seed: UInt64(model), name: tensor.name)
            return (0..<tensor.count).map { Float(random.uniform(index: UInt64($0)) - 0.5) }
        }
        self.model = ModelBundle(
            network: network, graph: graph, parameters: parameters, target: target, encoder: encoder,
            schema: schema, provenance: .trained(version: "test"))
    }

    /// Rows with cells that training never had.
    func hostileRows() throws -> Table {
        var text = Self.header
        let numbers = ["", "?", "0", "-0", "1e300", "-1e300", "1e9", "4e8", "1e-300", "17", "996", "2.5"]
        let texts = ["", "NA", "never seen", "Zu\u{308}rich", "Zürich", "true", "TRUE", "null"]
        let days = ["", "0001-01-01", "1969-12-31", "1900-02-28", "2000-02-29", "2024-12-31", "9999-12-31"]
        for row in 0..<60 {
            let day = days[row % days.count]
            let time = day.isEmpty ? "NA" : "\(day) \(row % 24 < 10 ? "0" : "")\(row % 24):59:59"
            text += "\(numbers[row % 12]),\(numbers[(row + 5) % 12]),\(numbers[(row * 7) % 12]),"
            text += "\(texts[row % 8]),\(texts[(row + 3) % 8]),\(day),\(time),,,\n"
        }
        let options = CSVOptions().keepingTexts(of: model.schema)
        let read = try CSVReader.read(bytes: Array(text.utf8), name: "new.csv", options: options)
        // No text of a file is an infinite number, but a caller of the model may hand one over.
        let columns = read.columns.map { column in
            var column = column
            if case .numbers(var cells) = column.cells {
                (cells[3], cells[4]) = (.infinity, -.infinity)
                column.cells = .numbers(cells)
            }
            return column
        }
        return Table(name: read.name, rowCount: read.rowCount, columns: columns)
    }

    /// What a caller hands over.
    func inputs(_ table: Table) throws -> [String: ONNXValue] {
        var inputs: [String: ONNXValue] = [:]
        for encoder in model.encoder.columns {
            let column = try #require(table.column(named: encoder.column))
            let shape = [table.rowCount, 1]
            let tensor =
                encoder is CategoryEncoder
                ? ONNXTensor(shape, (0..<table.rowCount).map { column.text($0) ?? "" })
                : ONNXTensor(shape, try #require(column.measures))
            inputs[encoder.column] = .tensor(tensor)
        }
        return inputs
    }
}

/// A model with all that is before and behind its network as one file, run by our reader of ONNX files.
@Suite struct ModelFileTests {
    @Test(arguments: SmallModel.Form.allCases, ["label", "several", "amount"])
    func aFileSaysWhatTheModelSays(_ form: SmallModel.Form, _ target: String) throws {
        var small = try SmallModel(form, target: target, models: form == .ensemble ? 1 : 2)
        try check(small)
        guard target == "label", form == .mlp else { return }
        var model = small.model
        model.costs = .init(falsePositive: 1, falseNegative: 4)
        small = SmallModel(small, model)
        try check(small)
    }

    private func check(_ small: SmallModel) throws {
        let rows = try small.hostileRows()
        let expected = try small.model.predict(rows, pool: WorkerPool(threads: 1))
        let exported = try small.model.exported(version: "test", metadata: [("key", "value")])
        let file = try ONNXReader.read(Data(exported.bytes), source: "model.onnx")
        #expect(file.metadata.map(\.key) == ["key"] && file.opsets == ["": 17, "ai.onnx.ml": 3])
        let outputs = try ONNXInterpreter(file).run(small.inputs(rows))
        #expect(Set(outputs.keys) == Set(exported.outputs.map(\.name)))
        guard let classes = outputs["probabilities"]?.tensor else {
            let numbers = try #require(outputs["prediction"]?.tensor.flatMap { Double.array($0.elements) })
            for (one, other) in zip(numbers, expected.values) {
                #expect(abs(one - other) <= 1e-6 * small.model.target.scale + 1e-6 * abs(other))
            }
            return
        }
        #expect(classes.shape == [rows.rowCount, expected.width])
        let numbers = try #require(Float.array(classes.elements))
        for (one, other) in zip(numbers, expected.values) { #expect(abs(Double(one) - other) <= 1e-6) }
        let decided = try #require(outputs["decision"]?.tensor.flatMap { String.array($0.elements) })
        let width = expected.width
        for row in 0..<rows.rowCount {
            let own = expected.values[row * width..<(row + 1) * width]
            let place =
                width == 2
                ? (own[own.startIndex + 1] >= small.model.threshold ? 1 : 0)
                : own.indices.max { own[$0] < own[$1] }.map { $0 - own.startIndex } ?? 0
            #expect(decided[row] == small.model.target.classes[place])
        }
    }

    /// Both spellings of one letter are one text for the table, and bytes for the file.
    @Test func aTextIsKnownInBothNormalForms() throws {
        let small = try SmallModel(.mlp, target: "label")
        let rows = try small.hostileRows()
        let encoded = try small.model.encoder.encode(rows)
        let city = try #require(small.model.encoder.indexParents.firstIndex { $0.column == "city" })
        let codes = (0..<rows.rowCount).map { encoded.categories[$0 * encoded.categoryWidth + city] }
        #expect(codes[3] == codes[4] && codes[3] > 1 && codes[0] == 0 && codes[2] == 1)
    }

    @Test func aColumnMayBeCalledAsAnOutput() throws {
        var small = try SmallModel(.linear, target: "label")
        var model = small.model
        let columns = model.encoder.columns.compactMap { $0 as? CategoryEncoder }
        var encoder = try Encoder.fit(
            Table(
                name: "renamed", rowCount: small.table.rowCount,
                columns: small.table.columns.map { column in
                    var column = column
                    if column.name == columns[0].column { column.name = "probabilities" }
                    return column
                }),
            Schema(
                columns: model.schema.columns.map { entry in
                    var entry = entry
                    if entry.name == columns[0].column { entry.name = "probabilities" }
                    return entry
                }), rows: Array(0..<small.table.rowCount))
        swap(&model.encoder, &encoder)
        small = SmallModel(small, model)
        let exported = try small.model.exported(version: "test")
        #expect(exported.outputs.map(\.name) == ["decision", "output_probabilities"])
        let file = try ONNXReader.read(Data(exported.bytes), source: "model.onnx")
        #expect(file.graph.outputs.map(\.name) == ["decision", "output_probabilities"])
    }

    @Test func whatCannotBeWrittenIsRefused() throws {
        let small = try SmallModel(.linear, target: "label")
        var model = small.model
        model.dropoutPasses = 20
        #expect(throws: ONNXExportError.self) { try model.exported(version: "test") }
        var text = "many,label\n"
        for row in 0..<5000 { text += "v\(row)x,\(row % 2 == 0 ? "no" : "yes")\n" }
        let table = try CSVReader.read(bytes: Array(text.utf8), name: "many.csv", options: CSVOptions())
        var schema = Schema(columns: [.init(name: "many", kind: .category, role: .feature)])
        schema.missingTexts = []
        model = small.model
        model.encoder = try Encoder.fit(table, schema, rows: Array(0..<5000))
        let error = #expect(throws: ONNXExportError.self) { try model.exported(version: "test") }
        #expect(error?.place == "the column \"many\"" && error?.advice.contains("--exclude") == true)
    }
}

extension SmallModel {
    /// The same table with another model of it.
    init(_ other: SmallModel, _ model: ModelBundle) {
        table = other.table
        self.model = model
    }
}
