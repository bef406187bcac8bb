import Statistics
import Testing

@Suite struct IndependentDifferenceTests {
    private func estimate(_ value: Double, _ lower: Double, _ upper: Double) -> Estimate {
        Estimate(value: value, lower: lower, upper: upper, method: "m", count: 10)
    }

    /// Newcombe's example (1998, table II, a): 56/70 and 48/80 by Wilson's intervals.
    @Test func newcombesExample() throws {
        let z = SpecialFunctions.normalQuantile(0.975)
        let parts = [(0.8, 70.0), (0.6, 80.0)].map { share, rows in
            let interval = wilson(share: share, rows: rows, z: z)
            return estimate(share, interval.lower, interval.upper)
        }
        let difference = parts[0].minus(parts[1])
        #expect(abs(try #require(difference.value) - 0.2) < 1e-12)
        #expect(abs(try #require(difference.lower) - 0.0524) < 5e-5)
        #expect(abs(try #require(difference.upper) - 0.3339) < 5e-5)
        #expect(difference.count == 20)
    }

    @Test func swappingFlipsAndComparisonsWiden() throws {
        let (a, b) = (estimate(3, 2, 5), estimate(1, 0.5, 2))
        let (forth, back) = (a.minus(b), b.minus(a))
        #expect(forth.value == -(try #require(back.value)))
        #expect(forth.lower == -(try #require(back.upper)))
        let wide = a.minus(b, comparisons: 10)
        #expect(try #require(wide.upper) > (try #require(forth.upper)))
        #expect(wide.value == forth.value)
        var without = b
        without.lower = nil
        #expect(a.minus(without).value == 2 && a.minus(without).lower == nil)
    }

    /// Against SciPy 1.17.1, `chi2.ppf(p, ν)` and `chi2.sf(x, ν)`.
    @Test(arguments: [
        (0.025, 4, 0.48441855708793014), (0.975, 4, 11.143286781877796),
        (0.975, 1, 5.023886187314888), (0.5, 7, 6.345811195521514),
        (0.025, 19, 8.906516481987971),
    ])
    func chiSquareIsThatOfSciPy(_ probability: Double, _ degrees: Int, _ expected: Double) {
        let found = SpecialFunctions.chiSquareQuantile(probability, degrees: degrees)
        #expect(abs(found - expected) < 1e-11 * expected)
    }
}
