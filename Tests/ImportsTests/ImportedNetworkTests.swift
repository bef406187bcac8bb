import GraphIR
import Imports
import Kernels
import ONNX
import Testing

/// Networks as exporters write them give what ONNX Runtime gives, as graphs of our own.
@Suite struct ImportedNetworkTests {
    static let networks = [
        "perceptron", "convolutional", "resnet", "mobilenet", "encoder", "encoder-decomposed",
    ]

    @Test(arguments: networks + ["pipeline"]) func agreesWithONNXRuntime(_ name: String) throws {
        let reference = try ReferenceNetwork(name)
        let network = try ImportedNetwork(reference.model)
        let interpreter = try ONNXInterpreter(reference.model)
        #expect(!reference.cases.isEmpty)
        for (inputs, expected) in reference.cases {
            let outputs = try network.run(inputs, pool: ReferenceNetwork.pool)
            let interpreted = try interpreter.run(inputs)
            #expect(outputs.keys.sorted() == expected.keys.sorted())
            for (output, tensor) in expected {
                #expect(try #require(outputs[output]?.tensor).difference(to: tensor) < 1e-5)
                #expect(try #require(interpreted[output]?.tensor).difference(to: tensor) < 1e-5)
            }
        }
    }

    @Test(arguments: networks) func isOneGraph(_ name: String) throws {
        let reference = try ReferenceNetwork(name)
        let network = try ImportedNetwork(reference.model)
        for (inputs, _) in reference.cases {
            let program = try network.program(for: inputs)
            #expect(program.whole != nil, "\(program.obstacles)")
            #expect(program.obstacles.isEmpty)
        }
    }

    /// The scaler is of ai.onnx.ml: it and what follows the shares of the classes are interpreted.
    @Test func aPipelineIsCutWhereItHasTo() throws {
        let reference = try ReferenceNetwork("pipeline")
        let program = try ONNXProgram(reference.model)
        #expect(program.segments.count == 3)
        guard case .interpreted(let first) = program.segments[0], case .lowered(let middle) = program.segments[1],
            case .interpreted(let last) = program.segments[2]
        else {
            Issue.record("the parts are of other kinds")
            return
        }
        #expect(first.graph.nodes.first?.operation.name == "Scaler")
        #expect(last.graph.nodes.map(\.operation.name).contains("ArgMax"))
        #expect(middle.outputs.map(\.name) == ["probabilities"])
        #expect(
            middle.parameters.map(\.name).sorted()
                == (0..<3).flatMap { ["coefficient\($0)", "intercepts\($0)"] }.sorted())
        #expect(program.obstacles.contains { $0.node.contains("Scaler") })
    }

    @Test(arguments: [1, 2, 7, 300, 1_000]) func rowsAreToldApart(_ rows: Int) throws {
        let network = try ImportedNetwork(try ReferenceNetwork("perceptron").model)
        let numbers = (0..<rows * 10).map { Float(($0 * 7919) % 1000) / 500 - 1 }
        func run(_ rows: Int, _ numbers: [Float]) throws -> [Double] {
            let outputs = try network.run(
                ["input": .tensor(ONNXTensor([rows, 10], numbers))], pool: ReferenceNetwork.pool)
            return try #require(outputs["output"]?.tensor).doubles
        }
        let all = try run(rows, numbers)
        for row in [0, rows / 2, rows - 1] {
            let own = try run(1, Array(numbers[row * 10..<row * 10 + 10]))
            for (one, other) in zip(own, all[row * 3..<row * 3 + 3]) { #expect(abs(one - other) < 1e-6) }
        }
    }

    @Test func noRowsGiveNone() throws {
        let network = try ImportedNetwork(try ReferenceNetwork("perceptron").model)
        let outputs = try network.run(
            ["input": .tensor(ONNXTensor([0, 10], [Float]()))], pool: ReferenceNetwork.pool)
        #expect(outputs["output"]?.tensor?.shape == [0, 3])
    }

    /// Images are turned once, where they come in.
    @Test(arguments: ["resnet", "mobilenet"]) func convolutionsNeedNoTransposes(_ name: String) throws {
        let program = try ONNXProgram(try ReferenceNetwork(name).model)
        let graph = try #require(program.whole).graph
        let transposes = graph.nodes.filter { if case .transpose = $0.op { true } else { false } }
        #expect(transposes.count == 1)
        #expect(graph.nodes.filter { if case .convolution = $0.op { true } else { false } }.count > 10)
    }

    @Test func tokensOutOfTheTableAreRefused() throws {
        let reference = try ReferenceNetwork("encoder")
        let network = try ImportedNetwork(reference.model)
        let ids = ONNXValue.tensor(ONNXTensor([1, 3], [Int64(1), 50, 2]))
        let mask = ONNXValue.tensor(ONNXTensor([1, 3], [Int64(1), 1, 1]))
        #expect(throws: ONNXError.self) {
            try network.run(["input_ids": ids, "attention_mask": mask], pool: ReferenceNetwork.pool)
        }
    }

    @Test func inputsOfOtherExtentsAreRefused() throws {
        let network = try ImportedNetwork(try ReferenceNetwork("perceptron").model)
        let input = ONNXValue.tensor(ONNXTensor([1, 9], [Float](repeating: 0, count: 9)))
        #expect(throws: ONNXError.self) { try network.run(["input": input], pool: ReferenceNetwork.pool) }
        #expect(throws: ONNXError.self) { try network.run([:], pool: ReferenceNetwork.pool) }
    }
}
