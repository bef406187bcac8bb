import Autodiff
import Explanation
import GraphIR
import Prediction
import Tables
import TensorCore
import Testing

/// A method that is known to mislead: what would lower the output is not passed back through a ReLU, so that the
/// result is much the same whatever the weights above are. Source: Springenberg et al. 2014, arXiv:1412.6806;
/// its failing: Adebayo et al. 2018, arXiv:1810.03292.
struct GuidedBackpropagation: RowAttribution {
    var name: String { "guided backpropagation" }

    func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let guided: GradientRule = { node, y, g, b in
            guard node.op == .unary(.relu) else { return nil }
            return [b.multiply(b.unary(.relu, g), b.unary(.step, y))]
        }
        return try GradientAttribution(.inputTimesGradient, rule: guided)
            .attributions(of: rows, in: model, seed: seed)
    }
}

/// Contributions of raw columns by gradients.
struct GradientAttributionTests {
    private static let rows = TableModel.rows(12, seed: 3)
    private static let background = TableModel.rows(25, seed: 2)
    private static let methods: [GradientMethod] = [
        .saliency, .inputTimesGradient, .integratedGradients(), .expectedGradients(draws: 50),
        .smoothGrad(samples: 10), .varGrad(samples: 10), .deepLIFT, .relevancePropagation(),
        .occlusion,
    ]

    private func found(
        _ method: any RowAttribution, models: Int = 1, threads: Int = 2
    ) throws -> [Attribution] {
        try method.attributions(
            of: Self.rows,
            in: TableModel(models: models).attributed(
                background: Self.background, threads: threads), seed: 5)
    }

    @Test(arguments: [1, 2]) func completeMethodsSumToThePrediction(_ models: Int) throws {
        let model = try TableModel(models: models)
        let values = try model.predictions(for: Self.rows).values
        let others = try model.predictions(for: Self.background).values
        let base = others.reduce(0, +) / 25
        let low = try #require(others.min())
        let high = try #require(others.max())
        #expect(high - low > 0.1)
        for method in [GradientMethod.integratedGradients(), .deepLIFT] {
            let all = try found(GradientAttribution(method), models: models)
            #expect(all.count == 12)
            for (row, one) in all.enumerated() {
                #expect(one.contributions.map(\.column) == model.features)
                #expect(abs(one.value - values[row]) < 1e-5)
                #expect(abs(one.base - base) < 1e-5)
                let range = max(high, one.value) - min(low, one.value)
                #expect(
                    abs(one.residual) < 1e-4 * range, "\(method.name) leaves \(one.residual)")
                #expect(one.contributions.allSatisfy { $0.standardError == 0 })
            }
        }
    }

    @Test(arguments: methods) func everyMethodExplainsEveryColumn(_ method: GradientMethod) throws {
        let attribution = GradientAttribution(method)
        let all = try found(attribution)
        for column in 0..<4 { #expect(all.contains { $0.contributions[column].value != 0 }) }
        for threads in [1, 3, 4] { #expect(try found(attribution, threads: threads) == all) }
        for one in all {
            let sum = one.contributions.reduce(0) { $0 + $1.value }
            #expect(one.residual == one.value - one.base - sum)
        }
    }

    /// A column that is the same in the row and all background rows adds nothing.
    @Test(arguments: [
        GradientMethod.integratedGradients(), .deepLIFT, .occlusion, .expectedGradients(draws: 20),
    ])
    func whatDoesNotDifferAddsNothing(_ method: GradientMethod) throws {
        let row = Self.rows.selecting(rows: [4])
        let others = Self.background.columns.map { column in
            column.name == "job" || column.name == "hours"
                ? Column(
                    name: column.name,
                    cells: (row.column(named: column.name) ?? column)
                        .selecting(rows: [Int](repeating: 0, count: 25)).cells) : column
        }
        let background = Table(name: "background", rowCount: 25, columns: others)
        let one = try GradientAttribution(method).attributions(
            of: row, in: TableModel().attributed(background: background), seed: 1)[0]
        // Occlusion subtracts two predictions, which round on their own.
        let sizes = one.contributions.map { abs($0.value) }
        #expect(sizes[1] < 1e-6 && sizes[2] < 1e-6)
        #expect(method == .occlusion || sizes[1] == 0 && sizes[2] == 0)
        #expect(sizes[0] > 1e-5 && sizes[3] > 1e-5)
    }

    /// Columns replaced in the encoded rows and in the raw rows.
    @Test func occlusionIsTheSameByGradientsAndByPredictions() throws {
        let inside = try found(GradientAttribution(.occlusion))
        let outside = try found(OcclusionAttribution())
        for (one, other) in zip(inside, outside) {
            for (a, b) in zip(one.contributions, other.contributions) {
                #expect(abs(a.value - b.value) < 1e-5)
            }
            #expect(abs(one.residual - other.residual) < 1e-4)
        }
    }

    @Test func expectedGradientsAreIntegratedOnesOnAverage() throws {
        let exact = try found(GradientAttribution(.integratedGradients()))
        let drawn = try found(GradientAttribution(.expectedGradients(draws: 4000)))
        for (one, other) in zip(exact, drawn) {
            for (a, b) in zip(one.contributions, other.contributions) {
                #expect(b.standardError > 0)
                #expect(abs(a.value - b.value) < 4.5 * b.standardError + 1e-4)
            }
        }
    }

    /// A network of one member has no curve between its logit and its score.
    @Test func relevanceSumsToTheScoreLessTheBiases() throws {
        let one = try GradientAttribution(.relevancePropagation()).attributions(
            of: Self.rows, in: TableModel(members: 1).attributed(background: Self.background),
            seed: 0)[0]
        let logit = one.value
        let probability = try TableModel(members: 1).predictions(for: Self.rows).values[0]
        #expect(abs(probability - 1 / (1 + exponential(-logit))) < 1e-5)
        #expect(one.base == 0)
    }

    private func exponential(_ x: Double) -> Double {
        // (1 + x/2ⁿ)^(2ⁿ)
        var value = 1 + x / 0x1p30
        for _ in 0..<30 { value *= value }
        return value
    }

    @Test func aBlackBoxHasNoGradient() throws {
        var model = try TableModel().attributed(background: Self.background)
        model.encoded = nil
        #expect {
            try GradientAttribution(.saliency).attributions(of: Self.rows, in: model, seed: 0)
        } throws: { "\($0)".contains("saliency") && "\($0)".contains("no gradient") }
    }

    /// A method that misleads can be planted, and is one of the protocol.
    @Test func aChangedRuleChangesTheMethod() throws {
        let planted = try found(GuidedBackpropagation())
        let honest = try found(GradientAttribution(.inputTimesGradient))
        #expect(planted.count == 12 && planted != honest)
    }
}
