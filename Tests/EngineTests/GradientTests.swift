import Autodiff
import Foundation
import GraphIR
import NN
import TensorCore
import Testing

/// Gradients against central differences, and as adjoints, all in `Double`.
@Suite struct GradientTests {
    @Test func everyOperationHasCases() {
        for kind in OpKind.all {
            let cases = OpCase.cases(of: kind)
            #expect(!cases.isEmpty, "\(kind) has no case")
            #expect(cases.allSatisfy { OpKind($0.op) == kind }, "\(kind) has another's cases")
        }
    }

    @Test(arguments: OpCase.all) func agreesWithDifferences(_ form: OpCase) throws {
        for rows in [1, 4] {
            try check(form, rows: rows, seed: 11)
        }
    }

    /// `⟨Jv, w⟩ = ⟨v, Jᵀw⟩`, and both against differences.
    ///
    /// `Jᵀw` is the gradient of `⟨y, w⟩`. It is linear in `w`, so the gradient of `⟨Jᵀw, v⟩` for `w`
    /// is `Jv`: the gradient graph is itself differentiated, which it promises to allow.
    private func check(_ form: OpCase, rows: Int, seed: UInt64) throws {
        var (b, operands, y) = form.builder()
        let shape = b.shape(y)
        let w = b.input("w", shape)
        b.output("product", b.sum(b.multiply(y, w), to: .scalar))
        let given = form.given(rows: rows, seed: seed).merging(
            ["w": random(shape, rows, "w")], uniquingKeysWith: { a, _ in a })
        let smooth = zip(operands, form.operands).filter { $1.domain.isSmooth }.map(\.0)
        let first = try b.build().differentiated(output: "product", withRespectTo: smooth)

        var second = GraphBuilder(extending: first.graph)
        var directions: [String: Tensor] = [:]
        var inner: [Value] = []
        for operand in smooth {
            let name = "v" + b.node(operand).label
            let v = second.input(InputPort(name), b.shape(operand))
            directions[name] = random(b.shape(operand), rows, name)
            guard let gradient = first.inputGradients[operand] else { continue }
            #expect(first.graph[gradient].shape == b.shape(operand), "the shape of the gradient")
            inner.append(second.sum(second.multiply(gradient, v), to: .scalar))
        }
        let differences = differences(of: try b.build(), "y", rows, given, directions)
        guard let start = inner.first else {
            #expect(differences.values.allSatisfy { $0 == 0 }, "a gradient is missing")
            return
        }
        second.output("inner", inner.dropFirst().reduce(start) { second.add($0, $1) })
        let twice = try second.build().differentiated(output: "inner", withRespectTo: [w])
        let values = ReferenceInterpreter(
            graph: twice.graph, rows: rows,
            given: given.merging(directions, uniquingKeysWith: { a, _ in a })
        ).run()
        guard let forward = twice.inputGradients[w].map({ values[$0.index] }),
            let product = given["w"], let innerValue = twice.graph.outputs["inner"]
        else {
            Issue.record("no Jv")
            return
        }
        // Jv element by element.
        let scale = differences.values.reduce(1e-3) { max($0, abs($1)) }
        for (exact, numeric) in zip(forward.values, differences.values) {
            #expect(abs(exact - numeric) <= 1e-6 * scale, "\(exact) is not \(numeric)")
        }
        // ⟨Jv, w⟩ = ⟨v, Jᵀw⟩; the sum of magnitudes is the scale at which rounding counts.
        let magnitude = zip(forward.values, product.values).reduce(1e-9) { $0 + abs($1.0 * $1.1) }
        let adjoint = values[innerValue.index].values[0]
        #expect(abs(forward.dot(product) - adjoint) <= 1e-12 * magnitude)
        #expect(abs(differences.dot(product) - adjoint) <= 1e-6 * magnitude)
    }

    /// By 1 it is in `agreesWithDifferences`. Behind it the gradient is that of the differences times the factor, and
    /// what stands before it keeps its own; once more differentiated, the factor counts twice.
    @Test(arguments: [Float(-2.5), -1, 0, 0.5]) func scaledGradients(_ factor: Float) throws {
        func graph(_ factor: Float?) throws -> (graph: Graph, x: Value, w: Value) {
            var b = GraphBuilder()
            let (x, w) = (b.input("x", [.rows, 3]), b.input("w", [3, 2]))
            let hidden = b.unary(.tanh, x)
            let seen = factor.map { b.scaleGradient(hidden, by: $0) } ?? hidden
            b.output("loss", b.sum(b.unary(.sin, b.matmul(seen, w)), to: .scalar))
            return (try b.build(), x, w)
        }
        let given = [
            "x": random([.rows, 3], 4, "x"), "w": random([3, 2], 4, "w"),
            "v": random([.rows, 3], 4, "v"),
        ]
        let plain = try graph(nil)
        func loss(_ moved: [String: Tensor]) throws -> Double {
            let values = ReferenceInterpreter(graph: plain.graph, rows: 4, given: moved).run()
            return try #require(plain.graph.outputs["loss"].map { values[$0.index].values[0] })
        }
        func numeric(_ name: String) throws -> [Double] {
            let start = try #require(given[name])
            return try start.values.indices.map { place in
                func at(_ step: Double) throws -> Double {
                    var (moved, tensor) = (given, start)
                    tensor.values[place] += step
                    moved[name] = tensor
                    return try loss(moved)
                }
                return try (at(1e-5) - at(-1e-5)) / 2e-5
            }
        }
        let turned = try graph(factor)
        let d = try turned.graph.differentiated(
            output: "loss", withRespectTo: [turned.x, turned.w])
        let values = ReferenceInterpreter(graph: d.graph, rows: 4, given: given).run()
        let output = try #require(d.graph.outputs["loss"])
        #expect(abs(try loss(given) - values[output.index].values[0]) < 1e-12)
        let behind = try #require(d.inputGradients[turned.x]).index
        let before = try #require(d.inputGradients[turned.w]).index
        let (ofX, ofW) = (try numeric("x"), try numeric("w"))
        #expect(ofX.contains { abs($0) > 0.05 })
        for (found, expected) in zip(values[behind].values, ofX) {
            #expect(abs(found - Double(factor) * expected) < 1e-8)
        }
        for (found, expected) in zip(values[before].values, ofW) {
            #expect(abs(found - expected) < 1e-8)
        }
    }

    /// The gradient of `(1 − pᵠ)/q` is `pᵠ` times that of `−log p`, and that of differences.
    @Test(arguments: [Float(0.3), 0.7, 1]) func generalizedCrossEntropy(_ q: Float) throws {
        let given = [
            "z": random([.rows, 3], 5, "z"), "labels": Tensor([5]) { Double($0[0] % 3) },
        ]
        func graph(_ q: Float?) throws -> (graph: Graph, z: Value) {
            var b = GraphBuilder()
            let z = b.input("z", [.rows, 3])
            let labels = b.input("labels", [.rows], dtype: .int32)
            let own = b.softmaxCrossEntropy(logits: z, labels: labels)
            let losses = q.map { b.generalized(crossEntropy: own, exponent: $0) } ?? own
            b.output("losses", losses)
            b.output("loss", b.sum(losses, to: .scalar))
            return (try b.build(), z)
        }
        func values(_ graph: Graph, _ given: [String: Tensor], _ output: OutputPort) throws -> [Double] {
            let values = ReferenceInterpreter(graph: graph, rows: 5, given: given).run()
            return try #require(graph.outputs[output].map { values[$0.index].values })
        }
        func gradient(_ made: (graph: Graph, z: Value)) throws -> [Double] {
            let d = try made.graph.differentiated(output: "loss", withRespectTo: [made.z])
            let values = ReferenceInterpreter(graph: d.graph, rows: 5, given: given).run()
            return values[try #require(d.inputGradients[made.z]).index].values
        }
        let (plain, robust) = (try graph(nil), try graph(q))
        let own = try values(plain.graph, given, "losses")
        let (before, after) = (try gradient(plain), try gradient(robust))
        let start = try #require(given["z"])
        for place in start.values.indices {
            let belief = Foundation.exp(-Double(q) * own[place / 3])
            #expect(abs(after[place] - belief * before[place]) < 1e-7)
            func at(_ step: Double) throws -> Double {
                var (moved, tensor) = (given, start)
                tensor.values[place] += step
                moved["z"] = tensor
                return try values(robust.graph, moved, "loss")[0]
            }
            let numeric = try (at(1e-5) - at(-1e-5)) / 2e-5
            #expect(abs(after[place] - numeric) < 1e-7)
        }
    }

    @Test func tiesShareTheGradient() throws {
        var b = GraphBuilder()
        let x = b.input("x", [4])
        let z = b.input("z", [4])
        b.output("max", b.sum(b.apply(.reduce(.max, axes: [0]), [x]), to: .scalar))
        b.output("maximum", b.sum(b.binary(.maximum, x, z), to: .scalar))
        b.output("minimum", b.sum(b.binary(.minimum, x, z), to: .scalar))
        let graph = try b.build()
        let given = ["x": Tensor([4], [1, 3, 3, 2]), "z": Tensor([4], [1, 3, 0, 9])]
        for (output, expected) in [
            ("max", [0, 0.5, 0.5, 0]), ("maximum", [0.5, 0.5, 1, 0]),
            ("minimum", [0.5, 0.5, 0, 1]),
        ] {
            let d = try graph.differentiated(output: OutputPort(output), withRespectTo: [x])
            let values = ReferenceInterpreter(graph: d.graph, rows: 1, given: given).run()
            let gradient = try #require(d.inputGradients[x])
            #expect(values[gradient.index].values == expected, "\(output)")
        }
    }

    /// A table looked up twice, once through `[rows, 2]` indices: dense and row-sparse agree with
    /// differences.
    @Test(arguments: [false, true]) func embeddingGradients(sparse: Bool) throws {
        var b = GraphBuilder()
        let one = b.input("one", [.rows], dtype: .int32)
        let two = b.input("two", [.rows, 2], dtype: .int32)
        let table = b.parameter(
            "table", [5, 3], role: .embedding, initializer: .constant(0), hasSparseGradient: sparse)
        let first = b.unary(.tanh, b.apply(.gather, [table, one]))
        let both = b.unary(.square, b.apply(.gather, [table, two]))
        let y = b.add(first, b.reshape(b.sum(both, axes: [1]), [.rows, 3]))
        let w = b.input("w", [.rows, 3])
        b.output("y", y)
        b.output("loss", b.sum(b.multiply(y, w), to: .scalar))
        let graph = try b.build()
        let rows = 6
        let given: [String: Tensor] = [
            "one": Tensor([rows], Domain.indices(5).values(rows, seed: 3, name: "one")),
            "two": Tensor([rows, 2], Domain.indices(5).values(2 * rows, seed: 3, name: "two")),
            "table": random([5, 3], rows, "table"), "w": random([.rows, 3], rows, "w"),
        ]
        let d = try graph.differentiated(output: "loss")
        let values = ReferenceInterpreter(graph: d.graph, rows: rows, given: given).run()
        let gradient: Tensor
        switch try #require(d.gradients["table"]) {
        case .dense(let value):
            #expect(!sparse)
            gradient = values[value.index]
        case .rows(let lookups):
            #expect(sparse && lookups.count == 2)
            gradient = scattered(lookups, values, shape: [5, 3])
        }
        let v = random([5, 3], rows, "v")
        let jv = differences(of: graph, "y", rows, given, ["vtable": v])
        let expected = jv.dot(given["w"] ?? v)
        #expect(abs(gradient.dot(v) - expected) <= 1e-6 * abs(expected))
    }

    /// What an optimizer does with a row-sparse gradient, written out.
    private func scattered(
        _ lookups: [ParameterGradient.RowGradient], _ values: [Tensor], shape: [Int]
    ) -> Tensor {
        var table = Tensor(shape, Array(repeating: 0, count: shape.reduce(1, *)))
        for lookup in lookups {
            let (indices, rows) = (values[lookup.indices.index], values[lookup.rows.index])
            for (position, index) in indices.values.enumerated() {
                for column in 0..<shape[1] {
                    table[[Int(index), column]] += rows.values[position * shape[1] + column]
                }
            }
        }
        return table
    }

    private func random(_ shape: Shape, _ rows: Int, _ name: String) -> Tensor {
        let shape = shape.bound(rows: rows)
        return Tensor(shape, Domain.signed.values(shape.reduce(1, *), seed: 5, name: name))
    }

    /// The central difference of an output along directions named `v` + label.
    private func differences(
        of graph: Graph, _ output: OutputPort, _ rows: Int, _ given: [String: Tensor],
        _ directions: [String: Tensor]
    ) -> Tensor {
        let h = 1e-5
        func moved(_ sign: Double) -> Tensor {
            var given = given
            for (name, direction) in directions {
                let label = String(name.dropFirst())
                guard let x = given[label] else { continue }
                given[label] = Tensor(
                    x.shape, zip(x.values, direction.values).map { $0 + sign * h * $1 })
            }
            let values = ReferenceInterpreter(graph: graph, rows: rows, given: given).run()
            return graph.outputs[output].map { values[$0.index] } ?? Tensor([], [.nan])
        }
        let (up, down) = (moved(1), moved(-1))
        return Tensor(up.shape, zip(up.values, down.values).map { ($0 - $1) / (2 * h) })
    }
}
