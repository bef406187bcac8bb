import Statistics
import TensorCore
import Testing

@Suite struct ComparisonPropertyTests {
    private static let drafts = [true, false].flatMap { isWeighted in
        [true, false].map { isClustered in (isWeighted, isClustered) }
    }

    private func pair(
        isWeighted: Bool, isClustered: Bool, relabelled: Bool = false
    ) throws -> PairedComparison<ClassificationSample> {
        let first = Draft.random(rows: 160, seed: 31)
        let second = Draft.random(rows: 160, seed: 32)
        let mixed = zip(first.scores, second.scores).map { 0.7 * $0 + 0.3 * $1 }
        return try PairedComparison(
            labels: first.labels, first: first.scores.flatMap { [1 - $0, $0] },
            second: mixed.flatMap { [1 - $0, $0] }, classes: 2,
            weights: isWeighted ? first.weights : nil,
            clusters: isClustered
                ? first.clusters?.map { relabelled ? 1000 - 7 * $0 : $0 } : nil)
    }

    @Test(arguments: drafts)
    func swappingFlipsTheSign(_ isWeighted: Bool, _ isClustered: Bool) throws {
        let forward = try pair(isWeighted: isWeighted, isClustered: isClustered)
        let backward = try PairedComparison(first: forward.second, second: forward.first)
        for metric in ClassificationMetric.allCases {
            let (a, b) = (forward.difference(of: metric), backward.difference(of: metric))
            let value = try #require(a.estimate.value)
            let lower = try #require(a.estimate.lower)
            let upper = try #require(a.estimate.upper)
            #expect(agree(b.estimate.value, -value, 1e-12), "\(metric)")
            #expect(agree(b.estimate.lower, -upper, 1e-9), "\(metric)")
            #expect(agree(b.estimate.upper, -lower, 1e-9), "\(metric)")
            #expect(agree(b.pValue, try #require(a.pValue), 1e-9), "\(metric)")
            #expect(lower <= value && value <= upper, "\(metric)")
            // The verdict, turned.
            let (ours, theirs) = (Verdict(a, direction: 1), Verdict(b, direction: -1))
            #expect(ours == theirs, "\(metric)")
        }
        if let test = forward.mcNemar() {
            let turned = try #require(backward.mcNemar())
            #expect(test.onlyFirst == turned.onlySecond && test.onlySecond == turned.onlyFirst)
        }
    }

    @Test(arguments: drafts)
    func equalModelsDoNotDiffer(_ isWeighted: Bool, _ isClustered: Bool) throws {
        let first = try pair(isWeighted: isWeighted, isClustered: isClustered).first
        let equal = try PairedComparison(first: first, second: first)
        let crossed = try CrossedComparison([equal, equal, equal, equal, equal])
        for metric in ClassificationMetric.allCases {
            for found in [equal.difference(of: metric), crossed.difference(of: metric)] {
                #expect(found.estimate.value == 0, "\(metric)")
                #expect(found.pValue == 1, "\(metric)")
                let lower = try #require(found.estimate.lower)
                let upper = try #require(found.estimate.upper)
                #expect(lower <= 0 && upper >= 0, "\(metric)")
                #expect(Verdict(found, direction: 1) == .cannotTell, "\(metric)")
                #expect(Verdict(found, direction: 0) == .cannotTell, "\(metric)")
            }
        }
        if let test = equal.mcNemar() {
            #expect(test.exactPValue == 1 && test.midPValue == 1)
        }
    }

    @Test(arguments: [true, false])
    func namesOfClustersDoNotMatter(_ isWeighted: Bool) throws {
        let a = try pair(isWeighted: isWeighted, isClustered: true)
        let b = try pair(isWeighted: isWeighted, isClustered: true, relabelled: true)
        for metric in ClassificationMetric.allCases {
            #expect(a.difference(of: metric) == b.difference(of: metric), "\(metric)")
        }
    }

    /// p < 5 % and an interval that leaves out 0 are the same.
    @Test(arguments: drafts)
    func valuesOfPAgreeWithIntervals(_ isWeighted: Bool, _ isClustered: Bool) throws {
        let comparison = try pair(isWeighted: isWeighted, isClustered: isClustered)
        for metric in ClassificationMetric.allCases {
            let found = comparison.difference(of: metric)
            let isOut = Verdict(found, direction: 0) == .changed
            #expect((try #require(found.pValue) < 0.05) == isOut, "\(metric)")
        }
    }

    @Test func verdictsFollowTheDirection() throws {
        let rows = 50
        let random = CounterRandom(seed: 6, name: "verdict")
        let noise = (0..<rows).map { random.uniform(index: UInt64($0)) }
        let comparison = try PairedComparison(
            targets: noise.map { _ in 0 }, first: noise, second: noise.map { 0.5 * $0 })
        let error = comparison.difference(of: .meanAbsoluteError)
        #expect(Verdict(error, direction: -1) == .better)
        #expect(Verdict(error, direction: 1) == .worse)
        #expect(Verdict(error, direction: 0) == .changed)
        let judgement = Judgement(error, direction: -1)
        #expect(judgement.verdict == .better && judgement.minimumDetectableEffect ?? 0 > 0)
    }

    /// A constant shift shows no spread: nothing is claimed of it.
    @Test func equalDifferencesAreNoEvidence() throws {
        let targets = [0.0, 0, 0]
        let found = try PairedComparison(
            targets: targets, first: [1, 2, 3], second: [1.1, 2.1, 3.1]
        ).difference(of: .meanAbsoluteError)
        #expect(found.estimate.lower == nil && found.pValue == nil)
        #expect(Verdict(found, direction: -1) == .cannotTell)
        #expect(found.estimate.note != nil)
    }

    @Test func differentRowsAreRefused() throws {
        let a = try RegressionSample(targets: [1, 2, 3], predictions: [1, 2, 3])
        let b = try RegressionSample(targets: [1, 2, 4], predictions: [1, 2, 3])
        #expect(throws: StatisticsError.self) { try PairedComparison(first: a, second: b) }
        let pair = try PairedComparison(first: a, second: a)
        #expect(throws: StatisticsError.self) { try CrossedComparison([pair, pair, pair, pair]) }
        let other = try PairedComparison(first: b, second: b)
        #expect(throws: StatisticsError.self) {
            try CrossedComparison([pair, pair, pair, pair, other])
        }
    }

    @Test func undefinedMetricsSayWhy() throws {
        let found = try PairedComparison(
            labels: [1, 1, 1], first: [0.5, 0.5, 0.4, 0.6, 0.1, 0.9],
            second: [0.5, 0.5, 0.4, 0.6, 0.2, 0.8], classes: 2
        ).difference(of: .rocAUC)
        #expect(found.estimate.value == nil && found.estimate.note == "only one class occurs")
        #expect(Verdict(found, direction: 1) == .cannotTell)
    }

    /// The mean path and the sample path of a crossed comparison are one.
    @Test func crossedMeansAgree() throws {
        let base = try pair(isWeighted: true, isClustered: true)
        let labels = base.first.labels
        let pairs = try (0..<6).map { seed in
            let draft = Draft.random(rows: 160, seed: UInt64(50 + seed))
            let scores = zip(base.second.scores, draft.scores).map { 0.9 * $0 + 0.1 * $1 }
            return try PairedComparison(
                labels: labels, first: base.first.probabilities,
                second: scores.flatMap { [1 - $0, $0] }, classes: 2,
                weights: base.design.weights, clusters: base.design.clusters?.map { Int32($0) })
        }
        let whole = try CrossedComparison(pairs).difference(of: .logLoss)
        let rows = try crossedMeanDifference(
            before: pairs.map { $0.first.rowLogLosses },
            after: pairs.map { $0.second.rowLogLosses },
            weights: base.design.weights, clusters: base.design.clusters?.map { Int32($0) })
        #expect(agree(whole.estimate.value, try #require(rows.estimate.value), 1e-10))
        #expect(agree(whole.estimate.lower, try #require(rows.estimate.lower), 1e-10))
        #expect(whole.estimate.varied == "seeds and clusters")
    }

    /// Renaming groups leaves a gap alone; with equal groups twice there is none.
    @Test func gapsOfGroups() throws {
        let sample = try pair(isWeighted: true, isClustered: true).first
        let codes = (0..<160).map { Int32($0 % 3) }
        for metric in [ClassificationMetric.accuracy, .rocAUC, .sensitivity, .logLoss] {
            let gap = try #require(sample.jackknifedGap(of: metric, codes: codes))
            let renamed = try #require(
                sample.jackknifedGap(of: metric, codes: codes.map { 9 - 2 * $0 }))
            #expect(agree(renamed.value, gap.value, 1e-12), "\(metric)")
            let parts = try groupMetrics(sample, codes: codes, threshold: 0.5)
            if metric == .accuracy {
                let values = parts.compactMap(\.accuracy.value)
                let wanted = (values.max() ?? 0) - (values.min() ?? 0)
                #expect(agree(gap.value, wanted, 1e-12))
            }
            #expect(sample.jackknifedGap(of: metric, codes: codes.map { _ in 1 }) == nil)
        }
    }

    /// More looks, wider; one look, the same; the value stays.
    @Test func looksWiden() throws {
        let comparison = try pair(isWeighted: false, isClustered: false)
        for metric in ClassificationMetric.allCases {
            guard let compute = binaryMetrics(threshold: 0.5)[metric.rawValue] else { continue }
            let estimate = compute(comparison.first)
            var last = estimate
            #expect(SelectionOverLooks.widened(estimate, looks: 1) == estimate)
            for looks in [2, 10, 1000] {
                let found = SelectionOverLooks.widened(estimate, looks: looks)
                #expect(found.value == estimate.value)
                let (lower, upper) = (try #require(found.lower), try #require(found.upper))
                let (nearer, near) = (try #require(last.lower), try #require(last.upper))
                #expect(lower <= nearer && upper >= near, "\(metric), \(looks)")
                #expect(upper - lower > near - nearer, "\(metric), \(looks)")
                let best = SelectionOverLooks.widened(estimate, looks: looks, direction: 1)
                #expect(best.upper == estimate.upper, "\(metric)")
                let worst = SelectionOverLooks.widened(estimate, looks: looks, direction: -1)
                #expect(worst.lower == estimate.lower, "\(metric)")
                last = found
            }
        }
    }

    /// Equal candidates count as one look, unrelated ones as about as many as there are.
    @Test func relatedLooksCostLess() throws {
        let random = CounterRandom(seed: 12, name: "looks")
        func noise(_ step: UInt32) -> [Double] {
            (0..<80).map { random.uniform(step: step, index: UInt64($0)) }
        }
        let one = noise(0)
        let same = try SelectionOverLooks.best(
            of: (0..<10).map { Double($0) / 10 }.map { shift in one.map { $0 + shift } },
            direction: -1, seed: 1)
        #expect(same.index == 0)
        #expect(same.effectiveLooks < 1.4)
        let apart = try SelectionOverLooks.best(
            of: (0..<10).map { noise(UInt32($0)) }, direction: -1, seed: 1)
        #expect((7...10).contains(apart.effectiveLooks))
        let again = try SelectionOverLooks.best(
            of: (0..<10).map { noise(UInt32($0)) }, direction: -1, seed: 1)
        #expect(again.estimate == apart.estimate)
    }
}
