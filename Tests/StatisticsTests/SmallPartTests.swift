import Foundation
import Statistics
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Every interval where one of the parts that it needs has few rows: it covers, or there is none and a reason.
@Suite struct SmallPartTests {
    /// Those that were wrong in silence, with few samples.
    @Test(
        .enabled(if: !isLong),
        arguments: SmallPart.all.filter { part in
            ["ROC AUC", "Macro AUC", "Gap in ROC AUC", "Difference in rocAUC", "Net benefit"]
                .contains(part.interval) && !part.population.hasSuffix("five scores")
        })
    func intervalsCoverOrThereAreNone(_ part: SmallPart) throws {
        for kind in part.kinds {
            for result in try part.coverage(kind, samples: 60, sizes: [1, 3, 10]) {
                #expect(
                    result.holds(errors: 3.5),
                    "\(result.kind), \(result.few): \(result.share) of \(result.intervals), \(result.claims)"
                )
            }
        }
    }

    /// All of them at length; writes Verified/small_parts.md.
    @Test(.enabled(if: isLong))
    func intervalsCoverAtLength() async throws {
        let cases = SmallPart.all.flatMap { part in part.kinds.map { (part, $0) } }
        let lines = try await withThrowingTaskGroup(of: (Int, [SmallCoverage]).self) { group in
            for (position, (part, kind)) in cases.enumerated() {
                group.addTask { (position, try part.coverage(kind, samples: 400)) }
            }
            var found: [(Int, [SmallCoverage])] = []
            for try await result in group { found.append(result) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for result in lines.joined() {
            #expect(
                result.holds(errors: 2.6),
                "\(result.interval), \(result.population), \(result.part), \(result.kind), \(result.few)"
            )
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/small_parts.md")
        try Data(SmallCoverage.text(lines).utf8).write(to: file)
    }
}

extension SmallPart: CustomTestStringConvertible {
    var testDescription: String { "\(interval), \(population), few \(part)" }
}

// MARK: - Small samples, and what must come out

/// Variants of the kind *an interval, or a verdict, from a sample that has no spread to measure*.
@Suite struct NoSpreadTests {
    private static func scored(
        _ positives: [Double], _ negatives: [Double], weights: [Double]? = nil,
        clusters: [Int32]? = nil
    ) throws -> ClassificationSample {
        try ClassificationSample(
            labels: positives.map { _ in 1 } + negatives.map { _ in 0 },
            probabilities: (positives + negatives).flatMap { [1 - $0, $0] }, classes: 2,
            weights: weights, clusters: clusters)
    }

    private static let many = (1...24).map { Double($0) / 25 }

    struct Variant: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// What must be: `none` with these words in the note, or an interval that reaches beyond these ends.
        var none: String?
        var wide: ClosedRange<Double>?
        var estimate: @Sendable () throws -> Estimate
    }

    static let variants: [Variant] = [
        .init(testDescription: "AUC of one positive", wide: 0.1...0.97) {
            try scored([0.9], many).rocAUC()
        },
        .init(testDescription: "AUC of one negative", wide: 0.03...0.9) {
            try scored(many, [0.9]).rocAUC()
        },
        .init(testDescription: "AUC of one group of positives", wide: 0.15...0.97) {
            try scored(
                [0.9, 0.91, 0.92], many,
                clusters: [-1, -1, -1].map { _ in 0 } + many.indices.map { Int32($0 + 1) }
            ).rocAUC()
        },
        .init(testDescription: "AUC of two positives, one of nearly no weight", wide: 0.15...0.97) {
            try scored([0.9, 0.3], many, weights: [1, 1e-9] + many.map { _ in 1 }).rocAUC()
        },
        .init(testDescription: "AUC of classes that are parted by two positives", wide: 0.2...0.99)
        {
            try scored([0.98, 0.99], many).rocAUC()
        },
        .init(testDescription: "difference of two perfect AUCs", none: "no spread") {
            let labels: [Int32] = (0..<40).map { $0 < 20 ? 1 : 0 }
            func scores(_ gap: Double) -> [Double] {
                let (low, high) = (0.5 - gap, 0.5 + gap)
                return labels.flatMap { $0 == 1 ? [low, high] : [high, low] }
            }
            return try PairedComparison(
                labels: labels, first: scores(0.1), second: scores(0.2), classes: 2
            ).difference(of: .rocAUC).estimate
        },
        .init(
            testDescription: "precision of three decided rows against four",
            none: "decided positive"
        ) {
            let labels: [Int32] = (0..<40).map { $0 < 20 ? 1 : 0 }
            func scores(_ count: Int) -> [Double] {
                (0..<40).flatMap { $0 < count ? [0.1, 0.9] : [0.9, 0.1] }
            }
            return try PairedComparison(
                labels: labels, first: scores(3), second: scores(4), classes: 2
            ).difference(of: .positivePredictiveValue).estimate
        },
        .init(testDescription: "log loss of equal losses", none: "no spread") {
            try scored([0.8, 0.8], Array(repeating: 0.2, count: 10)).logLoss()
        },
        .init(testDescription: "log loss of one class alone", none: "positive rows") {
            try scored([], many).logLoss()
        },
        .init(testDescription: "correlation of pairs on a line", none: "on a line") {
            weightedCorrelation([1, 2, 3, 4], [2, 4, 6, 8], weights: [1, 1, 1, 1])
        },
        .init(testDescription: "correlation of two pairs", wide: -0.99...0.99) {
            weightedCorrelation([1, 2], [2, 5], weights: [1, 1])
        },
        .init(testDescription: "net benefit where nobody is decided positive", none: "no spread") {
            try scored([0.1, 0.2], Array(repeating: 0.1, count: 30)).netBenefit(threshold: 0.5)
        },
        .init(testDescription: "exposure where all planted rows rank first", none: "no spread") {
            try Exposure(
                planted: Array(repeating: 0, count: 30), references: Array(repeating: 1, count: 30)
            ).mean
        },
        .init(testDescription: "exposure of three planted rows", none: "3 where 30") {
            try Exposure(planted: [0, 1, 2], references: Array(repeating: 1, count: 30)).mean
        },
        .init(testDescription: "folds that agree", none: "no spread") {
            crossValidated([0.8, 0.8, 0.8], folds: 3, rows: 30)
        },
        .init(testDescription: "five folds of one row each", none: "5 where 10") {
            crossValidated([0.1, 0.4, 2, 0.3, 0.8], folds: 5, rows: 5)
        },
        .init(testDescription: "mean of nine rows", none: "9 where 10") {
            try SamplingDesign(rows: 9, weights: nil, clusters: nil)
                .mean((0..<9).map { Double($0 * $0) }, scale: .plain)
        },
        .init(testDescription: "mean of rows of which one has nearly all weight", none: "unequal") {
            try SamplingDesign(
                rows: 20, weights: (0..<20).map { $0 == 0 ? 1 : 0.01 }, clusters: nil
            ).mean(many.prefix(20).map { $0 }, scale: .plain)
        },
        .init(testDescription: "best of three by the mean of twelve rows", none: "12 where 20") {
            try SelectionOverLooks.best(
                of: (1...3).map { step in (0..<12).map { Double(($0 * step) % 7) } },
                direction: -1, seed: 1
            ).estimate
        },
        .init(testDescription: "risk-coverage area of one wrong row", wide: 0.001...0.1) {
            let design = try SamplingDesign(rows: 40, weights: nil, clusters: nil)
            var losses = [Double](repeating: 0, count: 40)
            losses[30] = 1
            return RiskCoverage(
                losses: losses, confidences: (0..<40).map { Double(40 - $0) }, design: design
            ).area()
        },
        .init(
            testDescription:
                "generalized entropy of rows that may all be positives decided negative",
            none: "one side"
        ) {
            try scored([0.1, 0.2, 0.9], [], clusters: [0, 1, 2]).generalizedEntropy()
        },
        .init(testDescription: "average precision of three positives", none: "3 where 10") {
            try scored([0.9, 0.8, 0.7], many).averagePrecision()
        },
        .init(testDescription: "share at ½, whose variance is flat there", wide: 0.235...0.2499) {
            BrierDecomposition(try scored(many, many)).uncertainty
        },
    ]

    @Test(arguments: variants) func whatMustComeOut(_ variant: Variant) throws {
        let found = try variant.estimate()
        if let words = variant.none {
            #expect(found.value != nil && found.lower == nil && found.upper == nil)
            #expect(found.note?.contains(words) == true, "\(found.note ?? "")")
        }
        if let wide = variant.wide {
            let (lower, upper) = (try #require(found.lower), try #require(found.upper))
            #expect(lower <= wide.lowerBound && upper >= wide.upperBound, "[\(lower), \(upper)]")
        }
    }

    /// One positive in a group: no claim, whatever it scored.
    @Test func aGapNeedsMoreThanOnePositive() throws {
        let large = try Self.scored(Self.many.map { 0.3 + $0 / 2 }, Self.many.map { $0 / 1.5 })
        for score in [0.01, 0.3, 0.5, 0.7, 0.99] {
            let gap = PairwiseGaps(
                rates: [[large.rocAUC(), try Self.scored([score], Self.many).rocAUC()]]
            ).gap(within: .range, across: .maximum)
            #expect(try #require(gap.pValue) > 0.05, "\(score)")
            #expect(gap.estimate.lower == 0)
        }
    }

    /// One arm by Student's quantiles, the other by normal ones: a perfect AUC beside one of few rows.
    @Test func armsOfBothKindsCompare() throws {
        let perfect = try Self.scored(Self.many.map { 0.6 + 0.4 * $0 }, Self.many.map { 0.5 * $0 })
        let few = try Self.scored([0.1, 0.3, 0.2], Self.many)
        let gap = PairwiseGaps(rates: [[perfect.rocAUC(), few.rocAUC()]])
            .gap(within: .range, across: .maximum)
        #expect((0...1).contains(try #require(gap.pValue)))
        #expect(
            SpecialFunctions.studentTail(1.96, degrees: .infinity)
                == SpecialFunctions.normalCDF(-1.96))
    }

    /// A spread of two degrees of freedom grows as Student's quantiles do, not as normal ones.
    @Test func fewRowsPayMoreForComparisons() throws {
        let design = try SamplingDesign(rows: 3, weights: nil, clusters: nil)
        let few = design.mean([1, 2, 3.5], scale: .plain, least: 2)
        let one = few.minus(Estimate(value: 0, lower: 0, upper: 0, method: "", count: 1))
        let ten = few.minus(
            Estimate(value: 0, lower: 0, upper: 0, method: "", count: 1), comparisons: 10)
        guard let value = one.value, let near = one.upper, let far = ten.upper else {
            Issue.record("no interval")
            return
        }
        #expect((far - value) / (near - value) > 3)
    }
}
