import CPURuntime
import Foundation
import GraphIR
import Kernels
import ONNX
import ONNXExport
import TensorCore
import Testing

/// A graph of one operation, or of few.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable (inout GraphBuilder) -> Value

    init(_ name: String, _ make: @escaping @Sendable (inout GraphBuilder) -> Value) {
        self.name = name
        self.make = make
    }

    var testDescription: String { name }

    static let rows = 3
    private static let extents: [InputPort: [Int]] = [.numeric: [6], .categories: [2], images: [5, 6, 4]]
    static let images = InputPort("images")

    /// Numbers from −2 to 2, zeros and ties among them.
    static func numbers(_ count: Int, _ step: Int = 7) -> [Float] {
        (0..<count).map { Float(($0 * step) % 17 - 8) / 4 }
    }

    private static func input(_ port: InputPort, _ builder: inout GraphBuilder) -> Value {
        builder.input(
            port, Shape([.rows] + (extents[port] ?? []).map { .fixed($0) }),
            dtype: port == .categories ? .int32 : .float32)
    }

    static func x(_ builder: inout GraphBuilder) -> Value { input(.numeric, &builder) }
    static func indices(_ builder: inout GraphBuilder) -> Value { input(.categories, &builder) }
    static func pictures(_ builder: inout GraphBuilder) -> Value { input(images, &builder) }

    static func weights(_ extents: [Int], _ builder: inout GraphBuilder, name: String = "w") -> Value {
        builder.parameter(
            name, Shape(extents.map { .fixed($0) }), role: .weight,
            initializer: .values(numbers(extents.reduce(1, *), 5)))
    }

    // MARK: - What our engine computes, and what the file does

    func graph() throws -> Graph {
        var builder = GraphBuilder()
        let value = make(&builder)
        builder.output(.prediction, value)
        return try builder.build()
    }

    private static func given(_ port: InputPort) -> [Float] {
        let count = rows * (extents[port] ?? []).reduce(1, *)
        return port == .categories ? (0..<count).map { Float($0 % 4) } : numbers(count)
    }

    func computed(_ graph: Graph) throws -> [Float] {
        let layout = ParameterLayout(graph)
        let plan = Plan(graph, outputs: [.prediction], rows: Self.rows, parameters: layout)
        let executor = Executor(plan)
        for (port, region) in plan.inputs {
            let values = Self.given(port)
            if port == .categories {
                executor.arena.withMutableIndices(region.range) { words in
                    for index in words.indices { words[index] = Int32(values[index]) }
                }
            } else {
                executor.arena.copy(from: values.span, to: region.offset)
            }
        }
        let parameters = Buffer(count: layout.count)
        for entry in layout.entries {
            guard case .values(let values) = entry.spec.initializer else { continue }
            if graph[entry.spec.value].dtype == .int8 {
                parameters.copy(int8s: values.map { Int8($0) }, to: entry.range.lowerBound)
            } else {
                parameters.copy(from: values.span, to: entry.range.lowerBound)
            }
        }
        let results = Buffer(count: 0)
        executor.run(parameters: parameters, results: results)
        let region = try #require(plan.outputs[.prediction])
        return Workspace(arena: executor.arena, parameters: parameters, results: results)[region.space]
            .floats(region.range)
    }

    func file(_ graph: Graph) throws -> [UInt8] {
        var writer = ONNXWriter(reserving: ["y"])
        var inputs: [InputPort: ONNXWritten] = [:]
        for port in graph.inputs.keys.sorted() {
            inputs[port] = writer.input(
                port.rawValue, port == .categories ? .int32 : .float32,
                shape: [nil] + (Self.extents[port] ?? []).map { $0 }, text: "")
        }
        var translation = try GraphTranslation(graph, outputs: [.prediction], inputs: inputs)
        let values = try translation.write(into: &writer) { spec in
            guard case .values(let values) = spec.initializer else { return .float32([]) }
            return graph[spec.value].dtype == .int8 ? .int8(values.map { Int8($0) }) : .float32(values)
        }
        let shape = graph.outputs[.prediction].map { graph[$0].shape.extents } ?? []
        writer.output(
            "y", try #require(values.first), .float32,
            shape: shape.map { $0.dependsOnRows ? nil : $0.count(rows: 0) }, text: "")
        return try writer.bytes(.init(name: "case", producerVersion: "0", text: "", metadata: []))
    }

    func exported(_ graph: Graph) throws -> ONNXTensor {
        let model = try ONNXReader.read(Data(file(graph)), source: name)
        var inputs: [String: ONNXValue] = [:]
        for port in graph.inputs.keys {
            let shape = [Self.rows] + (Self.extents[port] ?? [])
            let values = Self.given(port)
            inputs[port.rawValue] = .tensor(
                port == .categories ? ONNXTensor(shape, values.map { Int32($0) }) : ONNXTensor(shape, values))
        }
        return try #require(try ONNXInterpreter(model).run(inputs)["y"]?.tensor)
    }
}

/// Every operation of a graph as ONNX nodes, run by our reader of ONNX files beside our engine.
@Suite struct OperationRuleTests {
    private static let needsPositive: Set<Op.Unary> = [.log, .sqrt, .reciprocal]

    static let cases: [RuleCase] =
        Op.Unary.allCases.map { function in
            RuleCase(function.rawValue) { b in
                let x = RuleCase.x(&b)
                return b.unary(
                    function, needsPositive.contains(function) ? b.offset(b.unary(.abs, x), by: 0.5) : x)
            }
        }
        + Op.Binary.allCases.map { function in
            RuleCase(function.rawValue) { b in
                b.binary(function, RuleCase.x(&b), RuleCase.weights([6], &b))
            }
        }
        + Op.Reduction.allCases.map { reduction in
            RuleCase("\(reduction.rawValue) over axes") { b in
                b.apply(.reduce(reduction, axes: [1, 2]), [RuleCase.pictures(&b)])
            }
        } + shapes + products + windows

    private static let shapes = [
        RuleCase("select") { b in
            let x = RuleCase.x(&b)
            return b.select(b.unary(.step, x), x, RuleCase.weights([6], &b))
        },
        RuleCase("broadcast of rows") { b in
            b.broadcast(b.reshape(RuleCase.x(&b), [.rows, 6, 1]), [.rows, 6, 2])
        },
        RuleCase("broadcast to rows") { b in
            let x = RuleCase.x(&b)
            return b.add(b.reshape(x, [.rows, 1, 6]), b.broadcast(RuleCase.weights([6], &b), [.rows, 2, 6]))
        },
        RuleCase("broadcast to parts of rows") { b in
            let x = RuleCase.x(&b)
            return b.add(b.reshape(x, [.rowParts(2), 3]), b.broadcast(RuleCase.weights([3], &b), [.rowParts(2), 3]))
        },
        RuleCase("dropout that drops nothing") { b in
            b.multiply(RuleCase.x(&b), b.dropoutMask([.rows, 6], rate: 0))
        },
        RuleCase("scaleGradient") { b in b.scaleGradient(RuleCase.x(&b), by: -1) },
        RuleCase("statistics of shards") { b in
            let x = RuleCase.x(&b)
            let mean = b.mean(x, axes: [0])
            return b.subtract(x, b.apply(.sumOverShards, [b.apply(.shardStatistic, [mean])]))
        },
        RuleCase("softmax") { b in b.apply(.softmax, [RuleCase.x(&b)]) },
        RuleCase("logSoftmax") { b in b.apply(.logSoftmax, [RuleCase.x(&b)]) },
        RuleCase("reshape and transpose") { b in
            b.apply(.transpose([2, 0, 1]), [b.reshape(RuleCase.x(&b), [.rows, 2, 3])])
        },
        RuleCase("slice") { b in b.apply(.slice(axis: 1, start: 2, end: 5), [RuleCase.x(&b)]) },
        RuleCase("pad") { b in b.apply(.pad(axis: 1, before: 2, after: 1), [RuleCase.x(&b)]) },
        RuleCase("concatenate") { b in
            let x = RuleCase.x(&b)
            return b.apply(.concatenate(axis: 1), [x, b.unary(.square, x), x])
        },
        RuleCase("gather") { b in b.apply(.gather, [RuleCase.weights([4, 5], &b), RuleCase.indices(&b)]) },
        RuleCase("oneHot") { b in b.apply(.oneHot(classes: 4), [RuleCase.indices(&b)]) },
    ]

    private static let products = [
        RuleCase("matmul") { b in b.matmul(RuleCase.x(&b), RuleCase.weights([6, 4], &b)) },
        RuleCase("matmul, transposed") { b in
            b.matmul(RuleCase.x(&b), RuleCase.weights([4, 6], &b), transposeB: true)
        },
        RuleCase("matmul of batches, transposed") { b in
            let x = b.reshape(RuleCase.x(&b), [1, .rows, 6])
            let across = b.apply(.transpose([0, 2, 1]), [x])
            return b.matmul(across, RuleCase.weights([2, 4, 6], &b), transposeA: true, transposeB: true)
        },
        RuleCase("int8Matmul") { b in
            let weights = b.parameter(
                "bytes", [6, 4], role: .weight,
                initializer: .values((0..<24).map { Float($0 * 11 % 127 - 63) }), dtype: .int8)
            let range = b.parameter("range", [2], role: .state, initializer: .values([90.25, 101]))
            return b.apply(
                .int8Matmul,
                [
                    RuleCase.x(&b), weights, RuleCase.weights([4], &b, name: "scale"),
                    RuleCase.weights([4], &b, name: "bias"), range,
                ])
        },
    ]

    private static let windows = [
        RuleCase("convolution") { b in
            b.apply(
                .convolution(.square(3, stride: 2, padding: 1), groups: 1),
                [RuleCase.pictures(&b), RuleCase.weights([3, 3, 4, 5], &b)])
        },
        RuleCase("convolution, dilated, in groups") { b in
            let window = Window(Window.Axis(2, dilation: 2, before: 1), Window.Axis(3, after: 2))
            return b.apply(
                .convolution(window, groups: 2), [RuleCase.pictures(&b), RuleCase.weights([2, 3, 2, 6], &b)])
        },
        RuleCase("maxPool") { b in
            b.apply(.maxPool(.square(2, stride: 2, dilation: 2, padding: 1)), [RuleCase.pictures(&b)])
        },
        RuleCase("averagePool") { b in
            b.apply(.averagePool(.square(3, stride: 2, padding: 1), countsPadding: false), [RuleCase.pictures(&b)])
        },
        RuleCase("averagePool with padding") { b in
            b.apply(.averagePool(.square(3, padding: 1), countsPadding: true), [RuleCase.pictures(&b)])
        },
    ]

    @Test(arguments: cases) func aRuleComputesItsOperation(_ own: RuleCase) throws {
        let graph = try own.graph()
        let expected = try own.computed(graph)
        let tensor = try own.exported(graph)
        let value = try #require(graph.outputs[.prediction])
        #expect(tensor.shape == graph[value].shape.bound(rows: RuleCase.rows))
        let found = try #require(Float.array(tensor.elements))
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) {
            #expect(one == other || abs(one - other) <= 2e-6 * max(1, abs(other)))
        }
    }

    @Test(arguments: [
        RuleCase("averagePool, dilated") { b in
            b.apply(.averagePool(.square(2, dilation: 2), countsPadding: true), [RuleCase.pictures(&b)])
        },
        RuleCase("scatterAdd") { b in
            let indices = RuleCase.indices(&b)
            let rows = b.apply(.gather, [RuleCase.weights([4, 5], &b), indices])
            return b.apply(.scatterAdd(values: 4), [indices, rows])
        },
    ])
    func whatHasNoOperatorIsRefused(_ own: RuleCase) throws {
        let graph = try own.graph()
        let error = #expect(throws: ONNXExportError.self) { try own.file(graph) }
        let name = own.name.prefix { $0 != "," }
        #expect(error?.place.contains(name) == true && error?.problem.contains("no ONNX operator") == true)
    }
}
