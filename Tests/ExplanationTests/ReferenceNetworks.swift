import CPURuntime
import Explanation
import Foundation
import GraphIR
import Kernels
import NN
import TensorCore

/// The networks of `Reference/attributions.py`, with Captum's attributions.
struct AttributionReference: Decodable {
    var versions: [String: String]
    var settings: [String: Int]
    var cases: [Case]

    struct Numbers: Decodable {
        var shape: [Int]
        var values: [Double]
        var floats: [Float] { values.map { Float($0) } }
    }

    struct Case: Decodable {
        var name: String
        var target: Int
        var weights: [String: Numbers]
        var points: Numbers
        var baselines: Numbers
        var outputs: Numbers
        var attributions: [String: Numbers]
        /// What Captum drew.
        var drawn: [String: Numbers]
        var indices: Numbers?
        var otherIndices: Numbers?
        var numbers: Numbers?
        var atLayer: Numbers?
    }

    static let shared: AttributionReference = {
        guard
            let path = Bundle.module.url(
                forResource: "attributions", withExtension: "json", subdirectory: "Reference"),
            let data = try? Data(contentsOf: path),
            let found = try? JSONDecoder().decode(AttributionReference.self, from: data)
        else { preconditionFailure("Reference/attributions.json cannot be read") }
        return found
    }()

    static func named(_ name: String) -> Case {
        guard let found = shared.cases.first(where: { $0.name == name }) else {
            preconditionFailure("there is no case \(name)")
        }
        return found
    }
}

extension AttributionReference.Case {
    /// The network that PyTorch ran: output `logits`, and `prediction`, their softmax.
    func graph() throws -> Graph {
        var builder = GraphBuilder()
        let result: Value
        if name == "embedding" {
            let numbers = builder.input("numeric", [.rows, 3])
            let indices = builder.input("categories", [.rows, 2], dtype: .int32)
            let vectors = builder.embedding("categories", indices, values: 6, width: 3)
            let joined = builder.apply(
                .concatenate(axis: 1), [numbers, builder.reshape(vectors, [.rows, 6])])
            result = builder.scoped("rest") { b in
                let hidden = b.unary(.relu, b.linear("linear0", joined, output: 7))
                return b.linear("linear1", hidden, output: 3)
            }
        } else {
            let x = builder.input("numeric", [.rows, 5])
            result = layers(of: x, in: &builder)
        }
        builder.output("logits", result)
        builder.output("prediction", builder.apply(.softmax, [result]))
        return try builder.build()
    }

    private func layers(of x: Value, in b: inout GraphBuilder) -> Value {
        switch name {
        case "relu", "gelu":
            let function: Op.Unary = name == "relu" ? .relu : .gelu
            let first = b.unary(function, b.linear("linear0", x, output: 8))
            let second = b.unary(function, b.linear("linear1", first, output: 6))
            return b.linear("linear2", second, output: 3)
        case "tanh":
            return b.linear("linear1", b.unary(.tanh, b.linear("linear0", x, output: 8)), output: 3)
        case "sigmoid":
            let hidden = b.unary(.relu, b.linear("linear0", x, output: 8))
            return b.unary(.sigmoid, b.linear("linear1", hidden, output: 3))
        case "layerNorm", "batchNorm":
            let linear = b.linear("linear0", x, output: 8)
            let norm =
                name == "layerNorm"
                ? b.layerNorm("norm0", linear) : b.batchNorm("norm0", linear, training: false)
            return b.linear("linear1", b.unary(.relu, norm), output: 3)
        case "residual":
            let first = b.linear("linear0", x, output: 6)
            let sum = b.scoped("residual0") { b in
                let inner = b.unary(.relu, b.linear("inner", first, output: 4))
                return b.add(b.linear("outer", inner, output: 6), first)
            }
            return b.linear("linear1", b.unary(.relu, sum), output: 3)
        default: preconditionFailure("there is no network \(name)")
        }
    }

    func parameters(_ graph: Graph) -> Buffer {
        let layout = ParameterLayout(graph)
        let buffer = Buffer(count: layout.count)
        for entry in layout.entries {
            guard let values = weights[entry.spec.name]?.floats, values.count == entry.count else {
                preconditionFailure("the reference lacks \(entry.spec.name)")
            }
            buffer.copy(from: Buffer(values), at: 0, to: entry.offset, count: entry.count)
        }
        return buffer
    }

    /// An explainer of each of a row's numbers.
    func explainer(
        _ method: GradientMethod, output: OutputPort = .logits, threads: Int = 2,
        memoryLimit: Int = GradientExplainer.defaultMemoryLimit
    ) throws -> GradientExplainer {
        let graph = try graph()
        let points = try PredictionPoints(graph, output: output)
        return try GradientExplainer(
            points, .init(output: output, place: target), parameters: parameters(graph),
            groups: Array(0..<points.width), groupCount: points.width, method: method,
            threads: threads, memoryLimit: memoryLimit)
    }

    var width: Int { points.shape[1] }
    var rows: Int { points.shape[0] }
    var firstBaseline: [Float] { Array(baselines.floats[..<width]) }
}
