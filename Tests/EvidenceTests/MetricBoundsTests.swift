import Evidence
import Prediction
import Statistics
import Testing

/// Intervals stay inside of what is possible, however they were widened.
@Suite struct MetricBoundsTests {
    private func definition(_ id: String, direction: Int = -1) -> MetricDefinition {
        MetricDefinition(
            id: MetricID(id), name: id, formula: "", direction: direction, drawback: .bias,
            source: "")
    }

    private func rows(models: Int) -> LabelledPredictions {
        var rows = LabelledPredictions(
            split: .test,
            predictions: .init(rows: 2, classes: ["n", "y"], values: [0.5, 0.5, 0.5, 0.5]),
            answers: .classes([0, 1]))
        rows.models = models
        return rows
    }

    @Test(arguments: [
        ("selectionRateGap", 0.0, 1.0), ("rocAUCGap", 0, 1), ("calibrationGap", 0, 2),
        ("statisticalParityDifference", -1, 1), ("brierScore", 0, 2), ("logLoss", 0, .infinity),
        ("rSquared", -.infinity, 1), ("lossChange", -.infinity, .infinity),
    ]) func wideningStopsAtWhatIsPossible(_ id: String, _ least: Double, _ most: Double) throws {
        let wide = Estimate(
            value: 0.5, lower: -0.4, upper: 1.4, method: "MOVER", count: 2)
        for models in [1, 3, 50] {
            let found = try #require(
                Measurement(definition(id), wide, on: rows(models: models)).interval)
            #expect(found.lower >= least && found.upper <= most, "\(id), \(models)")
            #expect(found.lower == max(least, found.lower) && found.lower <= 0.5)
            #expect(found.upper >= 0.5)
        }
    }

    /// A difference of two shares lies between −1 and 1, not between 0 and 1.
    @Test func differencesKeepTheirSign() throws {
        let found = try #require(
            Measurement(
                definition("accuracy"),
                Estimate(value: -0.2, lower: -1.3, upper: 0.1, method: "m", count: 2),
                on: rows(models: 1), isDifference: true
            ).interval)
        #expect(found.lower == -1 && found.upper == 0.1)
    }

    @Test func anIntervalIsThatOfTheEstimate() {
        var estimate = Estimate(
            value: 0.5, lower: 0.25, upper: 0.75, level: 0.9, method: "Wilson",
            varied: "clusters", count: 8)
        #expect(
            Measurement.Interval(estimate)
                == .init(lower: 0.25, upper: 0.75, level: 0.9, method: "Wilson", varied: "clusters"))
        estimate.upper = nil
        #expect(Measurement.Interval(estimate) == nil)
    }

    @Test func aValueStaysInItsInterval() {
        let found = Estimate(value: 1 + 1e-16, lower: 0.9, upper: 1.2, method: "m", count: 2)
            .within(0...1)
        #expect(found.upper == 1 && found.lower == 0.9)
        let outside = Estimate(value: -1e-17, lower: -0.1, upper: 0.2, method: "m", count: 2)
            .within(0...1)
        #expect(outside.lower == 0 && outside.upper == 0.2)
    }
}
