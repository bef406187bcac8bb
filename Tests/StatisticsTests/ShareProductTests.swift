import RealModule
import Statistics
import TensorCore
import Testing

/// Quotients of shares, and shares times differences: their intervals over simulated samples.
@Suite struct ShareProductTests {
    @Test func quotientsOfSharesAreCovered() throws {
        let random = CounterRandom(seed: 1, name: "share quotients")
        let (rows, samples) = (400, 1500)
        for (place, shares) in [(0.2, 0.1), (0.05, 0.05), (0.1, 0.03)].enumerated() {
            var hits = 0
            var known = 0
            for sample in 0..<samples {
                func share(_ chance: Double, _ side: Int) -> Estimate {
                    let step = UInt32(place * 2 + side)
                    let hits = (0..<rows).count {
                        random.uniform(step: step, index: UInt64(sample * rows + $0)) < chance
                    }
                    return shareEstimate(hits, of: rows)
                }
                let quotient = share(shares.0, 0).over(share(shares.1, 1))
                guard let lower = quotient.lower, let upper = quotient.upper else { continue }
                known += 1
                let truth = shares.0 / shares.1
                hits += lower <= truth && truth <= upper ? 1 : 0
            }
            let covered = Double(hits) / Double(known)
            // Both ends are Clopper and Pearson's where hits are few: wider than asked.
            #expect(covered >= 0.95 - 0.017, "\(shares): \(covered)")
        }
    }

    @Test func aShareTimesADifferenceIsCovered() throws {
        let random = CounterRandom(seed: 2, name: "share products")
        let (rows, samples) = (600, 600)
        let (share, gap) = (0.15, 0.8)
        var hits = 0
        for sample in 0..<samples {
            var isMember: [Bool] = []
            var values: [Double] = []
            for row in 0..<rows {
                let index = UInt64(sample * rows + row)
                isMember.append(random.uniform(step: 0, index: index) < share)
                let draw = -Double.log(1 - random.uniform(step: 1, index: index))
                values.append(draw + (isMember[row] ? gap : 0))
            }
            let design = try SamplingDesign(rows: rows, weights: nil, clusters: nil)
            let found = design.share(isMember)
                .times(design.subsetDifference(values, isMember: isMember))
            let (lower, upper) = (try #require(found.lower), try #require(found.upper))
            hits += lower <= share * gap && share * gap <= upper ? 1 : 0
        }
        let covered = Double(hits) / Double(samples)
        #expect((0.95 - 0.027...0.95 + 0.03).contains(covered), "\(covered)")
    }

    @Test func aShareOfNoneHasNoQuotient() {
        let none = shareEstimate(0, of: 50)
        let some = shareEstimate(5, of: 50)
        #expect(some.over(none).value == nil && some.over(none).note != nil)
        #expect(none.over(some).value == nil)
        #expect(some.over(some).value == 1)
    }
}
