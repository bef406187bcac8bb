import GraphIR
import Kernels
import TensorCore
import Testing

/// The runtime in `Float`, fused and planned, against the interpreter in `Double`.
@Suite struct RuntimeConformanceTests {
    /// One row; rows that fill no vector; more elements than a fused program's block.
    @Test(arguments: OpCase.all) func everyOperation(_ form: OpCase) throws {
        for rows in [1, 2, 5, 150] {
            let (b, _, _) = form.builder()
            Experiment(
                graph: try b.build(), rows: rows, given: form.given(rows: rows, seed: 3),
                outputs: ["y"]
            ).expectAgreement()
        }
    }

    @Test(arguments: OpCase.all) func everyGradient(_ form: OpCase) throws {
        for rows in [1, 5, 40] {
            var (b, operands, y) = form.builder()
            let shape = b.shape(y)
            let w = b.input("w", shape)
            b.output("loss", b.sum(b.multiply(y, w), to: .scalar))
            let bound = shape.bound(rows: rows)
            var given = form.given(rows: rows, seed: 4)
            given["w"] = Tensor(
                bound, Domain.signed.values(bound.reduce(1, *), seed: 4, name: "w"))
            let smooth = zip(operands, form.operands).filter { $1.domain.isSmooth }.map(\.0)
            try Experiment.differentiating(
                b.build(), output: "loss", rows: rows, given: given, withRespectTo: smooth
            ).expectAgreement()
        }
    }

    /// A product with a bias on either side, with and without ReLU, and its gradient.
    private func expectEpilogues(
        bias: Shape, product: (inout GraphBuilder) -> (x: Value, product: Value)
    ) throws {
        for (relu, swapped) in [(false, false), (true, false), (true, true)] {
            var b = GraphBuilder()
            let (x, product) = product(&b)
            let shift = b.parameter("b", bias, role: .bias, initializer: .constant(0))
            var y = swapped ? b.add(shift, product) : b.add(product, shift)
            if relu { y = b.unary(.relu, y) }
            b.output("y", y)
            b.output("loss", b.sum(b.unary(.square, y), to: .scalar))
            for rows in [1, 3, 20] {
                let graph = try b.build()
                try Experiment.differentiating(
                    graph, output: "loss", rows: rows,
                    given: graph.sampleValues(rows: rows), withRespectTo: [x]
                ).expectAgreement("bias \(bias) relu \(relu)")
            }
        }
    }

    /// Products with bias and ReLU, in every form of bias that the runtime may fold in.
    @Test func productsWithEpilogues() throws {
        let biases: [Shape] = [[5], [1, 5], [1], [], [1, 1, 5], [3, 5]]
        for width in [1, 5] {
            for shape in biases {
                let bias = Shape(shape.extents.map { $0 == 5 ? .fixed(width) : $0 })
                try expectEpilogues(bias: bias) { b in
                    let x = b.input("x", bias == [3, .fixed(width)] ? [3, 4] : [.rows, 4])
                    let w = b.parameter(
                        "w", [4, .fixed(width)], role: .weight, initializer: .constant(0))
                    return (x, b.matmul(x, w))
                }
            }
        }
    }

    /// Convolutions with bias and ReLU, in every form of bias that the runtime may fold in.
    @Test func convolutionsWithEpilogues() throws {
        for outputs in [1, 5] {
            let biases: [Shape] = [
                [.fixed(outputs)], [1, 1, 1, .fixed(outputs)], [], [4, .fixed(outputs)],
                [1, 1, 1, 1, .fixed(outputs)],
            ]
            for bias in biases {
                try expectEpilogues(bias: bias) { b in
                    let x = b.input("x", [.rows, 4, 4, 3])
                    let w = b.parameter(
                        "w", [3, 3, 3, .fixed(outputs)], role: .weight, initializer: .constant(0))
                    return (x, b.apply(.convolution(.around(3), groups: 1), [x, w]))
                }
            }
        }
    }

    /// A product whose sum, or whose plain value, is wanted as well is not swallowed by its epilogue.
    @Test func epiloguesLeaveWhatOthersRead() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 4])
        let w = b.parameter("w", [4, 3], role: .weight, initializer: .constant(0))
        let shift = b.parameter("b", [3], role: .bias, initializer: .constant(0))
        for (index, watched) in ["product", "sum", "both"].enumerated() {
            let product = b.matmul(b.scale(x, by: Float(index + 1)), w)
            let sum = b.add(product, shift)
            b.output("relu \(watched)", b.unary(.relu, sum))
            if watched != "sum" { b.output("product \(watched)", product) }
            if watched != "product" { b.output("negated \(watched)", b.unary(.negate, sum)) }
        }
        let graph = try b.build()
        Experiment(
            graph: graph, rows: 7, given: graph.sampleValues(rows: 7),
            outputs: graph.outputs.keys.sorted()
        ).expectAgreement()
    }

    /// Outputs that are inputs, parameters, constants, views of one another, or the same twice.
    @Test func unusualOutputs() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 4])
        let p = b.parameter("p", [4], role: .weight, initializer: .constant(0))
        let y = b.unary(.tanh, x)
        for (name, value) in [
            ("input", x), ("parameter", p), ("constant", b.constant(3)), ("y", y),
            ("view", b.reshape(y, [.rows, 2, 2])), ("view of input", b.reshape(x, [.rows, 2, 2])),
            ("view of parameter", b.reshape(p, [2, 2])), ("again", y),
            ("view of constant", b.reshape(b.constant(3), [1, 1])),
            ("stretched constant", b.broadcast(b.constant(3), [.rows, 2])),
            ("copy", b.unary(.identity, x)),
            ("copy of copy", b.unary(.identity, b.unary(.identity, y))),
        ] {
            b.output(OutputPort(name), value)
        }
        let graph = try b.build()
        let names = graph.outputs.keys.sorted()
        for rows in [1, 6] {
            let given = graph.sampleValues(rows: rows)
            Experiment(graph: graph, rows: rows, given: given, outputs: names).expectAgreement()
            Experiment(
                graph: graph, rows: rows, given: given,
                results: names.compactMap { graph.outputs[$0] }
            ).expectAgreement()
        }
    }

    /// Long elementwise chains in which every node reads operands that no other node reads: the
    /// groups must stay within the registers of a fused program.
    @Test(arguments: [10, 21, 64, 65, 150]) func chainsWithManyOperands(length: Int) throws {
        for operandsOfNode in [1, 2] {
            var b = GraphBuilder()
            var y = b.input("start", [.rows, 3])
            for step in 0..<length {
                let a = b.input("a\(step)", step % 3 == 0 ? [3] : [.rows, 3])
                if operandsOfNode == 1 {
                    y = b.binary(step % 2 == 0 ? .add : .subtract, y, a)
                } else {
                    let c = b.input("c\(step)", [.rows, 1])
                    let branches = step % 2 == 0 ? [a, y, c] : [y, c, a]
                    y = b.apply(.select, branches)
                }
                if step % 7 == 3 { y = b.scale(b.unary(.tanh, y), by: Float(step)) }
            }
            b.output("y", y)
            b.output("loss", b.sum(y, to: .scalar))
            let graph = try b.build()
            let inputs = graph.inputs.values.sorted { $0.index < $1.index }
            try Experiment.differentiating(
                graph, output: "loss", rows: 9, given: graph.sampleValues(rows: 9),
                withRespectTo: inputs
            ).expectAgreement("chain of \(length)")
        }
    }

    /// A node that reads a hundred values through a tree of sums.
    @Test func wideSums() throws {
        var b = GraphBuilder()
        var layer = (0..<100).map { b.input("x\($0)", $0 % 2 == 0 ? [.rows, 3] : [3]) }
        layer = layer.map { b.unary(.sin, $0) }
        while layer.count > 1 {
            layer = stride(from: 0, to: layer.count, by: 2).map {
                $0 + 1 < layer.count ? b.add(layer[$0], layer[$0 + 1]) : layer[$0]
            }
        }
        b.output("loss", b.sum(layer[0], to: .scalar))
        let graph = try b.build()
        try Experiment.differentiating(
            graph, output: "loss", rows: 4, given: graph.sampleValues(rows: 4),
            withRespectTo: Array(graph.inputs.values)
        ).expectAgreement()
    }
}

extension Graph {
    /// Numbers for every input and parameter.
    func sampleValues(rows: Int, seed: UInt64 = 9, indicesBelow bound: Int = 2) -> [String: Tensor]
    {
        var given: [String: Tensor] = [:]
        for node in nodes where node.op == .input || node.op == .parameter {
            let shape = node.shape.bound(rows: rows)
            let isPositive = node.label.hasSuffix("Variance") || node.label == "weight"
            let domain: Domain =
                switch node.dtype {
                case .int32: .indices(bound)
                case .int8: .whole
                case .float32:
                    node.label == "range" ? .byteRange : isPositive ? .positive : .signed
                }
            given[node.label] = Tensor(
                shape, domain.values(shape.reduce(1, *), seed: seed, name: node.label))
        }
        return given
    }
}
