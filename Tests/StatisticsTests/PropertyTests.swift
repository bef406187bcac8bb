import Statistics
import TensorCore
import Testing

/// Samples of two classes with ties, weights and clusters.
struct Draft {
    var labels: [Int32]
    var scores: [Double]
    var weights: [Double]?
    var clusters: [Int32]?

    func sample() throws -> ClassificationSample {
        try ClassificationSample(
            labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2,
            weights: weights, clusters: clusters)
    }

    static func random(rows: Int, seed: UInt64) -> Draft {
        let random = CounterRandom(seed: seed, name: "draft")
        let scores = (0..<rows).map {
            (20 * random.uniform(step: 0, index: UInt64($0))).rounded() / 20
        }
        return Draft(
            labels: scores.indices.map {
                random.uniform(step: 1, index: UInt64($0)) < scores[$0] ? 1 : 0
            }, scores: scores,
            weights: scores.indices.map { 0.5 + random.uniform(step: 2, index: UInt64($0)) },
            clusters: scores.indices.map {
                Int32(random.integer(below: max(1, rows / 4), step: 3, index: UInt64($0)))
            })
    }

    func reordered(_ order: [Int]) -> Draft {
        Draft(
            labels: order.map { labels[$0] }, scores: order.map { scores[$0] },
            weights: weights.map { all in order.map { all[$0] } },
            clusters: clusters.map { all in order.map { all[$0] } })
    }
}

/// All estimates of two classes.
func estimates(_ sample: ClassificationSample) -> [String: Estimate] {
    var found = binaryMetrics(threshold: 0.5).mapValues { $0(sample) }
    let calibration = sample.calibration()
    found["calibrationSlope"] = calibration.slope
    found["calibrationIntercept"] = calibration.intercept
    return found
}

private func expectSame(
    _ a: ClassificationSample, _ b: ClassificationSample, tolerance: Double = 1e-10
) throws {
    let right = estimates(b)
    for (metric, found) in estimates(a) {
        let wanted = try #require(right[metric])
        #expect(agree(found.value, wanted.value ?? .nan, tolerance), "\(metric)")
        #expect(agree(found.lower, wanted.lower ?? .nan, tolerance), "\(metric), lower")
        #expect(agree(found.upper, wanted.upper ?? .nan, tolerance), "\(metric), upper")
        #expect(found.count == wanted.count, "\(metric)")
        #expect(found.clusters == wanted.clusters, "\(metric)")
    }
}

@Suite struct PropertyTests {
    @Test func orderOfRowsDoesNotMatter() throws {
        let draft = Draft.random(rows: 120, seed: 1)
        let order = CounterRandom(seed: 2, name: "order").permutation(of: 120)
        try expectSame(draft.reordered(order).sample(), draft.sample())
    }

    @Test func unitOfWeightsDoesNotMatter() throws {
        let draft = Draft.random(rows: 120, seed: 3)
        var scaled = draft
        scaled.weights = draft.weights?.map { 37.5 * $0 }
        try expectSame(scaled.sample(), draft.sample())
    }

    @Test func namesOfClustersDoNotMatter() throws {
        let draft = Draft.random(rows: 120, seed: 4)
        var renamed = draft
        renamed.clusters = draft.clusters?.map { 1000 - 3 * $0 }
        try expectSame(renamed.sample(), draft.sample())
    }

    @Test func rowsWithoutWeightDoNotMatter() throws {
        let draft = Draft.random(rows: 120, seed: 5)
        var padded = draft
        padded.labels += [1, 0, 1]
        padded.scores += [0.05, 0.95, 0.51]
        padded.weights? += [0, 0, 0]
        padded.clusters? += [900, 901, 3]
        try expectSame(padded.sample(), draft.sample())
    }

    /// A negative cluster stands alone: the same as no clusters.
    @Test func negativeClustersStandAlone() throws {
        var draft = Draft.random(rows: 120, seed: 6)
        draft.clusters = Array(repeating: -1, count: 120)
        var bare = draft
        bare.clusters = nil
        let wanted = try estimates(bare.sample())
        for (metric, found) in try estimates(draft.sample()) {
            #expect(agree(found.lower, wanted[metric]?.lower ?? .nan, 1e-12), "\(metric)")
            #expect(agree(found.upper, wanted[metric]?.upper ?? .nan, 1e-12), "\(metric)")
            #expect(found.clusters == found.count, "\(metric)")
        }
    }

    /// A row of weight 3 is three copies that belong together.
    @Test func weightsAreCopies() throws {
        var draft = Draft.random(rows: 90, seed: 7)
        draft.clusters = nil
        draft.weights = (0..<90).map { Double(1 + $0 % 3) }
        let copies = (0..<90).flatMap { row in Array(repeating: row, count: 1 + row % 3) }
        var repeated = draft.reordered(copies)
        repeated.weights = nil
        repeated.clusters = copies.map { Int32($0) }
        let wanted = try estimates(repeated.sample())
        for (metric, found) in try estimates(draft.sample()) {
            #expect(agree(found.value, wanted[metric]?.value ?? .nan, 1e-12), "\(metric)")
        }
        for metric in ["rocAUC", "averagePrecision", "logLoss", "brierScore", "calibrationSlope"] {
            let (a, b) = (try estimates(draft.sample())[metric], wanted[metric])
            #expect(agree(a?.lower, b?.lower ?? .nan, 1e-9), "\(metric)")
            #expect(agree(a?.upper, b?.upper ?? .nan, 1e-9), "\(metric)")
        }
    }

    /// Calling the classes by each other's names turns sensitivity into specificity.
    @Test func classesMayChangePlaces() throws {
        var draft = Draft.random(rows: 150, seed: 8)
        draft.scores = draft.scores.map { $0 * 0.98 + 0.003 }
        var mirrored = draft
        mirrored.labels = draft.labels.map { 1 - $0 }
        mirrored.scores = draft.scores.map { 1 - $0 }
        let (a, b) = (try estimates(draft.sample()), try estimates(mirrored.sample()))
        for (one, other) in [
            ("rocAUC", "rocAUC"), ("sensitivity", "specificity"), ("accuracy", "accuracy"),
            ("macroF1", "macroF1"), ("balancedAccuracy", "balancedAccuracy"),
            ("logLoss", "logLoss"), ("brierScore", "brierScore"),
            ("calibrationSlope", "calibrationSlope"),
        ] {
            #expect(agree(a[one]?.value, b[other]?.value ?? .nan, 1e-10), "\(one)")
            #expect(agree(a[one]?.lower, b[other]?.lower ?? .nan, 1e-10), "\(one)")
            #expect(agree(a[one]?.upper, b[other]?.upper ?? .nan, 1e-10), "\(one)")
        }
    }

    @Test func curveHasTheArea() throws {
        let sample = try Draft.random(rows: 200, seed: 9).sample()
        let points = sample.rocCurve(limit: .max)
        var area = 0.0
        for (a, b) in zip(points, points.dropFirst()) {
            area +=
                (b.falsePositiveRate - a.falsePositiveRate)
                * (a.truePositiveRate + b.truePositiveRate) / 2
        }
        #expect(agree(sample.rocAUC().value, area, 1e-12))
    }

    @Test(arguments: [2, 3, 10, 50] as [Int])
    func curveIsShortened(_ limit: Int) throws {
        var draft = Draft.random(rows: 700, seed: 10)
        let random = CounterRandom(seed: 11, name: "scores")
        draft.scores = draft.scores.indices.map { random.uniform(index: UInt64($0)) }
        let all = try draft.sample().rocCurve(limit: .max)
        let points = try draft.sample().rocCurve(limit: limit)
        #expect(points.count <= limit)
        #expect(points.first == all.first)
        #expect(points.last == all.last)
        #expect(points.allSatisfy { all.contains($0) })
    }

    @Test func reliabilityAddsUp() throws {
        let draft = Draft.random(rows: 300, seed: 12)
        let sample = try draft.sample()
        let bins = sample.reliability(bins: 10)
        let weights = try #require(draft.weights)
        #expect(bins.count <= 10)
        #expect(bins.map(\.count).reduce(0, +) == 300)
        #expect(bins.map(\.meanScore) == bins.map(\.meanScore).sorted())
        // Rows of a bin, found again by the order of scores.
        let order = draft.scores.indices.sorted { draft.scores[$0] < draft.scores[$1] }
        var next = 0
        for bin in bins {
            let rows = order[next..<next + bin.count]
            next += bin.count
            let mass = rows.reduce(0) { $0 + weights[$1] }
            let hits = rows.reduce(0) { $0 + weights[$1] * Double(draft.labels[$1]) }
            #expect(agree(bin.observedRate.value, hits / mass, 1e-12))
        }
    }
}

@Suite struct GroupTests {
    @Test func aGroupIsItsRows() throws {
        let draft = Draft.random(rows: 200, seed: 20)
        let codes = (0..<200).map { Int32($0 % 4) - 1 }
        let groups = try groupMetrics(draft.sample(), codes: codes, threshold: 0.4)
        #expect(groups.map(\.code) == [0, 1, 2])
        for group in groups {
            let part = try draft.reordered((0..<200).filter { codes[$0] == group.code }).sample()
            #expect(group.count == 50)
            #expect(group.selectionRate == part.selectionRate(threshold: 0.4))
            #expect(group.truePositiveRate == part.sensitivity(threshold: 0.4))
            #expect(group.falsePositiveRate == part.falsePositiveRate(threshold: 0.4))
            #expect(group.accuracy == part.accuracy(threshold: 0.4))
            #expect(group.meanScore == part.meanScore())
        }
    }

    @Test func aCodeForEveryRow() throws {
        let sample = try Draft.random(rows: 20, seed: 21).sample()
        #expect(throws: StatisticsError.self) {
            try groupMetrics(sample, codes: [0, 1], threshold: 0.5)
        }
    }
}
