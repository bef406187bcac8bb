import Evidence
import Generalization
import Prediction
import TensorCore
import Testing

@Suite struct BaselinesTests {
    private struct Known: ComparedModel {
        var rows: LabelledPredictions
        var expectedSeconds: Double { 0 }
        func predictions() throws -> LabelledPredictions { rows }
    }

    private static let random = CounterRandom(seed: 21, name: "baselines")

    /// Labels of which three in ten are positive, with a probability for each.
    private func rows(_ count: Int, sure: (Int32) -> Double) -> LabelledPredictions {
        let labels = (0..<count).map {
            Int32(Self.random.uniform(index: UInt64($0)) < 0.3 ? 1 : 0)
        }
        return LabelledPredictions(
            split: .test,
            predictions: .init(
                rows: count, classes: ["n", "y"],
                values: labels.flatMap { label -> [Double] in
                    let right = sure(label)
                    return label == 1 ? [1 - right, right] : [right, 1 - right]
                }), answers: .classes(labels))
    }

    private func againstLinear(model: Double, linear: Double, rows count: Int = 500) throws
        -> Measurement
    {
        let model = rows(count) { $0 == 1 ? model : model + 0.05 }
        let linear = rows(count) { $0 == 1 ? linear + 0.05 : linear }
        let found = try LinearComparison().measure(
            Subject(test: model, training: model, linearModel: Known(rows: linear)))
        return try #require(
            found.measurements.first {
                $0.metric == "logLossAgainstBaseline" && $0.group == "against a linear model"
            })
    }

    @Test func whatIsNotToldApartSaysWhatWouldBe() throws {
        let better = try againstLinear(model: 0.8, linear: 0.6)
        #expect((better.interval?.upper ?? 1) < 0 && better.note == nil)
        let worse = try againstLinear(model: 0.6, linear: 0.8)
        #expect((worse.interval?.lower ?? -1) > 0 && worse.note == nil)
        let unsure = try againstLinear(model: 0.7, linear: 0.734, rows: 60)
        #expect(unsure.note?.hasPrefix("a true difference of") == true, "\(unsure.note ?? "")")
    }

    /// Where a missed positive is dear, *always yes* is the cheaper constant answer, and right in three of ten rows. Of the
    /// expected cost it is the baseline; of accuracy the most frequent class is.
    @Test func costsHaveTheirOwnBaseline() throws {
        var model = rows(400) { _ in 0.85 }
        model.costs = .init(falsePositive: 1, falseNegative: 9)
        model.threshold = 0.1
        let found = try TrivialBaseline().measure(Subject(test: model, training: model))
        guard case .classes(let labels) = model.answers else { return }
        let share = Double(labels.count { $0 == 1 }) / 400
        func value(_ metric: MetricID) throws -> Measurement {
            try #require(found.measurements.first { $0.metric == metric })
        }
        // Scores of 0.15 reach the threshold: the model too says yes of everybody.
        #expect(abs(try #require(try value("accuracyAgainstBaseline").value) - (2 * share - 1)) < 1e-9)
        let cost = try value("expectedCostAgainstBaseline")
        #expect(cost.value == 0 && cost.interval == nil)
        #expect(cost.group == "against always y, the cheaper constant answer")
        model.threshold = 0.5
        let sure = try TrivialBaseline().measure(Subject(test: model, training: model))
        let saved = try #require(
            sure.measurements.first { $0.metric == "expectedCostAgainstBaseline" })
        // It makes no error, where yes to all costs one a negative.
        #expect(abs(try #require(saved.value) + (1 - share)) < 1e-9)
        #expect(try #require(saved.interval).upper < 0)
    }

    /// The trivial baseline is the training rows' share of each class: its log loss is known.
    @Test func theTrivialBaselineIsThePrior() throws {
        let model = rows(400) { _ in 0.9 }
        let found = try TrivialBaseline().measure(Subject(test: model, training: model))
        guard case .classes(let labels) = model.answers else { return }
        let share = Double(labels.count { $0 == 1 }) / 400
        let prior = [Double](repeating: 0, count: 400).indices.flatMap { _ in [1 - share, share] }
        let expected =
            (model.rowLosses.reduce(0, +)
                - model.with(.init(rows: 400, classes: ["n", "y"], values: prior)).rowLosses
                .reduce(0, +)) / 400
        let value = try #require(found.measurements.first?.value)
        #expect(abs(value - expected) < 1e-12)
        #expect(found.measurements.map(\.metric).count == 2)
    }

    @Test func numbersAreComparedByTheirError() throws {
        let targets = (0..<300).map { Self.random.uniform(step: 1, index: UInt64($0)) }
        func said(_ error: Double) -> LabelledPredictions {
            LabelledPredictions(
                split: .test,
                predictions: .init(
                    rows: 300, classes: [],
                    values: targets.enumerated().map {
                        $1 + error * (Self.random.uniform(step: 2, index: UInt64($0)) - 0.5)
                    }), answers: .numbers(targets))
        }
        let subject = Subject(
            test: said(0.1), training: said(0), linearModel: Known(rows: said(0.4)))
        let found = try Findings(
            measurements: TrivialBaseline().measure(subject).measurements
                + LinearComparison().measure(subject).measurements)
        let metric: MetricID = "errorAgainstBaseline"
        #expect(found.measurements.map(\.metric) == [metric, metric])
        #expect(found.measurements.allSatisfy { ($0.interval?.upper ?? 1) < 0 })
    }
}
