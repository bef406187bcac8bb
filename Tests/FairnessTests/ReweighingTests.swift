import Fairness
import Testing

struct ReweighingTests {
    /// By hand: of 5 women 2 are hired, of
    /// 5 men 4. P(hired) = .6: hired women weigh .5 · .6 / .2 = 1.5, hired men .5 · .6 / .4 = .75, others .5 · .4 / .3
    /// and .5 · .4 / .1.
    @Test func weightsAreThoseOfTheFormula() {
        let groups = Array(repeating: "f", count: 5) + Array(repeating: "m", count: 5)
        let labels: [Int32] = [1, 1, 0, 0, 0, 1, 1, 1, 1, 0]
        let found = reweighed(labels: labels, groups: groups, weights: nil)
        let expected = [
            1.5, 1.5, 2.0 / 3, 2.0 / 3, 2.0 / 3, 0.75, 0.75, 0.75, 0.75, 2,
        ]
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12) }
    }

    /// Own weights count, the total stays, and the weighted label rate is that of all rows in each group.
    @Test func labelsNoLongerDependOnTheGroup() {
        let groups = (0..<60).map { ["a", "b", "c"][$0 % 3] }
        let labels = (0..<60).map { Int32($0 * $0 % 7 < 2 + $0 % 3 ? 1 : 0) }
        let own = (0..<60).map { 0.5 + Double($0 % 4) }
        let found = reweighed(labels: labels, groups: groups, weights: own)
        let (before, after) = (own.reduce(0, +), found.reduce(0, +))
        #expect(abs(after - before) < 1e-9)
        func rate(_ weights: [Double], _ rows: [Int]) -> Double {
            var (positive, all) = (0.0, 0.0)
            for row in rows {
                all += weights[row]
                if labels[row] == 1 { positive += weights[row] }
            }
            return positive / all
        }
        let all = rate(own, Array(0..<60))
        for name in ["a", "b", "c"] {
            let rows = (0..<60).filter { groups[$0] == name }
            #expect(abs(rate(found, rows) - all) < 1e-12)
        }
    }
}
