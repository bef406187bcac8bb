import CPURuntime
import Explanation
import GraphIR
import Kernels
import Testing

/// Attributions beside Captum's of the same weights and, where something is drawn, of the same draws.
struct GradientReferenceTests {
    private static let networks = [
        "relu", "gelu", "tanh", "sigmoid", "layerNorm", "batchNorm", "residual", "embedding",
    ]

    /// Within 1e-4 of the largest of a row.
    private func expectSame(
        _ found: [[Double]], _ reference: AttributionReference.Numbers, _ what: String
    ) {
        let width = reference.shape[1]
        #expect(found.count == reference.shape[0])
        for (row, own) in found.enumerated() {
            let expected = Array(reference.values[row * width..<(row + 1) * width])
            let size = max(expected.map { abs($0) }.max() ?? 0, 1e-9)
            for place in 0..<width {
                let off = abs(own[place] - expected[place])
                #expect(
                    off <= 1e-4 * size,
                    "\(what), row \(row), \(place): \(own[place]) for \(expected[place])")
            }
        }
    }

    @Test func theReferenceIsOfCaptum() throws {
        #expect(try #require(AttributionReference.shared.versions["captum"]) >= "0.9")
        #expect(AttributionReference.shared.cases.map(\.name) == Self.networks)
    }

    @Test(arguments: networks) func attributionsAreCaptums(_ name: String) throws {
        let reference = AttributionReference.named(name)
        let draws = try #require(AttributionReference.shared.settings["draws"])
        let samples = try #require(AttributionReference.shared.settings["samples"])
        let methods: [(String, GradientMethod)] = [
            ("saliency", .saliency), ("inputTimesGradient", .inputTimesGradient),
            ("integratedGradients", .integratedGradients(.fixed(50))),
            ("expectedGradients", .expectedGradients(draws: draws)),
            ("smoothGrad", .smoothGrad(samples: samples)), ("varGrad", .varGrad(samples: samples)),
            ("deepLIFT", .deepLIFT), ("relevancePropagation", .relevancePropagation()),
            ("occlusion", .occlusion),
        ]
        var compared = 0
        for (key, method) in methods {
            guard let expected = reference.attributions[key] else { continue }
            compared += 1
            let explainer = try reference.explainer(method)
            let found = try explainer.contributions(
                of: reference.points.floats,
                baselines: key == "expectedGradients"
                    ? reference.baselines.floats : reference.firstBaseline,
                noise: [Float](repeating: 1, count: reference.width), seed: 0,
                draws: Self.draws(reference, key, draws: draws, samples: samples))
            expectSame(found.map(\.contributions.means), expected, "\(key) of \(name)")
            for (row, result) in found.enumerated() {
                #expect(abs(result.value - reference.outputs.values[row]) < 1e-5)
            }
        }
        #expect(compared == reference.attributions.count && compared >= 7)
    }

    /// What Captum drew, which it takes row by row.
    private static func draws(
        _ reference: AttributionReference.Case, _ key: String, draws: Int, samples: Int
    ) -> GradientDraws {
        let baselines = reference.drawn["baselines"]?.values ?? []
        let shares = reference.drawn["shares"]?.floats ?? []
        let noise = reference.drawn[key]?.floats ?? []
        let width = reference.width
        return GradientDraws(
            path: { row, draw in (Int(baselines[row * draws + draw]), shares[row * draws + draw]) },
            normal: { row, sample, place in noise[(row * samples + sample) * width + place] })
    }

    /// Embedded vectors move from another category's to the own while the numbers stay.
    @Test func embeddingsAreCaptumsLayer() throws {
        let reference = AttributionReference.named("embedding")
        let layer = try #require(reference.atLayer)
        let explainer = try reference.explainer(.integratedGradients(.fixed(50)))
        let width = reference.width
        var found: [[Double]] = []
        for row in 0..<reference.rows {
            let own = Array(reference.points.floats[row * width..<(row + 1) * width])
            let baseline = Array(own[..<3]) + Array(reference.firstBaseline[3...])
            let result = try explainer.contributions(of: own, baselines: baseline, seed: 0)
            let means = result[0].contributions.means
            #expect(means[..<3].allSatisfy { $0 == 0 })
            found.append(Array(means[3...]))
        }
        expectSame(found, layer, "integrated gradients at the embedding")
    }

    /// What is looked up is what PyTorch looked up, and each of its numbers belongs to its index.
    @Test func lookupsArePoints() throws {
        let reference = AttributionReference.named("embedding")
        let graph = try reference.graph()
        let points = try PredictionPoints(graph, output: "logits")
        #expect(
            points.origins
                == (0..<3).map { InputOrigin(input: "numeric", place: $0) }
                + (0..<6).map { InputOrigin(input: "categories", place: $0 / 3) })
        let plan = Plan(
            points.lookup, outputs: ["points"], rows: reference.rows,
            parameters: ParameterLayout(points.lookup))
        let executor = Executor(plan)
        let numeric = try #require(plan.inputs["numeric"])
        let categories = try #require(plan.inputs["categories"])
        executor.arena.copy(
            from: try #require(reference.numbers).floats.span, to: numeric.offset)
        let indices = try #require(reference.indices).values
        executor.arena.withMutableIndices(categories.range) { span in
            for place in indices.indices { span[place] = Int32(indices[place]) }
        }
        executor.run(parameters: reference.parameters(graph), results: Buffer(count: 0))
        let region = try #require(plan.outputs["points"])
        #expect(executor.arena.floats(region.range) == reference.points.floats)
    }
}
