import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

/// What tells rows that were learned from others, against scikit-learn, transcriptions and simulations.
@Suite struct AttackTests {
    struct Case: Decodable, CustomTestStringConvertible {
        struct Rate: Decodable {
            var rate: Double
            var value: Double
            var lower: Double
            var upper: Double
        }
        var name: String
        var scores: [Double]
        var isPositive: [Bool]
        var area: Double
        var rates: [Rate]
        var testDescription: String { name }
    }

    private struct File: Decodable { var cases: [Case] }

    static func cases() throws -> [Case] {
        let folder = try #require(Bundle.module.resourceURL?.appendingPathComponent("Reference"))
        let data = try Data(contentsOf: folder.appendingPathComponent("attacks.json"))
        return try JSONDecoder().decode(File.self, from: data).cases
    }

    @Test(arguments: try AttackTests.cases())
    func areaAndRatesAreThoseOfScikitLearn(_ reference: Case) throws {
        let sample = try ClassificationSample(
            scores: reference.scores, isPositive: reference.isPositive)
        #expect(abs(try #require(sample.rocAUC().value) - reference.area) < 1e-12)
        for expected in reference.rates {
            let found = sample.truePositiveRate(atFalsePositiveRate: expected.rate)
            #expect(abs(try #require(found.value) - expected.value) < 1e-12)
            #expect(abs(try #require(found.lower) - expected.lower) < 1e-9, "\(expected.rate)")
            #expect(abs(try #require(found.upper) - expected.upper) < 1e-9, "\(expected.rate)")
        }
    }

    @Test func tooFewOthersAreNamed() throws {
        let sample = try ClassificationSample(
            scores: (0..<200).map(Double.init), isPositive: (0..<200).map { $0 >= 100 })
        let found = sample.truePositiveRate(atFalsePositiveRate: 0.001)
        #expect(found.value == 1 && found.lower == 0)
        // log 0.0125 / log 0.999
        #expect(found.note?.contains("4380") == true)
    }

    /// A constant weight changes nothing, and rows given twice as a cluster tell no more than once.
    @Test func weightsAndClusters() throws {
        let reference = try Self.cases()[0]
        let plain = try ClassificationSample(
            scores: reference.scores, isPositive: reference.isPositive
        ).truePositiveRate(atFalsePositiveRate: 0.05)
        let rows = reference.scores.count
        let weighted = try ClassificationSample(
            scores: reference.scores, isPositive: reference.isPositive,
            weights: Array(repeating: 1, count: rows)
        ).truePositiveRate(atFalsePositiveRate: 0.05)
        let twice = try ClassificationSample(
            scores: reference.scores + reference.scores,
            isPositive: reference.isPositive + reference.isPositive,
            clusters: (0..<2 * rows).map { Int32($0 % rows) }
        ).truePositiveRate(atFalsePositiveRate: 0.05)
        for other in [weighted, twice] {
            #expect(abs(try #require(other.value) - (try #require(plain.value))) < 1e-12)
            let widths = try [other, plain].map {
                try #require($0.upper) - (try #require($0.lower))
            }
            #expect(abs(widths[0] / widths[1] - 1) < 0.1, "\(widths)")
        }
    }

    // MARK: - Exposure

    @Test func exposureByHand() throws {
        let exposure = try Exposure(planted: [0.5, 2.5, 9], references: [1, 2, 3, 4])
        // Ranks 1, 3 and 5 among four.
        #expect(exposure.bits == [2, 2 - Double.log2(3), 2 - Double.log2(5)])
        #expect(throws: StatisticsError.self) { try Exposure(planted: [1], references: [1, 2]) }
    }

    // MARK: - The likelihood ratio

    /// Transcribed from the paper's offline attack with a fixed variance, row by row.
    @Test func likelihoodRatioIsThatOfThePaper() {
        let random = CounterRandom(seed: 3, name: "likelihood ratio")
        func numbers(_ step: UInt32) -> [Double] {
            (0..<50).map { 4 * random.uniform(step: step, index: UInt64($0)) - 2 }
        }
        let target = numbers(0)
        let shadows = (1...8).map { numbers(UInt32($0)) }
        let learned = (1...8).map { shadow in
            (0..<50).map { random.uniform(step: UInt32(100 + shadow), index: UInt64($0)) < 0.5 }
        }
        let found = LikelihoodRatio(target: target, shadows: shadows, learned: learned)
        var squares = 0.0
        var degrees = 0
        var means: [Double] = []
        for row in 0..<50 {
            var out: [Double] = []
            for shadow in 0..<8 where !learned[shadow][row] { out.append(shadows[shadow][row]) }
            let mean = out.reduce(0, +) / Double(out.count)
            for value in out { squares += (value - mean) * (value - mean) }
            degrees += max(out.count - 1, 0)
            means.append(mean)
        }
        let deviation = (squares / Double(degrees)).squareRoot()
        for row in 0..<50 where !means[row].isNaN {
            #expect(abs(found.scores[row] - (target[row] - means[row]) / deviation) < 1e-12)
        }
        #expect(abs(found.deviation - deviation) < 1e-12)
    }
}
