import Imports
import Kernels
import ONNX
import Testing

/// Scales of zero and of great size, interpreted and as a graph, beside the answers of ONNX Runtime 1.32.0.
@Suite struct ScaleTests {
    private func check(
        _ node: ONNXNode, _ x: [[Float]], constants: [String: ONNXTensor] = [:], _ expected: [[Float]]
    ) throws {
        var graph = ONNXGraph(nodes: [node], inputs: ["x"], outputs: ["y"], constants: constants)
        graph.inputs[0].kind = .tensor(.float32, shape: [.free("N"), .fixed(x[0].count)])
        let model = ONNXModel(of: graph, opset: 17)
        let network = try ImportedNetwork(model)
        let inputs = ["x": ONNXValue.tensor(ONNXTensor([x.count, x[0].count], x.flatMap(\.self)))]
        #expect(try network.program(for: inputs).whole != nil)
        for found in [try ONNXInterpreter(model).run(inputs), try network.run(inputs, pool: ReferenceNetwork.pool)] {
            let numbers = try #require(found["y"]?.tensor).doubles
            #expect(numbers.count == expected.flatMap(\.self).count)
            for (number, wanted) in zip(numbers, expected.flatMap(\.self).map(Double.init)) {
                #expect(
                    number == wanted || (number.isNaN && wanted.isNaN) || abs(number - wanted) <= 1e-6 * abs(wanted),
                    "\(node.operation): \(number), not \(wanted)")
            }
        }
    }

    private static let strange: [Float] = [-.infinity, .infinity, .nan, -1, 0]

    /// Weights by `alpha` end at infinity or at zero, and what they sum up to does not.
    @Test(arguments: [(Float(3e38), Float(1)), (1e-30, 1e20)])
    func aGreatOrSmallScaleIsOfTheSum(_ alpha: Float, _ size: Float) throws {
        let node = ONNXNode(
            making: ["y"], by: "Gemm", of: ["x", "w", "c"], ["alpha": .float(alpha), "beta": .float(0.5)])
        let constants = [
            "w": ONNXTensor([2, 2], [Float(2e-10), 2, -2e-10, -1.5]), "c": ONNXTensor([2], [Float(0), 0]),
        ]
        try check(
            node, [[0.5 * size, 0.25 * size], [0, 0.1 * size]], constants: constants,
            [[alpha * (0.5e-10 * size), alpha * (0.625 * size)], [alpha * (-0.2e-10 * size), alpha * (-0.15 * size)]])
    }

    @Test func aThirdFactorByZeroIsLeftOut() throws {
        let constants = ["w": ONNXTensor([2, 2], [Float(1), 2, 3, 4]), "c": ONNXTensor([2], [Float.infinity, .nan])]
        let node = ONNXNode(making: ["y"], by: "Gemm", of: ["x", "w", "c"], ["beta": .float(0)])
        try check(node, [[1, 2], [1, .infinity]], constants: constants, [[7, 10], [.infinity, .infinity]])
    }

    /// A product by zero is no product that is left out.
    @Test func aProductByZeroIsComputed() throws {
        let constants = ["w": ONNXTensor([2, 2], [Float(1), 2, 3, 4]), "c": ONNXTensor([2], [Float(1), 2])]
        let node = ONNXNode(making: ["y"], by: "Gemm", of: ["x", "w", "c"], ["alpha": .float(0)])
        try check(node, [[1, 2], [1, .infinity]], constants: constants, [[1, 2], [.nan, .nan]])
    }

    @Test(arguments: [
        ("LeakyRelu", "alpha", [Float.nan, .infinity, .nan, 0, 0]), ("Elu", "alpha", [0, .infinity, .nan, 0, 0]),
        ("Selu", "alpha", [0, .infinity, .nan, 0, 0]), ("Selu", "gamma", [0, .nan, .nan, 0, 0]),
        ("HardSigmoid", "alpha", [.nan, .nan, .nan, 0.5, 0.5]),
    ]) func slopesOfZero(_ operation: String, _ attribute: String, _ expected: [Float]) throws {
        try check(
            ONNXNode(making: ["y"], by: operation, of: ["x"], [attribute: .float(0)]), [Self.strange], [expected])
    }
}
