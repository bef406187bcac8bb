import Evidence
import Fairness
import Statistics
import Testing

/// One table under the definitions of four tools, worked out by hand.
struct GapDefinitionTests {
    private static func estimates(_ values: [Double]) -> [Estimate] {
        values.map {
            Estimate(value: $0, lower: $0 - 0.01, upper: $0 + 0.01, method: "given", count: 1000)
        }
    }

    /// Groups A, B, C.
    private static let rates: [GroupRate: [Double]] = [
        .truePositive: [0.80, 0.60, 0.70], .falsePositive: [0.20, 0.30, 0.10],
        .selection: [0.50, 0.36, 0.28],
    ]

    private static let definitions: [(String, Int, Double)] = [
        ("equalizedOddsGap", 2, 0.20), ("equalizedOddsGap", 3, 0.20),
        ("averageAbsoluteOddsDifference", 2, 0.15), ("averageOddsDifference", 2, -0.05),
        ("equalizedOddsFFB", 2, 0.30), ("equalizedOddsOxonFair", 2, 0.15),
        ("equalizedOddsOxonFair", 3, 0.4 / 3), ("selectionRateGap", 3, 0.22),
        ("demographicParityOxonFair", 3, 0.44 / 3), ("selectionRateRatio", 3, 0.56),
    ]

    @Test(arguments: definitions)
    func aTableUnderEachDefinition(_ metric: String, _ groups: Int, _ expected: Double) throws {
        let definition = try #require(
            GapConvention.allCases.flatMap(\.gaps).first { $0.metric.id == MetricID(metric) })
        let gap = definition.gap(
            definition.rates.map { Self.estimates(Array((Self.rates[$0] ?? []).prefix(groups))) })
        let value = try #require(gap.estimate.value)
        #expect(abs(value - expected) < 1e-12)
        #expect(try #require(gap.estimate.lower) <= value)
        #expect(try #require(gap.estimate.upper) >= value)
    }

    @Test func aRateThatNoGroupHasLeavesTheGapUndefined() throws {
        let definition = try #require(GapConvention.fairlearn.gaps.first)
        let without = Estimate(value: nil, method: "", count: 20, note: "no positive answers")
        let gap = definition.gap([[Self.estimates([0.5])[0], without]])
        #expect(gap.estimate.value == nil)
        #expect(gap.estimate.note?.contains("no positive answers") == true)
    }
}
