import Foundation
import GraphIR
import NN
import TensorCore
import Testing

/// Attention against its formula, and what its masks promise.
@Suite struct AttentionTests {
    private func evaluate(
        rows: Int, replacing: [String: Tensor] = [:], _ build: (inout GraphBuilder) -> Value
    ) throws -> (y: Tensor, given: [String: Tensor]) {
        var b = GraphBuilder()
        let y = build(&b)
        b.output("y", y)
        let graph = try b.build()
        let given = graph.sampleValues(rows: rows).merging(replacing) { $1 }
        let experiment = Experiment(graph: graph, rows: rows, given: given, outputs: ["y"])
        experiment.expectAgreement()
        return (experiment.runtimeValues()[0], given)
    }

    /// Head by head, query by query.
    @Test func followsItsFormula() throws {
        let mask = Tensor([2, 3], [1, 0, 1, 1, 1, 0])
        let (y, given) = try evaluate(rows: 2, replacing: ["keys": mask]) { b in
            let x = b.input("x", [.rows, 4, 6])
            let memory = b.input("memory", [.rows, 3, 5])
            let keys = b.input("keys", [.rows, 3])
            return b.multiHeadAttention(
                "a", x, memory: memory, heads: 3, mask: AttentionMask(keys: keys))
        }
        let (x, memory) = (try #require(given["x"]), try #require(given["memory"]))
        func projected(_ name: String, _ x: Tensor) throws -> Tensor {
            let w = try #require(given["a/\(name)/weight"])
            let shift = try #require(given["a/\(name)/bias"])
            return Tensor([x.shape[0], x.shape[1], 6]) { at in
                (0..<x.shape[2]).reduce(shift[[at[2]]]) {
                    $0 + x[[at[0], at[1], $1]] * w[[$1, at[2]]]
                }
            }
        }
        let q = try projected("query", x)
        let k = try projected("key", memory)
        let v = try projected("value", memory)
        let seen = Tensor([2, 4, 6]) { at in
            let head = at[2] / 2
            let powers = (0..<3).map { key in
                let score = (0..<2).reduce(0.0) {
                    $0 + q[[at[0], at[1], head * 2 + $1]] * k[[at[0], key, head * 2 + $1]]
                }
                return mask[[at[0], key]] == 0 ? 0 : exp(score / 2.0.squareRoot())
            }
            return (0..<3).reduce(0.0) {
                $0 + powers[$1] / powers.reduce(0, +) * v[[at[0], $1, at[2]]]
            }
        }
        let expected = try projected("output", seen)
        for (a, b) in zip(y.values, expected.values) { #expect(abs(a - b) <= 1e-5) }
    }

    /// Masked keys have no influence; a query without keys gets their mean and no NaN.
    @Test func masksHide() throws {
        func run(_ x: Tensor, _ keys: Tensor, isCausal: Bool) throws -> Tensor {
            var replacing = ["x": x, "keys": keys]
            if isCausal { replacing["a/order"] = Tensor([4], [0, 1, 2, 3]) }
            return try evaluate(rows: 2, replacing: replacing) { b in
                let x = b.input("x", [.rows, 4, 6])
                let keys = b.input("keys", [.rows, 4])
                return b.multiHeadAttention(
                    "a", x, heads: 2, mask: AttentionMask(keys: keys, isCausal: isCausal))
            }.y
        }
        let values = Domain.signed.values(48, seed: 2, name: "x")
        let x = Tensor([2, 4, 6], values)
        // Place 2 changes.
        let other = Tensor(x.shape) { x[$0] + ($0[1] == 2 ? 3 : 0) }
        let all = Tensor([2, 4], Array(repeating: 1, count: 8))
        let hidden = Tensor([2, 4], [1, 1, 0, 1, 1, 1, 0, 1])
        func changed(_ a: Tensor, _ b: Tensor) -> Set<Int> {
            Set(Tensor.coordinates(of: a.shape).filter { a[$0] != b[$0] }.map { $0[1] })
        }
        let open = try (run(x, all, isCausal: false), run(other, all, isCausal: false))
        #expect(changed(open.0, open.1) == [0, 1, 2, 3])
        let padded = try (run(x, hidden, isCausal: false), run(other, hidden, isCausal: false))
        #expect(changed(padded.0, padded.1) == [2])
        let causal = try (run(x, all, isCausal: true), run(other, all, isCausal: true))
        #expect(changed(causal.0, causal.1) == [2, 3])
        let none = try run(x, Tensor([2, 4], Array(repeating: 0, count: 8)), isCausal: false)
        #expect(none.values.allSatisfy { $0.isFinite })
        for place in 1..<4 {
            for column in 0..<6 {
                #expect(abs(none[[1, place, column]] - none[[1, 0, column]]) <= 1e-5)
            }
        }
    }

    @Test func headsThatDoNotDivideTheWidth() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 4, 6])
        b.output("y", b.scoped("tower") { $0.multiHeadAttention("a", x, heads: 4) })
        let error = try #require(throws: GraphError.self) { try b.build() }
        #expect(error.node.contains("tower/a"))
        #expect(error.problem.contains("[rows, 4, 6]"))
        #expect(error.location.contains("AttentionTests.swift"))
    }

    /// Whole layers keep shapes, do not mix rows, and drop nothing outside training.
    @Test(arguments: TransformerEncoderLayer.NormPlacement.allCases)
    func encoderLayers(_ norm: TransformerEncoderLayer.NormPlacement) throws {
        for training in [false, true] {
            var b = GraphBuilder()
            let x = b.input("x", [.rows, 4, 6])
            let layer = TransformerEncoderLayer(heads: 2, hidden: 9, norm: norm)
            let y = b.transformerEncoderLayer("layer", x, layer, training: training)
            #expect(b.shape(y) == [.rows, 4, 6])
            b.output("y", y)
            let graph = try b.build()
            #expect(!graph.mixesRows)
            let masks = graph.nodes.filter { OpKind($0.op) == .dropoutMask }
            #expect(masks.count == (training ? 4 : 0))
        }
    }

    @Test func comparisonsAndPaddings() throws {
        let nan = Double.nan
        let (a, b) = ([1, 2, 3, nan, 0, -0.0], [2, 2, 2, 0, nan, 0])
        let forms: [(String, (inout GraphBuilder, Value, Value) -> Value, [Double])] = [
            ("less", { $0.less($1, $2) }, [1, 0, 0, 0, 0, 0]),
            ("lessOrEqual", { $0.lessOrEqual($1, $2) }, [1, 1, 0, 0, 0, 1]),
            ("greaterOrEqual", { $0.greaterOrEqual($1, $2) }, [0, 1, 1, 0, 0, 1]),
            ("notEqual", { $0.notEqual($1, $2) }, [1, 0, 1, 1, 1, 0]),
            ("select", { $0.select($0.less($1, $2), $1, $2) }, [1, 2, 2, 0, nan, 0]),
        ]
        for (name, form, expected) in forms {
            let given = ["a": Tensor([6], a), "b": Tensor([6], b)]
            let (y, _) = try evaluate(rows: 1, replacing: given) { builder in
                let (x, z) = (builder.input("a", [6]), builder.input("b", [6]))
                return form(&builder, x, z)
            }
            #expect(y.values.map(\.description) == expected.map(\.description), "\(name)")
        }
        let (y, given) = try evaluate(rows: 2) { b in
            b.pad(b.input("x", [.rows, 2, 3]), [(0, 0), (1, 2), (2, 0)])
        }
        let x = try #require(given["x"])
        #expect(
            y
                == Tensor([2, 5, 5]) { at in
                    (1..<3).contains(at[1]) && at[2] >= 2 ? x[[at[0], at[1] - 1, at[2] - 2]] : 0
                })
    }
}
