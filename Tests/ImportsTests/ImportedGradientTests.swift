import Autodiff
import CPURuntime
import GraphIR
import Imports
import Kernels
import ONNX
import TensorCore
import Testing

/// Gradients of imported networks against central differences of what the interpreter computes.
@Suite struct ImportedGradientTests {
    /// Of the sum of an output, for its input and for every parameter that is learned.
    struct Gradients {
        var input: [Float]
        /// In the graph's order of axes.
        var parameters: [String: [Float]]
    }

    private func gradients(_ network: LoweredNetwork, _ input: ONNXTensor) throws -> Gradients {
        let port = try #require(network.inputs.first?.numbers)
        let value = try #require(network.graph.inputs[port])
        let differentiated = try network.graph.differentiated(
            output: try #require(network.outputs.first).port, withRespectTo: [value])
        var builder = GraphBuilder(extending: differentiated.graph)
        builder.output(OutputPort("input"), try #require(differentiated.inputGradients[value]))
        for (name, gradient) in differentiated.gradients {
            guard case .dense(let gradient) = gradient else { continue }
            builder.output(OutputPort("d " + name), gradient)
        }
        let graph = try builder.build()
        let ports = graph.outputs.keys.filter { $0.rawValue == "input" || $0.rawValue.hasPrefix("d ") }
        let layout = ParameterLayout(graph)
        let plan = Plan(graph, outputs: Array(ports), rows: input.shape[0], parameters: layout)
        let executor = Executor(plan)
        let place = try #require(plan.inputs[port])
        let numbers = try #require(Float.array(input.elements))
        executor.arena.copy(from: numbers.span, to: place.offset)
        executor.run(parameters: network.parameterBuffer(layout), results: Buffer(count: 0))
        func floats(_ port: OutputPort) throws -> [Float] {
            executor.arena.floats(try #require(plan.outputs[port]).range)
        }
        var parameters: [String: [Float]] = [:]
        for name in differentiated.gradients.keys { parameters[name] = try floats(OutputPort("d " + name)) }
        return Gradients(input: try floats(OutputPort("input")), parameters: parameters)
    }

    private func sum(_ model: ONNXModel, _ input: ONNXTensor, _ output: String) throws -> Double {
        let outputs = try ONNXInterpreter(model).run([model.graph.inputs[0].name: .tensor(input)])
        return try #require(outputs[output]?.tensor).doubles.reduce(0, +)
    }

    private func moved(_ tensor: ONNXTensor, _ place: Int, by step: Float) throws -> ONNXTensor {
        var numbers = try #require(Float.array(tensor.elements))
        numbers[place] += step
        return ONNXTensor(tensor.shape, numbers)
    }

    @Test(arguments: ["perceptron", "convolutional"]) func agreeWithDifferences(_ name: String) throws {
        let reference = try ReferenceNetwork(name)
        var model = reference.model
        // The shares of a softmax sum to one whatever the input: what enters it is differentiated.
        if name == "perceptron" {
            model.graph.outputs[0].name = try #require(model.graph.nodes.last?.inputs.first)
            model.graph.nodes.removeLast()
        }
        let output = model.graph.outputs[0].name
        let network = try ONNXLowering(model).lowered()
        let input = try #require(reference.cases[0].inputs.values.first?.tensor)
        let gradients = try gradients(network, input)
        let step: Float = 1e-3
        let middle = try sum(model, input, output)
        /// The slope; `nil` where it is another one on both sides, as at the kink of a ReLU or of a maximum.
        func slope(_ low: Double, _ high: Double) -> Double? {
            let (left, right) = ((middle - low) / Double(step), (high - middle) / Double(step))
            return abs(left - right) < 1e-2 * max(1, abs(left)) ? (left + right) / 2 : nil
        }
        func agrees(_ own: Float, _ expected: Double) -> Bool {
            abs(Double(own) - expected) < 5e-3 * max(1, abs(expected))
        }
        var (compared, kinks) = (0, 0)
        for place in stride(from: 0, to: input.count, by: 7) {
            let expected = slope(
                try sum(model, moved(input, place, by: -step), output),
                try sum(model, moved(input, place, by: step), output))
            guard let expected else {
                kinks += 1
                continue
            }
            #expect(agrees(gradients.input[place], expected), "input \(place)")
            compared += 1
        }
        for parameter in network.parameters {
            guard let own = gradients.parameters[parameter.name] else { continue }
            let tensor = try #require(model.graph.initializers[parameter.name])
            let steps = Broadcasting.steps(of: tensor.shape)
            let extents = parameter.axes.map { tensor.shape[$0] }
            var places: [Int] = []
            Broadcasting.forEachPlace(in: extents, steps: parameter.axes.map { steps[$0] }) { places.append($0) }
            for index in stride(from: 0, to: own.count, by: 5) {
                var (low, high) = (model, model)
                low.graph.initializers[parameter.name] = try moved(tensor, places[index], by: -step)
                high.graph.initializers[parameter.name] = try moved(tensor, places[index], by: step)
                let expected = slope(try sum(low, input, output), try sum(high, input, output))
                guard let expected else {
                    kinks += 1
                    continue
                }
                #expect(agrees(own[index], expected), "\(parameter.name) \(index)")
                compared += 1
            }
        }
        #expect(compared >= 40 && kinks * 10 < compared)
        // Running means and variances are not learned.
        #expect(gradients.parameters.count == 6)
    }
}
