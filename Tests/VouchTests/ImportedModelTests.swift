import Adoption
import Foundation
import Models
import ONNX
import Platform
import Prediction
import Runs
import Tables
import Testing

/// The models of `Adopted`: what is shipped to `make_models.py`'s tests.
enum AdoptedModels {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Adopted").path()

    static func path(_ name: String) -> String { folder + "/" + name }

    static func model(_ name: String) throws -> ONNXModel {
        try ONNXReader.read(file: URL(filePath: path(name)))
    }

    /// Of the first rows of Adult's test file, what ONNX's reference implementation says, by model.
    static func expected(_ column: String) throws -> [Double] {
        try CSVReader.read(bytes: Files.read(path("expected.csv")), name: "expected.csv", options: CSVOptions())
            .numbers(in: column)
    }

    /// Those rows.
    static func rows() throws -> Table {
        var options = CSVOptions()
        options.kinds["class"] = .category
        let table = try CSVReader.read(path: Adult.test, options: options)
        return table.selecting(rows: Array(0..<12))
    }

    static let numbers = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]

    static func linear(_ input: String = "numbers", output: RowMapping.Output) -> RowMapping {
        RowMapping(
            inputs: [.init(name: input, form: .number, cells: numbers.map { .init(column: $0) })],
            output: output, target: "class", classes: ["<=50K", ">50K"])
    }

    static let probability = RowMapping.Output(name: "probability", meaning: .probabilities)

    static let named = RowMapping(
        inputs: ["age", "education-num", "hours-per-week"].map {
            .init(name: $0.replacing("-", with: "_"), form: .number, cells: [.init(column: $0)])
        } + [.init(name: "sex", form: .text, cells: [.init(column: "sex")])],
        output: .init(name: "probabilities", meaning: .probabilities), target: "class",
        classes: ["<=50K", ">50K"])

    static func imported(
        _ name: String, _ mapping: RowMapping, positive: String = ">50K"
    ) throws -> ImportedModel {
        let classes = mapping.classes.filter { $0 != positive } + mapping.classes.filter { $0 == positive }
        return try ImportedModel(
            model(name), mapping,
            .init(
                name: name, target: TargetEncoder(column: "class", classes: classes),
                schema: Schema(columns: []),
                provenance: Provenance(origin: .imported(source: name, sha256: "", version: "0"))))
    }
}

@Suite struct ImportedModelTests {
    private static func expect(_ found: [Double], _ wanted: [Double]) {
        #expect(found.count == wanted.count)
        for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-6, "\(a) \(b)") }
    }

    @Test func columnsSideBySide() throws {
        let model = try AdoptedModels.imported(
            "adult_linear.onnx", AdoptedModels.linear(output: AdoptedModels.probability))
        let said = try model.predictions(for: AdoptedModels.rows())
        #expect(said.classes == ["<=50K", ">50K"] && model.features == AdoptedModels.numbers)
        Self.expect(said.positiveScores, try AdoptedModels.expected("linear"))
    }

    @Test func anInputAColumnWithTexts() throws {
        let model = try AdoptedModels.imported("adult_named.onnx", AdoptedModels.named)
        Self.expect(
            try model.predictions(for: AdoptedModels.rows()).positiveScores,
            try AdoptedModels.expected("named"))
    }

    /// The last of twelve batches is filled up, and scores go through the logistic function.
    @Test(arguments: [12, 7, 1, 0])
    func aFixedBatchOfScores(_ count: Int) throws {
        let model = try AdoptedModels.imported(
            "adult_batch.onnx",
            AdoptedModels.linear(output: .init(name: "score", meaning: .probabilities, isLogits: true)))
        let rows = try AdoptedModels.rows().selecting(rows: Array(0..<count))
        Self.expect(
            try model.predictions(for: rows).positiveScores,
            Array(try AdoptedModels.expected("linear").prefix(count)))
    }

    /// The class that is called positive comes last, whatever the order of the output.
    @Test func thePositiveClassComesLast() throws {
        let model = try AdoptedModels.imported(
            "adult_named.onnx", AdoptedModels.named, positive: "<=50K")
        let said = try model.predictions(for: AdoptedModels.rows())
        #expect(said.classes == [">50K", "<=50K"])
        Self.expect(said.positiveScores, try AdoptedModels.expected("named").map { 1 - $0 })
    }

    @Test func labelsAreWholeProbabilities() throws {
        var mapping = AdoptedModels.named
        mapping.output = .init(name: "label", meaning: .label)
        mapping.labels = ["0", "1"]
        let model = try AdoptedModels.imported("adult_named.onnx", mapping)
        #expect(
            try model.predictions(for: AdoptedModels.rows()).positiveScores
                == AdoptedModels.expected("named").map { $0 > 0.5 ? 1 : 0 })
        mapping.labels = ["no", "yes"]
        let other = try AdoptedModels.imported("adult_named.onnx", mapping)
        let error = #expect(throws: ModelError.self) { try other.predictions(for: AdoptedModels.rows()) }
        #expect(error?.description.contains("`labels`") == true)
    }

    /// A row's prediction does not depend on those beside it, nor on how many there are.
    @Test func blocksSayWhatTheTableSays() throws {
        let model = try AdoptedModels.imported(
            "adult_linear.onnx", AdoptedModels.linear(output: AdoptedModels.probability))
        let twelve = try AdoptedModels.rows()
        let many = twelve.selecting(rows: (0..<700).map { $0 % 12 })
        let all = try model.predictions(for: many)
        let part = try model.predictions(for: many.selecting(rows: Array(256..<512)))
        #expect(all.selecting(Array(256..<512)) == part)
    }

    @Test func scoresThatAreNoProbabilitiesAreRefused() throws {
        let model = try AdoptedModels.imported(
            "adult_batch.onnx",
            AdoptedModels.linear(output: .init(name: "score", meaning: .probabilities)))
        let error = #expect(throws: ModelError.self) { try model.predictions(for: AdoptedModels.rows()) }
        #expect(error?.description.contains("logits: true") == true)
        #expect(error?.description.contains("line 2 of") == true, "\(error?.description ?? "")")
    }

    @Test func missingCellsAreNaNUnlessSaidOtherwise() throws {
        var mapping = AdoptedModels.linear(output: AdoptedModels.probability)
        let rows = try AdoptedModels.rows()
        let columns = rows.columns.map { column in
            column.name == "age"
                ? Column(name: "age", cells: .numbers([Double](repeating: .nan, count: 12))) : column
        }
        let empty = Table(name: "empty", rowCount: 12, columns: columns)
        let model = try AdoptedModels.imported("adult_linear.onnx", mapping)
        let error = #expect(throws: ModelError.self) { try model.predictions(for: empty) }
        #expect(error?.description.contains("what stands for missing ones") == true)
        mapping.inputs[0].cells[0].missing = .number(25)
        let filled = try AdoptedModels.imported("adult_linear.onnx", mapping)
        let twentyFive = Table(
            name: "25", rowCount: 12,
            columns: rows.columns.map { column in
                column.name == "age"
                    ? Column(name: "age", cells: .numbers([Double](repeating: 25, count: 12))) : column
            })
        #expect(try filled.predictions(for: empty) == model.predictions(for: twentyFive))
    }

    @Test func codesStandForTexts() throws {
        var mapping = AdoptedModels.linear(output: AdoptedModels.probability)
        mapping.inputs[0].cells[0] = .init(column: "sex", codes: ["Female": 25, "Male": 40], unknown: nil)
        let rows = try AdoptedModels.rows()
        let model = try AdoptedModels.imported("adult_linear.onnx", mapping)
        let plain = try AdoptedModels.imported(
            "adult_linear.onnx", AdoptedModels.linear(output: AdoptedModels.probability))
        let sex = try #require(rows.column(named: "sex"))
        let ages = (0..<12).map { sex.text($0) == "Male" ? 40.0 : 25 }
        let coded = Table(
            name: "ages", rowCount: 12,
            columns: rows.columns.map { $0.name == "age" ? Column(name: "age", cells: .numbers(ages)) : $0 })
        #expect(try model.predictions(for: rows) == plain.predictions(for: coded))
        mapping.inputs[0].cells[0].codes = ["Male": 40]
        let strict = try AdoptedModels.imported("adult_linear.onnx", mapping)
        let error = #expect(throws: TableError.self) { try strict.predictions(for: rows) }
        #expect(error?.problem.contains("\"Female\" has no code") == true && error?.line != nil)
        mapping.inputs[0].cells[0].unknown = 25
        let open = try AdoptedModels.imported("adult_linear.onnx", mapping)
        #expect(try open.predictions(for: rows) == plain.predictions(for: coded))
    }

    /// What is changed in a mapping that fits, and what the error says.
    @Test(arguments: [
        ("width", "takes 6 columns"), ("input", "takes no \"other\""), ("output", "gives no \"other\""),
        ("form", "as: number"), ("none", "which rows.yaml does not feed"),
    ])
    func aMappingOfAnotherModelIsRefused(_ change: String, _ said: String) throws {
        var mapping = AdoptedModels.linear(output: AdoptedModels.probability)
        switch change {
        case "width": mapping.inputs[0].cells.removeLast()
        case "input": mapping.inputs[0].name = "other"
        case "output": mapping.output.name = "other"
        case "form": mapping.inputs[0].form = .text
        default: mapping.inputs = []
        }
        let error = #expect(throws: ModelError.self) {
            try AdoptedModels.imported("adult_linear.onnx", mapping)
        }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test func aTableWithoutAColumnIsRefused() throws {
        let model = try AdoptedModels.imported("adult_named.onnx", AdoptedModels.named)
        let rows = try AdoptedModels.rows()
        let fewer = Table(
            name: "fewer", rowCount: 12, columns: rows.columns.filter { $0.name != "sex" })
        let error = #expect(throws: TableError.self) { try model.predictions(for: fewer) }
        #expect(error?.column == "sex")
    }

    @Test func storedOutputsAreCompared() throws {
        let model = try AdoptedModels.model("adult_linear.onnx")
        func value(_ name: String) throws -> ONNXValue {
            .tensor(
                try ONNXReader.readTensor(
                    Data(try Files.read(AdoptedModels.path(name))), source: name))
        }
        let check = try StoredCheck(
            model, inputs: [value("input.pb")], outputs: [value("output.pb")], name: "adult_linear.onnx")
        #expect(check.count == 12 && check.largestDifference < 1e-6)
        let wrong = ONNXValue.tensor(ONNXTensor([12, 1], [Float](repeating: 0.5, count: 12)))
        let error = #expect(throws: ModelError.self) {
            try StoredCheck(model, inputs: [value("input.pb")], outputs: [wrong], name: "m.onnx")
        }
        #expect(error?.description.contains("element 1") == true)
        // Nothing is near an infinity, however large a difference may be relative to it.
        let endless = ONNXValue.tensor(ONNXTensor([12, 1], [Float](repeating: .infinity, count: 12)))
        #expect(throws: ModelError.self) {
            try StoredCheck(model, inputs: [value("input.pb")], outputs: [endless], name: "m.onnx")
        }
    }
}
