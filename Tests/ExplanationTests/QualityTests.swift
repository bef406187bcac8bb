import Explanation
import Models
import Prediction
import Statistics
import Tables
import TensorCore
import Testing

/// Measures of explanations, on models of which everything is known.
struct QualityTests {
    private static func model(
        _ predictor: any Predictor, background: [[Double]]
    ) -> AttributedModel {
        AttributedModel(predictor: predictor, background: Numbers.table(background)) {
            $0.values[$1]
        }
    }

    private static let sum = WeightedSum(features: Numbers.names(3), weights: [3, -2, 1])

    // MARK: - Faithfulness

    /// f = 3a − 2b + c at (1, 1, 1) against zeros: falling order a, c, b gives −1 and −2; rising order b, c, a gives 4 and 3.
    @Test func faithfulnessByHand() throws {
        let model = Self.model(Self.sum, background: [[0, 0, 0]])
        let values = try Faithfulness(model, donors: .marginal)
            .values(Numbers.table([[1, 1, 1]]), [[3, -2, 1]])
        #expect(abs(values[0] - ((4 + 3) / 2.0 - (-1 - 2) / 2.0)) < 1e-12)
        // The opposite attribution has the opposite faithfulness.
        let opposite = try Faithfulness(model, donors: .marginal)
            .values(Numbers.table([[1, 1, 1]]), [[-3, 2, -1]])
        #expect(abs(opposite[0] + values[0]) < 1e-12)
    }

    @Test func likeRowsAreTheDonors() throws {
        // Column a of the row is 1; the ten background rows that share it have b = 5, the others b = −5.
        let background = (0..<40).map { $0 < 10 ? [1.0, 5] : [-1.0, -5] }
        let model = Self.model(
            Function(features: Numbers.names(2)) { $0[1] }, background: background)
        let rows = Numbers.table([[1, 0]])
        // b first, kept a: donors are like in a. Second order: a first, b stays at 0.
        let like = try Faithfulness(model, donors: .conditional).values(rows, [[0, 1]])
        #expect(abs(like[0] - (0 - 5)) < 1e-12)
        let any = try Faithfulness(model, donors: .marginal).values(rows, [[0, 1]])
        #expect(abs(any[0] - (0 + 2.5)) < 1e-12)
    }

    /// Random numbers against other random numbers: a claim of more in at most 2.5 % of trials, and two errors.
    @Test func randomNumbersAreNoBetterThanRandomNumbers() throws {
        let trials = 200
        let claims = try (0..<trials).count { trial in
            let seed = UInt64(trial)
            let function = Function(features: Numbers.names(4), body: Numbers.bent)
            let model = Self.model(function, background: Numbers.draws(6, 4, seed: seed))
            let rows = Numbers.table(Numbers.draws(30, 4, seed: seed &+ 1000))
            let both = try (0..<2).map { draw in
                try Faithfulness(model, donors: .marginal).values(
                    rows,
                    RandomAttribution()
                        .attributions(of: rows, in: model, seed: seed &* 2 &+ UInt64(draw))
                        .map { $0.contributions.map(\.value) })
            }
            let difference = try SamplingDesign(rows: 30, weights: nil, clusters: nil)
                .mean(zip(both[0], both[1]).map { $0 - $1 }, scale: .plain)
            return (difference.lower ?? -1) > 0
        }
        #expect(claims <= 10, "\(claims) of \(trials)")
    }

    @Test func shapleyValuesAreMoreFaithfulThanAnyControl() throws {
        let function = Function(features: Numbers.names(4), body: Numbers.bent)
        let model = Self.model(function, background: Numbers.draws(20, 4, seed: 3))
        let rows = Numbers.table(Numbers.draws(60, 4, seed: 4))
        func mean(_ method: any RowAttribution) throws -> Double {
            let found = try method.attributions(of: rows, in: model, seed: 5)
            let values = try Faithfulness(model, donors: .marginal)
                .values(rows, found.map { $0.contributions.map(\.value) })
            return values.reduce(0, +) / 60
        }
        let own = try mean(ShapleyAttribution())
        #expect(try own > mean(RandomAttribution()) + 0.2)
        #expect(try own > mean(UnusualCells()) + 0.1)
    }

    // MARK: - Randomisation

    /// Sizes of Shapley values, whatever their sign: hardly an explanation of this very model.
    private struct SizesAlone: RowAttribution {
        let name = "sizes"

        func attributions(
            of rows: Table, in model: AttributedModel, seed: UInt64
        ) throws -> [Attribution] {
            try ShapleyAttribution().attributions(of: rows, in: model, seed: seed).map { found in
                Attribution(
                    base: found.base, value: found.value,
                    contributions: found.contributions.map {
                        .init(column: $0.column, value: abs($0.value), standardError: 0)
                    }, resolved: 0, evaluations: 0)
            }
        }
    }

    private static func cosines(
        _ method: any RowAttribution, heads: Int, seed: UInt64
    ) throws -> [Double] {
        let predictor = WeightedSum(features: Numbers.names(5), weights: [1, -1, 0.5, 2, -0.3])
        let trial = QualityTrial(
            model(predictor, background: Numbers.draws(8, 5, seed: 1)),
            rows: Numbers.table(Numbers.draws(10, 5, seed: 2)), heads: heads,
            attributed: { predictor, background in
                AttributedModel(predictor: predictor, background: background) { $0.values[$1] }
            }, seed: seed)
        return try trial.result(of: method).cosines
    }

    /// Cosines with models that learned random answers, whose weights are as random.
    private static func labelCosines(
        _ method: any RowAttribution, models: Int, seed: UInt64
    ) throws -> [Double] {
        let predictor = WeightedSum(features: Numbers.names(5), weights: [1, -1, 0.5, 2, -0.3])
        let draws = Numbers.draws(models, 5, seed: seed)
        let trial = QualityTrial(
            model(predictor, background: Numbers.draws(8, 5, seed: 1)),
            rows: Numbers.table(Numbers.draws(10, 5, seed: 2)), heads: 2,
            relabelled: draws.map { WeightedSum(features: Numbers.names(5), weights: $0) },
            attributed: { predictor, background in
                AttributedModel(predictor: predictor, background: background) { $0.values[$1] }
            }, seed: 3)
        return try trial.result(of: method).labelCosines
    }

    @Test func whatIgnoresTheAnswersFailsTheirRandomisation() throws {
        let unusual = try Self.labelCosines(UnusualCells(), models: 5, seed: 1)
        #expect(unusual.count == 5)
        #expect(QualityTrial.randomization(unusual, tests: 8).passes == false)
        let sizes = try Self.labelCosines(SizesAlone(), models: 12, seed: 1)
        #expect(QualityTrial.randomization(sizes, tests: 8).passes == false)
        let trials = 200
        let failed = try (0..<trials).count { trial in
            let own = try Self.labelCosines(
                ShapleyAttribution(), models: 5, seed: UInt64(trial) &* 100)
            return QualityTrial.randomization(own, tests: 1).passes == false
        }
        #expect(failed <= 16, "\(failed) of \(trials)")
    }

    @Test func whatIgnoresTheSignFailsTheRandomisationCheck() throws {
        let own = try Self.cosines(SizesAlone(), heads: 12, seed: 1)
        #expect(QualityTrial.randomization(own, tests: 8).passes == false)
        let unusual = try Self.cosines(UnusualCells(), heads: 12, seed: 1)
        #expect(QualityTrial.randomization(unusual, tests: 8).passes == false)
    }

    /// An honest method is failed by chance in at most 5 % of trials, and two errors.
    @Test func anHonestMethodPasses() throws {
        let trials = 200
        let failed = try (0..<trials).count { trial in
            let own = try Self.cosines(
                ShapleyAttribution(), heads: 12, seed: UInt64(trial) &* 100)
            return QualityTrial.randomization(own, tests: 1).passes == false
        }
        #expect(failed <= 16, "\(failed) of \(trials)")
    }

    /// Adebayo et al.'s finding: guided backpropagation hardly depends on the layers above. Honest gradients do.
    @Test func guidedBackpropagationFailsAndHonestGradientsPass() throws {
        let model = try TableModel()
        let background = TableModel.rows(10, seed: 2)
        let trial = QualityTrial(
            model.attributed(background: background), rows: TableModel.rows(12, seed: 3), heads: 16,
            attributed: { predictor, rows in
                guard let table = predictor as? TableModel else {
                    preconditionFailure("a table's model")
                }
                return table.attributed(background: rows)
            }, seed: 4)
        func passes(_ method: any RowAttribution) throws -> Bool? {
            QualityTrial.randomization(try trial.result(of: method).cosines, tests: 6).passes
        }
        #expect(try passes(GuidedBackpropagation()) == false)
        let honest: [GradientMethod] = [
            .inputTimesGradient, .integratedGradients(.fixed(16)), .deepLIFT,
        ]
        for method in honest { #expect(try passes(GradientAttribution(method)) == true) }
        #expect(try passes(ShapleyAttribution()) == true)
    }

    // MARK: - Numbers of one attribution or two

    @Test func comparisonsByHand() {
        #expect(AttributionComparison.cosine([1, 0], [1, 1]) == 1 / 2.0.squareRoot())
        #expect(AttributionComparison.cosine([0, 0], [1, 1]) == 0)
        // Ranks of sizes 1 2 3 against 3 2 1.
        #expect(abs(AttributionComparison.rankCorrelation([1, -2, 3], [3, 2, -1]) + 1) < 1e-12)
        #expect(abs(AttributionComparison.effectiveColumns([1, -1, 1, 1]) - 4) < 1e-12)
        #expect(abs(AttributionComparison.effectiveColumns([0, 5, 0]) - 1) < 1e-12)
    }

    // MARK: - Planted rules

    @Test(arguments: PlantedRule.Kind.allCases) func aRuleIsFoundByWhoKnowsIt(
        _ kind: PlantedRule.Kind
    ) throws {
        let rows = Numbers.table(Numbers.draws(600, 7, seed: 8))
        let rule = try #require(
            PlantedRule(kind, of: rows, columns: Numbers.names(7), seed: 3))
        let yes = rule.answers.count { $0 }
        #expect(yes > 200 && yes < 400)
        for row in 0..<20 {
            let oracle = rule.uses[row].map { $0 ? -1.0 : 0 }
            #expect(PlantedRule.recovery(oracle, uses: rule.uses[row]) == 1)
            #expect(PlantedRule.recovery(oracle.map { _ in 0 }, uses: rule.uses[row]) == 0.5)
            #expect(rule.uses[row].contains(true) && rule.uses[row].contains(false))
        }
        #expect(
            PlantedRule(
                kind, of: Numbers.table(Numbers.draws(60, 4, seed: 8)),
                columns: Numbers.names(4), seed: 3) == nil)
    }

    // MARK: - Linear surrogates

    @Test func kernelShapleyOfASumIsExact() throws {
        let model = Self.model(Self.sum, background: [[0.5, 0, -1]])
        let found = try LinearSurrogate(.shapley)
            .attributions(of: Numbers.table([[1, 2, 3]]), in: model, seed: 1)[0]
        for (value, truth) in zip(found.contributions.map(\.value), [1.5, -4, 4]) {
            #expect(abs(value - truth) < 1e-6)
        }
        #expect(abs(found.residual) < 1e-9)
        let lime = try LinearSurrogate(.lime(width: 0.75))
            .attributions(of: Numbers.table([[1, 2, 3]]), in: model, seed: 1)[0]
        for (value, truth) in zip(lime.contributions.map(\.value), [1.5, -4, 4]) {
            #expect(abs(value - truth) < 1e-5)
        }
    }

    @Test func kernelShapleyComesNearTheExactValues() throws {
        let function = Function(features: Numbers.names(4), body: Numbers.bent)
        let model = Self.model(function, background: Numbers.draws(10, 4, seed: 3))
        let rows = Numbers.table(Numbers.draws(3, 4, seed: 6))
        let exact = try ShapleyAttribution(pairs: nil).attributions(of: rows, in: model, seed: 1)
        let found = try LinearSurrogate(.shapley, sets: 20_000)
            .attributions(of: rows, in: model, seed: 1)
        for (own, truth) in zip(found, exact) {
            for (value, known) in zip(own.contributions, truth.contributions) {
                #expect(value.standardError > 0 && value.standardError < 0.02)
                #expect(abs(value.value - known.value) < 4 * value.standardError + 1e-3)
            }
        }
    }
}
