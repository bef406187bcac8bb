import Imports
import Kernels
import ONNX
import Testing

/// Bounds of a clip that are computed, and bounds of what a lowering itself may take.
@Suite struct LoweringBoundTests {
    private static let extents: [ONNXPort.Extent] = [.free("N"), .fixed(4)]

    /// Of `x`, any number of rows of four numbers, and perhaps `bound`, one number, to `y`.
    private func model(
        _ nodes: [ONNXNode], constants: [String: ONNXTensor] = [:], takesBound: Bool = false
    ) -> ONNXModel {
        var graph = ONNXGraph(
            nodes: nodes, inputs: takesBound ? ["x", "bound"] : ["x"], outputs: ["y"], constants: constants)
        graph.inputs[0].kind = .tensor(.float32, shape: Self.extents)
        if takesBound { graph.inputs[1].kind = .tensor(.float32, shape: []) }
        return ONNXModel(of: graph, opset: 17)
    }

    /// Where the bounds cross, the upper one holds, whichever of them is computed.
    @Test(arguments: [(-1, 2), (2, -1)]) func clipsToComputedBounds(_ low: Int, _ high: Int) throws {
        let bounds = ["low": Float(low), "high": Float(high)]
        for names in [["bound", "high"], ["low", "bound"]] {
            let computed = try #require(bounds[names[0] == "bound" ? "low" : "high"])
            let model = model(
                [
                    ONNXNode(making: ["again"], by: "Neg", of: ["bound"]),
                    ONNXNode(making: ["once"], by: "Neg", of: ["again"]),
                    ONNXNode(
                        making: ["y"], by: "Clip", of: ["x"] + names.map { $0 == "bound" ? "once" : $0 }),
                ], constants: bounds.mapValues { ONNXTensor([], [$0]) }, takesBound: true)
            let inputs: [String: ONNXValue] = [
                "x": .tensor(ONNXTensor([2, 4], [Float(-5), -1, -0.5, 0, 0.5, 1, 2, 5])),
                "bound": .tensor(ONNXTensor([], [computed])),
            ]
            let network = try ImportedNetwork(model)
            #expect(try network.program(for: inputs).whole != nil)
            let expected = try ONNXInterpreter(model).run(inputs)
            #expect(try network.run(inputs, pool: ReferenceNetwork.pool) == expected)
        }
    }

    private func obstacle(_ model: ONNXModel, _ limits: ONNXLimits) -> String {
        do throws(ONNXLowering.Obstacle) {
            _ = try ONNXLowering(model, limits: limits).lowered()
            return ""
        } catch {
            return error.why
        }
    }

    /// Functions that call one another twice are 2^12 nodes in a dozen of lines.
    @Test func nodesOfCallsAreCounted() {
        func function(_ level: Int) -> ONNXFunction {
            let called = OperatorName(level == 0 ? "Relu" : "F\(level - 1)", domain: level == 0 ? "" : "own")
            let nodes = [("x", "half"), ("half", "y")].map { from, to in
                ONNXNode(name: "", operation: called, inputs: [from], outputs: [to], attributes: [:])
            }
            return ONNXFunction(
                making: ["y"], by: OperatorName("F\(level)", domain: "own"), of: ["x"], nodes: nodes,
                opsets: ["": 17, "own": 1])
        }
        var model = model([
            ONNXNode(
                name: "", operation: OperatorName("F11", domain: "own"), inputs: ["x"], outputs: ["y"],
                attributes: [:])
        ])
        model.opsets["own"] = 1
        for level in 0..<12 { model.functions[OperatorName("F\(level)", domain: "own")] = function(level) }
        var limits = ONNXLimits()
        #expect(obstacle(model, limits) == "")
        limits.nodes = 1000
        #expect(obstacle(model, limits).contains("beyond 1000 nodes"))
    }

    /// What is computed at import stays: it is counted.
    @Test func whatIsComputedAtImportIsCounted() {
        var nodes = [ONNXNode(making: ["c0"], by: "ConstantOfShape", of: ["shape"])]
        for index in 1..<10 {
            nodes.append(ONNXNode(making: ["c\(index)"], by: "Abs", of: ["c\(index - 1)"]))
        }
        nodes.append(ONNXNode(making: ["y"], by: "Add", of: ["x", "c9"]))
        let model = model(nodes, constants: ["shape": ONNXTensor([1], [Int64(4)])])
        var limits = ONNXLimits()
        #expect(obstacle(model, limits) == "")
        limits.heldElements = 30
        #expect(obstacle(model, limits).contains("30 elements"))
    }

    /// Exporters ask a dropout for a mask that nobody reads.
    @Test func outputsThatNobodyReadsAreNotAskedFor() throws {
        let dropout = ONNXNode(making: ["y", "mask"], by: "Dropout", of: ["x"])
        #expect(obstacle(model([dropout]), ONNXLimits()) == "")
        let reader = [
            ONNXNode(making: ["kept", "mask"], by: "Dropout", of: ["x"]),
            ONNXNode(making: ["truths"], by: "Cast", of: ["mask"], ["to": .int(1)]),
            ONNXNode(making: ["y"], by: "Mul", of: ["kept", "truths"]),
        ]
        #expect(obstacle(model(reader), ONNXLimits()).contains("mask"))
    }

    /// tf2onnx writes 10^9 for the end of an axis that it does not know.
    @Test(arguments: [(1_000_000_000, true), (1 << 31 - 1, true), (5, false)])
    func slicesToTheEndCutNoRows(_ end: Int, _ isWhole: Bool) {
        let constants = [
            "start": ONNXTensor([1], [Int64(0)]), "end": ONNXTensor([1], [Int64(end)]), "axis": ONNXTensor([1], [Int64(0)]),
        ]
        let slice = ONNXNode(making: ["y"], by: "Slice", of: ["x", "start", "end", "axis"])
        #expect(obstacle(model([slice], constants: constants), ONNXLimits()).isEmpty == isWhole)
    }
}
