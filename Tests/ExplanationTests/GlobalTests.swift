import Explanation
import Prediction
import Statistics
import Tables
import TensorCore
import Testing

/// Effects over all rows, of functions of which they are known.
struct GlobalTests {
    private static func model(
        _ columns: Int, _ rows: Table, _ body: @escaping @Sendable ([Double]) -> Double
    ) -> AttributedModel {
        AttributedModel(
            predictor: Function(features: Numbers.names(columns), body: body), background: rows
        ) { $0.values[$1] }
    }

    @Test func partialDependenceOfASumIsItsPart() throws {
        let rows = Numbers.table(Numbers.draws(300, 2, seed: 1))
        let model = Self.model(2, rows) { $0[0] * $0[0] + 5 * $0[1] }
        for curve in [
            try EffectCurve.partialDependence("x0", in: model, rows: rows, lines: 2),
            try EffectCurve.accumulated("x0", in: model, rows: rows),
        ] {
            let first = try #require(curve.points.first)
            for point in curve.points {
                let (z, start) = (try #require(point.number), try #require(first.number))
                #expect(abs(point.value - first.value - (z * z - start * start)) < 1e-9)
                // Lines that are parallel show no spread.
                #expect((point.lower ?? point.value) <= point.value)
                #expect((point.upper ?? point.value) >= point.value)
            }
        }
        let curve = try EffectCurve.partialDependence("x1", in: model, rows: rows, lines: 2)
        // Lines of single rows are parallel where there is no interaction.
        for point in curve.points {
            #expect(abs(point.lines[0] - point.lines[1]) < 1e-9)
        }
    }

    /// Two columns that are equal: f = x0·x1 is x0² among real rows, of which partial dependence knows nothing.
    @Test func accumulatedEffectsStayWhereRowsAre() throws {
        let rows = Numbers.table(Numbers.draws(2000, 1, seed: 2).map { [$0[0], $0[0]] })
        let model = Self.model(2, rows) { $0[0] * $0[1] }
        let local = try EffectCurve.accumulated("x0", in: model, rows: rows)
        let far = try EffectCurve.partialDependence("x0", in: model, rows: rows)
        func span(_ curve: EffectCurve) -> Double {
            let values = curve.points.map(\.value)
            return (values.max() ?? 0) - (values.min() ?? 0)
        }
        // ∫ z dz from 0 to ±1 on both sides, against a slope of mean x1 ≈ 0.
        #expect(abs(span(local) - 0.5) < 0.05, "\(span(local))")
        #expect(span(far) < 0.1)
    }

    /// How often the interval of a point of the curve holds the curve of all rows.
    @Test func intervalsCoverTheCurveOfAllRows() throws {
        var covered = 0
        let repetitions = 300
        for repetition in 0..<repetitions {
            let rows = Numbers.table(Numbers.draws(100, 2, seed: UInt64(1000 + repetition)))
            // The mean over x1 of x0·(1 + x1) is x0; less its mean over the places of the curve.
            let model = Self.model(2, rows) { $0[0] * (1 + $0[1]) }
            let points = try EffectCurve.partialDependence("x0", in: model, rows: rows).points
            let center =
                points.compactMap(\.number).reduce(0, +) / Double(max(points.count, 1))
            let last = try #require(points.last)
            let truth = try #require(last.number) - center
            let (lower, upper) = (try #require(last.lower), try #require(last.upper))
            if lower <= truth, truth <= upper { covered += 1 }
        }
        #expect(Double(covered) / Double(repetitions) > 0.95 - 3 * 0.0126, "\(covered)")
    }

    @Test func interactionsAreFound() throws {
        let rows = Numbers.table(Numbers.draws(200, 3, seed: 4))
        let model = Self.model(3, rows) { 2 * $0[0] * $0[1] + $0[2] }
        let samples = (0..<5).map { part in (0..<40).map { part * 40 + $0 } }
        let found = try Interaction.measured(
            Numbers.names(3), in: model, rows: rows, samples: samples)
        #expect(found[0].first == "x0" && found[0].second == "x1")
        #expect((found[0].strength.value ?? 0) > 0.8)
        for pair in found.dropFirst() { #expect((pair.strength.value ?? 1) < 0.1) }
        let sum = Self.model(3, rows) { $0[0] + $0[1] + $0[2] }
        for pair in try Interaction.measured(
            Numbers.names(3), in: sum, rows: rows, samples: samples)
        {
            #expect((pair.strength.value ?? 1) < 1e-12)
        }
    }

    @Test func aTreeSaysWhatAStepDoes() throws {
        let draws = Numbers.draws(2000, 3, seed: 5)
        let rows = Numbers.table(draws)
        let outputs = draws.map { $0[0] > 0.25 ? ($0[1] > 0 ? 3.0 : 1) : 0 }
        let tree = SurrogateTree(rows, columns: Numbers.names(3), outputs: outputs, depth: 2)
        let said = tree.values(of: rows)
        let wrong = said.indices.count { abs(said[$0] - outputs[$0]) > 0.5 }
        #expect(wrong < 100, "\(wrong) of 2,000: thresholds lie at shares of the rows")
        let rules = tree.rules
        #expect(rules.count == 3 && rules.reduce(0) { $0 + $1.rows } == 2000)
        #expect(rules.allSatisfy { $0.conditions[0].contains("x0") })
        // A constant needs no condition.
        let flat = SurrogateTree(
            rows, columns: Numbers.names(3), outputs: draws.map { _ in 1 }, depth: 3)
        #expect(flat == .leaf(value: 1, rows: 2000))
    }
}

struct PrototypeTests {
    /// Three heaps of points and one far off: a prototype of each heap, and the far one is a criticism.
    @Test func aPrototypeOfEachHeap() {
        let random = CounterRandom(seed: 3, name: "heaps")
        var features: [Float] = []
        for row in 0..<90 {
            let heap = Double(row % 3) * 10
            features += [
                Float(heap + random.uniform(index: UInt64(row))),
                Float(random.uniform(step: 1, index: UInt64(row))),
            ]
        }
        features += [10, 40]
        let found = Prototypes(features: features, width: 2, count: 3)
        #expect(Set(found.prototypes.map { $0 % 3 }) == [0, 1, 2])
        #expect(!found.prototypes.contains(90))
        #expect(found.criticisms.first == 90)
        #expect(Prototypes(features: [1, 2], width: 2, count: 3).prototypes.isEmpty)
        // No row is both.
        let all = Prototypes(features: features, width: 2, count: 91)
        #expect(Set(all.prototypes).count == 91 && all.criticisms.isEmpty)
    }
}

struct InfluenceTests {
    /// Of a logistic regression with features (2, 1) and a row (3, −1): the step on the row moves the logit by
    /// `−(p − y)·(2·3 − 1·1 + 1)`.
    @Test func byHand() {
        let influence = Influence(features: [3, -1], members: 1)
        let found = influence.values(rows: [2, 1, 0, 0], errors: [-0.25, 0.5])
        #expect(abs(found[0] - 0.25 * 6) < 1e-12)
        #expect(abs(found[1] + 0.5) < 1e-12)
        // Of two members the mean.
        let both = Influence(features: [3, -1, 0, 0], members: 2)
            .values(rows: [2, 1, 5, 5], errors: [-0.25, 1])
        #expect(abs(both[0] - (0.25 * 6 - 1) / 2) < 1e-12)
    }
}

struct ShuffledImportanceTests {
    /// x1 is x0 with a little noise; y = x0. Shuffled among all rows, x0 matters much; among rows with like x1, little.
    @Test func whatOthersTellIsNotCountedTwice() throws {
        let draws = Numbers.draws(2000, 2, seed: 7).map { [$0[0], $0[0] + 0.02 * $0[1]] }
        let rows = Numbers.table(draws)
        let sum = WeightedSum(features: Numbers.names(2), weights: [1, 0])
        let test = LabelledPredictions(
            split: .test, predictions: try sum.predictions(for: rows),
            answers: .numbers(draws.map { $0[0] }))
        let shuffled = try ShuffledImportance(sum, rows: rows, test: test, seed: 1)
        let any = try shuffled.marginal(["x0"])
        let like = try shuffled.conditional("x0")
        // E (x − x')² = 2/3 of independent uniform numbers.
        #expect(abs((any.value ?? 0) - 2 / 3.0) < 0.06)
        #expect((like.upper ?? 1) < 0.02, "\(like)")
        #expect(try shuffled.marginal(["x1"]).value == 0)
        #expect(try shuffled.marginal(["x0", "x1"]).value != nil)
    }
}
