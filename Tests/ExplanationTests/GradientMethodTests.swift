import CPURuntime
import Explanation
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// What methods by gradients promise.
struct GradientMethodTests {
    private static let networks = [
        "relu", "gelu", "tanh", "sigmoid", "layerNorm", "batchNorm", "residual", "embedding",
    ]
    private static let all: [GradientMethod] = [
        .saliency, .inputTimesGradient, .integratedGradients(), .integratedGradients(.fixed(20)),
        .expectedGradients(draws: 30), .smoothGrad(samples: 30), .varGrad(samples: 30), .deepLIFT,
        .relevancePropagation(), .occlusion,
    ]

    private func results(
        _ reference: AttributionReference.Case, _ explainer: GradientExplainer, seed: UInt64 = 1
    ) throws -> [GradientExplainer.Result] {
        try explainer.contributions(
            of: reference.points.floats, baselines: reference.baselines.floats,
            noise: [Float](repeating: 0.2, count: reference.width), seed: seed)
    }

    @Test func quadratureIsExactForPolynomials() {
        for count in [1, 2, 5, 8, 50] {
            let rule = GaussLegendre(count)
            #expect(rule.nodes == rule.nodes.sorted() && rule.nodes.count == count)
            for degree in 0..<min(2 * count, 40) {
                var sum = 0.0
                for (node, weight) in zip(rule.nodes, rule.weights) {
                    var power = 1.0
                    for _ in 0..<degree { power *= node }
                    sum += weight * power
                }
                #expect(abs(sum - 1 / Double(degree + 1)) < 1e-13)
            }
        }
    }

    /// With softmax, layer norm and products of two values that vary among the networks.
    @Test(arguments: networks, [OutputPort.logits, .prediction])
    func completeMethodsLeaveNothingOver(_ name: String, _ output: OutputPort) throws {
        let reference = AttributionReference.named(name)
        for method in [GradientMethod.integratedGradients(), .deepLIFT] {
            let explainer = try reference.explainer(method, output: output)
            let found = try explainer.contributions(
                of: reference.points.floats, baselines: reference.firstBaseline, seed: 0)
            for result in found {
                let residual =
                    result.value - result.base - result.contributions.means.reduce(0, +)
                #expect(
                    abs(residual) <= max(1e-4 * abs(result.value - result.base), 1e-6),
                    "\(method.name) of \(name) leaves \(residual)")
                #expect(result.contributions.errors.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test(arguments: all) func bitsDoNotDependOnThreads(_ method: GradientMethod) throws {
        let reference = AttributionReference.named("residual")
        let runs = try (1...4).map { threads in
            try results(reference, reference.explainer(method, threads: threads)).map(\.samples)
        }
        for run in runs { #expect(run == runs[0]) }
        let again = try results(reference, reference.explainer(method), seed: 2).map(\.samples)
        let isDrawn =
            switch method {
            case .expectedGradients, .smoothGrad, .varGrad: true
            default: false
            }
        #expect((again != runs[0]) == isDrawn)
    }

    /// A row's numbers do not depend on which rows are explained with it.
    @Test(arguments: all) func rowsAreExplainedOneByOne(_ method: GradientMethod) throws {
        let reference = AttributionReference.named("relu")
        let explainer = try reference.explainer(method)
        let together = try results(reference, explainer)
        for row in 0..<reference.rows {
            let width = reference.width
            let alone = try explainer.contributions(
                of: Array(reference.points.floats[row * width..<(row + 1) * width]),
                baselines: reference.baselines.floats,
                noise: [Float](repeating: 0.2, count: width), seed: 1, first: row)
            for (one, other) in zip(alone[0].samples, together[row].samples) {
                #expect(abs(one - other) < 1e-5)
            }
        }
    }

    @Test(arguments: all) func aMemoryLimitCutsBatches(_ method: GradientMethod) throws {
        let reference = AttributionReference.named("relu")
        let free = try results(reference, reference.explainer(method))
        let tight = try results(reference, reference.explainer(method, memoryLimit: 20_000))
        for (one, other) in zip(free.flatMap(\.samples), tight.flatMap(\.samples)) {
            #expect(abs(one - other) < 1e-5)
        }
        #expect(throws: AttributionError.self) {
            try reference.explainer(method, memoryLimit: 200)
        }
    }

    /// Of a linear function every method is known.
    @Test func aLinearFunctionGivesEachNumberItsTerm() throws {
        var builder = GraphBuilder()
        let x = builder.input("numeric", [.rows, 3])
        builder.output("logits", builder.linear("linear", x, output: 1))
        let graph = try builder.build()
        let layout = ParameterLayout(graph)
        let buffer = Buffer(count: layout.count)
        let slopes: [Float] = [2, -3, 0.5]
        let weight = try #require(layout.entry(named: "linear/weight"))
        let bias = try #require(layout.entry(named: "linear/bias"))
        buffer.copy(from: slopes.span, to: weight.offset)
        buffer[bias.offset] = 7
        let points = try PredictionPoints(graph, output: "logits")
        let row: [Float] = [1, 2, -4]
        let baselines: [Float] = [0, 1, 1, 2, 1, -1]
        // The first and the last number are explained as one.
        func contributions(_ method: GradientMethod) throws -> [Double] {
            let explainer = try GradientExplainer(
                points, .init(output: "logits", factor: 2, offset: 1), parameters: buffer,
                groups: [0, 1, 0], groupCount: 2, method: method, threads: 1)
            let result = try explainer.contributions(
                of: row, baselines: baselines, noise: [1, 1, 1], seed: 3)[0]
            #expect(result.value == 2 * (2 - 6 - 2 + 7) + 1)
            if case .relevancePropagation = method {
                #expect(result.base == 0)
            } else {
                #expect(result.base == 2 * (7 + (-2.5 + 0.5) / 2) + 1)
            }
            return result.contributions.means
        }
        func expect(_ method: GradientMethod, _ expected: [Double], within tolerance: Double = 1e-5)
        {
            let found = (try? contributions(method)) ?? []
            #expect(
                zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance } && found.count == 2,
                "\(method.name): \(found) for \(expected)")
        }
        // Baselines of mean (1, 1, 0).
        let complete = [2 * (2.0 * 0 + 0.5 * -4), 2 * (-3.0 * 1)]
        expect(.integratedGradients(), complete)
        expect(.integratedGradients(.fixed(1)), complete)
        expect(.deepLIFT, complete)
        expect(.occlusion, complete)
        expect(.expectedGradients(draws: 4000), complete, within: 0.2)
        expect(.saliency, [5, 6])
        expect(.inputTimesGradient, [2 * (2 - 2), 2 * -6])
        expect(.relevancePropagation(), [2 * (2 - 2), 2 * -6])
        expect(.smoothGrad(samples: 5), [5, -6])
        expect(.varGrad(samples: 5), [0, 0])
    }

    @Test func layersWithoutARuleAreNamed() throws {
        func problem(
            _ name: String, _ method: GradientMethod, output: OutputPort = .logits
        ) -> String {
            do {
                _ = try AttributionReference.named(name).explainer(method, output: output)
                return ""
            } catch { return "\(error)" }
        }
        let norm = problem("layerNorm", .relevancePropagation())
        #expect(norm.contains("square of norm0 has no rule") && norm.contains("relevance"))
        #expect(problem("sigmoid", .relevancePropagation()).contains("sigmoid has no rule"))
        #expect(
            problem("relu", .relevancePropagation(), output: "prediction")
                .contains("softmax has no rule"))
        var builder = GraphBuilder()
        let x = builder.input("numeric", [.rows, 4, 4, 1])
        let pooled = builder.scoped("layer0") {
            $0.maxPool2D(x, window: Window(.init(2, stride: 2), .init(2, stride: 2)))
        }
        builder.output("logits", builder.globalAveragePool(pooled))
        let graph = try builder.build()
        let points = try PredictionPoints(graph, output: "logits")
        #expect {
            try GradientExplainer(
                points, .init(output: "logits"), parameters: Buffer(count: 0),
                groups: [Int](repeating: 0, count: 16), groupCount: 1, method: .deepLIFT, threads: 1
            )
        } throws: { error in
            let text = "\(error)"
            return text.contains("maxPool") && text.contains("of layer0 has no rule")
        }
    }

    @Test func optionsThatCannotBeAreErrors() throws {
        let reference = AttributionReference.named("relu")
        for method in [
            GradientMethod.integratedGradients(.fixed(0)),
            .integratedGradients(.adaptive(tolerance: 0)), .expectedGradients(draws: 1),
            .smoothGrad(samples: 0), .varGrad(samples: 1), .relevancePropagation(epsilon: 0),
        ] {
            #expect(throws: AttributionError.self) { try reference.explainer(method) }
        }
        #expect(throws: AttributionError.self) {
            try PredictionPoints(reference.graph(), output: "scores")
        }
    }

    /// Between a row and itself nothing is divided, whatever rounds.
    @Test(arguments: networks) func aRowIsItsOwnBaseline(_ name: String) throws {
        let reference = AttributionReference.named(name)
        for method in [GradientMethod.integratedGradients(), .deepLIFT, .occlusion] {
            let found = try reference.explainer(method).contributions(
                of: reference.firstBaseline, baselines: reference.firstBaseline, seed: 0)
            #expect(found[0].samples.allSatisfy { abs($0) < 1e-6 })
        }
    }
}
