import Adoption
import ONNX
import Runs
import Tables
import Testing

/// What is guessed of a model's rows, and that nothing is chosen in silence.
@Suite struct MappingGuessTests {
    private static let table = Table(
        name: "people.csv", rowCount: 4,
        columns: [
            Column(name: "age", cells: .numbers([20, 30, 40, .nan])),
            Column(name: "job-kind", cells: .categories(codes: [0, 1, 0, -1], values: ["clerk", "cook"])),
            Column(name: "hours", cells: .numbers([10, 20, 30, 40])),
            Column(name: "class", cells: .categories(codes: [0, 1, 0, 1], values: ["no", "yes"])),
        ])

    private typealias Port = (name: String, kind: ONNXPort.Kind)

    private static func port(_ name: String, _ type: ElementType, _ extents: ONNXPort.Extent...) -> Port {
        (name, .tensor(type, shape: extents))
    }

    /// A shipped model with other inputs and outputs, and with one node.
    private static func model(
        _ inputs: [Port], _ outputs: [Port], _ operation: String = "Softmax",
        _ attributes: [String: ONNXAttribute] = [:]
    ) throws -> ONNXModel {
        var model = try AdoptedModels.model("adult_linear.onnx")
        let port = model.graph.inputs[0]
        func ports(_ ports: [Port]) -> [ONNXPort] {
            ports.map { name, kind in
                var other = port
                (other.name, other.kind) = (name, kind)
                return other
            }
        }
        model.graph.inputs = ports(inputs)
        model.graph.outputs = ports(outputs)
        model.graph.initializers = [:]
        var node = model.graph.nodes[0]
        node.operation = OperatorName(operation)
        node.outputs = outputs.map(\.name)
        node.attributes = attributes
        model.graph.nodes = [node]
        return model
    }

    private static func guess(_ model: ONNXModel, target: String? = "class") -> MappingGuess {
        MappingGuess(model, name: "model.onnx", table: table, target: target)
    }

    private static let scores = port("probabilities", .float32, .free("N"), .fixed(2))

    @Test func asManyNumbersAsTheInputIsWideAreTaken() throws {
        let guess = Self.guess(try Self.model([Self.port("x", .float32, .free("N"), .fixed(2))], [Self.scores]))
        #expect(guess.open.isEmpty, "\(guess.open)")
        let rows = try RowMapping(yaml: guess.text, as: "guess")
        #expect(rows.inputs.map { $0.cells.map(\.column) } == [["age", "hours"]])
        #expect(rows.target == "class" && rows.classes == ["no", "yes"] && rows.labels.isEmpty)
        #expect(rows.output == .init(name: "probabilities", meaning: .probabilities))
        #expect(guess.notes.contains { $0.contains("the 2 columns of numbers") })
    }

    @Test func inputsAreFoundByTheirNames() throws {
        let guess = Self.guess(
            try Self.model(
                [
                    Self.port("job_kind", .string, .free("N"), .fixed(1)),
                    Self.port("Hours", .float32, .free("N")),
                ], [Self.scores]))
        let rows = try RowMapping(yaml: guess.text, as: "guess")
        #expect(rows.inputs.map { $0.cells.map(\.column) } == [["job-kind"], ["hours"]])
        #expect(rows.inputs.map(\.form) == [.text, .number])
    }

    @Test func textsForAModelOfNumbersAreLeftOpen() throws {
        let guess = Self.guess(try Self.model([Self.port("x", .float32, .free("N"), .fixed(3))], [Self.scores]))
        #expect(guess.open.count == 1 && guess.open[0].contains("job-kind holds texts"))
        let error = #expect(throws: VouchError.self) { try RowMapping(yaml: guess.text, as: "guess") }
        #expect(error?.description.contains("`codes` is left to be chosen") == true)
    }

    @Test func anInputOfAnotherWidthIsLeftOpen() throws {
        let guess = Self.guess(try Self.model([Self.port("x", .float32, .free("N"), .fixed(9))], [Self.scores]))
        #expect(guess.open.count == 1 && guess.open[0].hasPrefix("columns: 9 of age, job-kind, hours"))
    }

    @Test func scoresOfAProductAreLogits() throws {
        let input = Self.port("x", .float32, .free("N"), .fixed(2))
        let output = Self.port("out", .float32, .free("N"), .fixed(2))
        var rows = try RowMapping(
            yaml: Self.guess(try Self.model([input], [output], "Gemm")).text, as: "guess")
        #expect(rows.output.isLogits)
        rows = try RowMapping(
            yaml: Self.guess(try Self.model([input], [output], "Softmax")).text, as: "guess")
        #expect(!rows.output.isLogits)
    }

    @Test func classesAreThoseOfTheModel() throws {
        let input = Self.port("x", .float32, .free("N"), .fixed(2))
        let strings = ONNXAttribute.strings([Array("yes".utf8), Array("no".utf8)])
        var guess = Self.guess(
            try Self.model(
                [input], [Self.scores],
                "TreeEnsembleClassifier", ["classlabels_strings": strings]),
            target: nil)
        var rows = try RowMapping(yaml: guess.text, as: "guess")
        #expect(rows.classes == ["yes", "no"] && rows.target == "class")
        guess = Self.guess(
            try Self.model(
                [input], [Self.scores],
                "TreeEnsembleClassifier", ["classlabels_int64s": .ints([0, 1])]))
        rows = try RowMapping(yaml: guess.text, as: "guess")
        #expect(rows.classes == ["no", "yes"] && rows.labels == ["0", "1"])
        guess = Self.guess(
            try Self.model(
                [input], [Self.scores],
                "TreeEnsembleClassifier", ["classlabels_int64s": .ints([0, 1, 2])]))
        #expect(guess.open.contains { $0.hasPrefix("classes") })
    }

    @Test func aTargetOfNumbersIsARegression() throws {
        let input = Self.port("x", .float32, .free("N"), .fixed(1))
        let table = Table(
            name: "t.csv", rowCount: 40,
            columns: [
                Column(name: "x", cells: .numbers((0..<40).map(Double.init))),
                Column(name: "y", cells: .numbers((0..<40).map { Double($0) / 3 })),
            ])
        let guess = MappingGuess(
            try Self.model([input], [Self.port("out", .float32, .free("N"), .fixed(1))]), name: "m.onnx",
            table: table, target: "y")
        let rows = try RowMapping(yaml: guess.text, as: "guess")
        #expect(rows.output.meaning == .number && rows.classes.isEmpty)
    }

    /// Names that YAML would read otherwise come back as they are.
    @Test(arguments: ["yes", "a: b", "#x", "- y", "\"q\"", "ä\n\u{1}", "a\u{2028}b\u{85}c", "1", "", " x ", "{a}"])
    func namesAreQuoted(_ name: String) throws {
        let table = Table(
            name: "t.csv", rowCount: 2,
            columns: [
                Column(name: "n" + name, cells: .numbers([1, 2])),
                Column(name: "class", cells: .categories(codes: [0, 1], values: [name, "other"])),
            ])
        let guess = MappingGuess(
            try Self.model([Self.port(name, .float32, .free("N"), .fixed(1))], [Self.scores]), name: "m.onnx",
            table: table, target: "class")
        let rows = try RowMapping(yaml: guess.text, as: "guess")
        #expect(rows.inputs.map(\.name) == [name])
        #expect(rows.columns == ["n" + name])
        #expect(Set(rows.classes) == [name, "other"])
    }
}
