import CPURuntime
import Explanation
import Foundation
import GraphIR
import Kernels
import NN
import Statistics
import Tables
import TensorCore
import Testing

/// Concept vectors beside Captum's of the same weights, and on a network of which it is known what matters.
struct ConceptTests {
    private struct Reference: Decodable {
        var versions: [String: String]
        var cases: [Case]

        struct Case: Decodable {
            var name: String
            var layer: Int
            var target: Int
            var rows: AttributionReference.Numbers
            var members: AttributionReference.Numbers
            var others: AttributionReference.Numbers
            var gradients: AttributionReference.Numbers
            var derivatives: AttributionReference.Numbers
            var score: Double
            var magnitude: Double
        }
    }

    @Test func derivativesAndScoresAreCaptums() throws {
        let path = try #require(
            Bundle.module.url(
                forResource: "concepts", withExtension: "json", subdirectory: "Reference"))
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: path))
        #expect(try #require(reference.versions["captum"]) >= "0.9")
        #expect(reference.cases.count == 6)
        for one in reference.cases {
            let network = AttributionReference.named(one.name)
            let graph = try network.graph()
            let hidden = graph.nodes.indices.filter {
                [.unary(.relu), .unary(.gelu), .unary(.tanh)].contains(graph.nodes[$0].op)
            }
            // Within a residual block there is one that not all passes through.
            let node = one.name == "residual" ? try #require(hidden.last) : hidden[one.layer]
            let reading = try HiddenReading(
                graph, at: Value(node), weights: [network.parameters(graph)],
                explained: .init(output: "logits", place: one.target), threads: 2)
            func activations(_ rows: AttributionReference.Numbers) -> [Float] {
                reading.activations(of: EncodedFeatures(numbers: rows.floats, width: rows.shape[1]))
            }
            let rows = one.rows.shape[0]
            let gradients = reading.gradients(at: activations(one.rows))
            expectNear(gradients.map(Double.init), one.gradients.values, "gradients of \(one.name)")
            let (members, others) = (activations(one.members), activations(one.others))
            let test = ConceptTest(
                gradients: gradients,
                design: try SamplingDesign(rows: rows, weights: nil, clusters: nil),
                pool: members + others, width: reading.width, draws: 100,
                random: CounterRandom(seed: 1, name: "captum"), threads: 2)
            let found = test.result(
                members: members, others: others,
                controls: test.controls(size: one.members.shape[0]))
            let expected = one.derivatives.values.reduce(0, +) / Double(rows)
            let size = try #require(one.derivatives.values.map { abs($0) }.max())
            let (effect, score) = (
                try #require(found.effect.value), try #require(found.score.value)
            )
            #expect(abs(effect - expected) <= 1e-4 * size, "\(one.name), layer \(one.layer)")
            #expect(abs(effect - one.magnitude) <= 1e-4 * size, "\(one.name), layer \(one.layer)")
            #expect(abs(score - one.score) < 1e-6, "\(one.name), layer \(one.layer)")
        }
    }

    private func expectNear(_ found: [Double], _ expected: [Double], _ what: String) {
        let size = expected.map { abs($0) }.max() ?? 0
        #expect(found.count == expected.count)
        for (own, other) in zip(found, expected) {
            #expect(abs(own - other) <= 1e-4 * size, "\(what): \(own) for \(other)")
        }
    }

    @Test func aBranchIsNoLayer() throws {
        let network = AttributionReference.named("residual")
        let graph = try network.graph()
        let inner = try #require(graph.nodes.firstIndex { $0.op == .unary(.relu) })
        #expect {
            try HiddenReading(
                graph, at: Value(inner), weights: [network.parameters(graph)],
                explained: .init(output: "logits", place: 0), threads: 1)
        } throws: { "\($0)".contains("do not pass through this layer") }
    }

    /// Of three numbers the layer holds the first two, and the output the first alone, halved: σ(relu(x₀) − relu(−x₀)).
    private static func planted() throws -> (graph: Graph, weights: Buffer, layer: Value) {
        var builder = GraphBuilder()
        let x = builder.input("numeric", [.rows, 3])
        let hidden = builder.scoped("hidden0") { b in
            b.activation(.relu, b.linear("linear", x, output: 4))
        }
        let logit = builder.linear("head", hidden, output: 1)
        builder.output("prediction", builder.unary(.sigmoid, logit))
        let graph = try builder.build()
        let layout = ParameterLayout(graph)
        let weights = Buffer(count: layout.count)
        let numbers: [String: [Float]] = [
            "hidden0/linear/weight": [1, -1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0],
            "hidden0/linear/bias": [0, 0, 0, 0], "head/weight": [1, -1, 0, 0], "head/bias": [0],
        ]
        for entry in layout.entries {
            let own = try #require(numbers[entry.spec.name])
            weights.copy(from: own.span, to: entry.offset)
        }
        return (graph, weights, hidden)
    }

    @Test func whatTheNetworkUsesIsFoundAndWhatItOnlyHoldsIsNot() throws {
        let (graph, weights, layer) = try Self.planted()
        let reading = try HiddenReading(
            graph, at: layer, weights: [weights], explained: .init(output: "prediction"), threads: 2
        )
        func rows(_ count: Int, seed: UInt64) -> [[Double]] {
            Numbers.draws(count, 3, seed: seed)
        }
        func activations(_ rows: [[Double]]) -> [Float] {
            reading.activations(
                of: EncodedFeatures(numbers: rows.joined().map { Float($0) }, width: 3))
        }
        let tested = rows(300, seed: 1)
        let test = ConceptTest(
            gradients: reading.gradients(at: activations(tested)),
            design: try SamplingDesign(rows: 300, weights: nil, clusters: nil),
            pool: activations(rows(1000, seed: 2)), width: reading.width, draws: 400,
            random: CounterRandom(seed: 3, name: "planted"), threads: 2)
        let controls = test.controls(size: 100)
        func found(_ column: Int, _ sign: Double, seed: UInt64) -> ConceptTest.Result {
            let all = rows(2000, seed: seed)
            return test.result(
                members: activations(Array(all.filter { sign * $0[column] > 0.3 }.prefix(100))),
                others: activations(Array(all.filter { sign * $0[column] <= 0.3 }.prefix(100))),
                controls: controls)
        }
        let used = found(0, 1, seed: 10)
        #expect(used.isKnown && used.pValue < 0.01 && used.score.value == 1)
        // E[σ'] ≈ 0.235 over x₀ in (−1, 1), times 0.65 − (−0.35): the difference of the means.
        let truth = 0.231
        let (low, high) = (try #require(used.effect.lower), try #require(used.effect.upper))
        #expect(low < truth && truth < high, "\(low) to \(high)")
        let opposite = found(0, -1, seed: 11)
        #expect(opposite.isKnown && opposite.pValue < 0.01 && opposite.score.value == 0)
        #expect(try #require(opposite.effect.value) < 0)
        // The layer holds the second number, and nothing comes of it.
        let held = found(1, 1, seed: 12)
        let accuracy = try #require(held.accuracy.value)
        #expect(held.isKnown && accuracy > 0.85, "\(accuracy)")
        #expect(held.pValue > 0.05, "\(held.pValue)")
        let band = controls.band
        let effect = try #require(held.effect.value)
        #expect(band.lower < effect && effect < band.upper)
        // The third does not reach it.
        #expect(!found(2, 1, seed: 13).isKnown)
    }

    @Test func moreThreadsChangeNoBit() throws {
        let (graph, weights, layer) = try Self.planted()
        let found = try [1, 3].map { threads in
            let reading = try HiddenReading(
                graph, at: layer, weights: [weights, weights],
                explained: .init(output: "prediction"), threads: threads)
            #expect(reading.width == 8)
            let rows = Numbers.draws(700, 3, seed: 4).joined().map { Float($0) }
            let all = reading.activations(of: EncodedFeatures(numbers: rows, width: 3))
            let test = ConceptTest(
                gradients: reading.gradients(at: all),
                design: try SamplingDesign(rows: 700, weights: nil, clusters: nil), pool: all,
                width: 8, draws: 100, random: CounterRandom(seed: 3, name: "t"), threads: threads)
            let controls = test.controls(size: 50)
            let result = test.result(
                members: Array(all[..<400]), others: Array(all[400..<800]), controls: controls)
            return [result.effect.value, result.effect.lower, result.score.upper]
                + controls.effects + controls.scores
        }
        #expect(found[0] == found[1])
    }
}
