import Statistics
import TensorCore
import Testing

@Suite struct EdgeCaseTests {
    /// Tiny and lopsided samples: no crash, no number that is not one, ends in order, and a note
    /// wherever something is missing.
    @Test func oddSamplesAreMeasured() throws {
        for seed in 0..<3000 as Range<UInt64> {
            let random = CounterRandom(seed: seed, name: "odd")
            let rows = 1 + random.integer(below: 12, step: 0, index: 0)
            let levels = 1 + random.integer(below: 4, step: 0, index: 1)
            let share = random.uniform(step: 0, index: 2)
            func choose(_ step: UInt32, _ row: Int, _ bound: Int) -> Int {
                random.integer(below: bound, step: step, index: UInt64(row))
            }
            var draft = Draft(
                labels: (0..<rows).map {
                    random.uniform(step: 1, index: UInt64($0)) < share ? 1 : 0
                }, scores: (0..<rows).map { Double(choose(2, $0, levels + 1)) / Double(levels) })
            if choose(3, 0, 2) == 1 { draft.weights = (0..<rows).map { Double(choose(4, $0, 3)) } }
            if choose(3, 1, 2) == 1 {
                draft.clusters = (0..<rows).map { Int32(choose(5, $0, 4)) - 1 }
            }
            if draft.weights?.allSatisfy({ $0 == 0 }) == true { draft.weights?[0] = 1 }
            let sample = try draft.sample()
            for (metric, estimate) in estimates(sample) {
                check(
                    estimate, "\(metric), seed \(seed)",
                    ordered: metric != "expectedCalibrationError")
            }
            for bin in sample.reliability() { check(bin.observedRate, "reliability, seed \(seed)") }
            _ = sample.rocCurve()
            for group in try groupMetrics(
                sample, codes: (0..<rows).map { Int32(choose(6, $0, 3)) - 1 }, threshold: 0.5)
            {
                check(group.truePositiveRate, "group, seed \(seed)")
                check(group.meanScore, "group, seed \(seed)")
            }
        }
    }

    private let unbounded = ["logLoss", "expectedCost", "calibration"]

    private func check(_ estimate: Estimate, _ what: String, ordered: Bool = true) {
        guard let value = estimate.value else {
            #expect(estimate.note != nil, "\(what)")
            #expect(estimate.lower == nil && estimate.upper == nil, "\(what)")
            return
        }
        #expect(value.isFinite, "\(what)")
        guard let lower = estimate.lower, let upper = estimate.upper else {
            #expect(estimate.note != nil, "\(what)")
            return
        }
        #expect(lower.isFinite && upper.isFinite && lower <= upper, "\(what)")
        if unbounded.allSatisfy({ !what.hasPrefix($0) }) {
            #expect(lower >= -1e-12 && upper <= 1 + 1e-12, "\(what)")
        }
        if ordered {
            let slack = 1e-12 * max(1, abs(value))
            #expect(lower <= value + slack && value <= upper + slack, "\(what)")
        }
    }

    @Test func oneClassAloneHasNoArea() throws {
        let sample = try ClassificationSample(
            labels: [1, 1, 1], probabilities: [0.5, 0.5, 0.2, 0.8, 0.4, 0.6], classes: 2)
        for estimate in [
            sample.rocAUC(), sample.specificity(), sample.calibration().slope,
            sample.calibration().intercept,
        ] {
            #expect(estimate.value == nil)
            #expect(estimate.note != nil)
        }
        #expect(sample.rocCurve().isEmpty)
        #expect(sample.averagePrecision().value == 1)
        #expect(sample.sensitivity().value == 1)
    }

    /// Scores that separate the classes have no finite slope.
    @Test func separatedClassesHaveNoSlope() throws {
        let scores = [0.1, 0.2, 0.3, 0.7, 0.8]
        let sample = try ClassificationSample(
            labels: [0, 0, 0, 1, 1], probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2)
        #expect(sample.calibration().slope.value == nil)
        #expect(sample.calibration().intercept.value != nil)
        // Two positives and three negatives: two pairs without a row in common, both in order.
        let area = sample.rocAUC()
        #expect(area.value == 1 && area.upper == 1)
        #expect(abs(try #require(area.lower) - 0.025.squareRoot()) < 1e-9)
    }
}

@Suite struct RefusalTests {
    /// Each with the words that say what is wrong.
    @Test(
        arguments: [
            ([0, 1], [0.5, 0.5, 0.5], nil, nil, "probabilities"),
            ([], [], nil, nil, "no rows"),
            ([0, 2], [0.5, 0.5, 0.5, 0.5], nil, nil, "row 1 is of class 2"),
            ([0, -1], [0.5, 0.5, 0.5, 0.5], nil, nil, "row 1 is of class -1"),
            ([0, 1], [0.5, 0.5, -0.1, 1.1], nil, nil, "row 1 has the probability -0.1"),
            ([0, 1], [0.5, 0.5, .nan, 0.5], nil, nil, "row 1 has the probability nan"),
            ([0, 1], [0.5, 0.4, 0.5, 0.5], nil, nil, "row 0 sum to 0.9"),
            ([0, 1], [0.5, 0.5, 0.5, 0.5], [1], nil, "2 rows have 1 weights"),
            ([0, 1], [0.5, 0.5, 0.5, 0.5], [1, -1], nil, "not negative"),
            ([0, 1], [0.5, 0.5, 0.5, 0.5], [1, .infinity], nil, "finite"),
            ([0, 1], [0.5, 0.5, 0.5, 0.5], [0, 0], nil, "not all zero"),
            ([0, 1], [0.5, 0.5, 0.5, 0.5], nil, [1, 2, 3], "2 rows have 3 groups"),
        ] as [([Int32], [Double], [Double]?, [Int32]?, String)])
    func classes(
        _ labels: [Int32], _ probabilities: [Double], _ weights: [Double]?, _ clusters: [Int32]?,
        _ words: String
    ) {
        let error = #expect(throws: StatisticsError.self) {
            try ClassificationSample(
                labels: labels, probabilities: probabilities, classes: 2, weights: weights,
                clusters: clusters)
        }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test func numbers() {
        #expect(throws: StatisticsError.self) {
            try RegressionSample(targets: [1, 2], predictions: [1])
        }
        #expect(throws: StatisticsError.self) {
            try RegressionSample(targets: [1, .nan], predictions: [1, 2])
        }
        #expect(throws: StatisticsError.self) {
            try RegressionSample(targets: [1, 2], predictions: [1, .infinity])
        }
        #expect(throws: StatisticsError.self) {
            try RegressionSample(targets: [], predictions: [])
        }
    }

    /// Equal targets leave nothing to explain; exact predictions leave no error.
    @Test func degenerateNumbers() throws {
        let equal = try RegressionSample(targets: [3, 3, 3], predictions: [1, 2, 3])
        #expect(equal.rSquared().value == nil)
        #expect(equal.rSquared().note != nil)
        let exact = try RegressionSample(targets: [1, 2, 4], predictions: [1, 2, 4])
        #expect(exact.rSquared().value == 1)
        #expect(exact.rootMeanSquaredError().value == 0)
        #expect(exact.rootMeanSquaredError().lower == nil)
        #expect(exact.rootMeanSquaredError().note != nil)
    }
}
